package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/conversation"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/push"
)

// abandon fails what waits to be sent in the open conversations of a removed channel. A reply that was decided before the removal may
// still be queued after the first pass, and the index of conversations may lag, so there is a second pass.
func (h *Handler) abandon(ctx context.Context, job chat.Job) (chat.Job, error) {
	account, err := h.Store.Account(ctx, job.AccountID)
	if err != nil {
		return job, fmt.Errorf("read account %s: %w", job.AccountID, err)
	}
	query := conversation.Query{
		Statuses:  []chat.Status{chat.Open, chat.Pending, chat.Snoozed, chat.Held},
		ChannelID: chat.ChannelID(job.Subject), Order: conversation.Oldest, InboxShards: account.InboxShards,
	}
	page, err := h.Store.ListConversations(ctx, job.AccountID, query, chat.PageRequest{Limit: perStep, Cursor: job.Checkpoint})
	if err != nil {
		return job, fmt.Errorf("read the conversations of channel %s: %w", job.Subject, err)
	}
	for _, c := range page.Items {
		if err := h.Desk.Abandon(ctx, job.AccountID, c.ID); err != nil {
			return job, fmt.Errorf("fail what waits in conversation %s: %w", c.ID, err)
		}
	}
	job.Count += int64(len(page.Items))
	job.Checkpoint, job.Done = page.Next, page.Next == ""
	return h.twice(job), nil
}

// closeSockets closes the sockets of a site's visitors on pages that the site does not allow, or all of a removed one. A socket whose ticket
// was given before the change may still be opened after the first pass, so there is a second pass. $disconnect removes the connections.
func (h *Handler) closeSockets(ctx context.Context, job chat.Job) (chat.Job, error) {
	id := chat.ChannelID(job.Subject)
	ch, err := h.Store.Channel(ctx, job.AccountID, id)
	removed := fault.Is(err, fault.NotFound)
	if err != nil && !removed {
		return job, fmt.Errorf("read channel %s: %w", id, err)
	}
	connections, err := h.Live.SiteConnections(ctx, job.AccountID, id)
	if err != nil {
		return job, fmt.Errorf("read the connections of channel %s: %w", id, err)
	}
	adapter, _ := h.Channels.Of(ch.Type)
	embedder, _ := adapter.(channel.Embedder)
	for _, c := range connections {
		if !removed {
			if embedder == nil {
				break
			}
			allowed, err := embedder.Allows(ch.Settings, c.Visitor.Origin)
			if err != nil {
				return job, fmt.Errorf("read the settings of channel %s: %w", id, err)
			}
			if allowed {
				continue
			}
		}
		if err := h.Sockets.Hangup(ctx, c.ID); err != nil && !errors.Is(err, push.ErrGone) {
			return job, fault.New(fault.Unavailable, "a socket was not closed").WithReason("socket_open").WithCause(err)
		}
		job.Count++
	}
	job.Done = true
	return h.twice(job), nil
}
