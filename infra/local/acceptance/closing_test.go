package acceptance_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/bench/fixture"
	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/local/stack"
	"github.com/recado-chat/recado/shared/chat"
)

// margin is how long before its time a conversation is looked at. The stack's clock runs on while a test asks, so on a busy machine a
// second would be over; the rule's tests show the instant.
const margin = 10 * time.Second

// startAt sets the initial time of a new stack's clock.
func startAt(at time.Time) func(*stack.Options) {
	return func(o *stack.Options) { o.Start = at }
}

// closeAfter sets the account's closing time in minutes; 0 turns it off.
func (a *account) closeAfter(minutes int) {
	a.t.Helper()
	var settings struct{ Version int64 }
	a.owner.get("/api/v1/settings", &settings)
	idle := any(minutes)
	if minutes == 0 {
		idle = nil
	}
	a.owner.call(http.MethodPatch, "/api/v1/settings", object{"closing": object{"idleMinutes": idle}, "version": settings.Version}, http.StatusOK)
	a.settle()
}

// mine opens a conversation and assigns it to the owner.
func (a *account) mine(phone string) conversation {
	a.t.Helper()
	text := unique("hola")
	a.say(phone, text)
	v := a.from(text)
	v = a.owner.does(v.ID, "assign", object{"operatorId": a.owner.id})
	a.settle()
	return v
}

// closed checks the reason and the time at which a conversation closed.
func (a *account) closed(id, reason string, notBefore time.Time) {
	a.t.Helper()
	v := a.owner.until(id, func(c conversation) bool { return c.Status == "resolved" })
	if v.ResolvedAt.Before(notBefore) || v.ResolvedAt.After(notBefore.Add(time.Minute)) {
		a.t.Errorf("it was due at %v and closed at %v", notBefore, v.ResolvedAt)
	}
	lines := a.owner.events(id)
	if e := lines[len(lines)-1]; e.Type != "resolved" || e.Actor.Kind != "system" || e.Reason == nil || e.Reason.Code != reason {
		a.t.Errorf("the timeline ends with %+v", e)
	}
}

func (a *account) stillOpen(id, when string) {
	a.t.Helper()
	a.settle()
	if v := a.owner.conversation(id); v.Status != "open" {
		a.t.Errorf("%s it is %s", when, v.Status)
	}
}

// S3-09, S3-11: an assigned conversation closes after the idle time T and not before. An unassigned one stays open. A message restarts
// the time, even in its last second; internal actions do not.
func TestAutoclose_Idle_ClosesOnTime(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	a.closeAfter(60)
	idle, kept := a.mine("5491150005001"), a.mine("5491150005002")
	a.say("5491150005003", "nadie me atiende")
	pool := a.from("nadie me atiende")

	at := a.owner.conversation(idle.ID).LastActivityAt.Add(time.Hour)
	a.advanceTo(at.Add(-10 * time.Minute))
	a.stillOpen(idle.ID, "ten minutes before")
	a.owner.does(idle.ID, "read", object{"readUpTo": *idle.LastInboundID})
	a.owner.does(idle.ID, "unread", nil)
	a.advanceTo(at.Add(-margin))
	a.stillOpen(idle.ID, "seconds before")
	a.say("5491150005002", "sigo aquí")
	kept = a.owner.until(kept.ID, func(c conversation) bool { return c.Preview.Text == "sigo aquí" })
	a.advanceTo(at.Add(time.Second))
	a.closed(idle.ID, "idle", at)
	a.stillOpen(kept.ID, "with a message one second before,")
	a.stillOpen(pool.ID, "unassigned")

	// A reply restarts the time too.
	at = kept.LastActivityAt.Add(time.Hour)
	a.advanceTo(at.Add(-time.Minute))
	m := a.owner.reply(kept.ID, "ya voy")
	a.advanceTo(at.Add(time.Minute))
	a.stillOpen(kept.ID, "with an answer a minute before,")
	at = m.SentAt.Add(time.Hour)
	a.advanceTo(at.Add(-margin))
	a.stillOpen(kept.ID, "seconds before")
	a.advanceTo(at.Add(time.Second))
	a.closed(kept.ID, "idle", at)
	a.stillOpen(pool.ID, "unassigned")

	// The customer writes again: the closed conversation is reopened.
	a.say("5491150005002", "otra vez yo")
	a.owner.until(kept.ID, func(c conversation) bool { return c.Status == "open" && c.Preview.Text == "otra vez yo" })
	a.loadsEqualARecount()
}

