package tracking

import (
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
)

// Find returns the receipt of the message that a provider's id names, in any of the id's forms. It answers NotFound when no message is
// known by it.
func (t *Tracker) Find(ctx context.Context, ch chat.Channel, providerID string) (chat.ProviderRef, error) {
	for _, id := range t.receipts.IDs(ch, providerID) {
		receipt, err := t.store.ProviderRef(ctx, ch.AccountID, desk.Scope(ch), id)
		if fault.Is(err, fault.NotFound) || err == nil && (receipt.ConversationID == "" || receipt.Shared && receipt.ProviderID() != providerID) {
			continue
		}
		if err != nil {
			return chat.ProviderRef{}, fmt.Errorf("look up the message %s: %w", providerID, err)
		}
		return receipt, nil
	}
	return chat.ProviderRef{}, fault.New(fault.NotFound, "no message is known by this id")
}

// Reserve finds the receipt to put for a message: under the key of its id, or, when another message has that key, under the id itself.
// known is what the receipt holds already when it leads to the message; its ConversationID is empty for a new one.
func (t *Tracker) Reserve(ctx context.Context, ch chat.Channel, m chat.Message) (receipt, known chat.ProviderRef, err error) {
	receipt = t.receipts.Receipt(ch, m, t.now())
	known, err = t.reserved(ctx, receipt)
	if err != nil || known.ConversationID == "" {
		return receipt, known, err
	}
	if receipt, err = t.Distinct(ctx, ch, m, known); err != nil || receipt.ID == known.ID {
		return receipt, known, err
	}
	known, err = t.reserved(ctx, receipt)
	return receipt, known, err
}

func (t *Tracker) reserved(ctx context.Context, r chat.ProviderRef) (chat.ProviderRef, error) {
	known, err := t.store.ProviderRef(ctx, r.AccountID, r.Scope, r.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return chat.ProviderRef{}, fmt.Errorf("look up message %s: %w", r.ProviderID(), err)
	}
	return known, nil
}

// Distinct returns the receipt of a message where known is found: known itself, if it is of the same message in another form of its id,
// or else a receipt of m's own, after the key was marked as shared. A contact's app chooses the key, so it may repeat one.
func (t *Tracker) Distinct(ctx context.Context, ch chat.Channel, m chat.Message, known chat.ProviderRef) (chat.ProviderRef, error) {
	if known.ProviderID() == m.ProviderID {
		return known, nil
	}
	stored, err := t.store.Message(ctx, known.AccountID, known.ConversationID, known.MessageID)
	switch {
	case fault.Is(err, fault.NotFound): // the receipt is written before the message, which comes again
		return known, nil
	case err != nil:
		return chat.ProviderRef{}, fmt.Errorf("read message %s: %w", known.MessageID, err)
	case stored.Direction == m.Direction && (m.Direction == chat.Out || stored.SentAt.Unix() == m.SentAt.Unix()):
		return known, nil
	}
	if err := t.store.ShareProviderRef(ctx, known); err != nil {
		return chat.ProviderRef{}, fmt.Errorf("mark the key of %s as shared: %w", m.ProviderID, err)
	}
	return desk.OwnReceipt(ch, m, t.now()), nil
}

// parkAt parks something on the receipt under an id.
type parkAt func(id string) (r chat.ProviderRef, parked bool, err error)

// park parks what names a message by a provider's id, or returns the receipt that leads to the message. from is who it comes from, if the
// provider says so: by another form of its id, only a message in a conversation with them is found.
func (t *Tracker) park(ctx context.Context, ch chat.Channel, providerID string, from chat.Sender, at parkAt) (chat.ProviderRef, bool, error) {
	ids := t.receipts.IDs(ch, providerID)
	receipt, parked, err := at(ids[0])
	if err != nil || len(ids) == 1 {
		return receipt, parked, err
	}
	if !parked {
		if found, err := t.leads(ctx, ch, receipt, providerID, from); err != nil || found {
			return receipt, false, err
		}
	}
	own, err := t.store.ProviderRef(ctx, ch.AccountID, desk.Scope(ch), providerID)
	switch {
	case err == nil && own.ConversationID != "":
		return own, false, nil
	case err != nil && !fault.Is(err, fault.NotFound):
		return receipt, false, fmt.Errorf("look up the message %s: %w", providerID, err)
	case parked:
		return receipt, true, nil
	}
	return at(providerID)
}

// leads reports whether a receipt leads to the message that somebody names by a provider's id.
func (t *Tracker) leads(ctx context.Context, ch chat.Channel, receipt chat.ProviderRef, providerID string, from chat.Sender) (bool, error) {
	switch {
	case receipt.ProviderID() == providerID:
		return true, nil
	case receipt.Shared:
		return false, nil
	case len(from.Addresses) == 0:
		return true, nil
	}
	identity, _, err := t.store.Identity(ctx, ch.AccountID, ch.ID, from.Known())
	if fault.Is(err, fault.NotFound) { // who has not written yet, or only under another address
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("look up the identity: %w", err)
	}
	c, err := t.store.Conversation(ctx, ch.AccountID, receipt.ConversationID)
	if err != nil {
		return false, fmt.Errorf("read conversation %s: %w", receipt.ConversationID, err)
	}
	return c.ContactID == identity.ContactID, nil
}

// ParkQuote lets a stored message that quotes an unknown one find it when it comes, or joins them if it has come meanwhile.
func (t *Tracker) ParkQuote(ctx context.Context, ch chat.Channel, m chat.Message) error {
	quote := chat.Quote{ConversationID: m.ConversationID, MessageID: m.ID}
	receipt, parked, err := t.park(ctx, ch, m.Quoted, chat.Sender{}, func(id string) (chat.ProviderRef, bool, error) {
		return t.store.ParkQuote(ctx, m.AccountID, desk.Scope(ch), id, quote)
	})
	if err != nil {
		return fmt.Errorf("park a quote: %w", err)
	}
	if parked {
		return nil
	}
	return t.joinQuotes(ctx, receipt, quote)
}

// joinQuotes makes messages that came before the message of the receipt quote it. A quote stays within its conversation.
func (t *Tracker) joinQuotes(ctx context.Context, r chat.ProviderRef, quotes ...chat.Quote) error {
	for _, quote := range quotes {
		if quote.ConversationID != r.ConversationID || quote.MessageID == r.MessageID {
			continue
		}
		err := desk.UpdateMessage(ctx, t.store, r.AccountID, quote.ConversationID, quote.MessageID, func(m *chat.Message) (*chat.MessageEffects, error) {
			if m.Quoted == "" {
				return nil, nil
			}
			m.ReplyTo, m.Quoted = r.MessageID, ""
			return &chat.MessageEffects{}, nil
		})
		if err != nil && !fault.Is(err, fault.NotFound) { // an echo that was merged into another message
			return err
		}
	}
	return nil
}
