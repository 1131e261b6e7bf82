package desktest

import (
	"context"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk/outbound"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/drafts"
)

// Draft queues a draft of the owner's.
func (f *Fixture) Draft(id chat.ConversationID, d drafts.Draft) (m chat.Message, created bool, err error) {
	f.Helper()
	return f.Desk.Reply(f.Context(), f.Actor(), f.Conversation(id), d)
}

// Reply lets the owner answer, a second after whatever happened last.
func (f *Fixture) Reply(id chat.ConversationID, text string) chat.Message {
	f.Helper()
	f.Advance(time.Second)
	f.wrote++
	m, _, err := f.Draft(id, drafts.Draft{ClientID: fmt.Sprint("client", f.wrote), Type: chat.TypeText, Text: text})
	f.Must(err)
	return m
}

// Outbound is the first message of a conversation that the business wrote.
func (f *Fixture) Outbound(id chat.ConversationID) chat.Message {
	f.Helper()
	for _, m := range f.Messages(id) {
		if m.Direction == chat.Out {
			return m
		}
	}
	f.Fatal("the conversation has no outbound message")
	return chat.Message{}
}

// Statuses are those of a conversation's outbound messages.
func (f *Fixture) Statuses(id chat.ConversationID) (statuses []chat.MessageStatus) {
	f.Helper()
	for _, m := range f.Messages(id) {
		if m.Direction == chat.Out {
			statuses = append(statuses, m.Status)
		}
	}
	return statuses
}

// Provider takes messages, or refuses them with the next of its errors. The id that it gives is wamid.out. and the text.
type Provider struct {
	Took   []string // texts
	Errors []error
	Said   *channel.ProviderError // about the channel, in the last delivery
}

// Refusal is a provider's error.
func Refusal(code fault.Code, class channel.ErrorClass) error {
	return fault.New(code, "refused").WithCause(&channel.ProviderError{Code: "131000", Message: "no", Class: class})
}

func (p *Provider) post(_ context.Context, _ chat.Conversation, m chat.Message) (channel.Delivered, error) {
	if len(p.Errors) > 0 {
		err := p.Errors[0]
		p.Errors = p.Errors[1:]
		if err != nil {
			return channel.Delivered{}, err
		}
	}
	p.Took = append(p.Took, m.Text)
	return channel.Delivered{ProviderID: "wamid.out." + m.Text}, nil
}

// Deliver delivers to the provider what is queued in a conversation.
func (f *Fixture) Deliver(id chat.ConversationID, p *Provider) {
	f.Helper()
	p.Said = f.DeliverBy(id, p.post)
}

// DeliverBy delivers what is queued in a conversation.
func (f *Fixture) DeliverBy(id chat.ConversationID, post outbound.Post) *channel.ProviderError {
	f.Helper()
	said, err := f.Desk.Deliver(f.Context(), f.Conversation(id), f.Channel, nil, post)
	f.Must(err)
	return said
}

// DeliverAs delivers what is queued in a conversation to a provider that gives it an id.
func (f *Fixture) DeliverAs(id chat.ConversationID, providerID string) {
	f.Helper()
	_ = f.DeliverBy(id, func(context.Context, chat.Conversation, chat.Message) (channel.Delivered, error) {
		return channel.Delivered{ProviderID: providerID}, nil
	})
}

// DieAfterPost lets the process of an attempt die after the provider took the message.
func (f *Fixture) DieAfterPost(id chat.ConversationID) {
	f.Helper()
	defer func() { _ = recover() }()
	_ = f.DeliverBy(id, func(context.Context, chat.Conversation, chat.Message) (channel.Delivered, error) {
		panic("the process dies")
	})
}

// Template is an approved template of the channel's: a text header with one parameter, a body with two, a quick reply, and a URL button
// with one.
func (f *Fixture) Template() chat.Template {
	return chat.Template{
		ID: "1", AccountID: Account, ChannelID: f.Channel.ID, Name: "aviso", Language: "es", Status: chat.TemplateApproved,
		Header: &chat.TemplateHeader{Format: chat.HeaderText, TemplateText: chat.NewTemplateText("Hola {{1}}")},
		Body:   chat.NewTemplateText("Su pedido {{1}} sale {{2}}"), Footer: "Tienda",
		Buttons: []chat.TemplateButton{{Type: chat.ButtonQuickReply, Text: "Gracias"}, {Type: chat.ButtonURL, Text: "Ver", Parameter: true}},
	}
}

// TemplateDraft fills Template's parameters.
func TemplateDraft(clientID string) drafts.Draft {
	return drafts.Draft{ClientID: clientID, Type: chat.TypeTemplate, Template: &drafts.Template{
		Name: "aviso", Language: "es", Header: []string{"Ana"}, Body: []string{"42", "hoy"}, Buttons: map[int]string{1: "x"},
	}}
}
