package conversations

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/wire"
)

const (
	countMost  = 1000
	unreadMost = 99
)

// getCounts returns the counts of the inbox's lists, limited to what the caller sees.
func (h *Handler) getCounts(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var shape wire.Counts
	stores, nothing := c.Scope().Stores("")
	if nothing {
		return rest.OK(shape)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return h.countMine(ctx, c, &shape) })
	count := func(into *wire.Count, status chat.Status, unassigned bool) {
		group.Go(func() error {
			n, more, err := h.Store.CountConversations(ctx, c.Account.ID, dynamo.ConversationQuery{
				Statuses: []chat.Status{status}, Unassigned: unassigned, StoreIDs: stores,
				InboxShards: c.Account.InboxShards, Since: c.Account.CreatedAt,
			}, countMost)
			if err != nil {
				return fmt.Errorf("count %s conversations: %w", status, err)
			}
			*into = wire.Count{Value: n, More: more}
			return nil
		})
	}
	count(&shape.Unassigned, chat.Open, true)
	count(&shape.All.Open, chat.Open, false)
	count(&shape.All.Pending, chat.Pending, false)
	count(&shape.All.Snoozed, chat.Snoozed, false)
	count(&shape.All.Resolved, chat.Resolved, false)
	if err := group.Wait(); err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(shape)
}

// countMine counts the caller's conversations. There are few, so reading them is cheaper than counting them in the inbox.
func (h *Handler) countMine(ctx context.Context, c *rest.Call, shape *wire.Counts) error {
	request, scope := chat.PageRequest{Limit: rest.MaxLimit}, c.Scope()
	for seen := 0; ; {
		mine, err := h.Store.Mine(ctx, c.Account.ID, c.Operator.ID, active, request)
		if err != nil {
			return fmt.Errorf("read the operator's conversations: %w", err)
		}
		var ids []chat.ConversationID
		var theirs []chat.Conversation
		for _, v := range mine.Items {
			if scope.Conversation(v) {
				ids, theirs = append(ids, v.ID), append(theirs, v)
			}
		}
		read, err := h.readCursors(ctx, c, ids)
		if err != nil {
			return err
		}
		for _, v := range theirs {
			if v.Status == chat.Open {
				shape.Mine.Open.Value++
			} else {
				shape.Mine.Pending.Value++
			}
			if read[v.ID].Unread(v) {
				shape.Mine.Unread.Value++
			}
		}
		seen += len(mine.Items)
		if mine.Next == "" || seen >= countMost {
			more := mine.Next != ""
			shape.Mine.Open.More, shape.Mine.Pending.More = more, more
			if shape.Mine.Unread.Value > unreadMost {
				shape.Mine.Unread = wire.Count{Value: unreadMost, More: true}
			}
			return nil
		}
		request.Cursor = mine.Next
	}
}
