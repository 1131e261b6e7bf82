package main

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"
)

// names replaces what is random or a time by what is equal in every run. Ids and tokens become names by the order in which they
// first appear; once frozen, those that did not appear before are masked. Times become their distance, in whole hours, from the
// start of the stack's clock (T) or of the wall clock (W); others are kept: the traffic gave them.
type names struct {
	clock, wall time.Time // both clocks at the start
	frozen      bool
	known       map[string]string
	count       map[string]int
	suffixes    map[string]bool // the ends of visitors' ids, by which an inbox tells them apart
}

func newNames(clock, wall time.Time) *names {
	return &names{clock: clock, wall: wall, known: map[string]string{}, count: map[string]int{}, suffixes: map[string]bool{}}
}

const (
	grain = time.Hour
	reach = 4 * 365 * 24 * time.Hour // after the start of the stack's clock
	since = 2 * time.Hour            // before a start, for windows that had begun
)

var (
	instantPattern = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`)
	headerTime     = regexp.MustCompile(`[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT|\b\d{8}T\d{6}Z`)
	signedQuery    = regexp.MustCompile(`(X-Amz-[A-Za-z-]+)=[^&"'\s]+`)
	hostPattern    = regexp.MustCompile(`(127\.0\.0\.1|localhost):\d+`)
	secretPattern  = regexp.MustCompile(`[A-Za-z0-9_.+~-]{32,}=*`)
	requestPattern = regexp.MustCompile(`(?:^|#)[A-Za-z0-9_-]{15}=$`)
	idPattern      = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{20,26}\b`)
	millisPattern  = regexp.MustCompile(`\b\d{13}\b`)
	shardPattern   = regexp.MustCompile(`\bD#\d\d\b`)
	visitorPattern = regexp.MustCompile(`(Visitante|Visitor) [0-9A-Z]{4}\b`)
	versionPattern = regexp.MustCompile(`^/v\d+\.\d+/`)
)

// text normalises a text.
func (n *names) text(s string) string {
	s = strings.ReplaceAll(s, "%20", " ") // of keys; it would hide where an id begins
	s = instantPattern.ReplaceAllStringFunc(s, func(found string) string {
		at, err := time.Parse(time.RFC3339Nano, found)
		if err != nil {
			return found
		}
		return n.instant(at, found)
	})
	s = headerTime.ReplaceAllString(s, "<time>")
	s = signedQuery.ReplaceAllString(s, "$1=<signed>")
	s = hostPattern.ReplaceAllString(s, "<host>")
	s = visitorPattern.ReplaceAllString(s, "$1 <suffix>")
	s = secretPattern.ReplaceAllStringFunc(s, func(found string) string {
		if !strings.ContainsAny(found, "0123456789") || !strings.ContainsAny(strings.ToLower(found), "abcdefghijklmnopqrstuvwxyz") {
			return found
		}
		return n.name("secret", found)
	})
	s = requestPattern.ReplaceAllStringFunc(s, func(found string) string {
		id := strings.TrimPrefix(found, "#")
		return strings.TrimSuffix(found, id) + n.name("request", id)
	})
	s = idPattern.ReplaceAllStringFunc(s, func(found string) string { return n.name("id", found) })
	s = millisPattern.ReplaceAllStringFunc(s, func(found string) string {
		var ms int64
		if _, err := fmt.Sscan(found, &ms); err != nil {
			return found
		}
		return n.instant(time.UnixMilli(ms), found)
	})
	return shardPattern.ReplaceAllString(s, "D#<shard>")
}

// name is what a random text is called.
func (n *names) name(kind, found string) string {
	if name, ok := n.known[found]; ok {
		return name
	}
	if n.frozen {
		return "<" + kind + ">"
	}
	n.count[kind]++
	name := fmt.Sprintf("<%s %d>", kind, n.count[kind])
	n.known[found] = name
	return name
}

// instant is what a time is called, or otherwise if it is none of this run.
func (n *names) instant(at time.Time, otherwise string) string {
	for _, base := range []struct {
		name  string
		start time.Time
		until time.Time
	}{{"T", n.clock, n.clock.Add(reach)}, {"W", n.wall, n.clock.Add(-since)}} {
		if at.Before(base.start.Add(-since)) || !at.Before(base.until) {
			continue
		}
		hours := math.Round(float64(at.Sub(base.start)) / float64(grain))
		return fmt.Sprintf("<%s+%vh>", base.name, max(hours, 0))
	}
	return otherwise
}

// value normalises what was decoded from JSON or from an item.
func (n *names) value(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, key := range sortedKeys(v) {
			if text, ok := v[key].(string); ok && key == "nextCursor" && text != "" {
				out[key] = "<cursor>"
				continue
			}
			if id, ok := v[key].(string); ok && key == "visitorId" && len(id) > 4 {
				n.suffixes[strings.ToLower(id[len(id)-4:])] = true
			}
			out[n.text(key)] = n.value(v[key])
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = n.value(v[i])
		}
		return out
	case []string:
		out := make([]any, len(v))
		for i := range v {
			out[i] = n.text(v[i])
		}
		return out
	case string:
		return n.embedded(v)
	case []byte:
		var decoded any
		if json.Unmarshal(v, &decoded) == nil {
			return n.value(decoded)
		}
		return "<bytes>"
	case float64:
		return n.number(v)
	}
	return v
}

// embedded looks into JSON that is kept as a text.
func (n *names) embedded(s string) any {
	var decoded map[string]any
	if strings.HasPrefix(s, "{") && json.Unmarshal([]byte(s), &decoded) == nil {
		return map[string]any{"<json>": n.value(decoded)}
	}
	return n.text(s)
}

// number recognises times in milliseconds and in seconds.
func (n *names) number(v float64) any {
	var at time.Time
	switch {
	case v > 1.5e12 && v < 3e12:
		at = time.UnixMilli(int64(v))
	case v > 1.5e9 && v < 3e9:
		at = time.Unix(int64(v), 0)
	default:
		return v
	}
	if name := n.instant(at, ""); name != "" {
		return name
	}
	return v
}
