package view

import (
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// ConversationShape is a conversation. Unread belongs to the reader: what goes to many leaves it out.
type ConversationShape struct {
	ID             string        `json:"id"`
	Status         string        `json:"status"`
	Channel        ChannelRef    `json:"channel"`
	StoreID        string        `json:"storeId"`
	GroupID        *string       `json:"groupId"`
	Contact        ContactRef    `json:"contact"`
	AssigneeID     *string       `json:"assigneeId"`
	Tags           []string      `json:"tags"`
	Preview        *PreviewShape `json:"preview"`
	LastActivityAt Time          `json:"lastActivityAt"`
	WindowUntil    *Time         `json:"windowUntil"`
	WaitingSince   *Time         `json:"waitingSince"`
	DueAt          *Time         `json:"dueAt"`
	Unread         *bool         `json:"unread,omitempty"`
	LastInboundID  *string       `json:"lastInboundId"`
	BotEnabled     bool          `json:"botEnabled"`
	CreatedAt      Time          `json:"createdAt"`
	ResolvedAt     *Time         `json:"resolvedAt"`
	Version        int64         `json:"version"`
}

// ChannelRef names the channel of a conversation.
type ChannelRef struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// ContactRef names the contact of a conversation.
type ContactRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// PreviewShape is what a list shows of the newest message.
type PreviewShape struct {
	Text      string `json:"text"`
	Type      string `json:"type"`
	Direction string `json:"direction"`
	MessageID string `json:"messageId"`
	Revoked   bool   `json:"revoked"`
}

// Conversation shows a conversation without unread. window is the length of its channel's.
func Conversation(c chat.Conversation, window time.Duration) ConversationShape {
	shape := ConversationShape{
		ID:             string(c.ID),
		Status:         string(c.Status),
		Channel:        ChannelRef{ID: string(c.ChannelID), Type: string(c.ChannelType)},
		StoreID:        string(c.StoreID),
		GroupID:        orNull(c.GroupID),
		Contact:        ContactRef{ID: string(c.ContactID), Name: c.ContactName},
		AssigneeID:     orNull(c.AssigneeID),
		Tags:           texts(c.Tags),
		LastActivityAt: Time(c.LastActivityAt),
		WindowUntil:    timeOrNull(c.WindowUntil(window)),
		WaitingSince:   timeOrNull(c.WaitingSince),
		DueAt:          timeOrNull(c.CloseAt),
		LastInboundID:  orNull(c.LastInboundID),
		BotEnabled:     c.BotEnabled,
		CreatedAt:      Time(c.CreatedAt),
		ResolvedAt:     timeOrNull(c.ResolvedAt),
		Version:        c.Version,
	}
	if p := c.Preview; p != nil {
		shape.Preview = &PreviewShape{
			Text: p.Text, Type: string(p.Type), Direction: string(p.Direction), MessageID: string(p.MessageID), Revoked: p.Revoked,
		}
	}
	return shape
}

// ConversationFor shows a conversation to the operator whose cursor is given.
func ConversationFor(c chat.Conversation, window time.Duration, read chat.ReadCursor) ConversationShape {
	shape := Conversation(c, window)
	unread := read.Unread(c)
	shape.Unread = &unread
	return shape
}

// CountsShape are the figures beside the inbox's lists.
type CountsShape struct {
	Mine struct {
		Open    Count `json:"open"`
		Pending Count `json:"pending"`
		Unread  Count `json:"unread"`
	} `json:"mine"`
	Unassigned Count `json:"unassigned"`
	All        struct {
		Open     Count `json:"open"`
		Pending  Count `json:"pending"`
		Snoozed  Count `json:"snoozed"`
		Resolved Count `json:"resolved"`
	} `json:"all"`
}

// Count is exact up to a cap; More says that it stopped there.
type Count struct {
	Value int  `json:"value"`
	More  bool `json:"more"`
}
