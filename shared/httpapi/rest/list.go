package rest

import (
	"context"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/cursor"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/wire/present"
)

// List responds with a page of a list, cut to what an answer may hold.
func List[From, To any](p chat.PageRequest, read func(chat.PageRequest) (chat.Page[From], error), show func(From) To) (httpapi.Response, error) {
	return httpapi.Fitting(p, read, func(page chat.Page[From]) (httpapi.Response, error) {
		return OK(present.List(page.Items, page.Next, show))
	})
}

// Whole responds with a list that was read at once: all of it, or as much as an answer may hold, with a cursor. id is an item's own, and name
// is what the cursor is bound to.
func Whole[From, To any](ctx context.Context, s *Server, c *Call, name string, items []From, id func(From) string, show func(From) To) (httpapi.Response, error) {
	last, err := s.Cursors.Verify(ctx, c.Query.Get("cursor"), name, c.Account.ID, 1)
	if err != nil {
		return httpapi.Response{}, err
	}
	if last != nil {
		at := slices.IndexFunc(items, func(item From) bool { return id(item) == last[0] })
		if at < 0 {
			return httpapi.Response{}, cursor.Invalid()
		}
		items = items[at+1:]
	}
	return List(chat.PageRequest{Limit: max(len(items), 1)}, func(p chat.PageRequest) (page chat.Page[From], err error) {
		page.Items = items[:min(p.Limit, len(items))]
		if n := len(page.Items); n < len(items) {
			page.Next, err = s.Cursors.Sign(ctx, name, c.Account.ID, id(items[n-1]))
		}
		return page, err
	}, show)
}
