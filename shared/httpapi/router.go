package httpapi

import (
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strings"
)

// Router finds a route by method and path. A pattern is a path whose segments in braces match anything; where two patterns
// match, the one that is literal for longer wins. It is ready after a few microseconds, which a cold start feels.
type Router[T any] struct {
	routes map[string][]entry[T] // by method and number of segments
}

type entry[T any] struct {
	pattern  string
	segments []string
	route    T
}

// NewRouter lists the routes; two with the same method and pattern are an error.
func NewRouter[T any](routes []T, name func(T) (method, pattern string)) (*Router[T], error) {
	r := &Router[T]{routes: map[string][]entry[T]{}}
	for _, route := range routes {
		method, pattern := name(route)
		segments := split(pattern)
		key := routeKey(method, segments)
		for _, other := range r.routes[key] {
			if shape(other.segments) == shape(segments) {
				return nil, fmt.Errorf("routes %s %s and %s are the same", method, other.pattern, pattern)
			}
		}
		r.routes[key] = append(r.routes[key], entry[T]{pattern, segments, route})
	}
	for _, entries := range r.routes {
		sort.SliceStable(entries, func(i, j int) bool { return shape(entries[i].segments) < shape(entries[j].segments) })
	}
	return r, nil
}

// Match finds the route and the values of its wildcards, unescaped.
func (r *Router[T]) Match(method, path string) (route T, params map[string]string, ok bool) {
	segments := split(path)
	for _, entry := range r.routes[routeKey(method, segments)] {
		if params, ok := entry.match(segments); ok {
			return entry.route, params, true
		}
	}
	return route, nil, false
}

func (e entry[T]) match(segments []string) (map[string]string, bool) {
	params := map[string]string{}
	for i, want := range e.segments {
		if !wildcard(want) {
			if want != segments[i] {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(segments[i])
		if err != nil || value == "" {
			return nil, false
		}
		params[want[1:len(want)-1]] = value
	}
	return params, true
}

func split(path string) []string { return strings.Split(strings.TrimPrefix(path, "/"), "/") }

func routeKey(method string, segments []string) string { return fmt.Sprint(method, len(segments)) }

func wildcard(segment string) bool { return strings.HasPrefix(segment, "{") }

// shape is a pattern without the names of its wildcards, which sort after every letter.
func shape(segments []string) string {
	parts := slices.Clone(segments)
	for i, part := range parts {
		if wildcard(part) {
			parts[i] = "~"
		}
	}
	return strings.Join(parts, "/")
}
