package jobs

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/contact"
	"github.com/recado-chat/recado/shared/dynamo/conversation"
)

// tokensDelay is how long a new job waits that renews search tokens. A deployment replaces functions one after the other; one that still
// runs the former code writes tokens of the former rules.
const tokensDelay = time.Hour

// startTokens creates the job that renews the search tokens and places in lists of an account's contacts, if the rules that make them have
// a version for which there was none. It reads one item.
func (h *Handler) startTokens(ctx context.Context, account chat.AccountID) error {
	now := h.Now()
	job := chat.Job{
		ID:        chat.DeterministicID(time.Time{}, 0, string(chat.JobTokens), string(account), strconv.Itoa(contact.TokenRules), strconv.Itoa(contact.ListRules)),
		AccountID: account, Kind: chat.JobTokens, NotBefore: now.Add(tokensDelay), CreatedAt: now, Version: 1,
	}
	if err := h.startOnce(ctx, job); err != nil {
		return fmt.Errorf("start the renewal of search tokens: %w", err)
	}
	return nil
}

// renewTokens writes the search tokens and places in lists that the contacts of a page of conversations lack. Every contact has a conversation, with which it
// was created. The list is by last activity, the oldest first: a conversation that moves meanwhile comes later.
//
// A contact is looked at once for each page that has a conversation of it. A step reads at most 32 units for each contact, half a unit a token, and writes only
// where a token is missing.
func (h *Handler) renewTokens(ctx context.Context, job chat.Job) (chat.Job, error) {
	account, err := h.Store.Account(ctx, job.AccountID)
	if err != nil {
		return job, fmt.Errorf("read account %s: %w", job.AccountID, err)
	}
	query := conversation.Query{
		Statuses: []chat.Status{chat.AwaitingConsent, chat.Open, chat.Pending, chat.Snoozed, chat.Held, chat.Resolved},
		Order:    conversation.Oldest, InboxShards: account.InboxShards,
	}
	page, err := h.Store.ListConversations(ctx, job.AccountID, query, chat.PageRequest{Limit: perStep, Cursor: job.Checkpoint})
	if err != nil {
		return job, fmt.Errorf("read the conversations: %w", err)
	}
	ids := make([]chat.ContactID, len(page.Items))
	for i, c := range page.Items {
		ids[i] = c.ContactID
	}
	renewed, err := h.Store.RenewTokens(ctx, job.AccountID, ids)
	if err != nil {
		return job, fmt.Errorf("renew search tokens: %w", err)
	}
	job.Count += int64(renewed)
	job.Checkpoint, job.Done = page.Next, page.Next == ""
	return job, nil
}
