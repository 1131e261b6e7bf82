// Package silence decides whether a channel's provider has stopped calling us, from what is noted on the channel: when the provider last
// called, and since when it owes a report on a message that it accepted. Both are noted seldom, so that no message costs a write. It
// imports chat.
package silence

import (
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

const (
	// Grain is how exact HeardAt is: a call within this time of a noted one is not noted.
	Grain = time.Hour
	// ReportsWithin is how long a provider may take to report on a message. Reports come within seconds, and are repeated for days when they
	// are not accepted.
	ReportsWithin = 2 * time.Hour
)

// Heard says whether a call that came at this time is to be noted.
func Heard(ch chat.Channel, at time.Time) bool { return at.Sub(ch.HeardAt) >= Grain }

// Owes says whether a message that was handed over at this time, to a provider that reports on messages, is to be noted: nothing was heard
// of it lately, and no earlier message is noted.
func Owes(ch chat.Channel, at time.Time) bool {
	return at.Sub(ch.HeardAt) >= Grain && !ch.AwaitedSince.After(ch.HeardAt)
}

// Unreported says whether the provider has not called since it accepted a message on which it was to report.
func Unreported(ch chat.Channel, now time.Time) bool {
	return ch.AwaitedSince.After(ch.HeardAt) && now.Sub(ch.AwaitedSince) >= ReportsWithin
}

// Quiet says whether the provider has certainly not called for Grain. That may be because nobody wrote.
func Quiet(ch chat.Channel, now time.Time) bool { return now.Sub(Since(ch)) >= Grain }

// Since is the time after which the provider has certainly not called.
func Since(ch chat.Channel) time.Time {
	if ch.HeardAt.IsZero() {
		return ch.CreatedAt
	}
	return ch.HeardAt.Add(Grain)
}
