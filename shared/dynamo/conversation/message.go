package conversation

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// PutMessage stores a message unless it exists.
func (s *Store) PutMessage(ctx context.Context, m chat.Message) (created bool, err error) {
	m.Version = max(m.Version, 1)
	_, refused, err := s.db.Put(ctx, table.Desk, item.Message(m), table.Absent(), "put a message")
	return !refused && err == nil, err
}

// Message reads one with a consistent read.
func (s *Store) Message(ctx context.Context, account chat.AccountID, conv chat.ConversationID, id chat.MessageID) (chat.Message, error) {
	av, err := s.db.Get(ctx, table.Desk, key.Message(account, conv, id), true, item.KindMessage)
	if err != nil {
		return chat.Message{}, err
	}
	return item.DecodeMessage(av)
}

// Messages pages through a conversation from its end: the first page holds the newest messages, and Next leads to older ones.
// Items in a page are oldest first.
func (s *Store) Messages(ctx context.Context, account chat.AccountID, conv chat.ConversationID, p chat.PageRequest) (chat.Page[chat.Message], error) {
	return timeline(ctx, s, account, conv, key.MessagePrefix, p, item.DecodeMessage)
}

// timeline is a page of the items of a conversation's partition under a prefix, sorted by id.
func timeline[T any](ctx context.Context, s *Store, account chat.AccountID, conv chat.ConversationID, prefix string, p chat.PageRequest, decode func(table.Item) (T, error)) (chat.Page[T], error) {
	pk := key.Conversation(account, conv).PK
	if pk == "" {
		return chat.Page[T]{}, table.NotFound(item.KindConversation)
	}
	page, err := table.List(ctx, s.db, account, "timeline "+pk+" "+prefix, p, table.Query{
		Table: table.Desk, Condition: table.InPartition(pk, prefix), Descending: true, Consistent: true,
	}, decode)
	slices.Reverse(page.Items)
	return page, err
}

// AdvanceStatus moves a message's status to a higher rank, in one write, and keeps the status's time and price. Those of a status that
// comes after a higher one are kept by a second write, unless its time is known.
//
// With an attempt, it must be the message's current one, and a providerID requires that the message already has one: whoever gives it one
// writes its provider ref, too. With attempt 0 the attempt is not checked, and the providerID must be the message's, or becomes it.
//
// When the condition does not hold, applied is false and m is the stored message. NotFound means that there is no such message.
func (s *Store) AdvanceStatus(ctx context.Context, account chat.AccountID, conv chat.ConversationID, id chat.MessageID, attempt int, st chat.StatusUpdate, providerID string) (m chat.Message, applied bool, err error) {
	const doing = "advance a message's status"
	name, value := expression.Name, expression.Value
	k := key.Message(account, conv, id)
	update := expression.Set(name("status"), value(string(st.Status))).Set(name("rank"), value(st.Status.Rank())).Add(name("version"), value(1))
	if st.Error != nil {
		update = update.Set(name("error"), value(item.ErrorOf(st.Error)))
	} else {
		update = update.Remove(name("error"))
	}
	if providerID != "" {
		update = update.Set(name("providerId"), name("providerId").IfNotExists(value(providerID)))
	}
	same := sameAttempt(attempt, providerID)
	higher := same.And(name("rank").LessThan(value(st.Status.Rank())))
	av, refused, err := s.db.Update(ctx, table.Desk, k, noteStatus(update, st), &higher, doing)
	if err != nil {
		return chat.Message{}, false, err
	}
	if len(av) == 0 {
		return chat.Message{}, false, table.NotFound(item.KindMessage)
	}
	if m, err = item.DecodeMessage(av); err != nil || !refused {
		return m, err == nil, err
	}
	if at := m.StatusTimes.Of(st.Status); at == nil || !at.IsZero() || st.At.IsZero() || m.Direction != chat.Out {
		return m, false, nil
	}
	av, _, err = s.db.Update(ctx, table.Desk, k, noteStatus(expression.Add(name("version"), value(1)), st), &same, doing)
	if err != nil {
		return chat.Message{}, false, err
	}
	m, err = item.DecodeMessage(av)
	return m, false, err
}

// sameAttempt is the condition that a status is of the message's present attempt.
func sameAttempt(attempt int, providerID string) expression.ConditionBuilder {
	name, value := expression.Name, expression.Value
	condition := table.Present()
	switch {
	case attempt != 0:
		condition = condition.And(name("attempt").Equal(value(attempt)))
		if providerID != "" {
			condition = condition.And(expression.AttributeExists(name("providerId")))
		}
	case providerID != "":
		condition = condition.And(expression.AttributeNotExists(name("providerId")).Or(name("providerId").Equal(value(providerID))))
	}
	return condition
}

// noteStatus keeps a status's time and price, unless they are known.
func noteStatus(u expression.UpdateBuilder, st chat.StatusUpdate) expression.UpdateBuilder {
	if attribute := item.StatusTime(st.Status); attribute != "" && !st.At.IsZero() {
		at := expression.Name(attribute)
		u = u.Set(at, at.IfNotExists(expression.Value(table.MillisOf(st.At))))
	}
	if st.Pricing != nil {
		price := expression.Name("pricing")
		u = u.Set(price, price.IfNotExists(expression.Value(item.PricingOf(st.Pricing))))
	}
	return u
}

// Effects are what changes together with a message.
type Effects = chat.MessageEffects

// MergeEcho deletes an echo and points its provider ref r to the message that was sent, with the effects.
func (s *Store) MergeEcho(ctx context.Context, r chat.ProviderRef, echo chat.Message, effects Effects) error {
	var t table.Tx
	still := expression.Name("messageId").Equal(expression.Value(string(echo.ID)))
	t.Put(table.Desk, item.ProviderRef(r), &still, table.ReasonVersionChanged)
	t.Remove(table.Desk, key.Message(echo.AccountID, echo.ConversationID, echo.ID), table.AtVersion(echo.Version), table.ReasonVersionChanged)
	addEffects(&t, effects)
	return s.db.Commit(ctx, &t, "absorb message "+string(echo.ID))
}

// UpdateMessage replaces a message and writes the effects with it, if the stored version is before's.
func (s *Store) UpdateMessage(ctx context.Context, before, after chat.Message, effects Effects) error {
	after.Version = before.Version + 1
	var t table.Tx
	t.Put(table.Desk, item.Message(after), table.AtVersion(before.Version), table.ReasonVersionChanged)
	addEffects(&t, effects)
	return s.db.Commit(ctx, &t, "update message "+string(after.ID))
}

func addEffects(t *table.Tx, effects Effects) {
	if effects.PutTimer != nil {
		t.Put(table.Desk, item.Timer(*effects.PutTimer), nil, "")
	}
	if effects.DropTimer != nil {
		t.Remove(table.Desk, key.Timer(*effects.DropTimer), nil, "")
	}
	if effects.Event != nil {
		t.Put(table.Desk, item.Event(*effects.Event), nil, "")
	}
	if c := effects.Conversation; c != nil {
		next := *c
		next.Version++
		t.Put(table.Desk, item.Conversation(next), table.AtVersion(c.Version), table.ReasonVersionChanged)
	}
}
