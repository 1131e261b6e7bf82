// Package merge makes one contact of two when a provider shows that they are one person, parts them again when a person asks for it, and
// gives a number to whom it belongs by now (ADR 0010).
//
// What is bounded is one transaction: both contacts, the addresses, the open conversations. A job moves the other conversations, one at a
// time. It imports the core, chat and fault.
package merge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/relink"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
)

// Store is what merge needs of the data layer.
type Store interface {
	Conversation(ctx context.Context, account chat.AccountID, id chat.ConversationID) (chat.Conversation, error)
	Contact(ctx context.Context, account chat.AccountID, id chat.ContactID) (chat.Contact, error)
	Identity(ctx context.Context, account chat.AccountID, channel chat.ChannelID, addresses []string) (chat.Identity, []string, error)
	// ReadCursor is an operator's read position in a conversation; one never read has an empty position.
	ReadCursor(ctx context.Context, account chat.AccountID, operator chat.OperatorID, id chat.ConversationID) (chat.ReadCursor, error)
	// Relink writes a decision, or nothing. A Conflict has ConflictIdentityChanged or ConflictVersionChanged.
	Relink(ctx context.Context, d relink.Decision, now time.Time) error
}

// Merger decides who an external user is.
type Merger struct {
	store Store
	now   func() time.Time
}

// New makes a Merger; both arguments are needed.
func New(store Store, now func() time.Time) (*Merger, error) {
	if store == nil || now == nil {
		return nil, errors.New("merge: a store and a clock are needed")
	}
	return &Merger{store: store, now: now}, nil
}

// side is one of two identities with its contact and the conversation in which it was met last.
type side struct {
	identity     chat.Identity
	contact      chat.Contact
	conversation *chat.Conversation
}

func (m *Merger) side(ctx context.Context, identity chat.Identity) (side, error) {
	contact, err := m.store.Contact(ctx, identity.AccountID, identity.ContactID)
	if err != nil {
		return side{}, fmt.Errorf("read contact %s: %w", identity.ContactID, err)
	}
	if contact.MergedInto != "" {
		return side{}, fault.New(fault.Conflict, "the contact was merged meanwhile").WithReason(chat.ConflictIdentityChanged)
	}
	s := side{identity: identity, contact: contact}
	id := identity.OpenConversationID
	if id == "" {
		id = identity.LastConversationID
	}
	if id == "" {
		return s, nil
	}
	c, err := m.store.Conversation(ctx, identity.AccountID, id)
	if err != nil {
		return side{}, fmt.Errorf("read conversation %s: %w", id, err)
	}
	s.conversation = &c
	return s, nil
}

func (s side) open() bool { return s.conversation != nil && s.conversation.IsOpen() }

// Join makes one contact of those of two identities of a channel. The older contact stays, with what it knows; the other fills its gaps and
// is stored on. Of two open conversations one is closed, see staysOpen. A Conflict means that something moved: look both up again.
func (m *Merger) Join(ctx context.Context, account chat.Account, a, b chat.Identity) error {
	kept, err := m.side(ctx, a)
	if err != nil {
		return err
	}
	gone, err := m.side(ctx, b)
	if err != nil {
		return err
	}
	if gone.contact.ID < kept.contact.ID {
		kept, gone = gone, kept
	}
	now := m.now()
	record := chat.ContactMerge{
		ID: chat.NewID(now), At: now, ContactID: gone.contact.ID, ChannelID: gone.identity.ChannelID, ExternalID: gone.identity.ExternalID,
		Aliases: gone.identity.Aliases, Address: gone.identity.Address, Version: gone.identity.Version,
	}
	contact := union(kept.contact, gone.contact, &record)
	identity := unite(kept.identity, gone.identity, contact)
	conversations, openID := one(account, now, &record, contact, identity, kept, gone)
	identity.OpenConversationID = openID
	unread, err := m.unread(ctx, now, conversations, openID, record.ClosedID)
	if err != nil {
		return err
	}
	contact.Merges = append(slices.Clone(contact.Merges), record)
	absorbed := gone.contact
	absorbed.MergedInto = contact.ID

	d := relink.Decision{
		AccountID: account.ID, ChannelID: identity.ChannelID,
		Contacts: []relink.Contact{{Before: kept.contact, After: contact}, {Before: gone.contact, After: absorbed}},
		Addresses: []relink.Address{
			{Address: identity.ExternalID, Identity: &identity, Version: identity.Version},
			{Address: gone.identity.ExternalID, AliasOf: identity.ExternalID, Version: gone.identity.Version},
		},
		Conversations: conversations,
		Events:        mergeEvents(now, kept.conversation, gone.conversation),
		Unread:        unread,
		Jobs:          []chat.Job{relink.NewJob(account.ID, gone.contact.ID, "", now)},
	}
	if contact.Name != kept.contact.Name {
		d.Jobs = append(d.Jobs, relink.NewJob(account.ID, contact.ID, "", now))
	}
	if err := m.store.Relink(ctx, d, now); err != nil {
		return fmt.Errorf("merge contact %s into %s: %w", gone.contact.ID, contact.ID, err)
	}
	return nil
}

// union is the contact that stays, with its gaps filled by the other's values, which are noted in the record.
func union(kept, gone chat.Contact, record *chat.ContactMerge) chat.Contact {
	after := kept
	after.Identities = slices.Clone(kept.Identities)
	for _, field := range relink.Fields {
		own, other := field.Of(&after), *field.Of(&gone)
		missing := *own == ""
		if field.Name == "name" {
			missing = relink.Unnamed(kept) && !relink.Unnamed(gone)
		}
		if missing && other != "" {
			*own = other
			record.Filled = append(record.Filled, field.Name)
		}
	}
	if len(kept.StoreIDs) > 0 { // without any, those of its channels count
		after.StoreIDs = joined(kept.StoreIDs, gone.StoreIDs)
	}
	if gone.MarketingConsent.Supersedes(kept.MarketingConsent) {
		after.MarketingConsent = gone.MarketingConsent
	}
	after.Blocked = kept.Blocked || gone.Blocked
	return after
}

