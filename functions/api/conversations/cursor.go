package conversations

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/recado-chat/recado/shared/cursor"
	"github.com/recado-chat/recado/shared/httpapi/rest"
)

// queryName identifies a list by its caller and query parameters, without those for paging.
func queryName(c *rest.Call) string {
	named := make(map[string]string, len(c.Query))
	for name, values := range c.Query {
		if name != "cursor" && name != "limit" {
			named[name] = strings.Join(values, "\x00")
		}
	}
	return fmt.Sprint("sorted ", c.Operator.ID, named)
}

// signOffset makes the cursor of a list that is sorted in memory: the number of items already returned.
func (h *Handler) signOffset(ctx context.Context, c *rest.Call, shown int) (string, error) {
	return h.Cursors.Sign(ctx, queryName(c), c.Account.ID, strconv.Itoa(shown))
}

func (h *Handler) readOffset(ctx context.Context, c *rest.Call) (int, error) {
	last, err := h.Cursors.Verify(ctx, c.Query.Get("cursor"), queryName(c), c.Account.ID, 1)
	if err != nil || last == nil {
		return 0, err
	}
	shown, err := strconv.Atoi(last[0])
	if err != nil {
		return 0, cursor.Invalid()
	}
	return shown, nil
}
