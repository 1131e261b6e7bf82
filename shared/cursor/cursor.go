// Package cursor signs the opaque cursors with which a client goes on through a list.
//
// A cursor is bound to the query and the account that it was made for, and carries the position as a few strings. It is not
// encrypted: a client can read what is in it, and cannot change it. The package may import chat and fault.
package cursor

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

// Keys gives the signing keys: the first signs, all verify, so that a key can be rotated while cursors are in use.
type Keys func(context.Context) ([]string, error)

// Static are keys that never change.
func Static(keys ...string) Keys {
	return func(context.Context) ([]string, error) { return keys, nil }
}

// Signer signs and verifies cursors.
type Signer struct{ keys Keys }

// New makes a Signer.
func New(keys Keys) Signer { return Signer{keys} }

// payload is what is signed.
type payload struct {
	Query   string         `json:"q"`
	Account chat.AccountID `json:"a"`
	Last    []string       `json:"k"`
}

// Sign makes a cursor for a query of an account from the position where a page ended.
func (s Signer) Sign(ctx context.Context, query string, account chat.AccountID, last ...string) (string, error) {
	keys, err := s.signingKeys(ctx)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(payload{Query: query, Account: account, Last: last})
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(mac(keys[0], body), body...)), nil
}

// Verify returns the n strings that Sign was given for the same query and account, or nil for an empty cursor. Any other text is
// Invalid with the field "cursor".
func (s Signer) Verify(ctx context.Context, text, query string, account chat.AccountID, n int) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < sha256.Size {
		return nil, Invalid()
	}
	keys, err := s.signingKeys(ctx)
	if err != nil {
		return nil, err
	}
	body := raw[sha256.Size:]
	if !slices.ContainsFunc(keys, func(key string) bool { return hmac.Equal(raw[:sha256.Size], mac(key, body)) }) {
		return nil, Invalid()
	}
	var p payload
	if err := json.Unmarshal(body, &p); err != nil || p.Query != query || p.Account != account || len(p.Last) != n {
		return nil, Invalid()
	}
	return p.Last, nil
}

// Invalid is the fault of a cursor that does not belong to the list it is used with.
func Invalid() error {
	return fault.New(fault.Invalid, "invalid cursor").WithField("cursor")
}

func (s Signer) signingKeys(ctx context.Context) ([]string, error) {
	keys, err := s.keys(ctx)
	if err == nil && len(keys) == 0 {
		err = fault.New(fault.Unavailable, "no signing key for cursors").WithReason("no_cursor_key")
	}
	return keys, err
}

func mac(key string, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(key))
	_, _ = h.Write(body) // a hash never returns an error
	return h.Sum(nil)
}
