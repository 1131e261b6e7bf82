// Package desk holds the verbs of Recado: receive, reply, assign, distribute, resolve, close, deliver. Each reads what it needs,
// asks the rules, and writes its decision in one transaction with the Event that tells of it.
//
// Every verb may be repeated: what is already so is left alone. It imports chat, rules, fault and the channel port; stores are
// interfaces that dynamo fulfils.
package desk

import (
	"context"
	"errors"
	"fmt"
	"time"
	_ "time/tzdata" // Lambda's image has no time zones

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/autoclose"
	"github.com/recado-chat/recado/shared/rules/permission"
)

// ConversationStore reads conversations and writes decisions.
type ConversationStore interface {
	// Commit writes a decision, or nothing. Conflict with reason receipt_exists, identity_changed, at_capacity or
	// version_changed says what moved meanwhile.
	Commit(ctx context.Context, d chat.Decision, now time.Time) error
	Conversation(ctx context.Context, account chat.AccountID, id chat.ConversationID) (chat.Conversation, error)
	Pool(ctx context.Context, account chat.AccountID, store chat.StoreID, p chat.PageRequest) (chat.Page[chat.Conversation], error)
	Loads(ctx context.Context, account chat.AccountID) ([]chat.Load, error)
	SetRead(ctx context.Context, r chat.ReadCursor) error
}

// InboundStore is the hot path of an inbound message: three single writes.
type InboundStore interface {
	Identity(ctx context.Context, account chat.AccountID, channel chat.ChannelID, addresses []string) (chat.Identity, []string, error)
	PutProviderRef(ctx context.Context, r chat.ProviderRef) (existing chat.ProviderRef, created bool, err error)
	ProviderRef(ctx context.Context, account chat.AccountID, scope, id string) (chat.ProviderRef, error)
	PutMessage(ctx context.Context, m chat.Message) (created bool, err error)
	ApplyInbound(ctx context.Context, account chat.AccountID, id chat.ConversationID, m chat.Message) (c chat.Conversation, applied bool, err error)
	ParkStatus(ctx context.Context, account chat.AccountID, scope, providerID string, s chat.StatusUpdate) (r chat.ProviderRef, parked bool, err error)
	ParkUpdate(ctx context.Context, account chat.AccountID, scope, providerID string, a chat.MessageUpdate) (r chat.ProviderRef, parked bool, err error)
	PutTimer(ctx context.Context, t chat.Timer) error
}

// MessageStore reads messages and moves them on.
type MessageStore interface {
	Message(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, id chat.MessageID) (chat.Message, error)
	// Messages pages from the end of a conversation, each page oldest first.
	Messages(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, p chat.PageRequest) (chat.Page[chat.Message], error)
	UpdateMessage(ctx context.Context, before, after chat.Message, effects chat.MessageEffects) error
	// MergeEcho deletes a message whose place the receipt gives to another. Conflict with reason version_changed says that one
	// of them moved meanwhile.
	MergeEcho(ctx context.Context, r chat.ProviderRef, echo chat.Message, effects chat.MessageEffects) error
	AdvanceStatus(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, id chat.MessageID, attempt int, to chat.MessageStatus, reason *chat.MessageError, providerID string) (m chat.Message, applied bool, err error)
	RecordSent(ctx context.Context, m chat.Message, scope string) (chat.ProviderRef, error)
	PendingTimers(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, kind chat.TimerKind) ([]chat.Timer, error)
	DropTimer(ctx context.Context, t chat.Timer) error
}

// Directory is who and what belongs to an account.
type Directory interface {
	Account(ctx context.Context, id chat.AccountID) (chat.Account, error)
	Operators(ctx context.Context, account chat.AccountID) ([]chat.Operator, error)
	Operator(ctx context.Context, account chat.AccountID, id chat.OperatorID) (chat.Operator, error)
	Channel(ctx context.Context, account chat.AccountID, id chat.ChannelID) (chat.Channel, error)
	Contact(ctx context.Context, account chat.AccountID, id chat.ContactID) (chat.Contact, error)
	UpdateContact(ctx context.Context, before, after chat.Contact, activity *chat.Activity, job *chat.Job) error
}

// TemplateStore keeps what providers approved beforehand.
type TemplateStore interface {
	Template(ctx context.Context, account chat.AccountID, channel chat.ChannelID, name, language string) (chat.Template, error)
	// UpdateTemplate answers NotFound for a template that is not known; an older word than the last changes nothing.
	UpdateTemplate(ctx context.Context, account chat.AccountID, channel chat.ChannelID, name, language string, change chat.TemplateChange) error
	// PutJob answers Conflict for a job that is there.
	PutJob(ctx context.Context, j chat.Job) error
}

