package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// begin makes the job of a channel that can send again. Its id follows from the change, so that a repeated signal meets it.
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

// resend puts what a channel held back into the queues of its conversations. A delivery that had read the channel as it was may
// hold one more behind the first look, and the index that leads to it may lag: hence a second look. A channel that stopped sending
// meanwhile, or is gone, ends the job: its next return begins another.
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
		return job, fmt.Errorf("read what channel %s held: %w", id, err)
	}
	for _, t := range held.Items {
		if err := h.Desk.Unhold(ctx, job.AccountID, t.ConversationID, t.MessageID); err != nil && !fault.Is(err, fault.NotFound) {
			return job, fmt.Errorf("put back message %s of conversation %s: %w", t.MessageID, t.ConversationID, err)
		}
	}
	job.Count += int64(len(held.Items))
	job.Checkpoint, job.Done = held.Next, held.Next == ""
	return h.twice(job), nil
}
