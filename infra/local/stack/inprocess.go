package stack

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/recado-chat/recado/shared/sdk"
)

// inProcess sends the requests of this process's functions to this process's services without a socket, in AWS's protocol all the
// same; others go over the network.
type inProcess struct {
	sdk.HTTPClient
	host     string
	services http.Handler
}

var _ aws.HTTPClient = inProcess{}

// serviceTimeout is that of the clients' attempts.
const serviceTimeout = 10 * time.Second

// Do sends a request. The service runs on when the caller no longer waits, as behind a socket.
func (c inProcess) Do(r *http.Request) (*http.Response, error) {
	if r.URL.Host != c.host {
		return c.HTTPClient.Do(r)
	}
	request := r.Clone(r.Context())
	request.Host, request.RequestURI, request.RemoteAddr = c.host, r.URL.RequestURI(), "127.0.0.1:0"
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
	} else {
		request.Body = http.NoBody
	}
	done := make(chan *http.Response, 1)
	go func() {
		answer := &answer{header: http.Header{}, status: http.StatusOK}
		c.services.ServeHTTP(answer, request)
		done <- answer.response(r) //nolint:bodyclose // the caller of Do closes it
	}()
	late := time.NewTimer(serviceTimeout)
	defer late.Stop()
	select {
	case response := <-done:
		return response, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-late.C:
		return nil, http.ErrHandlerTimeout
	}
}

// answer collects what a service answers.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header            { return a.header }
func (a *answer) WriteHeader(status int)         { a.status = status }
func (a *answer) Write(part []byte) (int, error) { return a.body.Write(part) }

func (a *answer) response(to *http.Request) *http.Response {
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, Body: io.NopCloser(&a.body), ContentLength: int64(a.body.Len()), Request: to,
	}
}
