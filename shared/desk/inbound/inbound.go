// Package inbound puts what a provider delivers into conversations: messages of contacts, echoes of what the business wrote in the
// provider's own app, and the history of before the channel was connected.
//
// Each item may come any number of times and in any order, and ends in the same place: the receipt under the provider's id keeps the
// place that the first delivery chose. It imports the core, desk/tracking, desk/merge, chat and fault.
package inbound

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/relink"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/desk/merge"
	"github.com/recado-chat/recado/shared/desk/tracking"
	"github.com/recado-chat/recado/shared/fault"
)

// Store is what inbound needs of the data layer. PutProviderRef, PutMessage and ApplyInbound are the hot path of an inbound message:
// three single writes.
type Store interface {
	tracking.Store
	PutProviderRef(ctx context.Context, r chat.ProviderRef) (existing chat.ProviderRef, created bool, err error)
	PutMessage(ctx context.Context, m chat.Message) (created bool, err error)
	// ApplyInbound records a message in the summary of an open conversation; applied is false for any other, or when it has it.
	ApplyInbound(ctx context.Context, account chat.AccountID, id chat.ConversationID, m chat.Message) (c chat.Conversation, applied bool, err error)
	PutTimer(ctx context.Context, t chat.Timer) error
	// Identities are the different external users to whom addresses lead, in the order of the addresses.
	Identities(ctx context.Context, account chat.AccountID, channel chat.ChannelID, addresses []string) ([]chat.Identity, error)
	// NoteShown sets what an identity knows of its contact's card, unless the identity changed since it was read.
	NoteShown(ctx context.Context, identity chat.Identity) error
	Contact(ctx context.Context, account chat.AccountID, id chat.ContactID) (chat.Contact, error)
	Relink(ctx context.Context, d relink.Decision, now time.Time) error
	ReadCursor(ctx context.Context, account chat.AccountID, operator chat.OperatorID, id chat.ConversationID) (chat.ReadCursor, error)
	// SetRead does not write a position that is older than the stored one.
	SetRead(ctx context.Context, r chat.ReadCursor) (chat.ReadCursor, error)
	UpdateContact(ctx context.Context, before, after chat.Contact, activity *chat.Activity, job *chat.Job) error
}

// Reassigned is told when a provider names an address, known as one contact's, with the user id of somebody else, who has it from now on.
type Reassigned func(ctx context.Context, had chat.ContactID)

// Receiver takes in what providers deliver.
type Receiver struct {
	store        Store
	tracking     *tracking.Tracker
	merger       *merge.Merger
	receipts     desk.Receipts
	capabilities desk.Capabilities
	reassigned   Reassigned
	now          func() time.Time
}

// New makes a Receiver; every argument is needed.
func New(store Store, capabilities desk.Capabilities, reassigned Reassigned, now func() time.Time) (*Receiver, error) {
	if store == nil || capabilities == nil || reassigned == nil || now == nil {
		return nil, errors.New("inbound: a store, the channels' capabilities, whom to tell of reassigned numbers, and a clock are needed")
	}
	merger, err := merge.New(store, now)
	if err != nil {
		return nil, err
	}
	tracker, err := tracking.New(store, capabilities, now)
	if err != nil {
		return nil, err
	}
	return &Receiver{
		store: store, tracking: tracker, merger: merger, receipts: desk.NewReceipts(capabilities), capabilities: capabilities,
		reassigned: reassigned, now: now,
	}, nil
}

// attachContact adds to a decision that opens a conversation its contact and identity; known is nil for somebody unknown.
func attachContact(decision *chat.Decision, account chat.Account, ch chat.Channel, in chat.Inbound, known *chat.Identity, now time.Time) {
	c := &decision.After
	if known == nil {
		contact, identity := newContact(account.ID, ch, in, now)
		c.ContactID, c.ContactName = contact.ID, contact.Name
		identity.OpenConversationID = c.ID
		decision.NewContact, decision.Identity, decision.Aliases = &contact, &identity, identity.Aliases
		return
	}
	identity, _ := known.Answering(in.Sender)
	identity.OpenConversationID = c.ID
	if addContactStore(decision, identity) {
		identity.StoreIDs = append(slices.Clone(identity.StoreIDs), c.StoreID)
	}
	decision.Aliases = identity.Missing(in.Sender.Addresses)
	identity.Aliases = append(slices.Clone(identity.Aliases), decision.Aliases...)
	decision.Identity = &identity
}

// addContactStore adds the conversation's store to those of its contact, and reports whether the identity did not know it.
func addContactStore(decision *chat.Decision, known chat.Identity) bool {
	if slices.Contains(known.StoreIDs, decision.After.StoreID) {
		return false
	}
	decision.ContactStore = decision.After.StoreID
	return true
}

