package present

import (
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// Conversation builds a conversation without unread and readUpTo, as frames carry it. window is the length of its channel's.
func Conversation(c chat.Conversation, window time.Duration) wire.Conversation {
	shape := wire.Conversation{
		ID:             string(c.ID),
		Status:         wire.ConversationStatus(c.Status),
		Channel:        wire.ChannelRef{ID: string(c.ChannelID), Type: c.ChannelType},
		StoreID:        string(c.StoreID),
		GroupID:        orNull(c.GroupID),
		Contact:        wire.ContactRef{ID: string(c.ContactID), Name: c.ContactName},
		AssigneeID:     orNull(c.AssigneeID),
		Tags:           texts(c.Tags),
		LastActivityAt: wire.Time(c.LastActivityAt),
		WindowUntil:    timeOrNull(c.WindowUntil(window)),
		WaitingSince:   timeOrNull(c.WaitingSince),
		DueAt:          timeOrNull(c.ClosesAt()),
		InboundCount:   c.InboundCount,
		LastInboundID:  orNull(c.LastInboundID),
		BotEnabled:     c.BotEnabled,
		CreatedAt:      wire.Time(c.CreatedAt),
		ResolvedAt:     timeOrNull(c.ResolvedAt),
		Version:        c.Version,
	}
	if p := c.Preview; p != nil {
		shape.Preview = &wire.Preview{
			Text: p.Text, Type: p.Type, Direction: p.Direction, MessageID: string(p.MessageID), Revoked: p.Revoked,
		}
	}
	return shape
}

// ConversationFor builds a conversation for the operator whose read cursor is given.
func ConversationFor(c chat.Conversation, window time.Duration, read chat.ReadCursor) wire.Conversation {
	shape := Conversation(c, window)
	unread := read.Unread(c)
	count, upTo := read.UnreadCount(c), string(read.ReadUpTo)
	shape.Unread, shape.UnreadCount, shape.ReadUpTo = &unread, &count, &upTo
	return shape
}
