package main

import (
	"reflect"
	"testing"
	"time"
)

var (
	testClock = time.Date(2030, 6, 3, 9, 0, 0, 0, time.UTC)
	testWall  = time.Date(2026, 11, 27, 11, 0, 0, 0, time.UTC)
)

func TestText_RandomAndTimes_SameName(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"A#01KB2Z9G4VXQW3F6T8Y5N7M0RD":                       "A#<id 1>",
		"http://127.0.0.1:8080/x/01KB2Z9G4VXQW3F6T8Y5N7M0RD": "http://<host>/x/<id 1>",
		"2030-06-03T09:03:00.123Z":                           "<T+0h>",
		"2030-06-04T09:00:10Z":                               "<T+24h>",
		"2026-12-27T11:01:00Z":                               "<W+720h>",
		"2026-11-22T12:00:00Z":                               "2026-11-22T12:00:00Z",
		"1906707780000#01KB2Z9G4VXQW3F6T8Y5N7M0RD":           "<T+0h>#<id 1>",
		"D#07":                             "D#<shard>",
		"#q8RZa3ZTHAjnTGM=":                "#<request 1>",
		"N#x%2001KB2Z9G4VXQW3F6T8Y5N7M0RD": "N#x <id 1>",
		"Visitante 7M0R":                   "Visitante <suffix>",
		"5491155550101":                    "5491155550101",
		"?X-Amz-Signature=ab12&x=1":        "?X-Amz-Signature=<signed>&x=1",
		"token=abcdefghijklmnopqrstuvwxyz0123456789": "token=<secret 1>",
		"conversation.assign conversation.read":      "conversation.assign conversation.read",
	} {
		if got := newNames(testClock, testWall).text(given); got != want {
			t.Errorf("text(%q) = %q, want %q", given, got, want)
		}
	}
}

func TestName_OrderOfAppearance_Frozen(t *testing.T) {
	t.Parallel()
	n := newNames(testClock, testWall)
	first, second := "01KB2Z9G4VXQW3F6T8Y5N7M0RD", "01KB2Z9G4VXQW3F6T8Y5N7M0RE"
	if got := n.text(second + " " + first + " " + second); got != "<id 1> <id 2> <id 1>" {
		t.Errorf("names are %q", got)
	}
	n.frozen = true
	if got := n.text(first + " 01KB2Z9G4VXQW3F6T8Y5N7M0RF"); got != "<id 2> <id>" {
		t.Errorf("frozen names are %q", got)
	}
}

func TestValue_Nested_Normalised(t *testing.T) {
	t.Parallel()
	n := newNames(testClock, testWall)
	got := n.value(map[string]any{
		"nextCursor": "eyJhIjoxfQ", "n": 3.0, "at": float64(testClock.Add(24 * time.Hour).UnixMilli()), "ttl": float64(testWall.Unix() + 60),
		"list": []any{nil, true}, "kept": `{"at":"2030-06-03T09:00:00Z"}`, "bytes": []byte{1, 2},
	})
	want := map[string]any{
		"nextCursor": "<cursor>", "n": 3.0, "at": "<T+24h>", "ttl": "<W+0h>", "list": []any{nil, true},
		"kept": map[string]any{"<json>": map[string]any{"at": "<T+0h>"}}, "bytes": "<bytes>",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDiffEntries_OneFieldDiffers_NamesField(t *testing.T) {
	t.Parallel()
	item := func(status string) entry {
		return entry{"message", map[string]any{"pk": "V#1", "status": status}}
	}
	got := diffEntries("desk ", []entry{item("sent"), item("read")}, []entry{item("read"), item("failed")})
	if len(got) != 1 || got[0].String() != `desk message V#1.status: "sent" ≠ "failed"` {
		t.Errorf("differences are %v", got)
	}
	if got := diffEntries("", []entry{item("sent"), item("sent")}, []entry{item("sent")}); len(got) != 1 {
		t.Errorf("a multiset's difference is %v", got)
	}
}

func TestDiffValues_AbsentAndNull_Differ(t *testing.T) {
	t.Parallel()
	if got := diffValues("x", map[string]any{"a": nil}, map[string]any{}); len(got) != 1 {
		t.Errorf("differences are %v", got)
	}
}
