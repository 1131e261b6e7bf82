package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// HTTPOptions describe an HTTP API.
type HTTPOptions struct {
	Routes     []Route
	Invoke     Invoke
	DomainName string           // in the events of functions; empty means the request's Host
	Timeout    time.Duration    // of an integration; 0 means API Gateway's 30 s
	Busy       error            // of Invoke when the function's concurrent executions are used up; the request is answered with 503
	Now        func() time.Time // stamps requests
	Log        *slog.Logger
}

// HTTP is an HTTP API.
type HTTP struct {
	HTTPOptions
	routes table
}

// NewHTTP checks the routes and returns the API.
func NewHTTP(o HTTPOptions) (*HTTP, error) {
	if o.Invoke == nil || o.Now == nil || o.Log == nil {
		return nil, errors.New("an HTTP API needs Invoke, Now and Log")
	}
	routes, err := newTable(o.Routes)
	if err != nil {
		return nil, err
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	return &HTTP{HTTPOptions: o, routes: routes}, nil
}

func (g *HTTP) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	found, variables, ok := g.routes.find(r.Method, r.URL.Path)
	if !ok {
		answerMessage(w, http.StatusNotFound, "Not Found")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		answerMessage(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	if err != nil {
		answerMessage(w, http.StatusBadRequest, "Bad Request")
		return
	}
	payload, err := json.Marshal(g.event(r, found, variables, body))
	if err != nil {
		g.Log.ErrorContext(r.Context(), "gateway: encode the event", "route", found.Key(), "error", err)
		answerMessage(w, http.StatusInternalServerError, failedMessage)
		return
	}
	if len(payload) > maxPayload {
		answerMessage(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	answer, err := invoke(r.Context(), g.Invoke, found.Function, payload, g.Timeout)
	if errors.Is(err, errTimeout) || g.Busy != nil && errors.Is(err, g.Busy) {
		answerMessage(w, http.StatusServiceUnavailable, timeoutMessage)
		return
	}
	var out events.APIGatewayV2HTTPResponse
	var content []byte
	if err == nil {
		out, content, err = decodeAnswer(answer)
	}
	if err != nil {
		g.Log.ErrorContext(r.Context(), "gateway: function failed", "route", found.Key(), "function", found.Function, "error", err)
		answerMessage(w, http.StatusInternalServerError, failedMessage)
		return
	}
	writeAnswer(w, out, content)
}

// event is the request in payload format 2.0.
func (g *HTTP) event(r *http.Request, found route, variables map[string]string, body []byte) events.APIGatewayV2HTTPRequest {
	now := g.Now().UTC()
	domain := g.DomainName
	if domain == "" {
		domain = r.Host
	}
	prefix, _, _ := strings.Cut(domain, ".")
	headers, cookies := lowerHeaders(r)
	text, encoded := encodeBody(r.Header.Get("Content-Type"), body)
	return events.APIGatewayV2HTTPRequest{
		Version:               "2.0",
		RouteKey:              found.Key(),
		RawPath:               r.URL.Path, // an HTTP API hands the path on decoded, the query as it came
		RawQueryString:        r.URL.RawQuery,
		Cookies:               cookies,
		Headers:               headers,
		QueryStringParameters: joinQuery(r.URL.Query()),
		PathParameters:        variables,
		Body:                  text,
		IsBase64Encoded:       encoded,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey:     found.Key(),
			AccountID:    accountID,
			Stage:        "$default",
			RequestID:    newID(),
			APIID:        prefix,
			DomainName:   domain,
			DomainPrefix: prefix,
			Time:         now.Format(clfTime),
			TimeEpoch:    now.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method:    r.Method,
				Path:      r.URL.Path,
				Protocol:  r.Proto,
				SourceIP:  sourceIP(r),
				UserAgent: r.UserAgent(),
			},
		},
	}
}

// lowerHeaders returns the headers as a function gets them, and the cookies, which are not among them.
func lowerHeaders(r *http.Request) (headers map[string]string, cookies []string) {
	headers = map[string]string{"host": r.Host}
	for name, values := range r.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	delete(headers, "cookie")
	for _, line := range r.Header["Cookie"] {
		for cookie := range strings.SplitSeq(line, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				cookies = append(cookies, cookie)
			}
		}
	}
	if r.ContentLength >= 0 && (r.ContentLength > 0 || r.Method != http.MethodGet && r.Method != http.MethodHead) {
		headers["content-length"] = strconv.FormatInt(r.ContentLength, 10)
	}
	scheme, port := "http", "80"
	if r.TLS != nil {
		scheme, port = "https", "443"
	}
	if _, p, err := net.SplitHostPort(r.Host); err == nil {
		port = p
	}
	headers["x-forwarded-for"] = strings.Join(append(r.Header.Values("X-Forwarded-For"), sourceIP(r)), ", ")
	headers["x-forwarded-port"] = port
	headers["x-forwarded-proto"] = scheme
	return headers, cookies
}

func joinQuery(query url.Values) map[string]string {
	if len(query) == 0 {
		return nil
	}
	joined := make(map[string]string, len(query))
	for name, values := range query {
		joined[name] = strings.Join(values, ",")
	}
	return joined
}

// encodeBody leaves what is text as it is and encodes everything else.
func encodeBody(contentType string, body []byte) (text string, encoded bool) {
	if len(body) == 0 {
		return "", false
	}
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind, _, _ = strings.Cut(strings.ToLower(contentType), ";")
	}
	switch {
	case strings.HasPrefix(kind, "text/"), kind == "application/json", kind == "application/javascript", kind == "application/xml":
		return string(body), false
	}
	return base64.StdEncoding.EncodeToString(body), true
}

