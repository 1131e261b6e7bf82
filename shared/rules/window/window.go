// Package window decides whether free text may be sent on a channel now: a pure rule. It imports chat and the standard library.
package window

import (
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// Open reports whether free text may be sent at now on a channel with a window of that length; 0 = the channel has none. The window
// counts from the contact's last message by the provider's clock; its end is outside.
func Open(c chat.Conversation, length time.Duration, now time.Time) bool {
	if length == 0 {
		return true
	}
	return !c.LastInboundAt.IsZero() && now.Before(c.LastInboundAt.Add(length))
}
