package tracking

import (
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
)

// mergeEcho joins our message with its own echo, which was stored as another message because it came before the provider's id of ours
// was known. The receipt gets the echo's statuses and updates and leads to our message, and the echo is deleted.
//
// It returns the receipt to record: own, or one under the whole id when a message that is no echo has the same key.
func (t *Tracker) mergeEcho(ctx context.Context, ch chat.Channel, m chat.Message, own chat.ProviderRef) (chat.ProviderRef, error) {
	receipt, err := t.store.ProviderRef(ctx, own.AccountID, own.Scope, own.ID)
	if err != nil {
		return own, fmt.Errorf("find the message of %s: %w", m.ProviderID, err)
	}
	echo, err := t.store.Message(ctx, m.AccountID, receipt.ConversationID, receipt.MessageID)
	if err != nil {
		return own, fmt.Errorf("read message %s: %w", receipt.MessageID, err)
	}
	if echo.Author.Kind != chat.ByExternal {
		if distinct, err := t.Distinct(ctx, ch, m, receipt); err != nil || distinct.ID != receipt.ID {
			return distinct, err
		}
		return own, errTaken
	}
	effects := chat.MessageEffects{DropTimer: &chat.Timer{
		AccountID: m.AccountID, Kind: chat.TimerMedia, ConversationID: echo.ConversationID, MessageID: echo.ID,
	}}
	if effects.Conversation, err = t.withoutEcho(ctx, echo); err != nil {
		return own, err
	}
	if err := t.requote(ctx, echo, m); err != nil {
		return own, err
	}
	receipt.ConversationID, receipt.MessageID, receipt.Form = m.ConversationID, m.ID, own.Form
	receipt.ParkedStatuses = append(receipt.ParkedStatuses, chat.StatusUpdate{Status: echo.Status, At: echo.SentAt, Error: echo.Error})
	receipt.ParkedUpdates = append(receipt.ParkedUpdates, echo.Updates()...)
	if err := t.store.MergeEcho(ctx, receipt, echo, effects); err != nil {
		return own, fmt.Errorf("merge the echo of %s: %w", m.ID, err)
	}
	return own, nil
}

// withoutEcho is the echo's conversation with the preview of the message before it; nil when lists show another message.
func (t *Tracker) withoutEcho(ctx context.Context, echo chat.Message) (*chat.Conversation, error) {
	c, err := t.store.Conversation(ctx, echo.AccountID, echo.ConversationID)
	if err != nil {
		return nil, fmt.Errorf("read conversation %s: %w", echo.ConversationID, err)
	}
	if c.LastMessageID != echo.ID {
		return nil, nil
	}
	page, err := t.store.Messages(ctx, echo.AccountID, c.ID, chat.PageRequest{Limit: 2})
	if err != nil {
		return nil, fmt.Errorf("read the end of conversation %s: %w", c.ID, err)
	}
	c.LastMessageID, c.Preview = "", nil
	for _, other := range page.Items { // oldest first
		if other.ID != echo.ID {
			preview := chat.NewPreview(other)
			c.LastMessageID, c.Preview = other.ID, &preview
		}
	}
	return &c, nil
}

// requote makes messages that quote the echo quote m instead. It runs before the echo is deleted: nothing finds them afterwards.
func (t *Tracker) requote(ctx context.Context, echo, m chat.Message) error {
	for request := (chat.PageRequest{}); ; {
		page, err := t.store.Messages(ctx, echo.AccountID, echo.ConversationID, request)
		if err != nil {
			return fmt.Errorf("read what came after the echo of %s: %w", m.ID, err)
		}
		for _, quoting := range page.Items {
			if quoting.ReplyTo != echo.ID {
				continue
			}
			err := desk.UpdateMessage(ctx, t.store, quoting.AccountID, quoting.ConversationID, quoting.ID, func(stored *chat.Message) (*chat.MessageEffects, error) {
				stored.ReplyTo = m.ID
				return &chat.MessageEffects{}, nil
			})
			if err != nil {
				return err
			}
		}
		if page.Next == "" || len(page.Items) > 0 && page.Items[0].ID <= echo.ID { // older messages cannot quote it
			return nil
		}
		request.Cursor = page.Next
	}
}