// decodeAnswer reads what a function answered. An answer without a status code is itself the body of a 200.
func decodeAnswer(answer []byte) (out events.APIGatewayV2HTTPResponse, body []byte, err error) {
	if len(answer) > maxPayload {
		return out, nil, fmt.Errorf("the answer has %d bytes, a function may answer %d", len(answer), maxPayload)
	}
	var head struct {
		StatusCode *int `json:"statusCode"`
	}
	if json.Unmarshal(answer, &head) == nil && head.StatusCode != nil {
		if err := json.Unmarshal(answer, &out); err != nil {
			return out, nil, fmt.Errorf("decode the answer: %w", err)
		}
		if out.StatusCode < 200 || out.StatusCode > 599 {
			return out, nil, fmt.Errorf("the answer's status is %d", out.StatusCode)
		}
		if !out.IsBase64Encoded {
			return out, []byte(out.Body), nil
		}
		body, err := base64.StdEncoding.DecodeString(out.Body)
		if err != nil {
			return out, nil, fmt.Errorf("decode the answer's body: %w", err)
		}
		return out, body, nil
	}
	var text string
	switch {
	case json.Unmarshal(answer, &text) == nil && !bytes.Equal(answer, []byte("null")):
		body = []byte(text)
	case json.Valid(answer):
		body = answer
	default:
		return out, nil, errors.New("the answer is not JSON")
	}
	return events.APIGatewayV2HTTPResponse{
		StatusCode: http.StatusOK,
		Headers:    map[string]string{"content-type": "application/json"},
	}, body, nil
}

func writeAnswer(w http.ResponseWriter, out events.APIGatewayV2HTTPResponse, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	for name, value := range out.Headers {
		h.Set(name, value)
	}
	for name, values := range out.MultiValueHeaders {
		h.Del(name)
		for _, value := range values {
			h.Add(name, value)
		}
	}
	for _, cookie := range out.Cookies {
		h.Add("Set-Cookie", cookie)
	}
	for _, name := range []string{"Content-Length", "Transfer-Encoding", "Connection"} {
		h.Del(name) // the gateway sets the length; a wrong one from a function would break the connection
	}
	w.WriteHeader(out.StatusCode)
	_, _ = w.Write(body) // fails only when the client has disconnected
}

func answerMessage(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}
