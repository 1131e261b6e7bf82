package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// m is a JSON object.
type m = map[string]any

// step is one recorded answer.
type step struct {
	label  string
	status int
	header map[string]any
	body   any
}

// covered counts the answers of a route.
type covered struct{ succeeded, failed int }

// document is what is read of a stack's openapi.json.
type document struct {
	Paths map[string]map[string]struct {
		Permission string           `json:"x-permission"`
		Security   []map[string]any `json:"security"`
	} `json:"paths"`
}

// user is who makes requests.
type user struct {
	r      *run
	name   string
	token  string
	header map[string]string
}

func (u *user) with(name, value string) *user {
	other := *u
	other.header = maps.Clone(u.header)
	if other.header == nil {
		other.header = map[string]string{}
	}
	other.header[name] = value
	return &other
}

func (u *user) get(path string) answer             { return u.do(http.MethodGet, path, nil) }
func (u *user) post(path string, body any) answer  { return u.do(http.MethodPost, path, body) }
func (u *user) put(path string, body any) answer   { return u.do(http.MethodPut, path, body) }
func (u *user) patch(path string, body any) answer { return u.do(http.MethodPatch, path, body) }
func (u *user) del(path string) answer             { return u.do(http.MethodDelete, path, nil) }

// answer is an answer as it came.
type answer struct {
	status  int
	header  http.Header
	raw     []byte
	decoded any
}

// get reads a text by its place, such as "items.0.id".
func (a answer) get(place string) string {
	at := a.decoded
	for part := range strings.SplitSeq(place, ".") {
		switch v := at.(type) {
		case map[string]any:
			at = v[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(v) {
				return ""
			}
			at = v[i]
		default:
			return ""
		}
	}
	switch v := at.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return show(at)
}

// must is get for what the traffic cannot go on without.
func (a answer) must(place string) string {
	found := a.get(place)
	if found == "" {
		panic(fmt.Errorf("an answer has no %s: %d %.500s", place, a.status, a.raw))
	}
	return found
}

func (a answer) version() int {
	n, err := strconv.Atoi(a.must("version"))
	if err != nil {
		panic(err)
	}
	return n
}

// do makes a request and records its answer. A path without a leading slash is a whole address; others than those of the local
// stack and the providers are below /api/v1.
func (u *user) do(method, path string, body any) answer {
	a := u.unrecorded(method, path, body)
	u.record(method, path, a)
	return a
}

func (u *user) record(method, path string, a answer) {
	r := u.r
	path, _, _ = strings.Cut(absolute(path), "?")
	header := map[string]any{}
	for name, values := range a.header {
		switch name {
		case "Date", "Content-Length", "X-Request-Id", "Apigw-Requestid":
			continue
		}
		for i := range values {
			values[i] = r.names.text(values[i])
		}
		header[name] = strings.Join(values, "\n")
	}
	s := step{label: r.names.text(fmt.Sprintf("%s %s as %s", method, path, u.name)), status: a.status, header: header}
	switch {
	case strings.HasSuffix(path, "/openapi.json"):
		s.body = r.names.value(r.doc.summary())
	case strings.HasSuffix(path, "/capabilities") && a.status == http.StatusOK:
		byType := m{}
		items, _ := a.decoded.(m)["items"].([]any)
		for _, item := range items {
			byType[item.(m)["channelType"].(string)] = r.names.value(item)
		}
		s.body = byType
	case a.decoded != nil:
		s.body = r.names.value(a.decoded)
	default:
		s.body = r.names.text(string(a.raw))
	}
	r.steps = append(r.steps, s)
	if route := r.doc.route(method, path); route != "" {
		c := r.routes[route]
		if a.status < http.StatusBadRequest {
			c.succeeded++
		} else {
			c.failed++
		}
	}
}

func absolute(path string) string {
	for _, prefix := range []string{"http", "/local/", "/webhooks/", "/widget/", "/healthz", "/api/"} {
		if strings.HasPrefix(path, prefix) {
			return path
		}
	}
	return "/api/v1" + path
}

// unrecorded makes a request. A body of bytes or a text goes as it is.
func (u *user) unrecorded(method, path string, body any) answer {
	var payload []byte
	switch b := body.(type) {
	case nil:
	case []byte:
		payload = b
	case string:
		payload = []byte(b)
	default:
		encoded, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		payload = encoded
	}
	address := absolute(path)
	if !strings.HasPrefix(address, "http") {
		address = u.r.url + address
	}
	request, err := http.NewRequestWithContext(u.r.ctx, method, address, bytes.NewReader(payload))
	if err != nil {
		panic(fmt.Errorf("make a request: %w", err))
	}
	if payload != nil && strings.HasPrefix(address, u.r.url) {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("User-Agent", "compare")
	if u.token != "" {
		request.Header.Set("Authorization", "Bearer "+u.token)
	}
	for name, value := range u.header {
		request.Header.Set(name, value)
	}
	response, err := noRedirects.Do(request)
	if err != nil {
		panic(fmt.Errorf("%s %s: %w", method, path, err))
	}
	defer func() { _ = response.Body.Close() }() // only read
	a := answer{status: response.StatusCode, header: response.Header}
	if a.raw, err = io.ReadAll(response.Body); err != nil {
		panic(fmt.Errorf("%s %s: %w", method, path, err))
	}
	_ = json.Unmarshal(a.raw, &a.decoded) // what is not JSON is compared as a text
	return a
}

var noRedirects = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// peek reads without a record; it fails for anything but success.
func (r *run) peek(u *user, path string) (a answer, err error) {
	defer func() {
		if fault, ok := recover().(error); ok {
			err = fault
		}
	}()
	if u == nil {
		u = &user{r: r}
	}
	if a = u.unrecorded(http.MethodGet, path, nil); a.status >= http.StatusMultipleChoices {
		err = fmt.Errorf("GET %s: %d %s", path, a.status, a.raw)
	}
	return a, err
}

// operations lists the document's routes as "METHOD path", in order.
func (d document) operations() []string {
	var list []string
	for path, methods := range d.Paths {
		for method := range methods {
			list = append(list, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(list)
	return list
}

// summary is what is compared of the document: who may call what. The schemas' form may change where the JSON does not.
func (d document) summary() m {
	out := m{}
	for path, methods := range d.Paths {
		for method, operation := range methods {
			access := operation.Permission
			if access == "" && len(operation.Security) > 0 {
				access = "signed in"
			}
			out[strings.ToUpper(method)+" "+path] = access
		}
	}
	return out
}

// route finds the document's route of a request; "" for none. Literal segments win.
func (d document) route(method, path string) string {
	best, literals := "", -1
	for _, route := range d.operations() {
		of, pattern, _ := strings.Cut(route, " ")
		want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
		if of != method || len(want) != len(have) {
			continue
		}
		same := 0
		for i := range want {
			switch {
			case want[i] == have[i]:
				same++
			case !strings.HasPrefix(want[i], "{"):
				same = -len(want) * 2
			}
		}
		if same > literals {
			best, literals = route, same
		}
	}
	return best
}

func sortedKeys(v map[string]any) []string { return slices.Sorted(maps.Keys(v)) }
