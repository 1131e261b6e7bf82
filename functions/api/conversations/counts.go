package conversations

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/wire"
)

const (
	poolMost   = 1000 // of the pool's count
	unreadMost = 30   // conversations that are looked at for unread messages
)

// getCounts returns the figures beside the inbox's lists, limited to what the caller sees. What it reads does not grow with the
// conversations: counts are kept with the operators' loads, the pool is counted up to poolMost, and unread messages are looked for in the
// caller's unreadMost conversations of the newest activity.
func (h *Handler) getCounts(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var shape wire.Counts
	stores, nothing := c.Scope().Stores("")
	if nothing {
		return rest.OK(shape)
	}
	var kept map[chat.OperatorID]chat.Counts
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		if kept, err = h.Store.Counts(groupCtx, c.Account.ID); err != nil {
			return fmt.Errorf("read the counts: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		pool := dynamo.ConversationQuery{Statuses: []chat.Status{chat.Open}, Unassigned: true, StoreIDs: stores}
		n, more, err := h.Store.CountConversations(groupCtx, c.Account.ID, pool, poolMost)
		if err != nil {
			return fmt.Errorf("count the pool: %w", err)
		}
		shape.Unassigned = wire.Count{Value: n, More: more}
		return nil
	})
	group.Go(func() (err error) {
		shape.Mine.Unread, err = h.countUnread(groupCtx, c)
		return err
	})
	if err := group.Wait(); err != nil {
		return httpapi.Response{}, err
	}
	for holder, counts := range kept {
		for key, n := range counts {
			if len(stores) == 0 || slices.Contains(stores, key.StoreID) {
				addCount(&shape, holder == c.Operator.ID, key.Status, max(n, 0))
			}
		}
	}
	shape.All.Open.Value += shape.Unassigned.Value
	shape.All.Open.More = shape.Unassigned.More
	return rest.OK(shape)
}

func addCount(shape *wire.Counts, mine bool, status chat.Status, n int) {
	switch status {
	case chat.Open:
		shape.All.Open.Value += n
		if mine {
			shape.Mine.Open.Value += n
		}
	case chat.Pending:
		shape.All.Pending.Value += n
		if mine {
			shape.Mine.Pending.Value += n
		}
	case chat.Snoozed:
		shape.All.Snoozed.Value += n
	case chat.Resolved:
		shape.All.Resolved.Value += n
	case chat.Held, chat.AwaitingConsent:
	}
}

// countUnread counts the unread among the caller's conversations of the newest activity.
func (h *Handler) countUnread(ctx context.Context, c *rest.Call) (wire.Count, error) {
	mine, err := h.Store.ListConversations(ctx, c.Account.ID, dynamo.ConversationQuery{Assignee: c.Operator.ID, Statuses: active}, chat.PageRequest{Limit: unreadMost})
	if err != nil {
		return wire.Count{}, fmt.Errorf("read the operator's conversations: %w", err)
	}
	scope := c.Scope()
	rows := slices.DeleteFunc(mine.Items, func(v chat.Conversation) bool { return !scope.Conversation(v) })
	ids := make([]chat.ConversationID, len(rows))
	for i, v := range rows {
		ids[i] = v.ID
	}
	read, err := h.readCursors(ctx, c, ids)
	if err != nil {
		return wire.Count{}, err
	}
	unread := wire.Count{More: mine.Next != ""}
	for _, v := range rows {
		if read[v.ID].Unread(v) {
			unread.Value++
		}
	}
	return unread, nil
}