// D7: a changed closing time applies to open conversations from their last activity.
func TestAutoclose_SettingChanged_AppliesToOpen(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	v := a.mine("5491150005011")
	last := a.owner.conversation(v.ID).LastActivityAt

	a.advanceTo(last.Add(3 * time.Hour))
	a.stillOpen(v.ID, "with no closing time")
	a.closeAfter(300) // off → on
	a.advanceTo(last.Add(4 * time.Hour))
	a.stillOpen(v.ID, "an hour early")
	a.closeAfter(360) // longer
	a.advanceTo(last.Add(5*time.Hour + time.Minute))
	a.stillOpen(v.ID, "after the old time")
	a.closeAfter(0) // off
	a.advanceTo(last.Add(7 * time.Hour))
	a.stillOpen(v.ID, "with no closing time any more")
	a.closeAfter(24 * 60)
	a.advanceTo(last.Add(8 * time.Hour))
	a.stillOpen(v.ID, "with a day's time")
	a.closeAfter(9 * 60) // shorter
	at := last.Add(9 * time.Hour)
	a.advanceTo(at.Add(-margin))
	a.stillOpen(v.ID, "seconds early")
	a.advanceTo(at.Add(time.Second))
	a.closed(v.ID, "idle", at)

	// If the new time has passed already, the conversation closes within a minute.
	v = a.mine("5491150005012")
	a.advance(2 * time.Hour)
	a.stillOpen(v.ID, "before the change")
	a.closeAfter(30)
	a.advance(time.Minute)
	a.owner.until(v.ID, func(c conversation) bool { return c.Status == "resolved" })
}

// S3-12, D3: unassigned closes one calendar month after the last activity, in the account's time zone.
func TestAutoclose_Unassigned_AfterCalendarMonth(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, zone, from, until string
	}{
		{"of 31 January ends on the last of February", "America/Argentina/Buenos_Aires", "2026-01-31T10:00:00", "2026-02-28T10:00:00"},
		{"of 31 January ends on 29 February of a leap year", "UTC", "2028-01-31T23:30:00", "2028-02-29T23:30:00"},
		{"keeps the local hour when summer begins", "America/New_York", "2026-02-15T09:00:00", "2026-03-15T09:00:00"},
		{"keeps the local hour when summer ends", "America/Santiago", "2026-03-20T21:15:00", "2026-04-20T21:15:00"},
		{"of 31 December ends in the next year", "America/Santiago", "2026-12-31T12:00:00", "2027-01-31T12:00:00"},
	} {
		t.Run("a month "+tt.name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(tt.zone)
			if err != nil {
				t.Fatal(err)
			}
			read := func(local string) time.Time {
				at, err := time.ParseInLocation("2006-01-02T15:04:05", local, zone)
				if err != nil {
					t.Fatal(err)
				}
				return at
			}
			from, until := read(tt.from), read(tt.until)
			a := begin(t, startAt(from.Add(-time.Minute))).open(tt.zone)
			a.closeAfter(60) // does not apply to unassigned conversations
			a.advanceTo(from)
			a.say("5491150005021", "¿hola?")
			v := a.only()
			at := until.Add(v.LastActivityAt.Sub(from))
			a.advanceTo(at.Add(-24 * time.Hour))
			a.stillOpen(v.ID, "a day early")
			a.advanceTo(at.Add(-margin))
			a.stillOpen(v.ID, "just before its time")
			a.advanceTo(at.Add(time.Second))
			a.closed(v.ID, "one_month", at)
		})
	}
}

