package desk

import (
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// Scope is the scope of a channel's provider ids in chat.ProviderRef.
func Scope(ch chat.Channel) string { return string(ch.Type) + ":" + ch.ExternalID }

// Capabilities finds what the channels of a type can do.
type Capabilities = func(chat.ChannelType) (chat.Capabilities, bool)

// Receipts makes receipts and names those of provider ids. Where an id has several forms, the receipt is under the key that they share,
// so that a message is found by any of them.
type Receipts struct{ capabilities Capabilities }

// NewReceipts makes Receipts of the channels' capabilities.
func NewReceipts(capabilities Capabilities) Receipts { return Receipts{capabilities} }

// IDs are the ids under which the receipt of a provider's id may be, the usual one first. The id itself is the last: it is that of a
// message whose key another message has.
func (r Receipts) IDs(ch chat.Channel, providerID string) []string {
	if able, _ := r.capabilities(ch.Type); able.MessageKey != nil {
		if key := able.MessageKey(providerID); key != "" {
			return []string{"=" + key, providerID}
		}
	}
	return []string{providerID}
}

// Receipt leads from a message's provider id to the message.
func (r Receipts) Receipt(ch chat.Channel, m chat.Message, now time.Time) chat.ProviderRef {
	receipt := OwnReceipt(ch, m, now)
	if id := r.IDs(ch, m.ProviderID)[0]; id != m.ProviderID {
		receipt.ID, receipt.Form = id, m.ProviderID
	}
	return receipt
}

// OwnReceipt is the receipt of a message whose key is another message's.
func OwnReceipt(ch chat.Channel, m chat.Message, now time.Time) chat.ProviderRef {
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
