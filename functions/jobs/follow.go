package jobs

import (
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// release gives back what an operator does not serve any more. A distribution, or an assignment by hand, that read the operator
// as they were may still give them a conversation behind the first look: a second one begins when none of those can be running.
func (h *Handler) release(ctx context.Context, job chat.Job) (chat.Job, error) {
	operator := chat.OperatorID(job.Subject)
	list, err := h.Store.ConversationsOfOperator(ctx, job.AccountID, operator, chat.ConversationID(job.Checkpoint), perStep)
	if err != nil {
		return job, fmt.Errorf("read the conversations of operator %s: %w", operator, err)
	}
	after, err := walk(job, list, func(id chat.ConversationID) error { return h.Desk.Release(ctx, job.AccountID, id, operator) })
	return h.twice(after), err
}

// twice lets a job that came to its end for the first time look once more, when nothing that had read the state before the change
// can be running any longer.
func (h *Handler) twice(job chat.Job) chat.Job {
	if job.Done && job.NotBefore.IsZero() {
		job.Done, job.Checkpoint, job.NotBefore = false, "", h.Now().Add(chat.TimerGrace)
	}
	return job
}

// rename lets all conversations of a contact show its name.
func (h *Handler) rename(ctx context.Context, job chat.Job) (chat.Job, error) {
	contact := chat.ContactID(job.Subject)
	list, err := h.Store.ConversationsOfContact(ctx, job.AccountID, contact, chat.ConversationID(job.Checkpoint), perStep)
	if err != nil {
		return job, fmt.Errorf("read the conversations of contact %s: %w", contact, err)
	}
	return walk(job, list, func(id chat.ConversationID) error { return h.Desk.Rename(ctx, job.AccountID, id) })
}

// walk does one step of a job over a list that goes on after the checkpoint.
func walk(job chat.Job, list []chat.ConversationID, do func(chat.ConversationID) error) (chat.Job, error) {
	for _, id := range list {
		if err := do(id); err != nil && !fault.Is(err, fault.NotFound) {
			return job, fmt.Errorf("job %s, conversation %s: %w", job.Kind, id, err)
		}
		job.Checkpoint = string(id)
	}
	job.Count += int64(len(list))
	job.Done = len(list) < perStep
	return job, nil
}
