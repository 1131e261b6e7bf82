// Package outbound queues what operators write and delivers it to the provider, in order for each conversation.
//
// A message is queued in one transaction with the timer that makes it be sent. Delivery records the attempt before it calls the provider
// and the outcome after; if the outcome is lost and the provider has no idempotency keys,
// the message is not sent again automatically. It imports the core, desk/tracking, chat, fault, the rules and the channel port.
package outbound

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/desk/tracking"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/drafts"
)

// Store is what outbound needs of the data layer.
type Store interface {
	tracking.Store
	desk.AccountStore
	// Template answers NotFound for one that is not known.
	Template(ctx context.Context, account chat.AccountID, channel chat.ChannelID, name, language string) (chat.Template, error)
	// PendingTimers are in the order of their messages.
	PendingTimers(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, kind chat.TimerKind) ([]chat.Timer, error)
	DropTimer(ctx context.Context, t chat.Timer) error
}

// Sender queues and delivers messages.
type Sender struct {
	store        Store
	tracking     *tracking.Tracker
	capabilities func(chat.ChannelType) (chat.Capabilities, bool)
	now          func() time.Time
}

// New makes a Sender; every argument is needed.
func New(store Store, capabilities func(chat.ChannelType) (chat.Capabilities, bool), now func() time.Time) (*Sender, error) {
	if store == nil || capabilities == nil || now == nil {
		return nil, errors.New("outbound: a store, the channels' capabilities and a clock are needed")
	}
	tracker, err := tracking.New(store, capabilities, now)
	if err != nil {
		return nil, err
	}
	return &Sender{store: store, tracking: tracker, capabilities: capabilities, now: now}, nil
}

func (s *Sender) firstParty(c chat.Conversation) bool {
	able, _ := s.capabilities(c.ChannelType)
	return able.FirstParty
}

// check refuses a draft that may not be sent into the conversation now.
func (s *Sender) check(c chat.Conversation, d drafts.Draft) error {
	able, known := s.capabilities(c.ChannelType)
	return drafts.Check(c, able, known, d, s.now())
}

// approved is a template that may be sent: Conflict with reason template_unavailable for one that is not known or not approved.
func (s *Sender) approved(ctx context.Context, c chat.Conversation, name, language string) (chat.Template, error) {
	t, err := s.store.Template(ctx, c.AccountID, c.ChannelID, name, language)
	if err == nil && t.Status == chat.TemplateApproved {
		return t, nil
	}
	if err == nil || fault.Is(err, fault.NotFound) {
		return t, fault.New(fault.Conflict, "no such approved template").WithField("template").WithReason("template_unavailable")
	}
	return t, fmt.Errorf("read template %s: %w", name, err)
}

// sendTimer makes a message be sent, should the signal of its queueing be lost.
func (s *Sender) sendTimer(m chat.Message) chat.Timer {
	return chat.Timer{
		AccountID: m.AccountID, Kind: chat.TimerSend, ConversationID: m.ConversationID, MessageID: m.ID, DueAt: s.now().Add(chat.TimerGrace),
	}
}
