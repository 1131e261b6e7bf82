// Package window decides whether a channel takes a free message now: a pure rule. It imports chat and the standard library.
package window

import (
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// Open says whether a free message may leave at now on a channel whose window is that long; 0 = the channel has none. The
// window counts from the contact's last message by the provider's clock, and its end is no longer inside.
func Open(c chat.Conversation, length time.Duration, now time.Time) bool {
	if length == 0 {
		return true
	}
	return !c.LastInboundAt.IsZero() && now.Before(c.LastInboundAt.Add(length))
}
