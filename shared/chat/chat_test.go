package chat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestNewMessageID_SortsByTimeThenArrival(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		instant := func(name string) time.Time {
			return noon.Add(time.Duration(rapid.IntRange(0, 1e9).Draw(t, name)) * time.Millisecond)
		}
		a1, a2, b1, b2 := instant("a"), instant("a arrival"), instant("b"), instant("b arrival")
		a, b := NewMessageID(a1, a2, "a"), NewMessageID(b1, b2, "b")
		if a1.Before(b1) && a >= b || a1.Equal(b1) && a2.Before(b2) && a >= b {
			t.Fatalf("%s %s", a, b)
		}
		if again := NewMessageID(a1, a2, "a"); again != a || len(a) != 26 {
			t.Fatalf("%s and %s", a, again)
		}
	})
}

func TestMessageID_ArrivedAt(t *testing.T) {
	t.Parallel()
	for _, arrived := range []time.Time{time.UnixMilli(0).UTC(), time.UnixMilli(1795262395123).UTC(), time.Date(2200, 1, 2, 3, 4, 5, 678_000_000, time.UTC)} {
		if got := NewMessageID(arrived.Add(-time.Hour), arrived, "m").ArrivedAt(); !got.Equal(arrived) {
			t.Errorf("got %s, want %s", got, arrived)
		}
	}
	for _, id := range []MessageID{"", "M1", "01M8EVGTBV06H1VE39FC03AGF", "01M8EVGTBV06H1VE39FC03AGFu"} {
		if got := id.ArrivedAt(); !got.IsZero() {
			t.Errorf("%q arrived at %s", id, got)
		}
	}
}

func TestSortTime(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		provider time.Time
		want     time.Time
	}{
		{"whole seconds of the provider are within the tolerance", noon.Add(-900 * time.Millisecond), noon},
		{"late message sorts near where it was written", noon.Add(-time.Minute), noon.Add(-55 * time.Second)},
		{"future becomes the arrival", noon.Add(time.Hour), noon},
		{"no time becomes the arrival", time.Time{}, noon},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := SortTime(test.provider, noon); !got.Equal(test.want) {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestSortTime_AnyDelays_KeepsOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		step := rapid.Int64Range(0, int64(8*time.Second))
		sent, arrived := noon, noon
		last := noon.Add(-time.Hour)
		for range 20 {
			sent = sent.Add(time.Duration(step.Draw(t, "sent")))
			if arrived = arrived.Add(time.Duration(step.Draw(t, "arrives"))); arrived.Before(sent) {
				arrived = sent
			}
			at := SortTime(sent.Truncate(time.Second), arrived)
			if at.Before(last) {
				t.Fatalf("sent %v, arrived %v: %v sorts before %v", sent, arrived, at, last)
			}
			last = at
		}
	})
}

func TestLoadChanges(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		before *Conversation
		after  Conversation
		want   string
	}{
		{"assigned from the pool", new(of(Open, "")), of(Open, "ana"), "[ana+1]"},
		{"reassigned", new(of(Open, "ana")), of(Open, "bruno"), "[ana-1 bruno+1]"},
		{"pending still counts", new(of(Open, "ana")), of(Pending, "ana"), "[]"},
		{"snoozed does not count", new(of(Open, "ana")), of(Snoozed, "ana"), "[ana-1]"},
		{"resolved does not count, with its assignee", new(of(Pending, "ana")), of(Resolved, "ana"), "[ana-1]"},
		{"new in the pool", nil, of(Open, ""), "[]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := []string{}
			for _, change := range LoadChanges(test.before, test.after, noon) {
				got = append(got, fmt.Sprintf("%s%+d", change.OperatorID, change.Delta))
			}
			if fmt.Sprint(got) != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

func TestNewPreview_WholeRunes(t *testing.T) {
	t.Parallel()
	p := NewPreview(Message{Text: strings.Repeat("ñ", 500)})
	if got := []rune(p.Text); len(got) != previewRunes+1 || got[0] != 'ñ' || got[previewRunes] != '…' {
		t.Errorf("%q", p.Text)
	}
}

func TestSecret_NotPrinted(t *testing.T) {
	t.Parallel()
	printed := fmt.Sprintf("%v %s %+v", Secret("token"), Credentials("token"), struct{ C Credentials }{Credentials("token")})
	if strings.Contains(printed, "token") {
		t.Errorf("%s", printed)
	}
}
