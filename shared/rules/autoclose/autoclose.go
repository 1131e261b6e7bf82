// Package autoclose decides what a conversation's closing timer does when it fires: a pure rule.
//
// Timers are armed lazily: a message does not move them. So the rule is asked when one fires, looks at the last activity, and
// closes or names the next moment to look. It imports chat and the standard library.
package autoclose

import (
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// Verdict is what to do with the conversation now.
type Verdict struct {
	Close  bool
	Reason chat.ReasonCode // with Close
	At     time.Time       // otherwise: when to look again; zero = never
}

// Judge decides for a conversation at now. Assigned ones close when idle for the account's time; unassigned ones one calendar
// month after their last activity, counted in zone. A resolved conversation has no timer.
func Judge(c chat.Conversation, closing chat.Closing, zone *time.Location, now time.Time) Verdict {
	at, reason := Deadline(c, closing, zone)
	if at.IsZero() || now.Before(at) {
		return Verdict{At: at}
	}
	return Verdict{Close: true, Reason: reason}
}

// Deadline is the moment at which the conversation closes if nothing happens, and why; zero when it never does. One that was
// given to an operator when it had already been idle for that long gets the time once more, counted from then: nobody should
// take a conversation and see it close. For the same reason the month of one that came back into the pool counts from then.
func Deadline(c chat.Conversation, closing chat.Closing, zone *time.Location) (time.Time, chat.ReasonCode) {
	switch {
	case c.Status != chat.Open && c.Status != chat.Pending:
		return time.Time{}, ""
	case c.AssigneeID == "":
		return AddMonth(later(c.LastActivityAt, c.PoolSince), zone), chat.ReasonOneMonth
	case closing.Idle <= 0:
		return time.Time{}, ""
	}
	at := c.LastActivityAt.Add(closing.Idle)
	if !c.AssignedAt.Before(at) {
		at = c.AssignedAt.Add(closing.Idle)
	}
	return at, chat.ReasonIdle
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// AddMonth is the same local time one calendar month later; a day that the month lacks becomes its last one.
func AddMonth(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	year, month, day := local.Date()
	lastOfNext := time.Date(year, month+2, 0, 0, 0, 0, 0, zone).Day()
	next := time.Date(year, month+1, min(day, lastOfNext), local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), zone)
	return next.UTC()
}
