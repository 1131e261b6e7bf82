package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// begin creates the resend job of a channel that can send again. The job's id derives from the change, so a repeated signal creates
// no second job.
func (h *Handler) begin(ctx context.Context, account chat.AccountID, restored events.ChannelRestored) error {
	job := chat.Job{
		ID:        chat.DeterministicID(time.Time{}, restored.Version, "resend", restored.ChannelID),
		AccountID: account, Kind: chat.JobResend, Subject: restored.ChannelID, CreatedAt: h.Now(), Version: 1,
	}
	err := h.Store.PutJob(ctx, job)
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// resend queues the messages that were held while the channel could not send. A delivery that read the channel's old state may hold
// another message after the first pass, and the index of held messages may lag, so there is a second pass. The job ends if the
// channel stops sending or is deleted; when the channel recovers, a new job begins.
func (h *Handler) resend(ctx context.Context, job chat.Job) (chat.Job, error) {
	id := chat.ChannelID(job.Subject)
	ch, err := h.Store.Channel(ctx, job.AccountID, id)
	if fault.Is(err, fault.NotFound) || err == nil && !ch.Health.Sends() {
		job.Done = true
		return job, nil
	}
	if err != nil {
		return job, fmt.Errorf("read channel %s: %w", id, err)
	}
	held, err := h.Store.Held(ctx, job.AccountID, id, chat.PageRequest{Limit: perStep, Cursor: job.Checkpoint})
	if err != nil {
		return job, fmt.Errorf("read the held messages of channel %s: %w", id, err)
	}
	for _, t := range held.Items {
		if err := h.Desk.Unhold(ctx, job.AccountID, t.ConversationID, t.MessageID); err != nil && !fault.Is(err, fault.NotFound) {
			return job, fmt.Errorf("queue message %s of conversation %s: %w", t.MessageID, t.ConversationID, err)
		}
	}
	job.Count += int64(len(held.Items))
	job.Checkpoint, job.Done = held.Next, held.Next == ""
	return h.twice(job), nil
}
