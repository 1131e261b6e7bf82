package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
)

// noteTries bounds how often a late message's note starts over because the conversation changed under it.
const noteTries = 8

// ApplyInbound records an inbound message in its conversation's summary, as chat.Conversation.Note does, in one write as long
// as messages come in order. applied is false, and nothing written, when the conversation is not open: what happens then is a
// decision. A message that is in the summary already changes nothing and is applied.
func (s *Store) ApplyInbound(ctx context.Context, account chat.AccountID, id chat.ConversationID, m chat.Message) (c chat.Conversation, applied bool, err error) {
	k := conversationKey(account, id)
	update, condition := noteForward(id, m)
	av, refused, err := s.updateItem(ctx, Desk, k, update, &condition, "note an inbound message")
	if err != nil {
		return c, false, err
	}
	if !refused {
		c, err = decodeConversation(av)
		return c, err == nil, err
	}
	for range noteTries {
		if len(av) == 0 {
			return c, false, notFound(kindConversation)
		}
		if c, err = decodeConversation(av); err != nil || c.Status != chat.Open {
			return c, false, err
		}
		if c.LastInboundID >= m.ID && c.LastMessageID >= m.ID {
			return c, true, nil
		}
		c.ApplyMessage(m)
		c.Version++
		if av, refused, err = s.putItem(ctx, Desk, toConversationItem(c), atVersion(c.Version-1), "note a late message"); err != nil {
			return chat.Conversation{}, false, err
		}
		if !refused {
			return c, true, nil
		}
	}
	return chat.Conversation{}, false, unavailable("note an inbound message", conflict(ReasonVersionChanged))
}

// noteForward is the note of a message that is newer than all before it, under the condition that it is.
func noteForward(id chat.ConversationID, m chat.Message) (expression.UpdateBuilder, expression.ConditionBuilder) {
	name, value := expression.Name, expression.Value
	activity := chat.ActivityAt(m)
	unlessAbove := func(attribute string, v any) expression.ConditionBuilder {
		return expression.AttributeNotExists(name(attribute)).Or(name(attribute).LessThanEqual(value(v)))
	}
	update := expression.
		Set(name("preview"), value(previewOf(chat.NewPreview(m)))).
		Set(name("lastId"), value(string(m.ID))).
		Set(name("lastInboundId"), value(string(m.ID))).
		Set(name("activeAt"), value(millisOf(activity))).
		Set(name("inboxSk"), value(activitySort(activity, id))).
		Set(name("waitingAt"), name("waitingAt").IfNotExists(value(millisOf(activity)))).
		Add(name("version"), value(1))
	condition := name("status").Equal(value(string(chat.Open))).
		And(expression.AttributeNotExists(name("lastId")).Or(name("lastId").LessThan(value(string(m.ID)))),
			unlessAbove("activeAt", millisOf(activity)))
	if m.SentAt.IsZero() {
		return update, condition
	}
	return update.Set(name("lastInboundAt"), value(millisOf(m.SentAt))),
		condition.And(unlessAbove("lastInboundAt", millisOf(m.SentAt)))
}
