package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/autoclose"
)

// Received is what became of an inbound message.
type Received struct {
	Conversation chat.Conversation
	Message      chat.Message
}

// Scope is the name under which a channel's provider ids are remembered.
func Scope(ch chat.Channel) string { return string(ch.Type) + ":" + ch.ExternalID }

// Receive takes an inbound message into its conversation, opening or reopening one when none is open. It may be called any
// number of times with the same message: the receipt keeps the place that the first call chose.
func (d *Desk) Receive(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) (Received, error) {
	if len(in.Sender.Addresses) == 0 {
		return Received{}, fault.New(fault.Invalid, "the message names no sender").WithReason("no_sender")
	}
	var last error
	for range tries {
		received, err := d.receive(ctx, account, ch, in)
		if !conflict(err, identityChanged) && !conflict(err, versionChanged) {
			return received, err
		}
		last = err
	}
	return Received{}, fmt.Errorf("the identity moved %d times: %w", tries, last)
}

func (d *Desk) receive(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) (Received, error) {
	identity, err := d.sender(ctx, account.ID, ch.ID, in.Sender)
	switch {
	case fault.Is(err, fault.NotFound):
		return d.open(ctx, account, ch, in, nil)
	case err != nil:
		return Received{}, fmt.Errorf("look up the sender: %w", err)
	case identity.OpenConversationID == "":
		return d.open(ctx, account, ch, in, &identity)
	}
	m := inboundMessage(account.ID, identity.OpenConversationID, identity.ContactID, in)
	existing, created, err := d.store.PutProviderRef(ctx, d.receipt(ch, m))
	if err != nil {
		return Received{}, fmt.Errorf("put the receipt: %w", err)
	}
	if !created {
		m.ID, m.ConversationID = existing.MessageID, existing.ConversationID
	}
	if err := d.quote(ctx, ch, in, &m); err != nil {
		return Received{}, err
	}
	received, err := d.add(ctx, account, m)
	if err != nil {
		return received, err
	}
	if err := d.applyParked(ctx, existing); err != nil {
		return received, err
	}
	return received, d.link(ctx, account.ID, identity, in.Sender.Addresses, received.Conversation)
}

// add puts a message that has its receipt into its conversation, and the conversation's summary forward.
func (d *Desk) add(ctx context.Context, account chat.Account, m chat.Message) (Received, error) {
	created, err := d.store.PutMessage(ctx, m)
	if err != nil {
		return Received{}, fmt.Errorf("put message %s: %w", m.ID, err)
	}
	for _, timer := range mediaTimers(m) {
		if err := d.store.PutTimer(ctx, timer); err != nil {
			return Received{}, fmt.Errorf("put the media timer of %s: %w", m.ID, err)
		}
	}
	c, applied, err := d.store.ApplyInbound(ctx, m.AccountID, m.ConversationID, m)
	if err != nil {
		return Received{}, fmt.Errorf("note message %s: %w", m.ID, err)
	}
	if !applied {
		if c, err = d.reopen(ctx, account, m, created); err != nil {
			return Received{}, err
		}
	}
	return Received{Conversation: c, Message: m}, nil
}

