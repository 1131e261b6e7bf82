package api

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
)

// purposeOffset is what a cursor that is not stored is signed as.
const purposeOffset = "offset"

// seal makes a text of a value that only we can make.
func (h *Handler) seal(ctx context.Context, purpose string, value any) (string, error) {
	keys, err := h.signingKeys(ctx)
	if err != nil {
		return "", err
	}
	return auth.Sign(keys, purpose, value)
}

// unseal reads what seal made; Invalid with the field otherwise.
func (h *Handler) unseal(ctx context.Context, purpose, field, text string, into any) error {
	keys, err := h.signingKeys(ctx)
	if err != nil {
		return err
	}
	err = auth.Verify(keys, purpose, text, into)
	if errors.Is(err, auth.ErrForged) {
		return invalid(field, "this is nothing that was given out here")
	}
	return err
}

// offset is a cursor into a list that is sorted anew for every page. It is good for one caller and one query.
type offset struct {
	OperatorID chat.OperatorID `json:"o"`
	Query      string          `json:"q"`
	Shown      int             `json:"n"`
}

func queryName(c *call) string {
	values := map[string][]string(c.Query)
	named := make(map[string]string, len(values))
	for name, value := range values {
		if name != "cursor" && name != "limit" {
			named[name] = strings.Join(value, "\x00")
		}
	}
	return fmt.Sprint(named)
}

func (h *Handler) sealOffset(ctx context.Context, c *call, shown int) (string, error) {
	return h.seal(ctx, purposeOffset, offset{c.operator.ID, queryName(c), shown})
}

func (h *Handler) openOffset(ctx context.Context, c *call, cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	var o offset
	if err := h.unseal(ctx, purposeOffset, "cursor", cursor, &o); err != nil {
		return 0, err
	}
	if o.OperatorID != c.operator.ID || o.Query != queryName(c) {
		return 0, invalid("cursor", "the cursor belongs to another list")
	}
	return o.Shown, nil
}
