package conversation

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

func unreserved() expression.ConditionBuilder {
	return expression.AttributeNotExists(expression.Name("conversationId"))
}

// reserve sets the message of a provider ref, which may not exist yet or hold parked updates.
func reserve(r chat.ProviderRef) expression.UpdateBuilder {
	u := table.HeaderUpdate(item.KindProviderRef).Set(expression.Name("conversationId"), expression.Value(string(r.ConversationID)))
	if r.MessageID != "" {
		u = u.Set(expression.Name("messageId"), expression.Value(string(r.MessageID)))
	}
	if r.Form != "" {
		u = u.Set(expression.Name("form"), expression.Name("form").IfNotExists(expression.Value(r.Form)))
	}
	if r.Digest != "" {
		u = u.Set(expression.Name("digest"), expression.Value(r.Digest))
	}
	if !r.ExpiresAt.IsZero() {
		u = u.Set(expression.Name(table.TTLAttribute), expression.Value(table.Expiry(r.ExpiresAt)))
	}
	return u
}

// PutProviderRef reserves a provider's id for a message. created is false when the id was taken before, and existing says by
// what. Updates that were parked under the id are kept and returned in existing, also when created is true.
func (s *Store) PutProviderRef(ctx context.Context, r chat.ProviderRef) (existing chat.ProviderRef, created bool, err error) {
	const doing = "put a provider ref"
	old, refused, err := s.db.Put(ctx, table.Desk, item.ProviderRef(r), table.Absent(), doing)
	if err != nil {
		return chat.ProviderRef{}, false, err
	}
	if !refused {
		return r, true, nil
	}
	existing, err = item.DecodeProviderRef(old, r.AccountID, r.Scope, r.ID)
	if err != nil || existing.ConversationID != "" {
		return existing, false, err
	}
	free := unreserved()
	av, refused, err := s.db.Update(ctx, table.Desk, key.ProviderRef(r.AccountID, r.Scope, r.ID), reserve(r), &free, doing)
	if err != nil {
		return chat.ProviderRef{}, false, err
	}
	existing, err = item.DecodeProviderRef(av, r.AccountID, r.Scope, r.ID)
	return existing, !refused && err == nil, err
}

// ProviderRef finds what a provider's id belongs to, with a consistent read.
func (s *Store) ProviderRef(ctx context.Context, account chat.AccountID, scope, id string) (chat.ProviderRef, error) {
	av, err := s.db.Get(ctx, table.Desk, key.ProviderRef(account, scope, id), true, item.KindProviderRef)
	if err != nil {
		return chat.ProviderRef{}, err
	}
	return item.DecodeProviderRef(av, account, scope, id)
}

// maxParked is how many statuses, and how many updates, are parked for one message.
const maxParked = 20

// ParkStatus keeps a status until its message is known. parked is false when the message is known already; receipt then leads to
// it.
func (s *Store) ParkStatus(ctx context.Context, account chat.AccountID, scope, providerID string, st chat.StatusUpdate) (receipt chat.ProviderRef, parked bool, err error) {
	return park(ctx, s, account, scope, providerID, "parked", item.ParkedStatus(st))
}

// ParkUpdate keeps an edit, a reaction or a deletion until its message is known, as ParkStatus does with a status.
func (s *Store) ParkUpdate(ctx context.Context, account chat.AccountID, scope, providerID string, a chat.MessageUpdate) (receipt chat.ProviderRef, parked bool, err error) {
	return park(ctx, s, account, scope, providerID, "altered", item.ParkedUpdate(a))
}

// ParkQuote keeps a message that quotes another one until that is known, as ParkStatus does with a status.
func (s *Store) ParkQuote(ctx context.Context, account chat.AccountID, scope, providerID string, q chat.Quote) (receipt chat.ProviderRef, parked bool, err error) {
	return park(ctx, s, account, scope, providerID, "quotes", item.ParkedQuote(q))
}

// ShareProviderRef marks a key as one that several messages have.
func (s *Store) ShareProviderRef(ctx context.Context, r chat.ProviderRef) error {
	exists := table.Present()
	update := expression.Set(expression.Name("shared"), expression.Value(true))
	_, _, err := s.db.Update(ctx, table.Desk, key.ProviderRef(r.AccountID, r.Scope, r.ID), update, &exists, "mark a shared key")
	return err
}

func park[T any](ctx context.Context, s *Store, account chat.AccountID, scope, providerID, attribute string, part T) (receipt chat.ProviderRef, parked bool, err error) {
	list := expression.Name(attribute)
	update := table.HeaderUpdate(item.KindProviderRef).
		Set(list, expression.ListAppend(list.IfNotExists(expression.Value([]T{})), expression.Value([]T{part}))).
		Set(expression.Name(table.TTLAttribute), expression.Name(table.TTLAttribute).IfNotExists(expression.Value(table.Expiry(s.db.Now().Add(chat.ProviderRefRetention)))))
	fresh := expression.Size(list).LessThan(expression.Value(maxParked)).And(expression.Not(expression.Contains(list, part)))
	free := unreserved().And(expression.AttributeNotExists(list).Or(fresh))
	av, refused, err := s.db.Update(ctx, table.Desk, key.ProviderRef(account, scope, providerID), update, &free, "park an update")
	if err != nil {
		return chat.ProviderRef{}, false, err
	}
	receipt, err = item.DecodeProviderRef(av, account, scope, providerID)
	// A repeated update is in the list already, and a full list takes no more.
	return receipt, err == nil && (!refused || receipt.ConversationID == ""), err
}

// RecordSent stores the receipt of a sent message and returns it with the updates that were parked. It is Conflict "receipt_exists" when
// the id belongs to another message.
func (s *Store) RecordSent(ctx context.Context, r chat.ProviderRef) (chat.ProviderRef, error) {
	free := unreserved().Or(expression.Name("messageId").Equal(expression.Value(string(r.MessageID))))
	av, refused, err := s.db.Update(ctx, table.Desk, key.ProviderRef(r.AccountID, r.Scope, r.ID), reserve(r), &free, "record a sent message")
	if err != nil {
		return chat.ProviderRef{}, err
	}
	if refused {
		return chat.ProviderRef{}, table.Conflict(table.ReasonReceiptExists)
	}
	return item.DecodeProviderRef(av, r.AccountID, r.Scope, r.ID)
}