// reopen is the slow way into a conversation that was not open when its contact wrote. created says that the message came now:
// one that was noted before the conversation was put aside or closed does not take it up again.
func (d *Desk) reopen(ctx context.Context, account chat.Account, m chat.Message, created bool) (chat.Conversation, error) {
	c, err := d.decide(ctx, m.AccountID, m.ConversationID, func(c chat.Conversation) (*chat.Decision, error) {
		if m.ID <= c.LastInboundID && (c.Status == chat.Open || !created) {
			return nil, nil
		}
		now, after := d.now(), c
		after.ApplyMessage(m)
		decision := &chat.Decision{Before: &c, After: after}
		var kind chat.EventType
		var err error
		switch c.Status {
		case chat.Pending, chat.Snoozed:
			kind, err = chat.EventTakenUp, decision.After.SetOpen(now)
		case chat.Resolved:
			kind, err = chat.EventReopened, decision.After.Reopen(now, "")
		case chat.Open, chat.Held, chat.AwaitingConsent:
			return decision, nil
		}
		if err != nil {
			return nil, err
		}
		decision.After.CloseAt, _ = autoclose.Deadline(decision.After, account.Closing, Zone(account))
		decision.Events = []chat.Event{d.event(decision.After, kind, contactOf(c), now, because(chat.ReasonContactWrote))}
		return decision, nil
	})
	if !conflict(err, identityChanged) {
		return c, err
	}
	// The contact has gone on to another conversation before this message came back to life: it stays where its receipt says.
	return d.decide(ctx, m.AccountID, m.ConversationID, func(c chat.Conversation) (*chat.Decision, error) {
		after := c
		after.ApplyMessage(m)
		return &chat.Decision{Before: &c, After: after}, nil
	})
}

// open makes the decision for a message whose sender has no open conversation: one that closed less than a day ago is taken
// up again, otherwise a new one begins.
func (d *Desk) open(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound, known *chat.Identity) (Received, error) {
	now := d.now()
	var decision chat.Decision
	if known != nil && known.LastConversationID != "" && now.Sub(known.LastResolvedAt) < chat.ReopenWithin {
		before, err := d.store.Conversation(ctx, account.ID, known.LastConversationID)
		if err != nil {
			return Received{}, fmt.Errorf("read conversation %s: %w", known.LastConversationID, err)
		}
		if before.Status != chat.Resolved {
			return Received{}, fault.New(fault.Conflict, "the conversation was reopened").WithReason(identityChanged)
		}
		decision.Before, decision.After = &before, before
		if err := decision.After.Reopen(now, ""); err != nil {
			return Received{}, err
		}
	} else {
		decision.After = newConversation(account, ch, in, known, now)
	}
	d.attachContact(&decision, account, ch, in, known, now)
	c := &decision.After
	m := inboundMessage(account.ID, c.ID, c.ContactID, in)
	if err := d.quote(ctx, ch, in, &m); err != nil {
		return Received{}, err
	}
	c.ApplyMessage(m)
	c.CloseAt, _ = autoclose.Deadline(*c, account.Closing, Zone(account))
	kind, reason := chat.EventOpened, (*chat.Reason)(nil)
	if decision.Before != nil {
		kind, reason = chat.EventReopened, because(chat.ReasonContactWrote)
	}
	receipt := d.receipt(ch, m)
	decision.Events = []chat.Event{d.event(*c, kind, contactOf(*c), now, reason)}
	decision.Messages, decision.ProviderRef, decision.Timers = []chat.Message{m}, &receipt, mediaTimers(m)

	err := d.store.Commit(ctx, decision, now)
	if conflict(err, refExists) {
		return d.resume(ctx, account, ch, in, m)
	}
	if err != nil {
		return Received{}, fmt.Errorf("open a conversation: %w", err)
	}
	c.Version++
	if receipt, err = d.store.ProviderRef(ctx, account.ID, receipt.Scope, receipt.ID); err != nil {
		return Received{}, fmt.Errorf("read what came before message %s: %w", m.ID, err)
	}
	return Received{Conversation: *c, Message: m}, d.applyParked(ctx, receipt)
}

// resume goes on where an earlier delivery of the same message stopped.
func (d *Desk) resume(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound, m chat.Message) (Received, error) {
	receipt, err := d.store.ProviderRef(ctx, account.ID, Scope(ch), m.ProviderID)
	if err != nil {
		return Received{}, fmt.Errorf("read the receipt of message %s: %w", m.ID, err)
	}
	m.ID, m.ConversationID = receipt.MessageID, receipt.ConversationID
	if err := d.quote(ctx, ch, in, &m); err != nil {
		return Received{}, err
	}
	received, err := d.add(ctx, account, m)
	if err != nil {
		return received, err
	}
	return received, d.applyParked(ctx, receipt)
}

