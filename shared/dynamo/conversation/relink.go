package conversation

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/relink"
	"github.com/recado-chat/recado/shared/dynamo/activity"
	"github.com/recado-chat/recado/shared/dynamo/contact"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
)

// Relink writes in one transaction who an external user is from now on. A conversation that gets another contact moves to that contact's
// list. The identities' open conversations are written as the decision says.
//
// Conflicts, most severe first: identity_changed (an address leads elsewhere by now), exists (the job), version_changed (a contact or a
// conversation changed).
func (s *Store) Relink(ctx context.Context, d relink.Decision, now time.Time) error {
	var t table.Tx
	for _, c := range d.Contacts {
		requestID := ""
		if d.Activity != nil {
			requestID = d.Activity.RequestID
		}
		contact.Replace(&t, c, now, requestID)
	}
	for _, a := range d.Addresses {
		addAddress(&t, d, a)
	}
	for _, c := range d.Conversations {
		if err := s.enterPool(ctx, c, now); err != nil {
			return err
		}
		after := c.After
		after.Version = c.Before.Version + 1
		t.Put(table.Desk, item.Conversation(after), table.AtVersion(c.Before.Version), table.ReasonVersionChanged)
		if c.Before.ContactID != after.ContactID {
			t.Remove(table.Desk, key.ContactConversation(d.AccountID, c.Before.ContactID, after.ID), nil, "")
			t.Put(table.Desk, item.ContactConversation(after), nil, "")
		}
		addAssigned(&t, c.Before, after)
	}
	addLoads(&t, now, nil, d.Conversations...)
	for _, e := range d.Events {
		t.Put(table.Desk, item.Event(e), nil, "")
	}
	for _, r := range d.Unread {
		t.Put(table.Desk, item.ReadCursor(r), nil, "")
	}
	for _, job := range d.Jobs {
		schedule.AddJob(&t, job)
	}
	activity.Add(&t, d.Activity)
	return s.db.Commit(ctx, &t, "relink a contact")
}

func addAddress(t *table.Tx, d relink.Decision, a relink.Address) {
	condition := table.AtVersion(a.Version)
	if a.WasAlias {
		alias := expression.Name("kind").Equal(expression.Value(item.KindAlias))
		condition = &alias
	}
	switch {
	case a.Identity != nil:
		identity := *a.Identity
		identity.Version++
		t.Put(table.Desk, item.Identity(identity), condition, table.ReasonIdentityChanged)
	case a.AliasOf != "":
		primary := chat.Identity{AccountID: d.AccountID, ChannelID: d.ChannelID, ExternalID: a.AliasOf}
		t.Put(table.Desk, item.Alias(primary, a.Address), condition, table.ReasonIdentityChanged)
	default:
		t.Remove(table.Desk, key.Identity(d.AccountID, d.ChannelID, a.Address), condition, table.ReasonIdentityChanged)
	}
}
