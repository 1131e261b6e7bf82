// Package interactive writes buttons and lists in the form of the Cloud API.
// https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-reply-buttons-messages
package interactive

import "github.com/recado-chat/recado/shared/chat"

// Message is the field "interactive" of a message: a text with reply buttons or a list.
type Message struct {
	Type   string `json:"type"`
	Body   words  `json:"body"`
	Footer *words `json:"footer,omitempty"`
	Action action `json:"action"`
}

type words struct {
	Text string `json:"text"`
}

type action struct {
	Buttons  []button  `json:"buttons,omitempty"`
	Button   string    `json:"button,omitempty"`
	Sections []section `json:"sections,omitempty"`
}

type button struct {
	Type  string `json:"type"`
	Reply reply  `json:"reply"`
}

type reply struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

type section struct {
	Title string `json:"title,omitempty"`
	Rows  []row  `json:"rows"`
}

type row struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
}

// Of is a text with what it offers to tap.
func Of(body string, i chat.Interactive) *Message {
	out := &Message{Type: "button", Body: words{body}}
	if i.Footer != "" {
		out.Footer = &words{i.Footer}
	}
	for _, b := range i.Buttons {
		out.Action.Buttons = append(out.Action.Buttons, button{Type: "reply", Reply: reply(b)})
	}
	if len(i.Sections) == 0 {
		return out
	}
	out.Type, out.Action.Button = "list", i.Button
	for _, s := range i.Sections {
		part := section{Title: s.Title}
		for _, r := range s.Rows {
			part.Rows = append(part.Rows, row(r))
		}
		out.Action.Sections = append(out.Action.Sections, part)
	}
	return out
}