// quote finds the message that another answers, if it is one of the same conversation and not older than receipts are kept.
func (d *Desk) quote(ctx context.Context, ch chat.Channel, in chat.Inbound, m *chat.Message) error {
	if in.ReplyTo == "" {
		return nil
	}
	receipt, err := d.store.ProviderRef(ctx, m.AccountID, Scope(ch), in.ReplyTo)
	if fault.Is(err, fault.NotFound) || err == nil && receipt.ConversationID != m.ConversationID {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find what message %s answers: %w", m.ID, err)
	}
	m.ReplyTo = receipt.MessageID
	return nil
}

// link makes further addresses of a known sender lead to the same identity.
func (d *Desk) link(ctx context.Context, account chat.AccountID, identity chat.Identity, addresses []string, c chat.Conversation) error {
	aliases := missing(identity, addresses)
	if len(aliases) == 0 {
		return nil
	}
	_, err := d.decide(ctx, account, c.ID, func(c chat.Conversation) (*chat.Decision, error) {
		linked := identity
		linked.Aliases = append(slices.Clone(identity.Aliases), aliases...)
		return &chat.Decision{Before: &c, After: c, Identity: &linked, Aliases: aliases}, nil
	})
	if conflict(err, identityChanged) {
		return nil // somebody linked them meanwhile, or the address belongs to another identity: the message is in its place
	}
	return err
}

func missing(identity chat.Identity, addresses []string) []string {
	var aliases []string
	for _, address := range addresses {
		if address != identity.ExternalID && !slices.Contains(identity.Aliases, address) {
			aliases = append(aliases, address)
		}
	}
	return aliases
}

func (d *Desk) receipt(ch chat.Channel, m chat.Message) chat.ProviderRef {
	return chat.ProviderRef{
		AccountID: m.AccountID, Scope: Scope(ch), ID: m.ProviderID,
		ConversationID: m.ConversationID, MessageID: m.ID, ExpiresAt: d.now().Add(chat.ProviderRefRetention),
	}
}

func inboundMessage(account chat.AccountID, conversation chat.ConversationID, contact chat.ContactID, in chat.Inbound) chat.Message {
	m := message(account, conversation, in)
	m.Direction, m.Status = chat.In, chat.StatusReceived
	m.Author = chat.Author{Kind: chat.ByContact, ID: string(contact), Name: in.Sender.Name}
	return m
}

// message is what a provider told, by nobody yet.
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
	c.Admit(now, account.Metered)
	return c
}

func newContact(account chat.AccountID, ch chat.Channel, in chat.Inbound, now time.Time) (chat.Contact, chat.Identity) {
	name := in.Sender.Name
	if name == "" {
		name = in.Sender.Username
	}
	if name == "" && in.Sender.Phone != "" {
		name = numbered(in.Sender.Phone)
	}
	if name == "" {
		name = in.Sender.Addresses[0]
	}
	contact := chat.Contact{
		ID: chat.ContactID(chat.NewID(now)), AccountID: account, Name: name, Phone: in.Sender.Phone, CreatedAt: now,
		Identities: []chat.IdentityRef{{
			ChannelID: ch.ID, Type: ch.Type, ExternalID: in.Sender.Addresses[0],
			Username: in.Sender.Username, Phone: in.Sender.Phone,
		}},
	}
	identity := chat.Identity{
		AccountID: account, ChannelID: ch.ID, ExternalID: in.Sender.Addresses[0],
		Aliases: slices.Clone(in.Sender.Addresses[1:]), ContactID: contact.ID, ContactName: contact.Name,
	}
	return contact, identity
}

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

func contactOf(c chat.Conversation) chat.Author {
	return chat.Author{Kind: chat.ByContact, ID: string(c.ContactID), Name: c.ContactName}
}
