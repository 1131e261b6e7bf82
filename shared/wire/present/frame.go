package present

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// maxItem is the size of a frame without the brackets of its array.
const maxItem = wire.MaxFrame - len("[]")

// MessageUpserted encodes a new or changed message, without its text when that does not fit a frame, and without any content when the rest
// does not fit either.
func MessageUpserted(m chat.Message) (json.RawMessage, error) {
	item := wire.MessageUpserted{Type: "message.upserted", ConversationID: string(m.ConversationID), Message: Message(m)}
	encoded, err := encode(item)
	if err != nil || len(encoded) <= maxItem {
		return encoded, err
	}
	item.Message.Text, item.Partial = nil, true
	if encoded, err = encode(item); err != nil || len(encoded) <= maxItem {
		return encoded, err
	}
	item.Message = Message(outline(m))
	item.Message.Text = nil
	return encode(item)
}

// outline is a message without its content: what orders it, who wrote it and how far it came.
func outline(m chat.Message) chat.Message {
	m.Author.Name = head(m.Author.Name)
	if m.Error != nil {
		m.Error = &chat.MessageError{Code: head(m.Error.Code), Message: head(m.Error.Message)}
	}
	m.Text, m.Attachments, m.Location, m.Cards, m.Interactive, m.Template = "", nil, nil, nil, nil, nil
	m.Form, m.Choice, m.Unsupported, m.Page, m.Referral, m.Reactions, m.Pricing = nil, nil, nil, nil, nil, nil, nil
	return m
}

// head is the beginning of a text that may be too long for a frame.
func head(text string) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), 200)])
}

// MessageRemoved encodes that a message no longer exists.
func MessageRemoved(m chat.Message) (json.RawMessage, error) {
	return encode(wire.MessageRemoved{Type: "message.removed", ConversationID: string(m.ConversationID), MessageID: string(m.ID)})
}

// ConversationUpserted encodes a new or changed conversation, with the beginnings of its texts alone when they do not fit a frame.
func ConversationUpserted(c chat.Conversation, window time.Duration) (json.RawMessage, error) {
	encoded, err := encode(wire.ConversationUpserted{Type: "conversation.upserted", Conversation: Conversation(c, window)})
	if err != nil || len(encoded) <= maxItem {
		return encoded, err
	}
	c.ContactName, c.Tags = head(c.ContactName), c.Tags[:min(len(c.Tags), 20)]
	return encode(wire.ConversationUpserted{Type: "conversation.upserted", Conversation: Conversation(c, window)})
}

// ConversationMoved encodes a conversation whose status or assignee changed; old is nil for a new one.
func ConversationMoved(old *chat.Conversation, c chat.Conversation, window time.Duration) (json.RawMessage, error) {
	was := &wire.ConversationWas{}
	if old != nil {
		status := wire.ConversationStatus(old.Status)
		was.Status, was.AssigneeID = &status, orNull(old.AssigneeID)
	}
	return encode(wire.ConversationUpserted{Type: "conversation.upserted", Conversation: Conversation(c, window), Was: was})
}

// EventAppended encodes a new line of a timeline, without the operators considered when those do not fit a frame.
func EventAppended(e chat.Event) (json.RawMessage, error) {
	item := wire.EventAppended{Type: "event.appended", ConversationID: string(e.ConversationID), Event: Event(e)}
	encoded, err := encode(item)
	if err != nil || len(encoded) <= maxItem || item.Event.Reason == nil {
		return encoded, err
	}
	item.Event.Reason.Considered = []wire.Considered{}
	return encode(item)
}

// Read encodes a moved read cursor.
func Read(r chat.ReadCursor) (json.RawMessage, error) {
	return encode(wire.ReadMoved{
		Type: "read", ConversationID: string(r.ConversationID), ReadUpTo: string(r.ReadUpTo), At: wire.Time(r.At),
	})
}

// Presence encodes that an operator came online, went offline or changed their availability.
func Presence(operator chat.OperatorID, online bool, availability chat.Availability) (json.RawMessage, error) {
	return encode(wire.Presence{
		Type: "presence", OperatorID: string(operator), Online: online, Availability: availability,
	})
}

// Viewing encodes the complete list of the operators who look at a conversation.
func Viewing(conversation chat.ConversationID, operators []chat.OperatorID) (json.RawMessage, error) {
	return encode(wire.Viewing{Type: "viewing", ConversationID: string(conversation), OperatorIDs: texts(operators)})
}

// Typing encodes that somebody types, or stopped.
func Typing(conversation chat.ConversationID, by chat.Author, on bool) (json.RawMessage, error) {
	return encode(wire.Typing{Type: "typing", ConversationID: string(conversation), By: wire.Typist{Kind: by.Kind, ID: by.ID, Name: by.Name}, On: on})
}

// Notice encodes a hint to one operator.
func Notice(code string, conversation chat.ConversationID) (json.RawMessage, error) {
	return encode(wire.Notice{Type: "notice", Code: code, ConversationID: string(conversation)})
}

// Pong encodes the answer to a ping.
func Pong() (json.RawMessage, error) { return encode(wire.Pong{Type: "pong"}) }

// Watching encodes the answer to a view.
func Watching() (json.RawMessage, error) { return encode(wire.Watching{Type: "watching"}) }

// Frames joins items into as few frames as possible, in order. An item that does not fit a frame is an error.
func Frames(items []json.RawMessage) ([][]byte, error) {
	var frames [][]byte
	var frame []byte
	for _, item := range items {
		if len(item) > maxItem {
			return nil, fmt.Errorf("an item of %d bytes does not fit a frame", len(item))
		}
		if frame != nil && len(frame)+len(",")+len(item)+len("]") > wire.MaxFrame {
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
