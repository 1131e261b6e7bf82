// Package tracking joins what providers tell of a message with the message: its provider id, its statuses, and the reactions, edits and
// revocations of either side.
//
// They may come before the provider's answer to the send, before the message itself, more than once and in any order. What comes before
// its message is parked on the receipt under the provider's id and applied once the message is known. It imports the core, chat and
// fault.
package tracking

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
)

// Store is what tracking needs of the data layer.
type Store interface {
	desk.ConversationStore
	desk.MessageStore
	// ProviderRef answers NotFound for an id that nobody told of yet.
	ProviderRef(ctx context.Context, account chat.AccountID, scope, id string) (chat.ProviderRef, error)
	// ParkStatus keeps a status on the receipt of its message; parked is false when the receipt leads to a message already.
	ParkStatus(ctx context.Context, account chat.AccountID, scope, providerID string, s chat.StatusUpdate) (r chat.ProviderRef, parked bool, err error)
	// ParkQuote is ParkStatus for a message that quotes it.
	ParkQuote(ctx context.Context, account chat.AccountID, scope, providerID string, q chat.Quote) (r chat.ProviderRef, parked bool, err error)
	// ShareProviderRef marks the key of a receipt as one that several messages have.
	ShareProviderRef(ctx context.Context, r chat.ProviderRef) error
	// Identity answers NotFound when none of the addresses is known.
	Identity(ctx context.Context, account chat.AccountID, channel chat.ChannelID, addresses []string) (chat.Identity, []string, error)
	// ParkUpdate is ParkStatus for a message update.
	ParkUpdate(ctx context.Context, account chat.AccountID, scope, providerID string, u chat.MessageUpdate) (r chat.ProviderRef, parked bool, err error)
	// AdvanceStatus moves a status forward in one write, with its time and price. Those of a lower one are kept as well. Attempt 0 is any
	// attempt.
	AdvanceStatus(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, id chat.MessageID, attempt int, s chat.StatusUpdate, providerID string) (m chat.Message, applied bool, err error)
	// RecordSent puts the receipt of a message that was sent, and returns it with what was parked. Conflict with ConflictReceiptExists
	// says that the provider's id leads to another message.
	RecordSent(ctx context.Context, r chat.ProviderRef) (chat.ProviderRef, error)
	// Messages pages from the end of a conversation, each page oldest first.
	Messages(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, p chat.PageRequest) (chat.Page[chat.Message], error)
	// MergeEcho deletes a message whose place the receipt gives to another. Conflict with ConflictVersionChanged says that one of them
	// moved meanwhile.
	MergeEcho(ctx context.Context, r chat.ProviderRef, echo chat.Message, effects chat.MessageEffects) error
}

// errTaken says that a provider's id leads to another message, which is no echo.
var errTaken = fault.New(fault.Conflict, "the provider's id belongs to another message").WithReason(chat.ConflictReceiptExists)

// Tracker applies statuses and updates to messages.
type Tracker struct {
	store        Store
	receipts     desk.Receipts
	capabilities desk.Capabilities
	now          func() time.Time
}

// New makes a Tracker; every argument is needed.
func New(store Store, capabilities desk.Capabilities, now func() time.Time) (*Tracker, error) {
	if store == nil || capabilities == nil || now == nil {
		return nil, errors.New("tracking: a store, the channels' capabilities and a clock are needed")
	}
	return &Tracker{store: store, receipts: desk.NewReceipts(capabilities), capabilities: capabilities, now: now}, nil
}

// Failed adds to the effects what follows from the failure of a message, which the provider reported at that time: its Event, and the
// conversation with its window closed if that is why it was refused.
func (t *Tracker) Failed(ctx context.Context, m chat.Message, at time.Time, effects *chat.MessageEffects) error {
	effects.Event = desk.MessageFailed(m, t.now())
	if m.Error == nil || m.Error.Reason != chat.WindowClosed {
		return nil
	}
	c := effects.Conversation // it may have the message's preview already
	if c == nil {
		read, err := t.store.Conversation(ctx, m.AccountID, m.ConversationID)
		if err != nil {
			return fmt.Errorf("read conversation %s: %w", m.ConversationID, err)
		}
		c = &read
	}
	able, _ := t.capabilities(c.ChannelType)
	if at.IsZero() {
		at = t.now()
	}
	if c.CloseWindow(able.Window, at) {
		effects.Conversation = c
	}
	return nil
}

// Sent writes into a message that the provider took this attempt under an id, and returns the message as Link needs it. A status that
// named the attempt may have brought the id before, in another form.
func (t *Tracker) Sent(ctx context.Context, m chat.Message, providerID string) (chat.Message, error) {
	sent := chat.StatusUpdate{Status: chat.StatusSent, At: t.now()}
	err := desk.UpdateMessageFrom(ctx, t.store, m, func(stored *chat.Message) (*chat.MessageEffects, error) {
		m.ProviderID = providerID
		if stored.Attempt != m.Attempt {
			return nil, nil
		}
		changed := stored.ProviderID == ""
		stored.ProviderID = cmp.Or(stored.ProviderID, providerID)
		m.ProviderID = stored.ProviderID
		changed = stored.NoteStatus(sent) || changed
		if !stored.Advance(sent.Status, nil) && !changed {
			return nil, nil
		}
		return &chat.MessageEffects{}, nil
	})
	return m, err
}

