package merge

import (
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/relink"
	"github.com/recado-chat/recado/shared/desk"
)

// Move moves one of a contact's conversations to whom it belongs by now. With a merge, which was undone, only a conversation that came with
// it goes, back to where it was; without one, every conversation goes to the contact into which this one was merged, or stays and gets the
// contact's present name and primary address. Repeated, it changes nothing.
func (m *Merger) Move(ctx context.Context, account chat.AccountID, contact chat.ContactID, mergeID string, id chat.ConversationID) error {
	var last error
	for range desk.Tries {
		c, err := m.store.Conversation(ctx, account, id)
		if err != nil {
			return fmt.Errorf("read conversation %s: %w", id, err)
		}
		if c.ContactID != contact {
			return nil
		}
		after, err := m.moved(ctx, c, mergeID)
		if err != nil {
			return err
		}
		if after.ContactID == c.ContactID && after.ContactName == c.ContactName && after.ExternalID == c.ExternalID {
			return nil
		}
		last = m.store.Relink(ctx, relink.Decision{AccountID: account, Conversations: []relink.Conversation{{Before: &c, After: after}}}, m.now())
		if !desk.Conflict(last, chat.ConflictVersionChanged) {
			return last
		}
	}
	return fmt.Errorf("conversation %s moved %d times: %w", id, desk.Tries, last)
}

func (m *Merger) moved(ctx context.Context, c chat.Conversation, mergeID string) (chat.Conversation, error) {
	contact, err := m.store.Contact(ctx, c.AccountID, c.ContactID)
	if err != nil {
		return c, fmt.Errorf("read contact %s: %w", c.ContactID, err)
	}
	if mergeID != "" {
		return m.back(ctx, c, mergeID)
	}
	move := chat.ConversationMove{ExternalID: c.ExternalID}
	if into := contact.MergedInto; into != "" {
		if contact, err = m.store.Contact(ctx, c.AccountID, into); err != nil {
			return c, fmt.Errorf("read contact %s: %w", into, err)
		}
		if at := slices.IndexFunc(contact.Merges, func(r chat.ContactMerge) bool { return r.ContactID == c.ContactID }); at >= 0 {
			move.MergeID = contact.Merges[at].ID
		}
	}
	after := c
	after.ContactID, after.ContactName = contact.ID, contact.Name
	if at := slices.IndexFunc(contact.Identities, func(i chat.IdentityRef) bool { return i.ChannelID == c.ChannelID }); at >= 0 {
		after.ExternalID = contact.Identities[at].ExternalID
	}
	if after.ContactID != c.ContactID || after.ExternalID != c.ExternalID {
		after.Moves = append(slices.Clone(c.Moves), move)
	}
	return after, nil
}

func (m *Merger) back(ctx context.Context, c chat.Conversation, mergeID string) (chat.Conversation, error) {
	if !wentWith(c, mergeID) {
		return c, nil
	}
	address := c.Moves[len(c.Moves)-1].ExternalID
	identity, _, err := m.store.Identity(ctx, c.AccountID, c.ChannelID, []string{address})
	if err != nil {
		return c, fmt.Errorf("look up the identity: %w", err)
	}
	return movedBack(c, identity), nil
}
