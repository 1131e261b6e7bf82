package blob_test

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/sdk"
)

// bucket is a bucket of an S3 in memory, over HTTP, on the SDK's real client.
func bucket(t *testing.T) *blob.Bucket {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("media"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	return at(t, server.URL)
}

func at(t *testing.T, endpoint string) *blob.Bucket {
	t.Helper()
	b, err := blob.New(blob.NewClient(aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		BaseEndpoint: aws.String(endpoint),
	}), "media")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// once hides that a body could seek.
type once struct{ io.Reader }

func TestBucket(t *testing.T) {
	t.Parallel()
	const key = "account/conversation/message/attachment"
	content := bytes.Repeat([]byte("0123456789"), 100_000)

	t.Run("what is put can be looked at, opened and deleted", func(t *testing.T) {
		t.Parallel()
		b, ctx := bucket(t), t.Context()
		for _, body := range []io.Reader{once{bytes.NewReader(content)}, bytes.NewReader(content)} {
			if err := b.Put(ctx, key, "image/png", body, int64(len(content))); err != nil {
				t.Fatal(err)
			}
			reader, size, mimeType, err := b.Open(ctx, key)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(reader)
			if err != nil || !bytes.Equal(got, content) || size != int64(len(content)) || mimeType != "image/png" {
				t.Errorf("read %d bytes of %d, type %q: %v", len(got), size, mimeType, err)
			}
			_ = reader.Close()
		}
		for n, want := range map[int][]byte{10: content[:10], 2 * len(content): content} {
			if head, err := b.Start(ctx, key, n); err != nil || !bytes.Equal(head, want) {
				t.Errorf("the first %d bytes: %d, %v", n, len(head), err)
			}
		}
		for range 2 {
			if err := b.Delete(ctx, key); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Start(ctx, key, 10); !fault.Is(err, fault.NotFound) {
			t.Errorf("start after delete: %v", err)
		}
		if _, _, _, err := b.Open(ctx, key); !fault.Is(err, fault.NotFound) {
			t.Errorf("open after delete: %v", err)
		}
	})

	t.Run("a browser puts and reads through links", func(t *testing.T) {
		t.Parallel()
		b, ctx := bucket(t), t.Context()
		link, headers, err := b.PresignPut(ctx, key, "application/pdf", int64(len(content)), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		for _, put := range []struct {
			content []byte
			want    int
		}{{content, http.StatusOK}, {bytes.Repeat([]byte{'x'}, len(content)), http.StatusPreconditionFailed}} {
			request, err := http.NewRequestWithContext(ctx, http.MethodPut, link, bytes.NewReader(put.content))
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range headers {
				request.Header.Set(name, value)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != put.want {
				t.Fatalf("put answered %s, want %d", response.Status, put.want)
			}
		}
		link, err = b.PresignGet(ctx, key, "catálogo.pdf", "application/pdf", true, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.Get(link)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if got, _ := io.ReadAll(response.Body); !bytes.Equal(got, content) {
			t.Errorf("read %d bytes, want %d", len(got), len(content))
		}
	})

	t.Run("a link to put fixes length and type, makes nothing twice, and carries no checksum", func(t *testing.T) {
		t.Parallel()
		link, _, err := bucket(t).PresignPut(t.Context(), key, "image/png", 5, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		if signed := parsed.Query().Get("X-Amz-SignedHeaders"); signed != "content-length;content-type;host;if-none-match" {
			t.Errorf("signed headers are %q", signed)
		}
		if strings.Contains(strings.ToLower(link), "checksum") || parsed.Query().Get("X-Amz-Expires") != "60" {
			t.Errorf("the link's query is %v", parsed.Query())
		}
	})

	t.Run("a link to read says what the browser may do", func(t *testing.T) {
		t.Parallel()
		b := bucket(t)
		for _, c := range []struct {
			mime, want string
			inline     bool
		}{
			{"image/png", "inline", true},
			{"image/png", "attachment", false},
			{"text/html", "attachment", true},
			{"image/svg+xml", "attachment", true},
			{"audio/ogg; codecs=opus", "inline", true},
		} {
			link, err := b.PresignGet(t.Context(), key, "file", c.mime, c.inline, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := url.Parse(link)
			if err != nil {
				t.Fatal(err)
			}
			kind, _, _ := strings.Cut(parsed.Query().Get("response-content-disposition"), ";")
			if kind != c.want || parsed.Query().Get("response-content-type") != c.mime {
				t.Errorf("%s: %v", c.mime, parsed.Query())
			}
		}
	})

	t.Run("a file may take longer than a call's usual time-out", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "first ")
			w.(http.Flusher).Flush()
			select {
			case <-t.Context().Done():
			case <-time.After(200 * time.Millisecond):
			}
			_, _ = io.WriteString(w, "second")
		}))
		t.Cleanup(server.Close)
		b, err := blob.New(blob.NewClient(aws.Config{
			Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
			BaseEndpoint: aws.String(server.URL), HTTPClient: sdk.NewHTTPClient().WithTimeout(100 * time.Millisecond),
		}), "media")
		if err != nil {
			t.Fatal(err)
		}
		reader, _, _, err := b.Open(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		if got, err := io.ReadAll(reader); err != nil || string(got) != "first second" {
			t.Errorf("read %q: %v", got, err)
		}
	})

	t.Run("an S3 that fails is unavailable", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
		t.Cleanup(server.Close)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, err := at(t, server.URL).Start(ctx, key, 10); !fault.Is(err, fault.Unavailable) {
			t.Errorf("got %v", err)
		}
	})
}

func TestDisposition(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"plain.pdf":               "plain.pdf",
		"catálogo de niños €.pdf": "catálogo de niños €.pdf",
		"50% off, 'now'; x=1.png": "50% off, 'now'; x=1.png",
		"../../etc/passwd":        "passwd",
		`C:\Users\ana\foto.jpg`:   "foto.jpg",
		"a\r\nSet-Cookie: x=1":    "aSet-Cookie x=1",
		"evil\u202egpj.exe":       "evilgpj.exe",
		`quo"ted.txt`:             "quoted.txt",
		"":                        "file",
		"..":                      "file",
		"/":                       "file",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			header := blob.Disposition("attachment", name)
			kind, parameters, err := mime.ParseMediaType(header)
			if err != nil || kind != "attachment" || parameters["filename"] != want {
				t.Errorf("%q gives %q, which reads as %q: %v", name, header, parameters["filename"], err)
			}
			for _, r := range header {
				if r < ' ' || r > '~' {
					t.Errorf("%q holds %q", header, r)
				}
			}
		})
	}
	long := blob.SafeName(strings.Repeat("ñ", 500) + ".jpeg")
	if runes := []rune(long); len(runes) != 120 || !strings.HasSuffix(long, ".jpeg") {
		t.Errorf("a long name becomes %q", long)
	}
}
