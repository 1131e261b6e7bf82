// Package gateway is the local stack's API Gateway: HTTP is an HTTP API (payload format 2.0) in front of functions, Socket a WebSocket
// API with its management endpoint. Both are http.Handlers.
//
// It reproduces what a function can observe: decoded paths and encoded queries, lower-case headers, separate cookies, base64 for
// bodies that are not text, size limits and time-outs. It has no throttling and no authorizers.
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

// Invoke runs a function once and returns its answer. An error means that the function failed, does not exist,
// or gave no answer. The context has no deadline: the implementation applies the function's time-out.
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

// invoke calls a function and waits for its answer up to a time-out. As on AWS, the function runs on after the time-out or when the
// client has gone.
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

// newID makes an id like API Gateway's. It ends in "=", so that tests find code that does not escape it.
func newID() string {
	b := make([]byte, 11)
	_, _ = rand.Read(b) // crypto/rand never fails
	return base64.URLEncoding.EncodeToString(b)
}

func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
