package whatsapp

import (
	"encoding/json"
	"strings"

	"github.com/recado-chat/recado/shared/channel/whatsapp/phone"
	"github.com/recado-chat/recado/shared/chat"
)

// wirePast is a message of either side from before the number was connected. Only the business's own messages have a recipient.
type wirePast struct {
	wireEcho
	History struct {
		Status string `json:"status"`
		FromMe *bool  `json:"from_me"`
	} `json:"history_context"`
}

// mine says whether the business wrote the message; thread is the contact's number.
func (p wirePast) mine(thread scalar) bool {
	switch {
	case p.History.FromMe != nil:
		return *p.History.FromMe
	case p.To != "" || p.ToUserID != "":
		return true
	}
	return thread != "" && p.From != "" && !isUserID(string(thread)) && phone.Digits(string(p.From)) != phone.Digits(string(thread))
}

// person returns the head with the contact as its sender. The contact of the business's own message is its recipient.
func (p wirePast) person(thread scalar) wireHead {
	head := p.wireHead
	if p.mine(thread) {
		head = p.recipient()
	}
	if thread != "" {
		head.From = thread
	}
	return head
}

// history makes items of the history chunks of a webhook. A chunk has one thread per contact. A message's file follows in value.Messages,
// as a message of the same id. When the business did not share its history, the chunk has an error instead.
func (s *splitter) history(value wireValue) {
	past := func(thread scalar) func(json.RawMessage) item {
		return func(raw json.RawMessage) item { return item{Field: fieldHistory, Thread: thread, Past: raw} }
	}
	for _, raw := range value.History {
		var chunk struct {
			Threads list `json:"threads"`
			Errors  list `json:"errors"`
		}
		if err := json.Unmarshal(raw, &chunk); err != nil || !isObject(raw) {
			s.unreadable(raw)
			continue
		}
		for _, raw := range chunk.Threads {
			var thread struct {
				ID       scalar `json:"id"`
				Messages list   `json:"messages"`
			}
			if err := json.Unmarshal(raw, &thread); err != nil || !isObject(raw) {
				s.unreadable(raw)
				continue
			}
			s.each(value, thread.Messages, chat.InboundHistory, past(thread.ID))
		}
		s.errors(fieldHistory, value.Metadata, chunk.Errors)
	}
	s.each(value, value.Messages, chat.InboundHistory, past(""))
}

// historyDeclined is Meta's error code for a business that chose not to share its history.
const historyDeclined = "2593109"

// refused returns the reason why Meta sent no history, for the ignored item.
func refused(raw json.RawMessage) string {
	var errors []wireError
	_ = decode(raw, &errors)
	for _, e := range errors {
		if e.code() == historyDeclined {
			return "history_declined"
		}
	}
	return "history_error"
}

// parsePast parses a message of the history. Identity changes in the history are ignored, because they are already known or outdated.
func parsePast(in chat.Inbound, it item) (chat.Inbound, error) {
	var past wirePast
	_ = decode(it.Past, &past)
	direction := chat.In
	if past.mine(it.Thread) {
		direction = chat.Out
	}
	in, err := parseMessage(in, it, it.Past, chat.InboundHistory, direction)
	switch {
	case err != nil:
		return in, err
	case in.Kind == chat.InboundIdentityChange:
		in.Sender, in.NewIdentity = chat.Sender{}, chat.Sender{}
		return ignored(in, "system"), nil
	case in.Kind != chat.InboundHistory:
		return in, nil
	}
	if in.Direction = direction; direction == chat.Out {
		in.Status.Status = chat.StatusSent
		if known, ok := statuses[strings.ToLower(past.History.Status)]; ok {
			in.Status.Status = known
		}
		if strings.EqualFold(past.History.Status, "error") {
			in.Status.Status, in.Status.Error = chat.StatusFailed, failureOf(nil)
		}
	}
	return in, nil
}
