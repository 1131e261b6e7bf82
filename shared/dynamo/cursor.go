package dynamo

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// cursor is where a list goes on. It is bound to the list and the account it was made for.
type cursor struct {
	Query   string         `json:"q"`
	Account chat.AccountID `json:"a"`
	Last    []string       `json:"k"`
}

// CursorKeys are the keys that vouch for cursors: the first signs, all are accepted, so that one can replace another while people
// page through their lists.
type CursorKeys func(context.Context) ([]string, error)

func (s *Store) keys(ctx context.Context) ([]string, error) {
	keys, err := s.cursorKeys(ctx)
	if err == nil && len(keys) == 0 {
		err = fault.New(fault.Unavailable, "there is no key for cursors").WithReason("no_cursor_key")
	}
	return keys, err
}

func mac(key string, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(key))
	_, _ = h.Write(body) // a hash never fails
	return h.Sum(nil)
}

// sealCursor makes the opaque form: a MAC and what it vouches for.
func (s *Store) sealCursor(ctx context.Context, query string, account chat.AccountID, last ...string) (string, error) {
	keys, err := s.keys(ctx)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(cursor{Query: query, Account: account, Last: last})
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(mac(keys[0], body), body...)), nil
}

// openCursor gives back the n parts that sealCursor was given, or nil for no cursor. Anything else is Invalid.
func (s *Store) openCursor(ctx context.Context, text, query string, account chat.AccountID, n int) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	invalid := fault.New(fault.Invalid, "the cursor does not belong to this list").WithField("cursor")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < sha256.Size {
		return nil, invalid
	}
	keys, err := s.keys(ctx)
	if err != nil {
		return nil, err
	}
	body := raw[sha256.Size:]
	if !slices.ContainsFunc(keys, func(key string) bool { return hmac.Equal(raw[:sha256.Size], mac(key, body)) }) {
		return nil, invalid
	}
	var c cursor
	if err := json.Unmarshal(body, &c); err != nil || c.Query != query || c.Account != account || len(c.Last) != n {
		return nil, invalid
	}
	return c.Last, nil
}
