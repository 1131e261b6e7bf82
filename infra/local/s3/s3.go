// Package s3 is the local stack's Amazon S3: buckets in one file (gofakes3 on bbolt), with the signature checks that gofakes3 lacks. A
// presigned URL is valid until its wall-clock expiry, for the signed method, path, size and type only. A request without a signature
// is refused, and so is a PUT with If-None-Match where the object is. Buckets are addressed by path.
//
// The signature covers the path, so the handler needs a listener of its own, without a path prefix.
//
// It may import gofakes3, bbolt and the AWS SDK's signer, and nothing of this module.
package s3

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3bolt"
	"go.etcd.io/bbolt"
)

// Options describe the buckets.
type Options struct {
	File      string   // where they are kept
	Buckets   []string // made where they are missing
	Region    string
	AccessKey string
	SecretKey string
	Origins   []string         // pages that may use presigned URLs, such as http://127.0.0.1:8080
	Now       func() time.Time // the wall clock: whoever signs uses it too
}

// Store is the object store.
type Store struct {
	signatures signatures
	origins    []string
	objects    http.Handler
	backend    gofakes3.Backend
	db         *bbolt.DB

	mu      sync.Mutex
	writing map[string]bool // the paths of the conditional writes that are running
}

// Open opens the file and makes the buckets that are missing.
func Open(o Options) (*Store, error) {
	if o.File == "" || o.Region == "" || o.AccessKey == "" || o.SecretKey == "" || o.Now == nil {
		return nil, errors.New("the object store needs File, Region, AccessKey, SecretKey and Now")
	}
	if err := os.MkdirAll(filepath.Dir(o.File), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the object store: %w", err)
	}
	db, err := bbolt.Open(o.File, 0o600, &bbolt.Options{Timeout: 5 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("open the object store %s: %w", o.File, err)
	}
	clock := timeSource{o.Now}
	backend := s3bolt.New(db, s3bolt.WithTimeSource(clock))
	for _, bucket := range o.Buckets {
		exists, err := backend.BucketExists(bucket)
		if err == nil && !exists {
			err = backend.CreateBucket(bucket)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("make bucket %s: %w", bucket, err), db.Close())
		}
	}
	return &Store{
		signatures: signatures{
			key:    aws.Credentials{AccessKeyID: o.AccessKey, SecretAccessKey: o.SecretKey},
			region: o.Region,
			now:    o.Now,
		},
		origins: o.Origins,
		objects: gofakes3.New(backend, gofakes3.WithTimeSource(clock), gofakes3.WithTimeSkewLimit(0)).Server(),
		backend: backend,
		db:      db,
		writing: map[string]bool{},
	}, nil
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	allowed := slices.Contains(s.origins, origin)
	out := &corsWriter{ResponseWriter: w}
	if allowed {
		out.origin = origin
	}
	if r.Method == http.MethodOptions {
		preflight(w, r, allowed)
		return
	}
	if fault := s.signatures.check(r); fault != nil {
		fault.write(out)
		return
	}
	if r.Method == http.MethodPut && r.Header.Get("If-None-Match") == "*" {
		s.create(out, r)
		return
	}
	s.objects.ServeHTTP(out, r)
}

var (
	exists      = &fault{http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"}
	conflicting = &fault{http.StatusConflict, "ConditionalRequestConflict", "A conflicting conditional operation is currently in progress against this resource."}
)

// create writes an object that is not there yet.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func (s *Store) create(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	running := s.writing[r.URL.Path]
	s.writing[r.URL.Path] = true
	s.mu.Unlock()
	if running {
		conflicting.write(w)
		return
	}
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.writing, r.URL.Path)
	}()
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if _, err := s.backend.HeadObject(bucket, key); err == nil {
		exists.write(w)
		return
	}
	s.objects.ServeHTTP(w, r)
}

func preflight(w http.ResponseWriter, r *http.Request, allowed bool) {
	if !allowed {
		(&fault{http.StatusForbidden, "AccessForbidden", "CORSResponse: This CORS request is not allowed."}).write(w)
		return
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, PUT")
	h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	h.Set("Access-Control-Max-Age", "3000")
	h.Set("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")
	w.WriteHeader(http.StatusOK)
}

// corsWriter replaces gofakes3's CORS headers, which allow every origin.
type corsWriter struct {
	http.ResponseWriter
	origin string // empty where the page may not read the answer
	done   bool
}

func (w *corsWriter) WriteHeader(status int) {
	if !w.done {
		w.done = true
		h := w.Header()
		for name := range h {
			if strings.HasPrefix(name, "Access-Control-") {
				h.Del(name)
			}
		}
		h.Add("Vary", "Origin")
		if w.origin != "" {
			h.Set("Access-Control-Allow-Origin", w.origin)
			h.Set("Access-Control-Expose-Headers", "ETag, Content-Length, Content-Range, Content-Disposition")
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *corsWriter) Write(b []byte) (int, error) {
	if !w.done {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *corsWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// timeSource is the clock in the form that gofakes3 wants.
type timeSource struct{ now func() time.Time }

func (t timeSource) Now() time.Time                     { return t.now() }
func (t timeSource) Since(from time.Time) time.Duration { return t.now().Sub(from) }
