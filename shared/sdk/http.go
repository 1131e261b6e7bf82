// Package sdk is how the clients of AWS's SDK speak HTTP and when they repeat a call, on Lambda and in the local stack alike.
//
// It imports the SDK's core and the standard library.
package sdk

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

const (
	// callTimeout bounds one attempt of a call, its answer included.
	callTimeout = 10 * time.Second
	// idlePerHost is above what a function does at once with one service: 16 posts to sockets.
	idlePerHost = 64
	// maxInMemory is the largest body that HTTPClient holds in memory once more: SQS's limit of a request. Larger ones are files.
	maxInMemory = 1 << 20
)

// HTTPClient sends the requests of the SDK over its own transport. It is safe for concurrent use.
//
// The transport gets bodies that it knows to be in memory. It then writes head and body at once, one system call and one packet instead
// of two, and a race of the SDK with net/http is out of the way: the SDK closes a request's body as soon as the answer has begun
// (smithy-go 1.28.8, transport/http/client.go), and a closed body's WriteTo answers io.EOF (transport/http/internal/io/safe.go). net/http asks the body
// for surplus bytes after it has sent it (Go 1.26.8, net/http/transfer.go, writeBody); if the answer is quicker, it takes that io.EOF for a failed
// request and closes the connection while the answer is still being read. The call then fails with "use of closed network
// connection".
type HTTPClient struct {
	inner *awshttp.BuildableClient
}

var _ aws.HTTPClient = HTTPClient{}

// NewHTTPClient makes a client whose attempts take ten seconds at most.
func NewHTTPClient() HTTPClient {
	return HTTPClient{awshttp.NewBuildableClient().WithTimeout(callTimeout).WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = idlePerHost
	})}
}

// WithTimeout is the client with another bound of an attempt. It has connections of its own.
func (c HTTPClient) WithTimeout(timeout time.Duration) HTTPClient {
	return HTTPClient{c.inner.WithTimeout(timeout)}
}

// Do sends a request.
func (c HTTPClient) Do(r *http.Request) (*http.Response, error) {
	if err := holdBody(r); err != nil {
		return nil, err
	}
	return c.inner.Do(r)
}

// holdBody replaces the request's body by one in memory. A file stays a stream, without the WriteTo that answers io.EOF.
func holdBody(r *http.Request) error {
	switch {
	case r.Body == nil || r.Body == http.NoBody:
		return nil
	case r.ContentLength <= 0 || r.ContentLength > maxInMemory: // net/http takes 0 for an unknown length when there is a body
		r.Body = struct{ io.ReadCloser }{r.Body}
		return nil
	}
	content := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, content); err != nil {
		return fmt.Errorf("read the request's body: %w", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(content))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	return nil
}
