package dynamo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// cursor is where a list goes on. It is bound to the list and the account it was made for.
type cursor struct {
	Query   string         `json:"q"`
	Account chat.AccountID `json:"a"`
	Last    []string       `json:"k"`
}

func (s *Store) mac(body []byte) []byte {
	h := hmac.New(sha256.New, s.cursorKey)
	_, _ = h.Write(body) // a hash never fails
	return h.Sum(nil)
}

// sealCursor makes the opaque form: a MAC and what it vouches for.
func (s *Store) sealCursor(query string, account chat.AccountID, last ...string) (string, error) {
	body, err := json.Marshal(cursor{Query: query, Account: account, Last: last})
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(s.mac(body), body...)), nil
}

// openCursor gives back the n parts that sealCursor was given, or nil for no cursor. Anything else is Invalid.
func (s *Store) openCursor(text, query string, account chat.AccountID, n int) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	invalid := fault.New(fault.Invalid, "the cursor does not belong to this list").WithField("cursor")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < sha256.Size {
		return nil, invalid
	}
	body := raw[sha256.Size:]
	if !hmac.Equal(raw[:sha256.Size], s.mac(body)) {
		return nil, invalid
	}
	var c cursor
	if err := json.Unmarshal(body, &c); err != nil || c.Query != query || c.Account != account || len(c.Last) != n {
		return nil, invalid
	}
	return c.Last, nil
}
