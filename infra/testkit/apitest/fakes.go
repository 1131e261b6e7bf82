package apitest

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi/rest"
)

// Clock is the time of a fixture.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now advances by a millisecond with each call, so that no two times are equal.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Buffer is a log that is safe for concurrent use.
type Buffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// Text is what was logged so far.
func (b *Buffer) Text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.String()
}

// Vault keeps passwords in memory.
type Vault struct {
	mu        sync.Mutex
	passwords map[string]string
	checks    int
}

// Create adds a password; an address that is taken is a conflict.
func (v *Vault) Create(_ context.Context, email, password string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.passwords == nil {
		v.passwords = map[string]string{}
	}
	if _, known := v.passwords[email]; known {
		return "", fault.New(fault.Conflict, "the address is taken").WithReason("exists")
	}
	v.passwords[email] = password
	return "subject-of-" + email, nil
}

// Check compares a password.
func (v *Vault) Check(_ context.Context, email, password string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.checks++
	if known, ok := v.passwords[email]; !ok || known != password {
		return "", fault.New(fault.Unauthenticated, "wrong").WithReason("wrong_credentials")
	}
	return "subject-of-" + email, nil
}

// Checks is how many passwords were checked.
func (v *Vault) Checks() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.checks
}

// SetPassword replaces a password.
func (v *Vault) SetPassword(_ context.Context, email, password string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.passwords[email] = password
	return nil
}

// Files is a bucket of which the objects' first bytes are kept.
type Files struct {
	mu   sync.Mutex
	objs map[string]string
}

// Put adds an object.
func (f *Files) Put(key, head string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.objs == nil {
		f.objs = map[string]string{}
	}
	f.objs[key] = head
}

// Start reads the first bytes of an object.
func (f *Files) Start(_ context.Context, key string, n int) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	head, ok := f.objs[key]
	if !ok {
		return nil, fault.New(fault.NotFound, "the file is not there")
	}
	return []byte(head[:min(n, len(head))]), nil
}

// PresignPut returns a made-up link for an upload.
func (f *Files) PresignPut(_ context.Context, key, mime string, size int64, _ time.Duration) (string, map[string]string, error) {
	return fmt.Sprintf("https://files.example/%s?size=%d", key, size), map[string]string{"Content-Type": mime}, nil
}

// PresignGet returns a made-up link for a download.
func (f *Files) PresignGet(_ context.Context, key, name, _ string, inline bool, _ time.Duration) (string, error) {
	return fmt.Sprintf("https://files.example/%s?name=%s&inline=%t", key, url.QueryEscape(name), inline), nil
}

type sealer struct{}

func (sealer) SealCredentials(_ context.Context, account chat.AccountID, c chat.Credentials) (chat.Secret, error) {
	return chat.Secret(fmt.Sprintf("sealed for %s: %d bytes", account, len(c))), nil
}

// Keys are the secrets of both functions; a test may replace them.
type Keys struct{ rest.Keys }

// List returns the secrets of a name.
func (k *Keys) List(ctx context.Context, name string) ([]string, error) {
	return k.Keys.List(ctx, name)
}

// Static are secrets that are the same whatever the parameter is called.
type Static []string

// List returns all of them.
func (s Static) List(context.Context, string) ([]string, error) { return s, nil }
