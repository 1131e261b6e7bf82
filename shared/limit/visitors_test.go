package limit

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// actions are all actions by the name of their limits.
var actions = map[string]Action{
	"request": Request, "document": Document, "session": Session, "visitor": NewVisitor, "message": Message, "conversation": NewConversation,
	"upload": Upload, "read": Read, "connect": Connect, "frame": Frame,
}

// limitsOf returns the limits from the narrowest level to the widest.
func limitsOf(a Action) []Limit { return slices.Concat(a.visitor, a.address, a.site, a.account) }

func TestVisitors_Limits_DistinctAndWiderFromLevelToLevel(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for kind, a := range actions {
		hourly := map[time.Duration]int{}
		for _, l := range limitsOf(a) {
			if names[l.Name] || !strings.HasPrefix(strings.Replace(l.Name, "s_", "_", 1), kind+"_") {
				t.Errorf("%s: another limit counts under this name, or it is none of %s", l.Name, kind)
			}
			names[l.Name] = true
			if l.Most < 1 || l.Batch < 1 || l.Batch > l.Most/2 && l.Batch != l.Most || l.Window <= 0 {
				t.Errorf("%s cannot work: %+v", l.Name, l)
			}
			if l.Most < hourly[l.Window] {
				t.Errorf("%s lets through less than a narrower limit", l.Name)
			}
			hourly[l.Window] = l.Most
		}
	}
	checks := Message.Of(Visitor{ID: "V", Address: "A", Site: "S", Account: "C"})
	if len(checks) != 5 || checks[0].Who != "V" || checks[2].Who != "A" || checks[3].Who != "S" || checks[4].Who != "C" {
		t.Errorf("the uses are %+v", checks)
	}
	if checks := Message.Of(Visitor{Site: "S"}); len(checks) != 1 {
		t.Errorf("of a visitor who is not known, %+v", checks)
	}
}

// shop is an hour of a busy account, as it is described above the limits, over eight warm processes.
type shop struct {
	*testing.T
	now       time.Time
	counts    *counter
	processes []*process
	next      int
}

func (s *shop) does(a Action, v Visitor) {
	s.Helper()
	s.next++
	if err := s.processes[s.next%len(s.processes)].Take(s.Context(), a.Of(v)...); err != nil {
		s.Fatalf("at %s, %+v: %v", s.now.Format(time.TimeOnly), v, err)
	}
}

func openShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{T: t, now: noon, counts: &counter{}}
	for range 8 {
		s.processes = append(s.processes, start(t, s.counts, &s.now))
	}
	return s
}

// pages are loaded in a second: 200 in the first two minutes, which is enough to fill windows of a minute.
func pages(second int) int {
	if second < 120 {
		return 200
	}
	return 0
}

// A busy account meets no limit: 25 messages a second of 18,000 new visitors in an hour, each of whom reads, connects and types. The limits
// cost less than a tenth of the writes that the messages and conversations take.
func TestVisitors_BusyAccount_MeetsNoLimit(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	const seconds, rate = 3600, 25
	messages := 0
	for second := range seconds {
		for i := range rate {
			n := second*rate + i
			newcomer := n%5 == 0
			v := Visitor{ID: fmt.Sprint(n / 5), Address: fmt.Sprint("address ", n/5), Site: "S", Account: "A"}
			if newcomer {
				for _, a := range []Action{Request, Document, Session, NewVisitor, Connect, Read, NewConversation} {
					s.does(a, v)
				}
			}
			for range 3 {
				s.does(Request, v)
			}
			s.does(Message, v)
			s.does(Read, v)
			s.does(Frame, v)
			s.does(Frame, v)
			messages++
		}
		for range pages(second) { // are loaded by visitors who wrote before
			v := Visitor{Address: fmt.Sprint("page ", s.next%5000), Site: "S", Account: "A"}
			s.does(Session, v)
			s.does(Connect, v)
			s.does(Read, v)
		}
		s.now = s.now.Add(time.Second)
	}
	written := 5*messages + 20*messages/5
	if s.counts.writes > written/10 {
		t.Errorf("%d writes for the limits beside %d", s.counts.writes, written)
	}
}

// A hundred visitors behind one address, who come within two minutes and write six messages a minute each, meet no limit.
func TestVisitors_OneAddressOfAHundred_MeetsNoLimit(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	for second := range 3600 {
		for n := range 100 {
			v := Visitor{ID: fmt.Sprint(n), Address: "office", Site: "S", Account: "A"}
			if n == second {
				for _, a := range []Action{Request, Document, Document, Session, NewVisitor, Request, Request, Request, Connect, Read, Read, NewConversation} {
					s.does(a, v)
				}
			}
			if n <= second && second < 360 && second%10 == n%10 { // each writes 36 messages
				s.does(Request, v)
				s.does(Request, v)
				s.does(Message, v)
				s.does(Read, v)
				s.does(Frame, v)
			}
		}
		s.now = s.now.Add(time.Second)
	}
}

// What a script at one address brings into an inbox in an hour, whatever it tries, is bounded, and leaves the site most of its limits.
func TestVisitors_Script_InboxBounded(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	conversations, messages := 0, 0
	for minute := range 60 {
		for i := range 600 {
			p := s.processes[i%len(s.processes)]
			v := Visitor{ID: fmt.Sprint(minute, " ", i), Address: "script", Site: "S", Account: "A"}
			if p.Take(t.Context(), append(Message.Of(v), NewConversation.Of(v)...)...) == nil {
				conversations++
			}
			one := Visitor{ID: "one", Address: "script 2", Site: "S", Account: "A"}
			if p.Take(t.Context(), Message.Of(one)...) == nil {
				messages++
			}
		}
		s.now = s.now.Add(time.Minute)
	}
	if conversations != 200 {
		t.Errorf("one address opens %d conversations in an hour", conversations)
	}
	if messages < 300 || messages > 300+8*30 {
		t.Errorf("one visitor writes %d messages in an hour", messages)
	}
	s.does(NewConversation, Visitor{ID: "person", Address: "home", Site: "S", Account: "A"})
}
