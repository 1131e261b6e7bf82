// Package autoclose decides whether an inactive conversation closes: a pure rule.
//
// A message does not move a conversation's CloseAt. When that has come, the rule looks at the last activity, and closes the conversation
// or names the next CloseAt. It imports chat and the standard library.
package autoclose

import (
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// Decision is what to do with the conversation now.
type Decision struct {
	Close  bool
	Reason chat.ReasonCode // with Close
	At     time.Time       // otherwise the next CloseAt; zero = never
}

// Decide decides for a conversation at now. Assigned ones close when idle for the account's time; unassigned ones one calendar month
// after their last activity, in the time zone. A resolved conversation is never closed.
func Decide(c chat.Conversation, closing chat.Closing, zone *time.Location, now time.Time) Decision {
	at, reason := Deadline(c, closing, zone)
	if at.IsZero() || now.Before(at) {
		return Decision{At: at}
	}
	return Decision{Close: true, Reason: reason}
}

// Deadline is when the conversation closes if nothing happens, and why; zero = never. If it was already idle for that long when it was
// assigned, the time counts from the assignment, so that it does not close under its new assignee. For the same reason the month of one
// that came back into the pool counts from then.
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

// AddMonth is the same local time one calendar month later, or on that month's last day if it has no such day. When the clocks go forward
// over that time, it is the instant at which they would have shown it; when they show it twice, it is the second. Never the earlier one:
// nothing closes before its time.
func AddMonth(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	year, month, day := local.Date()
	lastOfNext := time.Date(year, month+2, 0, 0, 0, 0, 0, zone).Day()
	// The local time as if it were of UTC. The offsets of the days around it give the instants that it can be.
	clock := time.Date(year, month+1, min(day, lastOfNext), local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), time.UTC)
	before, after := clock.Add(-offset(clock.AddDate(0, 0, -1), zone)), clock.Add(-offset(clock.AddDate(0, 0, 1), zone))
	exists := func(at time.Time) bool { return at.Add(offset(at, zone)).Equal(clock) }
	switch {
	case exists(before) && exists(after), !exists(before) && !exists(after):
		return later(before, after)
	case exists(before):
		return before
	}
	return after
}

// offset is how far the zone is ahead of UTC at an instant.
func offset(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}
