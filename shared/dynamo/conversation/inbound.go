package conversation

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/relink"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// inboundTries is how often a late message is applied again after the conversation changed.
const inboundTries = 8

// ApplyInbound updates a conversation's summary with an inbound message, as chat.Conversation.ApplyMessage does. It is one write
// as long as messages arrive in order. applied is false, and nothing is written, when the conversation is not open. A message
// that the summary already contains changes nothing and counts as applied.
func (s *Store) ApplyInbound(ctx context.Context, account chat.AccountID, id chat.ConversationID, m chat.Message) (c chat.Conversation, applied bool, err error) {
	k := key.Conversation(account, id)
	update, condition := forward(id, m, false)
	av, refused, err := s.db.Update(ctx, table.Desk, k, update, &condition, "note an inbound message")
	if refused && len(av) > 0 && av["preview"] == nil {
		update, condition = forward(id, m, true)
		av, refused, err = s.db.Update(ctx, table.Desk, k, update, &condition, "note the first message")
	}
	if err != nil {
		return c, false, err
	}
	if !refused {
		c, err = item.DecodeConversation(av)
		return c, err == nil, err
	}
	for range inboundTries {
		if len(av) == 0 {
			return c, false, table.NotFound(item.KindConversation)
		}
		if c, err = item.DecodeConversation(av); err != nil || c.Status != chat.Open {
			return c, false, err
		}
		if c.LastInboundID >= m.ID && c.LastMessageID >= m.ID && !chat.ActivityAt(m).After(c.LastActivityAt) {
			return c, true, nil
		}
		before := c
		c.ApplyMessage(m)
		if err := s.enterPool(ctx, relink.Conversation{Before: &before, After: c}, m.ReceivedAt); err != nil {
			return chat.Conversation{}, false, err
		}
		c.Version++
		if av, refused, err = s.db.Put(ctx, table.Desk, item.Conversation(c), table.AtVersion(c.Version-1), "note a late message"); err != nil {
			return chat.Conversation{}, false, err
		}
		if !refused {
			return c, true, nil
		}
	}
	return chat.Conversation{}, false, table.Unavailable("note an inbound message", table.Conflict(table.ReasonVersionChanged))
}

// forward is the update for a message newer than all before it, with the condition that it is. A conversation without messages has no
// preview whose fields could be set.
func forward(id chat.ConversationID, m chat.Message, first bool) (expression.UpdateBuilder, expression.ConditionBuilder) {
	name, value := expression.Name, expression.Value
	activity := chat.ActivityAt(m)
	unlessAbove := func(attribute string, v any) expression.ConditionBuilder {
		return expression.AttributeNotExists(name(attribute)).Or(name(attribute).LessThanEqual(value(v)))
	}
	update := expression.
		Set(name("lastId"), value(string(m.ID))).
		Set(name("lastInboundId"), value(string(m.ID))).
		Set(name("activeAt"), value(table.MillisOf(activity))).
		Set(name("inboxSk"), value(key.ActivitySort(activity, id))).
		Set(name("waitingAt"), name("waitingAt").IfNotExists(value(table.MillisOf(chat.SortTime(m.SentAt, m.ReceivedAt))))).
		Set(name("waitingPk"), name("waitingPk").IfNotExists(name("inboxPk"))).
		Set(name("waitingSk"), name("waitingSk").IfNotExists(value(key.ActivitySort(chat.SortTime(m.SentAt, m.ReceivedAt), id)))).
		Set(name(item.ReaderAttribute), value(item.ReaderLists)).
		Add(name("version"), value(1))
	preview, known := chat.NewPreview(m), expression.AttributeExists(name("preview"))
	if first {
		update, known = update.Set(name("preview"), value(item.PreviewOf(preview, 1))), expression.Not(known)
	} else {
		update = update.
			Set(name("preview.id"), value(string(preview.MessageID))).
			Set(name("preview.text"), value(preview.Text)).
			Set(name("preview.type"), value(string(preview.Type))).
			Set(name("preview.n"), expression.Plus(name("preview.n").IfNotExists(value(0)), value(1))).
			Remove(name("preview.dir"))
		if preview.Revoked {
			update = update.Set(name("preview.revoked"), value(true))
		} else {
			update = update.Remove(name("preview.revoked"))
		}
	}
	// In the pool, whoever was answered has a place in the waiting index that the message changes.
	exists, not := expression.AttributeExists, expression.AttributeNotExists
	placed := exists(name("waitingAt")).And(exists(name("waitingPk"))).
		Or(not(name("waitingAt")).And(not(name("waitingPk"))))
	condition := name("status").Equal(value(string(chat.Open))).
		And(known, expression.AttributeNotExists(name("lastId")).Or(name("lastId").LessThan(value(string(m.ID)))),
			unlessAbove("activeAt", table.MillisOf(activity)), placed)
	if m.SentAt.IsZero() {
		return update, condition
	}
	return update.Set(name("lastInboundAt"), value(table.MillisOf(m.SentAt))),
		condition.And(unlessAbove("lastInboundAt", table.MillisOf(m.SentAt)))
}
