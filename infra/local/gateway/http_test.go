package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/recado-chat/recado/infra/local/gateway"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 123_000_000, time.UTC)

// api serves routes whose functions all run f, and returns its address.
func api(t *testing.T, routes []gateway.Route, timeout time.Duration, f gateway.Invoke) string {
	t.Helper()
	g, err := gateway.NewHTTP(gateway.HTTPOptions{
		Routes: routes, Invoke: f, Timeout: timeout, DomainName: "recado.example.test",
		Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	return server.URL
}

var everything = []gateway.Route{{Path: "$default", Function: "f"}}

// keep is a function that keeps the event it got.
func keep(got *events.APIGatewayV2HTTPRequest) gateway.Invoke {
	return func(_ context.Context, _ string, payload []byte) ([]byte, error) {
		return []byte(`{"statusCode":204}`), json.Unmarshal(payload, got)
	}
}

func send(t *testing.T, method, url string, body io.Reader, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func bodyOf(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestHTTPEvent_MatchesAmazonsSample(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile("testdata/apigw-v2-request-no-authorizer.json")
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal(sample, &want); err != nil {
		t.Fatal(err)
	}
	url := api(t, everything, 0, func(_ context.Context, _ string, payload []byte) ([]byte, error) {
		return []byte(`{"statusCode":204}`), json.Unmarshal(payload, &got)
	})
	send(t, "GET", url+"/", nil, "Accept", "*/*", "User-Agent", "curl/7.58.0")

	// The same members with the same kinds of value; what they say is of course another request's.
	shape := cmp.FilterPath(func(p cmp.Path) bool {
		return strings.Contains(p.GoString(), `"headers"`) || strings.Contains(p.GoString(), `"authentication"`)
	}, cmp.Ignore())
	sameKind := cmp.FilterValues(func(a, b any) bool { return !isContainer(a) && !isContainer(b) }, cmp.Comparer(func(a, b any) bool {
		return kindOf(a) == kindOf(b)
	}))
	if diff := cmp.Diff(want, got, shape, sameKind); diff != "" {
		t.Errorf("event differs from the sample (-sample +event):\n%s", diff)
	}
}

func isContainer(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case float64:
		return "number"
	case bool:
		return "bool"
	}
	return "other"
}

func TestHTTPEvent_DescribesRequest(t *testing.T) {
	t.Parallel()
	var got events.APIGatewayV2HTTPRequest
	routes := []gateway.Route{{Method: "POST", Path: "/api/v1/{proxy+}", Function: "api"}}
	url := api(t, routes, 0, keep(&got))
	send(t, "POST", url+"/api/v1/a%20b/c?tag=x&tag=y%2Cz&q=caf%C3%A9", strings.NewReader(`{"a":1}`),
		"Content-Type", "application/json", "X-Many", "1", "X-Many", "2", "User-Agent", "test",
		"Cookie", "a=1; b=2", "X-Forwarded-For", "203.0.113.9")

	want := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "POST /api/v1/{proxy+}",
		RawPath: "/api/v1/a b/c", RawQueryString: "tag=x&tag=y%2Cz&q=caf%C3%A9",
		Cookies: []string{"a=1", "b=2"},
		Headers: map[string]string{
			"content-type": "application/json", "content-length": "7", "x-many": "1,2", "user-agent": "test",
			"accept-encoding": "gzip", "host": strings.TrimPrefix(url, "http://"),
			"x-forwarded-for": "203.0.113.9, 127.0.0.1", "x-forwarded-proto": "http",
			"x-forwarded-port": url[strings.LastIndex(url, ":")+1:],
		},
		QueryStringParameters: map[string]string{"tag": "x,y,z", "q": "café"},
		PathParameters:        map[string]string{"proxy": "a b/c"},
		Body:                  `{"a":1}`,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: "POST /api/v1/{proxy+}", AccountID: "000000000000", Stage: "$default", APIID: "recado",
			DomainName: "recado.example.test", DomainPrefix: "recado",
			Time: "22/Nov/2026:12:00:00 +0000", TimeEpoch: noon.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: "POST", Path: "/api/v1/a b/c", Protocol: "HTTP/1.1", SourceIP: "127.0.0.1", UserAgent: "test",
			},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(events.APIGatewayV2HTTPRequestContext{}, "RequestID")); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
	if got.RequestContext.RequestID == "" {
		t.Error("the request has no id")
	}
}

func TestHTTPEvent_BinaryBody_Base64(t *testing.T) {
	t.Parallel()
	raw := "\x00\xffbytes"
	for _, tc := range []struct {
		contentType, body, want string
		encoded                 bool
	}{
		{"application/json", `{"a":"é"}`, `{"a":"é"}`, false},
		{"application/json; charset=utf-8", "{}", "{}", false},
		{"text/csv", "a,b", "a,b", false},
		{"application/xml", "<a/>", "<a/>", false},
		{"application/javascript", "a()", "a()", false},
		{"application/x-www-form-urlencoded", "a=b", "YT1i", true},
		{"application/octet-stream", raw, "AP9ieXRlcw==", true},
		{"image/png", raw, "AP9ieXRlcw==", true},
		{"", "a", "YQ==", true},
		{"image/png", "", "", false},
	} {
		t.Run("a body of type "+tc.contentType, func(t *testing.T) {
			t.Parallel()
			var got events.APIGatewayV2HTTPRequest
			send(t, "POST", api(t, everything, 0, keep(&got)), strings.NewReader(tc.body), "Content-Type", tc.contentType)
			if got.Body != tc.want || got.IsBase64Encoded != tc.encoded {
				t.Errorf("got %q (encoded %v), want %q (%v)", got.Body, got.IsBase64Encoded, tc.want, tc.encoded)
			}
		})
	}
}

func TestHTTP_BodyOverLimit_Refused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, contentType string
		size, want        int
	}{
		{"text just under 6 MB fits", "text/plain", 6<<20 - 4096, 204},
		{"text over 6 MB does not", "text/plain", 6<<20 + 1, 413},
		{"bytes grow by a third and fit up to 4.5 MB", "image/png", 9<<19 - 4096, 204},
		{"bytes over 4.5 MB do not", "image/png", 9<<19 + 1, 413},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got events.APIGatewayV2HTTPRequest
			res := send(t, "POST", api(t, everything, 0, keep(&got)), bytes.NewReader(bytes.Repeat([]byte("a"), tc.size)), "Content-Type", tc.contentType)
			if res.StatusCode != tc.want {
				t.Errorf("status %d, want %d", res.StatusCode, tc.want)
			}
		})
	}
}

