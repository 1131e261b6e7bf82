// Package clock runs every minute, reads the timers that fall due in the next minute, and sends each to the queue of its consumer with
// the remaining time as delay. It changes nothing: a timer that is still due a minute later is sent again, and consumers check the state
// before they act.
package clock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
	"github.com/recado-chat/recado/shared/queue"
)

// ahead is how far the clock looks ahead: until its next tick.
const ahead = time.Minute

type store interface {
	Due(ctx context.Context, shard int, until time.Time, p chat.PageRequest) (chat.Page[schedule.DueItem], error)
}

// Deps are the dependencies of the handler; all are required.
type Deps struct {
	Store   store
	Senders map[events.Queue]*queue.Sender // for every queue of events.Queues(events.FromClock)
	Now     func() time.Time
	Log     *slog.Logger
}

// Handler sends what is due.
type Handler struct{ Deps }

// New checks the dependencies.
func New(d Deps) (*Handler, error) {
	if d.Store == nil || d.Now == nil || d.Log == nil {
		return nil, errors.New("clock: store, clock and logger are required")
	}
	for _, name := range events.Queues(events.FromClock) {
		if d.Senders[name] == nil {
			return nil, fmt.Errorf("clock: sender for queue %s is required", name)
		}
	}
	return &Handler{d}, nil
}

// Handle sends everything that falls due before the next tick. A shard that fails does not stop the others; its error makes the platform
// retry the tick.
func (h *Handler) Handle(ctx context.Context) error {
	now := h.Now()
	var group errgroup.Group
	group.SetLimit(shardsAtOnce)
	sent := make([]int, schedule.DueShards)
	for shard := range schedule.DueShards {
		group.Go(func() (err error) {
			sent[shard], err = h.shard(ctx, shard, now)
			return err
		})
	}
	err := group.Wait()
	total := 0
	for _, n := range sent {
		total += n
	}
	h.Log.LogAttrs(ctx, slog.LevelInfo, "tick", slog.Int("sent", total), slog.Bool("complete", err == nil))
	return err
}

// shardsAtOnce limits the connections that a tick opens: in a cold function a handshake costs more than waiting for the previous shard.
const shardsAtOnce = 4

// duePage is how many due items are read and sent at a time.
const duePage = 500

func (h *Handler) shard(ctx context.Context, shard int, now time.Time) (sent int, err error) {
	page := chat.PageRequest{Limit: duePage}
	var refused error
	for {
		due, err := h.Store.Due(ctx, shard, now.Add(ahead), page)
		if err != nil {
			return sent, errors.Join(refused, fmt.Errorf("read shard %d: %w", shard, err))
		}
		out := make(map[events.Queue][]queue.Message)
		unknown := 0
		for _, item := range due.Items {
			ok, err := add(out, item, now)
			if err != nil {
				return sent, errors.Join(refused, err)
			}
			if !ok {
				unknown++
			}
		}
		if unknown > 0 {
			h.Log.LogAttrs(ctx, slog.LevelError, "due entries of unknown kinds were passed", slog.Int("shard", shard), slog.Int("entries", unknown))
		}
		for name, signals := range out {
			if err := h.Senders[name].Send(ctx, signals...); err != nil {
				refused = errors.Join(refused, fmt.Errorf("send to %s: %w", name, err))
				continue // the other queues, and what is due behind this, do not wait for one that is out of order
			}
			sent += len(signals)
		}
		if due.Next == "" {
			return sent, refused
		}
		page.Cursor = due.Next
	}
}

// add turns a due item into its signal. FIFO queues have no delay for a single message, so an item for one waits for the tick at which it
// is due. An item of an unknown kind, such as a newer version's, is skipped.
func add(out map[events.Queue][]queue.Message, item schedule.DueItem, now time.Time) (ok bool, err error) {
	signal, group := signalOf(item)
	if signal == nil {
		return false, nil
	}
	name := events.QueueOf(signal)
	if name.FIFO() && item.DueAt.After(now) {
		return true, nil
	}
	id := fmt.Sprintf("%s-%s%s%s-%d", name, item.ConversationID, item.MessageID, item.Subject, item.DueAt.UnixMilli())
	envelope, err := events.Wrap(id, string(item.AccountID), now, signal)
	if err != nil {
		return true, err
	}
	message := queue.Message{Envelope: envelope, Group: group, Dedup: id}
	if !name.FIFO() {
		message.Delay = delay(item.DueAt, now)
	}
	out[name] = append(out[name], message)
	return true, nil
}

// delay is the seconds until due, rounded up so that it is never early.
func delay(due, now time.Time) int32 {
	wait := due.Sub(now)
	if wait <= 0 {
		return 0
	}
	return int32((wait + time.Second - 1) / time.Second)
}

// signalOf returns the signal of a timer and the message group of its FIFO queue; nil for an unknown kind.
func signalOf(item schedule.DueItem) (signal events.Signal, group string) {
	conversation, message := string(item.ConversationID), string(item.MessageID)
	switch item.Kind {
	case schedule.DueClose:
		return events.ConversationDue{ConversationID: conversation, DueAt: item.DueAt}, ""
	case schedule.DueAssign:
		return events.ConversationWaiting{ConversationID: conversation, StoreID: string(item.StoreID)},
			string(item.AccountID) + "." + string(item.StoreID)
	case string(chat.TimerSend):
		return events.MessageQueued{ConversationID: conversation, MessageID: message}, conversation
	case string(chat.TimerMedia):
		return events.MediaPending{ConversationID: conversation, MessageID: message}, ""
	case string(chat.TimerMail):
		return events.MailQueued{MailID: item.Subject}, ""
	case string(chat.TimerPool):
		return events.PoolDue{StoreID: item.Subject, DueAt: item.DueAt}, string(item.AccountID) + "." + item.Subject
	case string(chat.TimerPicture):
		return events.PictureUploaded{OperatorID: item.Subject}, ""
	case string(chat.TimerJob):
		return events.JobReady{JobID: item.Subject}, ""
	}
	return nil, ""
}
