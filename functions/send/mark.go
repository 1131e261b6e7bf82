package send

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/window"
)

// markTakes is the timeout of a mark: replies may wait behind it in the same batch.
const markTakes = 3 * time.Second

// mark reports a read message or typing to the provider. It is a hint: a failure is logged and dropped.
func (h *Handler) mark(ctx context.Context, account chat.AccountID, signal events.ReadMarked) {
	ctx, cancel := context.WithTimeout(ctx, markTakes)
	defer cancel()
	if err := h.tell(ctx, account, signal); err != nil {
		attrs := []slog.Attr{slog.String("conversation_id", signal.ConversationID), slog.String("reason", fault.Reason(err))}
		if p := channel.Provider(err); p != nil {
			attrs = append(attrs, slog.String("code", p.Code))
		}
		h.Log.LogAttrs(ctx, slog.LevelWarn, "read mark was not sent to the provider", attrs...)
	}
}

func (h *Handler) tell(ctx context.Context, account chat.AccountID, signal events.ReadMarked) error {
	id := chat.ConversationID(signal.ConversationID)
	if h.readMarks.covers(id, signal, h.Limiter.now()) {
		return nil
	}
	c, err := h.Store.Conversation(ctx, account, id)
	if err != nil {
		return fmt.Errorf("read conversation %s: %w", id, err)
	}
	ch, err := h.Store.Channel(ctx, account, c.ChannelID)
	if err != nil {
		return fmt.Errorf("read channel %s: %w", c.ChannelID, err)
	}
	adapter, _ := h.Channels.Of(ch.Type)
	call, message := teller(adapter, signal.Typing), chat.MessageID(signal.MessageID)
	if call == nil || !ch.Health.Sends() {
		return nil
	}
	if signal.Typing {
		if message = c.LastInboundID; !window.Open(c, adapter.Capabilities().Window, h.Now()) {
			return nil
		}
	}
	read, err := h.Store.Message(ctx, account, id, message)
	if err != nil {
		return fmt.Errorf("read message %s: %w", message, err)
	}
	if read.ProviderID == "" || read.Direction != chat.In {
		return nil
	}
	credentials, err := h.Sealer.OpenCredentials(ctx, ch.AccountID, ch.Credentials)
	if err != nil {
		return fmt.Errorf("decrypt the token of channel %s: %w", ch.ID, err)
	}
	if err := call(ctx, credentials, ch.ExternalID, read.ProviderID); err != nil {
		return fmt.Errorf("mark message %s: %w", message, err)
	}
	var until time.Time
	if signal.Typing {
		until = h.Limiter.now().Add(adapter.Capabilities().Typing)
	}
	h.readMarks.record(id, message, until)
	return nil
}

// teller returns the adapter's call for typing or read marks; nil when it has none.
func teller(adapter channel.Adapter, typing bool) func(ctx context.Context, credentials chat.Credentials, asset, providerID string) error {
	if typer, types := adapter.(channel.Typer); types && typing {
		return typer.ShowTyping
	}
	if marker, marks := adapter.(channel.Marker); marks && !typing {
		return marker.MarkRead
	}
	return nil
}

// readMarksMax is the maximum number of conversations in readMarks. When it is reached, all are forgotten.
const readMarksMax = 1000

// readMarks remembers what this process has reported to providers, because several operators may look at one conversation.
type readMarks struct {
	mu   sync.Mutex
	last map[chat.ConversationID]readMark
}

type readMark struct {
	read   chat.MessageID
	typing time.Time // until when the provider shows typing to the contact
}

// covers reports whether the provider has this mark already: a mark covers its message and all earlier ones.
func (t *readMarks) covers(id chat.ConversationID, signal events.ReadMarked, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := t.last[id]
	if signal.Typing {
		return now.Before(last.typing)
	}
	return last.read >= chat.MessageID(signal.MessageID)
}

func (t *readMarks) record(id chat.ConversationID, read chat.MessageID, typingUntil time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == nil || len(t.last) >= readMarksMax {
		t.last = map[chat.ConversationID]readMark{}
	}
	last := t.last[id]
	last.read = max(last.read, read)
	if !typingUntil.IsZero() {
		last.typing = typingUntil
	}
	t.last[id] = last
}
