package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ErrForged is the error of Verify for a text that none of the keys signed.
var ErrForged = errors.New("auth: invalid signature")

// Sign encodes and signs a value with the first of the keys, so that it need not be stored. The purpose is part of the signature: a text
// signed for one purpose does not verify for another.
func Sign(keys []string, purpose string, value any) (string, error) {
	if len(keys) == 0 {
		return "", errors.New("auth: no signing key")
	}
	payload, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("encode what is to be signed: %w", err)
	}
	encoding := base64.RawURLEncoding
	return encoding.EncodeToString(payload) + "." + encoding.EncodeToString(sign(keys[0], purpose, payload)), nil
}

// Verify decodes a text signed with any of the keys, or returns ErrForged.
func Verify(keys []string, purpose, text string, into any) error {
	left, right, _ := strings.Cut(text, ".")
	payload, err := base64.RawURLEncoding.DecodeString(left)
	if err != nil {
		return ErrForged
	}
	signature, err := base64.RawURLEncoding.DecodeString(right)
	if err != nil {
		return ErrForged
	}
	for _, key := range keys {
		if hmac.Equal(signature, sign(key, purpose, payload)) {
			if err := json.Unmarshal(payload, into); err != nil {
				return fmt.Errorf("decode what was signed: %w", err)
			}
			return nil
		}
	}
	return ErrForged
}

// MAC names data so that only who has the key can.
func MAC(key string, data []byte) []byte {
	m := hmac.New(sha256.New, []byte(key))
	m.Write(data)
	return m.Sum(nil)
}

func sign(key, purpose string, payload []byte) []byte {
	return MAC(key, append([]byte(purpose+"\x00"), payload...))
}
