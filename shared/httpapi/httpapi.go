// Package httpapi is the HTTP edge: API Gateway's events become requests, answers and faults become its responses.
//
// It knows no route and no noun. A fault's code decides the status, and nothing of an error that is not a fault leaves the
// process; every answer carries the security headers and may not be stored. It imports fault, wire and the
// standard library, and the shapes of API Gateway's events.
package httpapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/shared/fault"
)

// MaxBody is how long a request's body may be. Files do not come this way.
const MaxBody = 256 * 1024

// Request is an HTTP request as API Gateway handed it over, decoded.
type Request struct {
	ID        string
	Method    string
	Path      string
	Host      string
	Query     url.Values
	Header    http.Header
	Body      []byte
	IP        string
	UserAgent string
	Cookies   []string // "name=value" each

	params map[string]string
}

// Decode reads an event. The request is usable for its answer even when the body is at fault: Invalid for base64 that is none,
// TooLarge for a body over MaxBody.
func Decode(event events.APIGatewayV2HTTPRequest) (*Request, error) {
	r := &Request{
		ID:        event.RequestContext.RequestID,
		Method:    event.RequestContext.HTTP.Method,
		Path:      event.RawPath,
		Host:      event.RequestContext.DomainName,
		Header:    http.Header{},
		IP:        event.RequestContext.HTTP.SourceIP,
		UserAgent: event.RequestContext.HTTP.UserAgent,
		Cookies:   event.Cookies,
	}
	for name, value := range event.Headers {
		r.Header.Add(name, value)
	}
	if len(r.Cookies) == 0 {
		r.Cookies = r.Header.Values("Cookie")
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	query, err := url.ParseQuery(event.RawQueryString)
	if err != nil {
		return r, fault.New(fault.Invalid, "invalid query string").WithCause(err)
	}
	r.Query = query
	body := []byte(event.Body)
	if event.IsBase64Encoded {
		if body, err = base64.StdEncoding.DecodeString(event.Body); err != nil {
			return r, fault.New(fault.Invalid, "invalid base64 body").WithCause(err)
		}
	}
	if len(body) > MaxBody {
		return r, fault.New(fault.TooLarge, "the body is larger than %d bytes", MaxBody)
	}
	r.Body = body
	return r, nil
}

// Mutates says whether the method may change something.
func (r *Request) Mutates() bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return true
}

// Param is the value of a wildcard of the route's pattern.
func (r *Request) Param(name string) string { return r.params[name] }

// SetParams gives the request the wildcards' values that Match found.
func (r *Request) SetParams(params map[string]string) { r.params = params }

// JSON reads the body into a struct. Fields that nobody knows are passed over; a value of the wrong type is Invalid with its
// field. No body is an empty object.
func (r *Request) JSON(into any) error {
	if len(bytes.TrimSpace(r.Body)) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(r.Body))
	if err := decoder.Decode(into); err != nil {
		return badJSON(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "the body holds more than one JSON value")
	}
	return nil
}

func badJSON(err error) error {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return fault.New(fault.Invalid, "a value has the wrong type").WithField(wrongType.Field).WithCause(err)
	}
	return fault.New(fault.Invalid, "invalid JSON body").WithCause(err)
}