// Store is all that desk asks of the data layer.
type Store interface {
	ConversationStore
	InboundStore
	MessageStore
	Directory
	TemplateStore
}

// Desk does the verbs.
type Desk struct {
	store        Store
	capabilities func(chat.ChannelType) (channel.Capabilities, bool)
	now          func() time.Time
}

// New makes a desk; every argument is needed.
func New(store Store, capabilities func(chat.ChannelType) (channel.Capabilities, bool), now func() time.Time) (*Desk, error) {
	if store == nil || capabilities == nil || now == nil {
		return nil, errors.New("desk: a store, the channels' capabilities and a clock are needed")
	}
	return &Desk{store: store, capabilities: capabilities, now: now}, nil
}

// tries is how often a decision is thought over again when something moved between reading and writing.
const tries = 8

// system is the author of what happens by itself.
var system = chat.Author{Kind: chat.BySystem}

// reasons of a conflict that reading again resolves.
const (
	refExists       = "receipt_exists"
	identityChanged = "identity_changed"
	atCapacity      = "at_capacity"
	versionChanged  = "version_changed"
	exists          = "exists"
)

func conflict(err error, reason string) bool {
	return fault.Is(err, fault.Conflict) && fault.As(err).Reason == reason
}

// decide reads a conversation, lets change make a decision of it, and writes that; when the conversation moved meanwhile it
// begins again. A change that answers nil leaves everything as it is.
func (d *Desk) decide(ctx context.Context, account chat.AccountID, id chat.ConversationID, change func(chat.Conversation) (*chat.Decision, error)) (chat.Conversation, error) {
	var last error
	for range tries {
		c, err := d.store.Conversation(ctx, account, id)
		if err != nil {
			return chat.Conversation{}, fmt.Errorf("read conversation %s: %w", id, err)
		}
		decision, err := change(c)
		if err != nil {
			return c, err
		}
		if decision == nil {
			return c, nil
		}
		err = d.store.Commit(ctx, *decision, d.now())
		if err == nil {
			decision.After.Version = c.Version + 1
			return decision.After, nil
		}
		if !conflict(err, versionChanged) {
			return c, fmt.Errorf("write the decision on conversation %s: %w", id, err)
		}
		last = err
	}
	return chat.Conversation{}, fmt.Errorf("conversation %s moved %d times: %w", id, tries, last)
}

// event makes a line of the timeline. Its id follows from the version it belongs to, so that a repeated decision tells it once.
func (d *Desk) event(c chat.Conversation, kind chat.EventType, actor chat.Author, at time.Time, reason *chat.Reason) chat.Event {
	return chat.Event{
		ID:             chat.EventID(chat.DeterministicID(at, c.Version, string(c.ID), string(kind))),
		AccountID:      c.AccountID,
		ConversationID: c.ID,
		Type:           kind,
		At:             at,
		Actor:          actor,
		Reason:         reason,
		Data:           chat.EventData{AssigneeID: c.AssigneeID, Status: c.Status},
	}
}

func because(code chat.ReasonCode) *chat.Reason { return &chat.Reason{Code: code} }

// arm sets the closing timer of a conversation whose status or assignee has changed.
func (d *Desk) arm(ctx context.Context, c *chat.Conversation) error {
	account, err := d.store.Account(ctx, c.AccountID)
	if err != nil {
		return fmt.Errorf("read account %s: %w", c.AccountID, err)
	}
	c.CloseAt, _ = autoclose.Deadline(*c, account.Closing, Zone(account))
	return nil
}

// Zone is the account's time zone, UTC if it names none that exists.
func Zone(account chat.Account) *time.Location {
	zone, err := time.LoadLocation(account.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Conversation reads one conversation for an operator. NotFound when it is not of the account or not theirs to see.
func (d *Desk) Conversation(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error) {
	c, err := d.store.Conversation(ctx, actor.Operator.AccountID, id)
	if err != nil {
		return chat.Conversation{}, fmt.Errorf("read conversation %s: %w", id, err)
	}
	if err := visible(actor, c); err != nil {
		return chat.Conversation{}, err
	}
	return c, nil
}

func visible(actor chat.Actor, c chat.Conversation) error {
	if !permission.Sees(actor.Operator, c.StoreID) || c.Status == chat.AwaitingConsent {
		return fault.New(fault.NotFound, "there is no such conversation")
	}
	return nil
}

// activity is the line of the log for an operator's verb.
func (d *Desk) activity(actor chat.Actor, action string, c chat.Conversation) *chat.Activity {
	return &chat.Activity{
		AccountID: c.AccountID, RequestID: actor.RequestID, At: d.now(), Actor: actor.Author(),
		Action: action, Target: "conversation/" + string(c.ID), IP: actor.IP, UserAgent: actor.UserAgent,
	}
}