// unite is the identity that stays, with the addresses of both.
func unite(kept, gone chat.Identity, contact chat.Contact) chat.Identity {
	after := kept
	after.Aliases = joined(kept.Aliases, kept.Missing(relink.Addresses(gone)))
	after.Linked = kept.Linked && gone.Linked
	after.Apart = joined(kept.Apart, gone.Apart)
	after.StoreIDs = joined(kept.StoreIDs, gone.StoreIDs)
	after.ContactName, after.Blocked = contact.Name, contact.Blocked
	after.Phone, after.Username = contact.Identities[0].Phone, contact.Identities[0].Username
	if gone.LastResolvedAt.After(kept.LastResolvedAt) || kept.LastConversationID == "" {
		after.LastConversationID, after.LastResolvedAt = gone.LastConversationID, gone.LastResolvedAt
	}
	return after
}

// joined are the values of both lists, each once.
func joined[T comparable](a, b []T) []T {
	all := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}

// one makes of the open conversations of both sides the one that stays open.
func one(account chat.Account, now time.Time, record *chat.ContactMerge, contact chat.Contact, identity chat.Identity, kept, gone side) (changes []relink.Conversation, openID chat.ConversationID) {
	change := func(s side) *relink.Conversation {
		if !s.open() {
			return nil
		}
		after := *s.conversation
		if after.ContactID != contact.ID {
			after.Moves = append(slices.Clone(after.Moves), chat.ConversationMove{MergeID: record.ID, ExternalID: after.ExternalID})
		}
		after.ContactID, after.ContactName, after.ExternalID = contact.ID, contact.Name, identity.ExternalID
		changes = append(changes, relink.Conversation{Before: s.conversation, After: after})
		return &changes[len(changes)-1]
	}
	changes = make([]relink.Conversation, 0, 2)
	stays, closes := change(kept), change(gone)
	switch {
	case stays == nil && closes == nil:
		return nil, ""
	case stays == nil:
		return changes, closes.After.ID
	case closes == nil:
		return changes, stays.After.ID
	}
	if staysOpen(closes.After, stays.After) {
		stays, closes = closes, stays
	}
	record.ClosedID, record.WaitingAt = closes.After.ID, closes.After.WaitingSince
	Carry(account, now, &stays.After, closes.After)
	_ = closes.After.Resolve(now, desk.System) // it is open
	closes.After.MergedInto = stays.After.ID
	return changes, stays.After.ID
}

// staysOpen reports whether of two open conversations a goes before b: one that an operator has, then one that is open, then the older.
func staysOpen(a, b chat.Conversation) bool {
	rank := func(c chat.Conversation) (n int) {
		if c.AssigneeID != "" {
			n += 4
		}
		switch c.Status {
		case chat.Open:
			n += 2
		case chat.Pending, chat.Snoozed:
			n++
		default:
		}
		return n
	}
	if rank(a) != rank(b) {
		return rank(a) > rank(b)
	}
	return a.ID < b.ID
}

// unread makes the conversation that stays open unread for its operator, if the closed one is. Of the others, nobody has to read it.
func (m *Merger) unread(ctx context.Context, now time.Time, changes []relink.Conversation, openID, closedID chat.ConversationID) ([]chat.ReadCursor, error) {
	if closedID == "" {
		return nil, nil
	}
	stays, closed := *changes[0].Before, *changes[1].Before
	if stays.ID != openID {
		stays, closed = closed, stays
	}
	if stays.AssigneeID == "" {
		return nil, nil
	}
	read, err := m.store.ReadCursor(ctx, closed.AccountID, stays.AssigneeID, closedID)
	if err != nil {
		return nil, fmt.Errorf("read how far conversation %s was read: %w", closedID, err)
	}
	if !read.Unread(closed) {
		return nil, nil
	}
	unread := chat.ReadCursor{AccountID: stays.AccountID, OperatorID: stays.AssigneeID, ConversationID: openID, At: now}
	unread.CountRead(stays)
	return []chat.ReadCursor{unread}, nil
}

// Carry lets what waits for an answer in one conversation wait in the one that goes on: it opens, is active, and its window is open.
func Carry(account chat.Account, now time.Time, to *chat.Conversation, from chat.Conversation) {
	if from.LastInboundAt.After(to.LastInboundAt) {
		to.LastInboundAt = from.LastInboundAt
	}
	if from.LastActivityAt.After(to.LastActivityAt) {
		to.LastActivityAt = from.LastActivityAt
	}
	if from.WaitingSince.IsZero() {
		return
	}
	if to.WaitingSince.IsZero() || from.WaitingSince.Before(to.WaitingSince) {
		to.WaitingSince = from.WaitingSince
	}
	if to.Status == chat.Pending || to.Status == chat.Snoozed {
		_ = to.SetOpen(now) // it is pending or snoozed
	}
	to.CloseAt = desk.CloseAt(account, *to)
}

func mergeEvents(now time.Time, a, b *chat.Conversation) (events []chat.Event) {
	tell := func(c, other *chat.Conversation) {
		if c == nil {
			return
		}
		event := desk.NewEvent(*c, chat.EventMerged, desk.System, now, nil)
		if other != nil {
			event.Data.OtherID = other.ID
		}
		events = append(events, event)
	}
	tell(a, b)
	tell(b, a)
	return events
}