func TestRoutes_MostSpecificWins(t *testing.T) {
	t.Parallel()
	routes := []gateway.Route{
		{Path: "$default", Function: "rest"},
		{Method: "ANY", Path: "/{proxy+}", Function: "any"},
		{Method: "GET", Path: "/pets/{proxy+}", Function: "pets"},
		{Method: "GET", Path: "/pets/dog/{id}", Function: "dog"},
		{Method: "GET", Path: "/pets/dog/1", Function: "first dog"},
		{Method: "ANY", Path: "/webhooks/{provider}", Function: "any hook"},
		{Method: "POST", Path: "/webhooks/{provider}", Function: "hook"},
		{Method: "POST", Path: "/webhooks/mercadolibre/{secret}", Function: "secret hook"},
	}
	url := api(t, routes, 0, func(_ context.Context, function string, payload []byte) ([]byte, error) {
		var e events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(payload, &e); err != nil {
			return nil, err
		}
		return json.Marshal(events.APIGatewayV2HTTPResponse{StatusCode: 200, Body: function, Headers: map[string]string{"X-Route": e.RouteKey}})
	})
	for request, want := range map[string]string{
		"GET /pets/dog/1":                    "first dog",
		"GET /pets/dog/2":                    "dog",
		"GET /pets/cat/1":                    "pets",
		"POST /pets/dog/1":                   "any",
		"POST /test/5":                       "any",
		"GET /":                              "rest",
		"GET /pets":                          "any",
		"POST /webhooks/whatsapp":            "hook",
		"GET /webhooks/whatsapp":             "any hook",
		"POST /webhooks/a/b":                 "any",
		"POST /webhooks/":                    "any",
		"POST /webhooks/mercadolibre/s3cret": "secret hook",
	} {
		method, path, _ := strings.Cut(request, " ")
		if got := bodyOf(t, send(t, method, url+path, nil)); got != want {
			t.Errorf("%s went to %q, want %q", request, got, want)
		}
	}
}

