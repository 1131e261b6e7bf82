package merge

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/relink"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
)

// Split makes two contacts again of one, undoing a merge. Each has its addresses and conversations of before; what came since then stays
// with the contact. The conversation that the merge closed opens again unless its contact has another one by now. The two are not merged
// automatically again.
func (m *Merger) Split(ctx context.Context, account chat.Account, contact chat.Contact, mergeID string, activity *chat.Activity) (chat.Contact, error) {
	at := slices.IndexFunc(contact.Merges, func(r chat.ContactMerge) bool { return r.ID == mergeID })
	if at < 0 {
		return contact, fault.New(fault.Invalid, "the contact has no such merge").WithField("mergeId")
	}
	record, now := contact.Merges[at], m.now()
	kept, gone, err := m.parts(ctx, contact, record)
	if err != nil {
		return contact, err
	}
	k := &parting{account: account, record: record, now: now, kept: kept.identity, gone: goneIdentity(record, kept.identity, gone)}
	after := unfilled(contact, gone, record)
	after.Merges = slices.Delete(slices.Clone(contact.Merges), at, at+1)
	k.kept.ContactName, k.kept.Phone, k.kept.Username = after.Name, after.Identities[0].Phone, after.Identities[0].Username
	if err := m.partConversations(ctx, k); err != nil {
		return contact, err
	}
	restored := gone
	restored.MergedInto = ""
	d := relink.Decision{
		AccountID: account.ID, ChannelID: record.ChannelID,
		Contacts: []relink.Contact{{Before: contact, After: after}, {Before: gone, After: restored}},
		Addresses: []relink.Address{
			{Address: k.kept.ExternalID, Identity: &k.kept, Version: k.kept.Version},
			{Address: k.gone.ExternalID, Identity: &k.gone, WasAlias: true},
		},
		Conversations: k.changes, Events: k.events,
		Jobs: []chat.Job{relink.NewJob(account.ID, contact.ID, record.ID, now)}, Activity: activity,
	}
	for _, alias := range k.gone.Aliases {
		d.Addresses = append(d.Addresses, relink.Address{Address: alias, AliasOf: k.gone.ExternalID, WasAlias: true})
	}
	if after.Name != contact.Name {
		d.Jobs = append(d.Jobs, relink.NewJob(account.ID, contact.ID, "", now))
	}
	if err := m.store.Relink(ctx, d, now); err != nil {
		return contact, fmt.Errorf("part contact %s: %w", contact.ID, err)
	}
	after.Version++
	return after, nil
}

// parts reads both sides of a merge.
func (m *Merger) parts(ctx context.Context, contact chat.Contact, record chat.ContactMerge) (kept side, gone chat.Contact, err error) {
	gone, err = m.store.Contact(ctx, contact.AccountID, record.ContactID)
	if err != nil {
		return kept, gone, fmt.Errorf("read contact %s: %w", record.ContactID, err)
	}
	kept.identity, _, err = m.store.Identity(ctx, contact.AccountID, record.ChannelID, []string{record.ExternalID})
	if err != nil {
		return kept, gone, fmt.Errorf("look up the identity: %w", err)
	}
	if gone.MergedInto != contact.ID || kept.identity.ContactID != contact.ID || kept.identity.ExternalID == record.ExternalID {
		return kept, gone, fault.New(fault.Conflict, "the contact's addresses have changed since the merge").WithReason("unchanged")
	}
	return kept, gone, nil
}

// goneIdentity is the identity that was merged, with those of its addresses that the other still has.
func goneIdentity(record chat.ContactMerge, kept chat.Identity, contact chat.Contact) chat.Identity {
	aliases := slices.DeleteFunc(slices.Clone(record.Aliases), func(a string) bool { return !kept.Has(a) })
	identity := chat.Identity{
		AccountID: contact.AccountID, ChannelID: record.ChannelID, ExternalID: record.ExternalID, Aliases: aliases, Linked: kept.Linked,
		Apart: []string{kept.ExternalID}, Address: record.Address, ContactID: contact.ID, ContactName: contact.Name, Blocked: contact.Blocked,
		StoreIDs: contact.StoreIDs, Version: record.Version + 1,
	}
	if len(contact.Identities) > 0 {
		identity.Phone, identity.Username = contact.Identities[0].Phone, contact.Identities[0].Username
	}
	return identity
}

