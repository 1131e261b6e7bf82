package httpapi

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/wire"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	event := events.APIGatewayV2HTTPRequest{
		RawPath: "/x", RawQueryString: "q=%C3%B1&q=2", Cookies: []string{"a=1"}, Headers: map[string]string{"authorization": "Bearer t", "host": "h.example"},
		Body: base64.StdEncoding.EncodeToString([]byte(`{"emoji":"👩‍👩‍👧‍👦"}`)), IsBase64Encoded: true,
	}
	r, err := Decode(event)
	if err != nil {
		t.Fatal(err)
	}
	if string(r.Body) != `{"emoji":"👩‍👩‍👧‍👦"}` || r.Query.Get("q") != "ñ" || r.Header.Get("Authorization") != "Bearer t" || r.Host != "h.example" {
		t.Errorf("read %+v", r)
	}
	for name, test := range map[string]struct {
		change func(*events.APIGatewayV2HTTPRequest)
		code   fault.Code
	}{
		"a body that is not base64":   {func(e *events.APIGatewayV2HTTPRequest) { e.Body = "%" }, fault.Invalid},
		"a query that cannot be read": {func(e *events.APIGatewayV2HTTPRequest) { e.RawQueryString = "%zz" }, fault.Invalid},
		"a body that is too long": {func(e *events.APIGatewayV2HTTPRequest) {
			e.Body, e.IsBase64Encoded = strings.Repeat("x", MaxBody+1), false
		}, fault.TooLarge},
	} {
		bad := event
		test.change(&bad)
		if _, err := Decode(bad); !fault.Is(err, test.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNullable(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{`{}`: "absent", `{"n":null}`: "null", `{"n":7}`: "7", `{"n":"x"}`: "invalid n"} {
		var into struct {
			N wire.Nullable[int] `json:"n"`
		}
		err := (&Request{Body: []byte(body)}).JSON(&into)
		got := "absent"
		switch {
		case err != nil:
			got = string(fault.As(err).Code) + " " + fault.As(err).Field
		case into.N.Set && into.N.Value == nil:
			got = "null"
		case into.N.Set:
			got = fmt.Sprint(*into.N.Value)
		}
		if got != want {
			t.Errorf("%s is %s, want %s", body, got, want)
		}
	}
}

func TestError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err    error
		status int
		body   string
		retry  string
	}{
		"a fault with its field":        {fault.New(fault.Invalid, "no").WithField("name").WithCause(errors.New("inside")), 400, `{"error":{"code":"invalid","message":"no","field":"name"}}`, ""},
		"a wrapped fault":               {fmt.Errorf("read x: %w", fault.New(fault.NotFound, "gone")), 404, `{"error":{"code":"not_found","message":"gone"}}`, ""},
		"what is no fault says nothing": {errors.New("table recado-prod-desk"), 500, `{"error":{"code":"internal","message":"something went wrong on our side"}}`, ""},
		"an internal fault neither":     {fault.New(fault.Internal, "table recado-prod-desk"), 500, `{"error":{"code":"internal","message":"something went wrong on our side"}}`, ""},
		"a code that nobody knows":      {fault.New("odd", "table"), 500, `{"error":{"code":"internal","message":"something went wrong on our side"}}`, ""},
		"too often":                     {Limited(90 * time.Second), 429, `{"error":{"code":"rate_limited","message":"too many attempts, try again later","retryAfter":90}}`, "90"},
		"a part of a second":            {Limited(200 * time.Millisecond), 429, `{"error":{"code":"rate_limited","message":"too many attempts, try again later","retryAfter":1}}`, "1"},
		"too often, nobody knows":       {fault.New(fault.RateLimited, "slowly"), 429, `{"error":{"code":"rate_limited","message":"slowly","retryAfter":60}}`, "60"},
		"unavailable":                   {fault.New(fault.Unavailable, "wait"), 503, `{"error":{"code":"unavailable","message":"wait","retryAfter":1}}`, "1"},
	} {
		r := Error(test.err)
		if r.Status != test.status || string(r.Body) != test.body || r.Header["Retry-After"] != test.retry {
			t.Errorf("%s: %d %s, retry after %q", name, r.Status, r.Body, r.Header["Retry-After"])
		}
	}
}

func TestRouter(t *testing.T) {
	t.Parallel()
	name := func(pattern string) (string, string) { return http.MethodGet, pattern }
	router, err := NewRouter([]string{"/a/{id}", "/a/counts", "/a/{id}/b/{other}", "/a/{id}/b", "/z"}, name)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/a/7": `/a/{id} {"id":"7"}`, "/a/counts": `/a/counts {}`, "/a/x%2Fy/b/%C3%B1": `/a/{id}/b/{other} {"id":"x/y","other":"ñ"}`,
		"/a/7/b": `/a/{id}/b {"id":"7"}`, "/z": `/z {}`, "/a/": "none", "/a": "none", "/a/%zz": "none", "/z/": "none", "": "none",
	} {
		got := "none"
		if pattern, params, ok := router.Match(http.MethodGet, path); ok {
			encoded, _ := json.Marshal(params)
			got = pattern + " " + string(encoded)
		}
		if got != want {
			t.Errorf("%s leads to %s, want %s", path, got, want)
		}
	}
	if _, _, ok := router.Match(http.MethodPost, "/z"); ok {
		t.Error("another method matched")
	}
	if _, err := NewRouter([]string{"/a/{id}", "/a/{name}"}, name); err == nil {
		t.Error("two routes that are the same were taken")
	}
}
