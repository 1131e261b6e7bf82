package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/wire"
)

// Response is an answer that is on its way.
type Response struct {
	Status  int
	Header  map[string]string // "" leaves out what every answer has
	Cookies []string          // Set-Cookie lines
	Body    []byte
}

// JSON answers with a value.
func JSON(status int, value any) (Response, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return Response{}, fmt.Errorf("encode the answer: %w", err)
	}
	return Response{Status: status, Header: map[string]string{"Content-Type": "application/json"}, Body: body}, nil
}

// Empty answers with a status and nothing else.
func Empty(status int) Response { return Response{Status: status} }

// Redirect leads to another place, once.
func Redirect(location string) Response {
	return Response{Status: http.StatusFound, Header: map[string]string{"Location": location}}
}

// statuses is the whole of what the codes mean in HTTP.
var statuses = map[fault.Code]int{
	fault.Invalid:         http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.RateLimited:     http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Internal:        http.StatusInternalServerError,
}

// Status is a code's HTTP status.
func Status(code fault.Code) int {
	if status, ok := statuses[code]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// Limited is the fault of a caller who has asked too often and may ask again after a while.
func Limited(after time.Duration) error { return fault.TooOften(after) }

// retryAfter is how many seconds a caller has to wait before trying again helps, rounded up; 0 when it does not help.
func retryAfter(f *fault.Error) int {
	switch {
	case f.RetryAfter > 0:
		return f.RetrySeconds()
	case f.Code == fault.RateLimited:
		return 60
	case f.Code == fault.Unavailable:
		return 1
	}
	return 0
}

// Error answers with what a fault lets be known; of any other error, with nothing but that it happened.
func Error(err error) Response {
	f := fault.As(err)
	status, message, code := Status(f.Code), f.Message, f.Code
	if status == http.StatusInternalServerError {
		code, message = fault.Internal, fault.As(errors.New("")).Message
	}
	body := wire.ErrorBody{Code: code, Message: message, Field: f.Field, RetryAfter: retryAfter(f)}
	if code == fault.Conflict { // of other faults, why may be nobody's business
		body.Reason = f.Reason
	}
	response, encodeErr := JSON(status, wire.ErrorAnswer{Error: body})
	if encodeErr != nil {
		return Empty(http.StatusInternalServerError)
	}
	if body.RetryAfter > 0 {
		response.Header["Retry-After"] = strconv.Itoa(body.RetryAfter)
	}
	return response
}

// securityHeaders go with every answer. JSON has no business as a page, in a frame or in a cache.
var securityHeaders = map[string]string{
	"Cache-Control":           "no-store",
	"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	"Referrer-Policy":         "no-referrer",
	"X-Content-Type-Options":  "nosniff",
	"X-Frame-Options":         "DENY",
}

// hsts keeps browsers on https once they have been there.
const hsts = "max-age=31536000; includeSubDomains"

// Encode makes API Gateway's response of an answer. secure says that browsers come over https.
func (r Response) Encode(requestID string, secure bool) events.APIGatewayV2HTTPResponse {
	out := events.APIGatewayV2HTTPResponse{
		StatusCode: r.Status,
		Headers:    make(map[string]string, len(securityHeaders)+len(r.Header)+2),
		Body:       string(r.Body),
		Cookies:    r.Cookies,
	}
	for name, value := range securityHeaders {
		out.Headers[name] = value
	}
	if secure {
		out.Headers["Strict-Transport-Security"] = hsts
	}
	if requestID != "" {
		out.Headers["X-Request-Id"] = requestID
	}
	for name, value := range r.Header {
		out.Headers[name] = value
		if value == "" {
			delete(out.Headers, name)
		}
	}
	return out
}

// TicketLasts is how long a socket's ticket may be used, once.
const TicketLasts = 30 * time.Second

// SocketTicket tells where a socket may be opened with a ticket: on the console's own origin.
func SocketTicket(publicURL, ticket string) wire.SocketTicket {
	return wire.SocketTicket{
		URL: "ws" + strings.TrimPrefix(publicURL, "http") + "/socket?ticket=" + ticket, ExpiresIn: int(TicketLasts / time.Second),
	}
}
