package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/recado-chat/recado/shared/cursor"
)

// offsetQuery names a list that is sorted anew for every page. Its cursors are valid for one caller and one query.
func offsetQuery(c *call) string {
	values := map[string][]string(c.Query)
	named := make(map[string]string, len(values))
	for name, value := range values {
		if name != "cursor" && name != "limit" {
			named[name] = strings.Join(value, "\x00")
		}
	}
	return fmt.Sprintf("offset %q %v", c.operator.ID, named)
}

func (h *Handler) sealOffset(ctx context.Context, c *call, shown int) (string, error) {
	return cursor.New(h.signingKeys).Sign(ctx, offsetQuery(c), c.account.ID, strconv.Itoa(shown))
}

func (h *Handler) openOffset(ctx context.Context, c *call, text string) (int, error) {
	last, err := cursor.New(h.signingKeys).Verify(ctx, text, offsetQuery(c), c.account.ID, 1)
	if err != nil || last == nil {
		return 0, err
	}
	return strconv.Atoi(last[0])
}