// unfilled is a contact without the values that a merge gave it and nobody has changed since.
func unfilled(contact, gone chat.Contact, record chat.ContactMerge) chat.Contact {
	after := contact
	after.Identities = slices.Clone(contact.Identities)
	for _, field := range relink.Fields {
		if own := field.Of(&after); slices.Contains(record.Filled, field.Name) && *own == *field.Of(&gone) {
			*own = ""
		}
	}
	if after.Name == "" {
		ref := after.Identities[0]
		if after.Name = relink.AddressName(ref.ExternalID); ref.Phone != "" {
			after.Name = relink.PhoneName(ref.Phone)
		}
	}
	return after
}

// parting is what a split makes of two identities and their conversations.
type parting struct {
	account    chat.Account
	record     chat.ContactMerge
	now        time.Time
	kept, gone chat.Identity
	changes    []relink.Conversation
	events     []chat.Event
}

// partConversations decides which conversations go back at once: those that the identity names and the one that the merge closed.
func (m *Merger) partConversations(ctx context.Context, p *parting) error {
	was := p.kept
	theirs := func(address string) bool { return p.gone.Has(address) }
	p.kept.Aliases = slices.DeleteFunc(slices.Clone(was.Aliases), theirs)
	p.kept.Apart = joined(was.Apart, []string{p.gone.ExternalID})
	if theirs(was.Address) {
		p.kept.Address = ""
	}
	p.kept.OpenConversationID, p.kept.LastConversationID, p.kept.LastResolvedAt = "", "", time.Time{}
	for _, id := range joined([]chat.ConversationID{was.OpenConversationID}, []chat.ConversationID{was.LastConversationID, p.record.ClosedID}) {
		if id == "" {
			continue
		}
		c, err := m.store.Conversation(ctx, was.AccountID, id)
		if err != nil {
			return fmt.Errorf("read conversation %s: %w", id, err)
		}
		p.part(c)
	}
	return nil
}

func (p *parting) part(c chat.Conversation) {
	after, owner := c, &p.kept
	if wentWith(c, p.record.ID) {
		owner = &p.gone
		after = movedBack(c, *owner)
	}
	if c.ID == p.record.ClosedID && c.MergedInto != "" {
		after.MergedInto = ""
		if owner.OpenConversationID == "" && after.Reopen(p.now, "") == nil {
			after.WaitingSince = p.record.WaitingAt
			after.CloseAt = desk.CloseAt(p.account, after)
		}
	}
	if after.IsOpen() {
		owner.OpenConversationID = c.ID
	} else if owner.LastConversationID == "" {
		owner.LastConversationID, owner.LastResolvedAt = c.ID, c.ResolvedAt
	}
	p.events = append(p.events, desk.NewEvent(after, chat.EventSplit, desk.System, p.now, nil))
	if after.ContactID != c.ContactID || after.Status != c.Status || after.MergedInto != c.MergedInto {
		p.changes = append(p.changes, relink.Conversation{Before: &c, After: after})
	}
}

func wentWith(c chat.Conversation, mergeID string) bool {
	return len(c.Moves) > 0 && c.Moves[len(c.Moves)-1].MergeID == mergeID
}

// movedBack is a conversation as it was before its last move, which was from an identity.
func movedBack(c chat.Conversation, to chat.Identity) chat.Conversation {
	last := len(c.Moves) - 1
	c.ContactID, c.ContactName, c.ExternalID = to.ContactID, to.ContactName, c.Moves[last].ExternalID
	c.Moves = slices.Clone(c.Moves[:last])
	return c
}
