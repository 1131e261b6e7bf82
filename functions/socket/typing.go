package socket

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/queue"
)

const (
	typingEvery = 20 * time.Second // providers show typing slightly longer
	typedMost   = 1000             // maximum number of conversations; when it is reached, all are forgotten
)

// typed is when this process last sent typing to the provider, by conversation.
type typed struct {
	mu sync.Mutex
	at map[chat.ConversationID]time.Time
}

// seenRecently reports whether typing was sent within typingEvery, and records it otherwise.
func (t *typed) seenRecently(id chat.ConversationID, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at, ok := t.at[id]; ok && now.Sub(at) < typingEvery {
		return true
	}
	if t.at == nil || len(t.at) >= typedMost {
		t.at = map[chat.ConversationID]time.Time{}
	}
	t.at[id] = now
	return false
}

// tellProvider signals typing to providers that show it. The queue deduplicates the signals of several processes within twenty seconds.
// It is a hint: failures are logged.
func (h *Handler) tellProvider(ctx context.Context, account chat.AccountID, conversation chat.ConversationID) {
	now := h.now()
	if h.typed.seenRecently(conversation, now) {
		return
	}
	id := fmt.Sprintf("typing-%s-%d", conversation, now.Unix()/int64(typingEvery/time.Second))
	envelope, err := events.Wrap(id, string(account), now, events.ReadMarked{ConversationID: string(conversation), Typing: true})
	if err == nil {
		err = h.sender.Send(ctx, queue.Message{Envelope: envelope, Group: events.MarkGroup(string(conversation)), Dedup: id})
	}
	if err != nil {
		h.log.WarnContext(ctx, "typing was not sent to the provider", slog.Any("error", err))
	}
}
