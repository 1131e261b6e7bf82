package jobs

import (
	"context"
	"fmt"
	"strings"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// release unassigns the conversations of an operator who no longer serves them. A distribution or a manual assignment that read the
// operator's old state may still assign a conversation after the first pass, so a second pass begins when none of those can be
// running.
func (h *Handler) release(ctx context.Context, job chat.Job) (chat.Job, error) {
	operator := chat.OperatorID(job.Subject)
	list, err := h.Store.ConversationsOfOperator(ctx, job.AccountID, operator, chat.ConversationID(job.Checkpoint), perStep)
	if err != nil {
		return job, fmt.Errorf("read the conversations of operator %s: %w", operator, err)
	}
	after, err := walk(job, list, func(id chat.ConversationID) error { return h.Desk.Release(ctx, job.AccountID, id, operator) })
	return h.twice(after), err
}

// twice makes a job run a second pass over its list. The second pass begins when no process that read the state before the change
// can still be running.
func (h *Handler) twice(job chat.Job) chat.Job {
	if job.Done && job.NotBefore.IsZero() {
		job.Done, job.Checkpoint, job.NotBefore = false, "", h.Now().Add(chat.TimerGrace)
	}
	return job
}

// rename updates the contact's name in all conversations of the contact.
func (h *Handler) rename(ctx context.Context, job chat.Job) (chat.Job, error) {
	contact := chat.ContactID(job.Subject)
	list, err := h.Store.ConversationsOfContact(ctx, job.AccountID, contact, chat.ConversationID(job.Checkpoint), perStep)
	if err != nil {
		return job, fmt.Errorf("read the conversations of contact %s: %w", contact, err)
	}
	return walk(job, list, func(id chat.ConversationID) error { return h.Desk.Rename(ctx, job.AccountID, id) })
}

// relink moves a contact's conversations after a merge, or after that was undone. A process that read the contact before may still add
// one after the first pass.
func (h *Handler) relink(ctx context.Context, job chat.Job) (chat.Job, error) {
	subject, mergeID, _ := strings.Cut(job.Subject, " ")
	contact := chat.ContactID(subject)
	list, err := h.Store.ConversationsOfContact(ctx, job.AccountID, contact, chat.ConversationID(job.Checkpoint), perStep)
	if err != nil {
		return job, fmt.Errorf("read the conversations of contact %s: %w", contact, err)
	}
	after, err := walk(job, list, func(id chat.ConversationID) error { return h.Desk.Move(ctx, job.AccountID, contact, mergeID, id) })
	return h.twice(after), err
}

// walk does one step of a job: it applies do to each conversation of list, the page after the checkpoint. A conversation that does
// not exist is skipped.
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
