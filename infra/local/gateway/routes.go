package gateway

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Route maps requests to a function.
type Route struct {
	Method   string // GET, …, or ANY
	Path     string // "/webhooks/{provider}", "/api/v1/{proxy+}", or "$default" for requests that match no other route
	Function string
}

// Key is the route as API Gateway writes it.
func (r Route) Key() string {
	if r.Path == "$default" {
		return r.Path
	}
	return r.Method + " " + r.Path
}

type route struct {
	Route
	segments []segment
}

// segment is one part of a path; its kind is its rank when two routes fit.
type segment struct {
	kind segmentKind
	text string // literal, or the variable's name
}

type segmentKind int

const (
	literal segmentKind = iota
	variable
	greedy
)

// table holds the routes, the most specific first.
type table []route

func newTable(routes []Route) (table, error) {
	var t table
	seen := map[string]bool{}
	for _, r := range routes {
		if seen[r.Key()] {
			return nil, fmt.Errorf("route %q is there twice", r.Key())
		}
		seen[r.Key()] = true
		parsed, err := parse(r)
		if err != nil {
			return nil, err
		}
		t = append(t, parsed)
	}
	slices.SortStableFunc(t, func(a, b route) int {
		return cmp.Or(comparePaths(a, b), cmp.Compare(methodRank(a), methodRank(b)))
	})
	return t, nil
}

func parse(r Route) (route, error) {
	if r.Function == "" {
		return route{}, fmt.Errorf("route %q leads to no function", r.Key())
	}
	if r.Path == "$default" {
		return route{Route: r}, nil
	}
	if !strings.HasPrefix(r.Path, "/") || r.Method == "" {
		return route{}, fmt.Errorf("route %q is not a method and a path", r.Key())
	}
	parts := strings.Split(r.Path[1:], "/")
	out := route{Route: r}
	for i, part := range parts {
		name, isVariable := strings.CutPrefix(part, "{")
		switch {
		case !isVariable:
			out.segments = append(out.segments, segment{literal, part})
		case strings.HasSuffix(name, "+}") && i == len(parts)-1:
			out.segments = append(out.segments, segment{greedy, strings.TrimSuffix(name, "+}")})
		case strings.HasSuffix(name, "}") && !strings.HasSuffix(name, "+}"):
			out.segments = append(out.segments, segment{variable, strings.TrimSuffix(name, "}")})
		default:
			return route{}, fmt.Errorf("route %q has a malformed variable %q", r.Key(), part)
		}
	}
	return out, nil
}

// comparePaths orders the more specific path first: a literal before a variable before a greedy variable, from the left;
// $default, which has no segments, comes last.
func comparePaths(a, b route) int {
	for i := range min(len(a.segments), len(b.segments)) {
		if c := cmp.Compare(a.segments[i].kind, b.segments[i].kind); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(b.segments), len(a.segments))
}

func methodRank(r route) int {
	if r.Method == "ANY" {
		return 1
	}
	return 0
}

// find returns the route that matches a request, with the values of its variables.
func (t table) find(method, path string) (route, map[string]string, bool) {
	for _, r := range t {
		if r.Path == "$default" {
			return r, nil, true
		}
		if r.Method != "ANY" && r.Method != method {
			continue
		}
		if values, ok := r.match(path); ok {
			return r, values, true
		}
	}
	return route{}, nil, false
}

func (r route) match(path string) (values map[string]string, ok bool) {
	rest := strings.TrimPrefix(path, "/")
	for i, s := range r.segments {
		part, after, more := strings.Cut(rest, "/")
		last := i == len(r.segments)-1
		if s.kind == greedy {
			part, more = rest, false
		}
		if more == last || s.kind == literal && part != s.text || s.kind != literal && part == "" {
			return nil, false
		}
		if s.kind != literal {
			if values == nil {
				values = map[string]string{}
			}
			values[s.text] = part
		}
		rest = after
	}
	return values, true
}

// FunctionOf is the function that the routes lead a request to, "" for none.
func FunctionOf(routes []Route, method, path string) (string, error) {
	t, err := newTable(routes)
	if err != nil {
		return "", err
	}
	found, _, _ := t.find(method, path)
	return found.Function, nil
}