func TestRoutes_NoMatch_NotFound(t *testing.T) {
	t.Parallel()
	url := api(t, []gateway.Route{{Method: "GET", Path: "/healthz", Function: "f"}}, 0, keep(new(events.APIGatewayV2HTTPRequest)))
	res := send(t, "POST", url+"/healthz", nil)
	if res.StatusCode != 404 || strings.TrimSpace(bodyOf(t, res)) != `{"message":"Not Found"}` {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestNewHTTP_InvalidRoutes_Refused(t *testing.T) {
	t.Parallel()
	for name, routes := range map[string][]gateway.Route{
		"a route without a function":          {{Method: "GET", Path: "/a"}},
		"a path without a slash":              {{Method: "GET", Path: "a", Function: "f"}},
		"a path without a method":             {{Path: "/a", Function: "f"}},
		"a greedy variable in the middle":     {{Method: "GET", Path: "/{all+}/a", Function: "f"}},
		"a variable that does not end":        {{Method: "GET", Path: "/{a", Function: "f"}},
		"the same method and path once again": {{Method: "GET", Path: "/a", Function: "f"}, {Method: "GET", Path: "/a", Function: "g"}},
	} {
		_, err := gateway.NewHTTP(gateway.HTTPOptions{Routes: routes, Invoke: keep(nil), Now: time.Now, Log: slog.Default()})
		if err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestHTTP_Answer_BecomesResponse(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, answer string
		status       int
		body         string
		headers      http.Header
	}{
		{"status, headers and cookies", `{"statusCode":201,"headers":{"content-type":"application/json","x-a":"b"},"cookies":["a=1; HttpOnly","b=2"],"body":"{}"}`, 201, "{}",
			http.Header{"Content-Type": {"application/json"}, "X-A": {"b"}, "Set-Cookie": {"a=1; HttpOnly", "b=2"}}},
		{"several values of a header", `{"statusCode":200,"multiValueHeaders":{"Vary":["Origin","Accept"]}}`, 200, "", http.Header{"Vary": {"Origin", "Accept"}}},
		{"a body in base64", `{"statusCode":200,"isBase64Encoded":true,"body":"AP8="}`, 200, "\x00\xff", nil},
		{"plain text where no type is told", `{"statusCode":200,"body":"a"}`, 200, "a", http.Header{"Content-Type": {"text/plain; charset=utf-8"}}},
		{"a length that is not the body's", `{"statusCode":200,"headers":{"Content-Length":"99"},"body":"a"}`, 200, "a", http.Header{"Content-Length": {"1"}}},
		{"a bare object", `{"message":"hi"}`, 200, `{"message":"hi"}`, http.Header{"Content-Type": {"application/json"}}},
		{"a bare string", `"hi"`, 200, "hi", http.Header{"Content-Type": {"application/json"}}},
		{"a bare list", `[1]`, 200, "[1]", nil},
		{"an answer that is not JSON", `hi`, 500, `{"message":"Internal Server Error"}`, nil},
		{"a body that is not base64", `{"statusCode":200,"isBase64Encoded":true,"body":"?"}`, 500, `{"message":"Internal Server Error"}`, nil},
		{"a status that does not exist", `{"statusCode":99}`, 500, `{"message":"Internal Server Error"}`, nil},
		{"an answer over 6 MB", `"` + strings.Repeat("a", 6<<20) + `"`, 500, `{"message":"Internal Server Error"}`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			url := api(t, everything, 0, func(context.Context, string, []byte) ([]byte, error) { return []byte(tc.answer), nil })
			res := send(t, "GET", url, nil)
			if body := strings.TrimSpace(bodyOf(t, res)); res.StatusCode != tc.status || body != tc.body {
				t.Errorf("got %d %q, want %d %q", res.StatusCode, body, tc.status, tc.body)
			}
			for name, want := range tc.headers {
				if diff := cmp.Diff(want, res.Header[name]); diff != "" {
					t.Errorf("header %s (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

func TestHTTP_FunctionFails_500WithoutDetails(t *testing.T) {
	t.Parallel()
	url := api(t, everything, 0, func(context.Context, string, []byte) ([]byte, error) { return nil, errors.New("secret detail") })
	res := send(t, "GET", url, nil)
	if body := bodyOf(t, res); res.StatusCode != 500 || strings.TrimSpace(body) != `{"message":"Internal Server Error"}` {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
}

func TestHTTP_Timeout_503AndFunctionRunsOn(t *testing.T) {
	t.Parallel()
	release, finished := make(chan struct{}), make(chan error, 1)
	url := api(t, everything, 20*time.Millisecond, func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
		<-release
		finished <- ctx.Err()
		return []byte("{}"), nil
	})
	if res := send(t, "GET", url, nil); res.StatusCode != 503 {
		t.Errorf("status %d, want 503", res.StatusCode)
	}
	close(release)
	if err := <-finished; err != nil {
		t.Errorf("the function was interrupted: %v", err)
	}
}
