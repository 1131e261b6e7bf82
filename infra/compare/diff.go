package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// difference is one value that is not the same on both sides; nil stands for none.
type difference struct {
	where         string
	before, after any
}

func (d difference) String() string {
	return fmt.Sprintf("%s: %s ≠ %s", d.where, show(d.before), show(d.after))
}

func show(v any) string {
	if v == nil {
		return "nothing"
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(encoded))
}

// diffValues compares two values field by field.
func diffValues(where string, a, b any) []difference {
	am, aIsMap := a.(map[string]any)
	bm, bIsMap := b.(map[string]any)
	al, aIsList := a.([]any)
	bl, bIsList := b.([]any)
	var found []difference
	switch {
	case aIsMap && bIsMap:
		keys := maps.Clone(am)
		maps.Copy(keys, bm)
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			found = append(found, diffValues(where+"."+key, am[key], bm[key])...)
			if _, ok := am[key]; !ok && bm[key] == nil {
				found = append(found, difference{where + "." + key, "absent", "null"})
			} else if _, ok := bm[key]; !ok && am[key] == nil {
				found = append(found, difference{where + "." + key, "null", "absent"})
			}
		}
	case aIsList && bIsList:
		for i := range max(len(al), len(bl)) {
			var x, y any
			if i < len(al) {
				x = al[i]
			}
			if i < len(bl) {
				y = bl[i]
			}
			found = append(found, diffValues(fmt.Sprintf("%s[%d]", where, i), x, y)...)
		}
	case !reflect.DeepEqual(a, b):
		found = append(found, difference{where, a, b})
	}
	return found
}

// diffSteps compares answers in their order.
func diffSteps(a, b []step) []difference {
	var found []difference
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(b):
			return append(found, difference{fmt.Sprintf("#%d %s", i, a[i].label), "answered", nil})
		case i >= len(a):
			return append(found, difference{fmt.Sprintf("#%d %s", i, b[i].label), nil, "answered"})
		case a[i].label != b[i].label:
			return append(found, difference{fmt.Sprintf("#%d", i), a[i].label, b[i].label})
		}
		where := fmt.Sprintf("#%d %s", i, a[i].label)
		if a[i].status != b[i].status {
			found = append(found, difference{where + ": status", a[i].status, b[i].status})
		}
		found = append(found, diffValues(where+": header", a[i].header, b[i].header)...)
		found = append(found, diffValues(where+": body", a[i].body, b[i].body)...)
	}
	return found
}

// entry is something whose order does not count: an item of a table, an item of a frame, a call of the provider.
type entry struct {
	kind  string
	value any
}

// diffEntries compares entries as multisets for each kind. What is left over is paired with the most similar of the other side.
func diffEntries(prefix string, a, b []entry) []difference {
	left := map[string]map[string]int{} // kind, then encoded value: how many more times before than after
	values := map[string]any{}
	count := func(list []entry, by int) {
		for _, e := range list {
			key := show(e.value)
			if left[e.kind] == nil {
				left[e.kind] = map[string]int{}
			}
			left[e.kind][key] += by
			values[key] = e.value
		}
	}
	count(a, 1)
	count(b, -1)
	var found []difference
	for _, kind := range slices.Sorted(maps.Keys(left)) {
		var gone, come []any
		for _, key := range slices.Sorted(maps.Keys(left[kind])) {
			for n := left[kind][key]; n > 0; n-- {
				gone = append(gone, values[key])
			}
			for n := left[kind][key]; n < 0; n++ {
				come = append(come, values[key])
			}
		}
		for _, x := range gone {
			best, at := []difference(nil), -1
			for i, y := range come {
				if d := diffValues(prefix+kind+" "+name(x), x, y); at < 0 || len(d) < len(best) {
					best, at = d, i
				}
			}
			if at < 0 || len(best) > 8 {
				found = append(found, difference{prefix + kind, x, nil})
				continue
			}
			found, come = append(found, best...), slices.Delete(come, at, at+1)
		}
		for _, y := range come {
			found = append(found, difference{prefix + kind, nil, y})
		}
	}
	return found
}

// name is by what a reader finds an entry.
func name(v any) string {
	fields, _ := v.(map[string]any)
	var parts []string
	for _, key := range []string{"pk", "sk", "job", "subject", "conversationId", "method", "path"} {
		if text, ok := fields[key].(string); ok {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " ")
}
