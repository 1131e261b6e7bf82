// Package gateway stands where Amazon API Gateway stands: HTTP is an HTTP API (payload format 2.0) in front of
// functions, Socket a WebSocket API with its management endpoint. Both are plain http.Handlers.
//
// What API Gateway does to a request that a function can notice is done here too: decoded paths beside encoded queries,
// lower-case headers, cookies apart, base64 for bodies that are not text, the size limits and the time-outs. What it
// does on top, such as throttling and authorizers, is not.
//
// It may import aws-lambda-go's event types, a WebSocket library and the standard library, and nothing of this module.
package gateway

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"time"
)

// Invoke runs a function once and returns its answer. An error means that the function failed, was not there, or
// answered nothing. The context carries no deadline: a function's own time-out is the invoker's business.
type Invoke func(ctx context.Context, function string, payload []byte) ([]byte, error)

// Limits of API Gateway and Lambda that do not depend on an API's settings.
const (
	maxPayload     = 6 << 20   // event or answer of a synchronous invocation
	maxMessage     = 128 << 10 // WebSocket message in either direction
	maxFrame       = 32 << 10  // WebSocket frame in either direction
	accountID      = "000000000000"
	clfTime        = "02/Jan/2006:15:04:05 -0700"
	failedMessage  = "Internal Server Error"
	timeoutMessage = "Service Unavailable"
)

var errTimeout = errors.New("no answer within the integration time-out")

// invoke calls a function and waits for it at most for a time. A caller that gave up, and the time-out, leave the
// function running, as they do on AWS.
func invoke(ctx context.Context, call Invoke, function string, payload []byte, within time.Duration) ([]byte, error) {
	type result struct {
		answer []byte
		err    error
	}
	done := make(chan result, 1)
	go func() {
		answer, err := call(context.WithoutCancel(ctx), function, payload)
		done <- result{answer, err}
	}()
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case r := <-done:
		return r.answer, r.err
	case <-timer.C:
		return nil, errTimeout
	}
}

// newID makes an id that looks like API Gateway's: it ends in "=", so whoever forgets to escape it finds out here.
func newID() string {
	b := make([]byte, 11)
	_, _ = rand.Read(b) // crypto/rand does not fail
	return base64.URLEncoding.EncodeToString(b)
}

func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
