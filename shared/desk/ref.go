package desk

import (
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// Scope is the scope of a channel's provider ids in chat.ProviderRef.
func Scope(ch chat.Channel) string { return string(ch.Type) + ":" + ch.ExternalID }

// Receipt leads from a message's provider id to the message.
func Receipt(ch chat.Channel, m chat.Message, now time.Time) chat.ProviderRef {
	return chat.ProviderRef{
		AccountID: m.AccountID, Scope: Scope(ch), ID: m.ProviderID,
		ConversationID: m.ConversationID, MessageID: m.ID, ExpiresAt: now.Add(chat.ProviderRefRetention),
	}
}

// Ref travels with an outbound message and comes back with its statuses: it finds the message and the attempt even before the
// provider's id is stored. Form: conversation.message.attempt.
func Ref(m chat.Message) string {
	return string(m.ConversationID) + "." + string(m.ID) + "." + strconv.Itoa(m.Attempt)
}

// ParseRef reads a Ref.
func ParseRef(ref string) (conversation chat.ConversationID, id chat.MessageID, attempt int, ok bool) {
	parts := strings.Split(ref, ".")
	if len(parts) != 3 {
		return "", "", 0, false
	}
	attempt, err := strconv.Atoi(parts[2])
	if err != nil || attempt < 1 || parts[0] == "" || parts[1] == "" {
		return "", "", 0, false
	}
	return chat.ConversationID(parts[0]), chat.MessageID(parts[1]), attempt, true
}