// S3-11, S3-12: the closing rule follows the current assignment.
func TestAutoclose_AssignmentChanges_RuleFollows(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	a.closeAfter(60)
	given, back := a.mine("5491150005031"), a.mine("5491150005032")
	a.owner.does(back.ID, "assign", object{"operatorId": nil})
	a.say("5491150005033", "espero")
	late := a.from("espero")
	a.advance(61 * time.Minute)
	a.owner.until(given.ID, func(c conversation) bool { return c.Status == "resolved" })
	a.stillOpen(back.ID, "given back,")

	// An assignment after the idle time does not close the conversation: the time starts again.
	a.owner.does(late.ID, "assign", object{"operatorId": a.owner.id})
	a.advance(time.Minute)
	a.stillOpen(late.ID, "given a minute ago,")
	a.advance(60 * time.Minute)
	a.owner.until(late.ID, func(c conversation) bool { return c.Status == "resolved" })
}

// crowd is how many conversations are due at once, set by CROWD. `make bench` closes ten thousand.
func crowd(t *testing.T) int {
	t.Helper()
	text := os.Getenv("CROWD")
	if text == "" {
		return 2_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 2 {
		t.Fatalf("CROWD is %q", text)
	}
	return n
}

// Bar 10: thousands of conversations due in the same minute all close, except one that got a message one second before. The test logs
// the time: ten thousand may take three minutes on two idle cores.
func TestAutoclose_ThousandsDueAtOnce(t *testing.T) { // not parallel, to measure the time
	const idle = time.Hour
	crowd := crowd(t)
	a := begin(t).open("UTC")
	a.closeAfter(60)
	var operators []chat.OperatorID
	for _, name := range []string{"Ada", "Bo", "Cyd", "Dov"} {
		operators = append(operators, chat.OperatorID(a.operator(name, nil).id))
	}
	var ch struct{ StoreID string }
	a.owner.get("/api/v1/channels/"+a.channel, &ch)
	oldest := a.Clock.Now()
	spec := fixture.Spec{
		Account: chat.AccountID(a.id), Store: chat.StoreID(ch.StoreID), Channel: chat.ChannelID(a.channel), Operators: operators,
		Closing: chat.Closing{Idle: idle}, Zone: time.UTC, Number: crowd, Oldest: oldest, Spread: 58 * time.Second, Messages: 1, Bare: true,
	}
	began := time.Now()
	if err := fixture.Write(t.Context(), a.Engine.Client(), a.Tables(), spec); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d conversations were written in %v", crowd, time.Since(began).Round(time.Millisecond))
	a.settle()

	// The last customer writes one second before the conversation is due.
	a.advanceTo(oldest.Add(idle - time.Minute))
	a.stays(crowd, "a minute early")
	if err := a.Clock.Advance(oldest.Add(idle + 56*time.Second).Sub(a.Clock.Now())); err != nil {
		t.Fatal(err)
	}
	a.deliver(whatsapp.Incoming{From: fmt.Sprintf("5491%09d", crowd-1), Text: "¡esperen!"})
	kept := a.from("¡esperen!")

	began = time.Now()
	if err := a.Advance(t.Context(), 5*time.Second); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*patience)
	defer cancel()
	if err := a.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d conversations closed in %v", crowd-1, time.Since(began).Round(time.Millisecond))
	if open := a.owner.conversations("status=active"); len(open) != 1 || open[0].ID != kept.ID {
		t.Errorf("%d stay open", len(open))
	}
	if v := a.owner.conversation(kept.ID); v.Status != "open" {
		t.Errorf("the one whose customer wrote is %s", v.Status)
	}
	a.loadsEqualARecount()
}

// stays checks that at least as many conversations are open as the API counts.
func (a *account) stays(crowd int, when string) {
	a.t.Helper()
	var counts struct {
		All struct {
			Open struct {
				Value int
				More  bool
			}
			Resolved struct{ Value int }
		}
	}
	a.owner.get("/api/v1/conversations/counts", &counts)
	if counts.All.Resolved.Value > 0 || !counts.All.Open.More && counts.All.Open.Value != crowd {
		a.t.Errorf("%s the counts are %+v", when, counts)
	}
}
