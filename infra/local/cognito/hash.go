package cognito

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"golang.org/x/crypto/argon2"
)

// argon2id with 19 MiB, two passes and one lane: the minimum that OWASP advises for passwords.
const (
	memoryKiB = 19 << 10
	passes    = 2
	lanes     = 1
	weakKiB   = 8 // of OpenWeak
	saltBytes = 16
	hashBytes = 32
)

// hasher bounds the concurrent hashes, and so the memory.
type hasher struct {
	slots  chan struct{}
	memory uint32 // KiB
	none   string // a hash that matches no password, at the same cost
}

func newHasher(memory uint32) *hasher {
	h := &hasher{slots: make(chan struct{}, 4), memory: memory}
	h.none = h.hash(rand.Text())
	return h
}

// hash returns salt and hash in base64.
func (h *hasher) hash(password string) string {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the process instead
	encode := base64.RawStdEncoding.EncodeToString
	return encode(salt) + "$" + encode(h.derive(password, salt))
}

// matches compares a password with a hash. "", for no hash, costs the same time.
func (h *hasher) matches(hashed, password string) bool {
	known := hashed != ""
	if !known {
		hashed = h.none
	}
	first, second, _ := strings.Cut(hashed, "$")
	salt, saltErr := base64.RawStdEncoding.DecodeString(first)
	want, wantErr := base64.RawStdEncoding.DecodeString(second)
	equal := subtle.ConstantTimeCompare(h.derive(password, salt), want) == 1
	return known && equal && saltErr == nil && wantErr == nil
}

func (h *hasher) derive(password string, salt []byte) []byte {
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), salt, passes, h.memory, lanes, hashBytes)
}