// Link records the receipt of a message that has its provider's id, through which replies and statuses find it, and applies what was
// parked there. A message whose id leads to another one stays without a receipt.
func (t *Tracker) Link(ctx context.Context, ch chat.Channel, m chat.Message) error {
	receipt, err := t.recordSent(ctx, ch, m)
	if errors.Is(err, errTaken) {
		return nil
	}
	if err != nil {
		return err
	}
	if receipt.ProviderID() != m.ProviderID {
		if err := t.adopt(ctx, m, receipt); err != nil {
			return err
		}
	}
	return t.ApplyParked(ctx, receipt)
}

// SetProviderID gives a message the id that a status of its present attempt brought. The message gets it last: as long as it has none, the
// status that is delivered again begins here.
func (t *Tracker) SetProviderID(ctx context.Context, ch chat.Channel, m chat.Message, providerID string, status chat.StatusUpdate) error {
	m.ProviderID = providerID
	receipt, err := t.recordSent(ctx, ch, m)
	if err != nil {
		return err
	}
	if err := t.ApplyParked(ctx, receipt); err != nil {
		return err
	}
	return t.adopt(ctx, m, receipt, append([]chat.StatusUpdate{status}, receipt.ParkedStatuses...)...)
}

// recordSent records the receipt under a message's provider id, and returns it with what was parked. An echo that was stored under the id
// is merged into the message. It is errTaken when the id leads to a message that is no echo.
func (t *Tracker) recordSent(ctx context.Context, ch chat.Channel, m chat.Message) (chat.ProviderRef, error) {
	own := t.receipts.Receipt(ch, m, t.now())
	receipt, err := t.store.RecordSent(ctx, own)
	for try := 1; desk.Conflict(err, chat.ConflictReceiptExists) && try < desk.Tries; try++ {
		if own, err = t.mergeEcho(ctx, ch, m, own); err != nil && !desk.Conflict(err, chat.ConflictVersionChanged) {
			return receipt, err
		}
		receipt, err = t.store.RecordSent(ctx, own)
	}
	if err != nil {
		return receipt, fmt.Errorf("record that %s was sent: %w", m.ID, err)
	}
	return receipt, nil
}

// adopt gives a message the provider's id in the form that its receipt has, and the statuses, unless a later attempt began.
func (t *Tracker) adopt(ctx context.Context, m chat.Message, r chat.ProviderRef, statuses ...chat.StatusUpdate) error {
	return desk.UpdateMessage(ctx, t.store, m.AccountID, m.ConversationID, m.ID, func(stored *chat.Message) (*chat.MessageEffects, error) {
		if stored.Attempt != m.Attempt {
			return nil, nil
		}
		effects := &chat.MessageEffects{}
		stored.ProviderID = r.ProviderID()
		for _, status := range statuses {
			stored.NoteStatus(status)
			if !stored.Advance(status.Status, status.Error) || status.Status != chat.StatusFailed {
				continue
			}
			if err := t.Failed(ctx, *stored, status.At, effects); err != nil {
				return nil, err
			}
		}
		return effects, nil
	})
}

// ApplyParked applies what came before the message of a receipt. A parked status belongs to the attempt that has the receipt's id.
func (t *Tracker) ApplyParked(ctx context.Context, r chat.ProviderRef) error {
	if len(r.ParkedStatuses)+len(r.ParkedUpdates) > 0 {
		if err := t.apply(ctx, r, r.ParkedUpdates...); err != nil {
			return err
		}
	}
	return t.joinQuotes(ctx, r, r.ParkedQuotes...)
}

// apply changes a message by updates and by the statuses that are parked for it, together with its conversation's preview.
func (t *Tracker) apply(ctx context.Context, r chat.ProviderRef, updates ...chat.MessageUpdate) error {
	err := desk.UpdateMessage(ctx, t.store, r.AccountID, r.ConversationID, r.MessageID, func(m *chat.Message) (*chat.MessageEffects, error) {
		changed := false
		for _, u := range updates {
			changed = m.ApplyUpdate(u) || changed
		}
		var failedAt time.Time
		failed := false
		for _, status := range r.ParkedStatuses {
			if m.Direction != chat.Out || m.ProviderID != r.ProviderID() {
				continue
			}
			changed = m.NoteStatus(status) || changed
			if !m.Advance(status.Status, status.Error) {
				continue
			}
			if changed = true; status.Status == chat.StatusFailed {
				failed, failedAt = true, status.At
			}
		}
		if !changed {
			return nil, nil
		}
		effects, err := t.WithPreview(ctx, *m, chat.MessageEffects{})
		if err == nil && failed {
			err = t.Failed(ctx, *m, failedAt, effects)
		}
		return effects, err
	})
	if fault.Is(err, fault.NotFound) {
		// The receipt is written before the message.
		return fault.New(fault.Unavailable, "the message is not stored yet").WithCause(err)
	}
	return err
}

// WithPreview adds to the effects of a changed message the conversation's preview, when it is the message that lists show.
func (t *Tracker) WithPreview(ctx context.Context, m chat.Message, effects chat.MessageEffects) (*chat.MessageEffects, error) {
	c, err := t.store.Conversation(ctx, m.AccountID, m.ConversationID)
	if err != nil {
		return nil, fmt.Errorf("read conversation %s: %w", m.ConversationID, err)
	}
	preview := chat.NewPreview(m)
	if c.Preview != nil && c.Preview.MessageID == m.ID && *c.Preview != preview {
		c.Preview = &preview
		effects.Conversation = &c
	}
	return &effects, nil
}
