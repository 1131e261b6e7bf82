package api

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/recado-chat/recado/shared/chat"
)

// Some of what we hand out comes back to us: it is signed, so that it need not be stored. The purpose is part of what is
// signed, so that one kind cannot be passed for another.
const (
	purposeUpload = "upload"
	purposeOffset = "offset"
)

// seal makes a text of a value that only we can make, with the first of the keys.
func (h *Handler) seal(ctx context.Context, purpose string, value any) (string, error) {
	keys, err := h.signingKeys(ctx)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("encode what is to be signed: %w", err)
	}
	return encode(payload) + "." + encode(sign(keys[0], purpose, payload)), nil
}

// unseal reads what seal made with any key that is still valid; Invalid with the field otherwise.
func (h *Handler) unseal(ctx context.Context, purpose, field, text string, into any) error {
	broken := invalid(field, "this is nothing that was given out here")
	left, right, _ := strings.Cut(text, ".")
	payload, err := base64.RawURLEncoding.DecodeString(left)
	if err != nil {
		return broken
	}
	signature, err := base64.RawURLEncoding.DecodeString(right)
	if err != nil {
		return broken
	}
	keys, err := h.signingKeys(ctx)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if hmac.Equal(signature, sign(key, purpose, payload)) {
			if err := json.Unmarshal(payload, into); err != nil {
				return fmt.Errorf("decode what was signed: %w", err)
			}
			return nil
		}
	}
	return broken
}

func sign(key, purpose string, payload []byte) []byte {
	return mac(key, append([]byte(purpose+"\x00"), payload...))
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

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
