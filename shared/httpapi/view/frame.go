package view

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// MaxFrame is how many bytes a frame may have, its brackets and commas included: API Gateway's limit.
const MaxFrame = 32 * 1024

// maxItem leaves room for the brackets of the array that a frame is.
const maxItem = MaxFrame - len("[]")

// MessageUpsertedItem carries a message. With Partial, its text did not fit and is to be fetched.
type MessageUpsertedItem struct {
	Type           string       `json:"type"`
	ConversationID string       `json:"conversationId"`
	Message        MessageShape `json:"message"`
	Partial        bool         `json:"partial,omitempty"`
}

// MessageRemovedItem says that a message is no more: it was another one's echo.
type MessageRemovedItem struct {
	Type           string `json:"type"`
	ConversationID string `json:"conversationId"`
	MessageID      string `json:"messageId"`
}

// ConversationUpsertedItem carries a conversation without unread.
type ConversationUpsertedItem struct {
	Type         string            `json:"type"`
	Conversation ConversationShape `json:"conversation"`
}

// EventAppendedItem carries a line of the timeline.
type EventAppendedItem struct {
	Type           string     `json:"type"`
	ConversationID string     `json:"conversationId"`
	Event          EventShape `json:"event"`
}

// ReadItem tells an operator's other browsers how far they have read; the newest At wins.
type ReadItem struct {
	Type           string `json:"type"`
	ConversationID string `json:"conversationId"`
	ReadUpTo       string `json:"readUpTo"`
	At             Time   `json:"at"`
}

// PresenceItem says whether an operator has a browser open, and takes conversations.
type PresenceItem struct {
	Type         string `json:"type"`
	OperatorID   string `json:"operatorId"`
	Online       bool   `json:"online"`
	Availability string `json:"availability"`
}

// ViewingItem is the complete list of those who look at a conversation now.
type ViewingItem struct {
	Type           string   `json:"type"`
	ConversationID string   `json:"conversationId"`
	OperatorIDs    []string `json:"operatorIds"`
}

// TypingItem says that somebody writes, or no longer does.
type TypingItem struct {
	Type           string      `json:"type"`
	ConversationID string      `json:"conversationId"`
	By             AuthorShape `json:"by"`
	On             bool        `json:"on"`
}

// NoticeItem is a word to one operator, as a code that the browser puts into words.
type NoticeItem struct {
	Type           string `json:"type"`
	Code           string `json:"code"`
	ConversationID string `json:"conversationId,omitempty"`
}

// PongItem answers a ping.
type PongItem struct {
	Type string `json:"type"`
}

// MessageUpserted encodes the item of a new or changed message; one that would not fit a frame goes without its text.
func MessageUpserted(m chat.Message) (json.RawMessage, error) {
	item := MessageUpsertedItem{Type: "message.upserted", ConversationID: string(m.ConversationID), Message: Message(m)}
	encoded, err := encode(item)
	if err != nil || len(encoded) <= maxItem {
		return encoded, err
	}
	item.Message.Text, item.Partial = nil, true
	return encode(item)
}

// MessageRemoved encodes the item of a message that is no more.
func MessageRemoved(m chat.Message) (json.RawMessage, error) {
	return encode(MessageRemovedItem{Type: "message.removed", ConversationID: string(m.ConversationID), MessageID: string(m.ID)})
}

// ConversationUpserted encodes the item of a new or changed conversation.
func ConversationUpserted(c chat.Conversation, window time.Duration) (json.RawMessage, error) {
	return encode(ConversationUpsertedItem{Type: "conversation.upserted", Conversation: Conversation(c, window)})
}

// EventAppended encodes the item of a new Event. One whose reason would not fit a frame goes without those considered.
func EventAppended(e chat.Event) (json.RawMessage, error) {
	item := EventAppendedItem{Type: "event.appended", ConversationID: string(e.ConversationID), Event: Event(e)}
	encoded, err := encode(item)
	if err != nil || len(encoded) <= maxItem || item.Event.Reason == nil {
		return encoded, err
	}
	item.Event.Reason.Considered = []ConsideredShape{}
	return encode(item)
}

// Read encodes the item of a moved read cursor.
func Read(r chat.ReadCursor) (json.RawMessage, error) {
	return encode(ReadItem{
		Type: "read", ConversationID: string(r.ConversationID), ReadUpTo: string(r.ReadUpTo), At: Time(r.At),
	})
}

// Presence encodes the item of an operator who came, left or changed their availability.
func Presence(operator chat.OperatorID, online bool, availability chat.Availability) (json.RawMessage, error) {
	return encode(PresenceItem{
		Type: "presence", OperatorID: string(operator), Online: online, Availability: string(availability),
	})
}

// Viewing encodes the complete list of those who look at a conversation.
func Viewing(conversation chat.ConversationID, operators []chat.OperatorID) (json.RawMessage, error) {
	return encode(ViewingItem{Type: "viewing", ConversationID: string(conversation), OperatorIDs: texts(operators)})
}

// Typing encodes that somebody writes, or no longer does.
func Typing(conversation chat.ConversationID, by chat.Author, on bool) (json.RawMessage, error) {
	return encode(TypingItem{Type: "typing", ConversationID: string(conversation), By: author(by), On: on})
}

// Notice encodes a word to one operator.
func Notice(code string, conversation chat.ConversationID) (json.RawMessage, error) {
	return encode(NoticeItem{Type: "notice", Code: code, ConversationID: string(conversation)})
}

// Pong encodes the answer to a ping.
func Pong() (json.RawMessage, error) { return encode(PongItem{Type: "pong"}) }

// Frames joins items into as few frames as their size allows, in order. An item that fits no frame is refused.
func Frames(items []json.RawMessage) ([][]byte, error) {
	var frames [][]byte
	var frame []byte
	for _, item := range items {
		if len(item) > maxItem {
			return nil, fmt.Errorf("an item of %d bytes fits no frame", len(item))
		}
		if frame != nil && len(frame)+len(",")+len(item)+len("]") > MaxFrame {
			frames = append(frames, append(frame, ']'))
			frame = nil
		}
		if frame == nil {
			frame = append(frame, '[')
		} else {
			frame = append(frame, ',')
		}
		frame = append(frame, item...)
	}
	if frame != nil {
		frames = append(frames, append(frame, ']'))
	}
	return frames, nil
}

func encode(item any) (json.RawMessage, error) {
	encoded, err := json.Marshal(item)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", item, err)
	}
	return encoded, nil
}