// setReplyTo finds the message that m quotes, if it is one of the same conversation. Of one that is not known, m keeps the provider's id,
// and joinQuote lets it find the message when that comes.
func (r *Receiver) setReplyTo(ctx context.Context, ch chat.Channel, in chat.Inbound, m *chat.Message) error {
	if in.ReplyTo == "" {
		return nil
	}
	receipt, err := r.tracking.Find(ctx, ch, in.ReplyTo)
	switch {
	case fault.Is(err, fault.NotFound):
		m.Quoted = in.ReplyTo
	case err != nil:
		return fmt.Errorf("find the message that %s quotes: %w", m.ID, err)
	case receipt.ConversationID == m.ConversationID:
		m.ReplyTo = receipt.MessageID
	}
	return nil
}

// joinQuote lets a stored message that quotes an unknown one find it when it comes.
func (r *Receiver) joinQuote(ctx context.Context, ch chat.Channel, m chat.Message) error {
	if m.Quoted == "" {
		return nil
	}
	return r.tracking.ParkQuote(ctx, ch, m)
}

func inboundMessage(account chat.AccountID, conversation chat.ConversationID, contact chat.ContactID, in chat.Inbound) chat.Message {
	return chat.NewReceived(message(account, conversation, in), chat.Author{Kind: chat.ByContact, ID: string(contact), Name: in.Sender.Name})
}

// message is the content of an inbound item, without direction, author and status.
func message(account chat.AccountID, conversation chat.ConversationID, in chat.Inbound) chat.Message {
	m := chat.Message{
		ID:             chat.NewMessageID(chat.SortTime(in.At, in.ReceivedAt), in.ReceivedAt, in.ProviderID),
		AccountID:      account,
		ConversationID: conversation,
		Type:           in.Type,
		Text:           in.Text,
		Attachments:    slices.Clone(in.Attachments),
		Location:       in.Location,
		Cards:          in.Cards,
		Form:           in.Form,
		Choice:         in.Choice,
		Unsupported:    in.Unsupported,
		ClientID:       in.ClientID,
		Visitor:        in.Visitor,
		Page:           in.Page,
		Referral:       in.Referral,
		ProviderID:     in.ProviderID,
		SentAt:         in.At,
		ReceivedAt:     in.ReceivedAt,
		Version:        1,
	}
	for i := range m.Attachments {
		m.Attachments[i].ID = fmt.Sprintf("%d", i+1)
	}
	return m
}

// newConversation is a conversation that the caller has yet to admit.
func newConversation(account chat.Account, ch chat.Channel, in chat.Inbound, known *chat.Identity, now time.Time) chat.Conversation {
	c := chat.Conversation{
		ID:          chat.ConversationID(chat.NewID(now)),
		AccountID:   account.ID,
		StoreID:     ch.StoreID,
		ChannelID:   ch.ID,
		ChannelType: ch.Type,
		ExternalID:  in.Sender.Addresses[0],
		InboxShards: account.InboxShards,
		CreatedAt:   now,
	}
	if known != nil {
		c.ExternalID, c.ContactID, c.ContactName = known.ExternalID, known.ContactID, known.ContactName
	}
	return c
}

func newContact(account chat.AccountID, ch chat.Channel, in chat.Inbound, now time.Time) (chat.Contact, chat.Identity) {
	name := cmp.Or(in.Sender.Name, in.Sender.Username)
	if name == "" && in.Sender.Phone != "" {
		name = relink.PhoneName(in.Sender.Phone)
	}
	contact := chat.Contact{
		ID: chat.ContactID(chat.NewID(now)), AccountID: account, Name: cmp.Or(name, relink.AddressName(in.Sender.Addresses[0])), Phone: in.Sender.Phone,
		StoreIDs: []chat.StoreID{ch.StoreID}, CreatedAt: now,
		Identities: []chat.IdentityRef{{
			ChannelID: ch.ID, Type: ch.Type, ExternalID: in.Sender.Addresses[0],
			Username: in.Sender.Username, Phone: in.Sender.Phone,
		}},
	}
	identity := chat.Identity{
		AccountID: account, ChannelID: ch.ID, ExternalID: in.Sender.Addresses[0],
		Aliases: slices.Clone(in.Sender.Addresses[1:]), Linked: true, ContactID: contact.ID, ContactName: contact.Name,
		Phone: in.Sender.Phone, Username: in.Sender.Username, StoreIDs: []chat.StoreID{ch.StoreID},
	}
	return contact, identity
}

// mediaTimers is the timer of a message whose files are to be fetched; none for any other.
func mediaTimers(m chat.Message) []chat.Timer {
	for _, attachment := range m.Attachments {
		if attachment.State == chat.AttachmentPending {
			return []chat.Timer{{
				AccountID: m.AccountID, Kind: chat.TimerMedia, ConversationID: m.ConversationID, MessageID: m.ID,
				DueAt: m.ReceivedAt.Add(chat.TimerGrace),
			}}
		}
	}
	return nil
}
