package chat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestMessageIDsSortByTimeThenArrival(t *testing.T) {
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

func TestSortTime(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		provider time.Time
		want     time.Time
	}{
		{"a provider's clock of whole seconds does not put an answer before its question", noon.Add(-900 * time.Millisecond), noon},
		{"a late message sorts where it was written", noon.Add(-time.Minute), noon.Add(-time.Minute)},
		{"the future is not believed", noon.Add(time.Hour), noon},
		{"no time at all is the arrival", time.Time{}, noon},
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

func TestLoadChangesFollowTheStateOfTheConversation(t *testing.T) {
	t.Parallel()
	of := func(status Status, operator OperatorID) Conversation {
		return Conversation{Status: status, AssigneeID: operator}
	}
	tests := []struct {
		name   string
		before *Conversation
		after  Conversation
		want   string
	}{
		{"assigned from the pool", new(of(Open, "")), of(Open, "ana"), "[ana+1]"},
		{"given to another", new(of(Open, "ana")), of(Open, "bruno"), "[ana-1 bruno+1]"},
		{"set pending it still counts", new(of(Open, "ana")), of(Pending, "ana"), "[]"},
		{"snoozed it does not", new(of(Open, "ana")), of(Snoozed, "ana"), "[ana-1]"},
		{"resolved it does not, though it keeps its assignee", new(of(Pending, "ana")), of(Resolved, "ana"), "[ana-1]"},
		{"a new one in the pool counts for nobody", nil, of(Open, ""), "[]"},
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

func TestIllegalTransitionsAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		from Status
		do   func(*Conversation) error
	}{
		{"resolving twice", Resolved, func(c *Conversation) error { return c.Resolve(noon, Author{}) }},
		{"reopening what is open", Open, func(c *Conversation) error { return c.Reopen(noon, "") }},
		{"assigning what is resolved", Resolved, func(c *Conversation) error { return c.Assign("ana", noon) }},
		{"assigning what is not admitted", Held, func(c *Conversation) error { return c.Assign("ana", noon) }},
		{"assigning to nobody", Open, func(c *Conversation) error { return c.Assign("", noon) }},
		{"giving back what nobody has", Open, func(c *Conversation) error { return c.Unassign(noon) }},
		{"putting aside what is resolved", Resolved, (*Conversation).SetPending},
		{"taking up what is resolved", Resolved, func(c *Conversation) error { return c.SetOpen(noon) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := Conversation{Status: test.from}
			if err := test.do(&c); err == nil || c.Status != test.from {
				t.Errorf("%v, now %s", err, c.Status)
			}
		})
	}
}

func TestAPreviewKeepsWholeRunes(t *testing.T) {
	t.Parallel()
	p := NewPreview(Message{Text: strings.Repeat("ñ", 500)})
	if got := []rune(p.Text); len(got) != previewRunes+1 || got[0] != 'ñ' || got[previewRunes] != '…' {
		t.Errorf("%q", p.Text)
	}
}

func TestSecretsPrintAsNothing(t *testing.T) {
	t.Parallel()
	printed := fmt.Sprintf("%v %s %+v", Secret("token"), Credentials("token"), struct{ C Credentials }{Credentials("token")})
	if strings.Contains(printed, "token") {
		t.Errorf("%s", printed)
	}
}
