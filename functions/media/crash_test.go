package media_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/media"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
)

var errCrash = errors.New("the process died")

// crashing is a store whose process crashes before or after the n-th call, counted from zero. All later calls fail until dead is
// reset.
type crashing struct {
	*dynamo.Store
	left  int
	after bool
	dead  bool
}

func (c *crashing) around(call func() error) error {
	if c.dead {
		return errCrash
	}
	if c.left--; c.left != -1 {
		return call()
	}
	c.dead = true
	if c.after {
		_ = call()
	}
	return errCrash
}

func (c *crashing) Message(ctx context.Context, a chat.AccountID, conv chat.ConversationID, id chat.MessageID) (m chat.Message, err error) {
	err = c.around(func() (err error) { m, err = c.Store.Message(ctx, a, conv, id); return err })
	return m, err
}

func (c *crashing) UpdateMessage(ctx context.Context, before, after chat.Message, e chat.MessageEffects) error {
	return c.around(func() error { return c.Store.UpdateMessage(ctx, before, after, e) })
}

func (c *crashing) PutTimer(ctx context.Context, t chat.Timer) error {
	return c.around(func() error { return c.Store.PutTimer(ctx, t) })
}

func (c *crashing) PendingTimers(ctx context.Context, a chat.AccountID, conv chat.ConversationID, k chat.TimerKind) (t []chat.Timer, err error) {
	err = c.around(func() (err error) { t, err = c.Store.PendingTimers(ctx, a, conv, k); return err })
	return t, err
}

func (c *crashing) Operator(ctx context.Context, a chat.AccountID, id chat.OperatorID) (o chat.Operator, err error) {
	err = c.around(func() (err error) { o, err = c.Store.Operator(ctx, a, id); return err })
	return o, err
}

func (c *crashing) UpdateOperator(ctx context.Context, before, after chat.Operator, entry *chat.Activity, job *chat.Job) error {
	return c.around(func() error { return c.Store.UpdateOperator(ctx, before, after, entry, job) })
}

func (c *crashing) Put(ctx context.Context, b *bucket, key, mimeType string, body io.Reader, size int64) error {
	return c.around(func() error { return b.Put(ctx, key, mimeType, body, size) })
}

type crashingBucket struct {
	*crashing
	bucket *bucket
}

func (c crashingBucket) Put(ctx context.Context, key, mimeType string, body io.Reader, size int64) error {
	return c.crashing.Put(ctx, c.bucket, key, mimeType, body, size)
}

func (c crashingBucket) Open(ctx context.Context, key string) (body io.ReadCloser, size int64, mime string, err error) {
	err = c.around(func() (err error) { body, size, mime, err = c.bucket.Open(ctx, key); return err })
	return body, size, mime, err
}

func (c crashingBucket) Delete(ctx context.Context, key string) error {
	return c.around(func() error { return c.bucket.Delete(ctx, key) })
}

// fragile is the function with a store and a bucket that crash.
type fragile struct {
	*crashing
	hear func(events.Signal) error
}

func (f fragile) deliver() error {
	return f.hear(events.MediaPending{ConversationID: string(conversation), MessageID: string(messageID)})
}

func (w *fixture) crashing(call int, after bool) fragile {
	w.Helper()
	c := &crashing{Store: w.store, left: call, after: after}
	handler, err := media.New(media.Deps{
		Channels: w.provider, Store: c, Sealer: opener{}, Bucket: crashingBucket{c, w.bucket},
		Now: func() time.Time { return w.now }, Log: obs.NewLogger(io.Discard, "media"),
	})
	w.must(err)
	return fragile{c, func(signal events.Signal) error {
		envelope, err := events.Wrap("1", string(account), w.now, signal)
		w.must(err)
		return handler.Routes().Handle(w.Context(), envelope)
	}}
}

// C-03
func TestFetch_CrashAnywhere_SameResult(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for call := range 8 {
			t.Run(fmt.Sprintf("after the call %v, call %d", after, call), func(t *testing.T) {
				t.Parallel()
				first := true
				w := open(t, func() (channel.Media, error) { // the provider is unavailable at first
					if first {
						first = false
						return channel.Media{}, fault.New(fault.Unavailable, "busy")
					}
					return gives("image/png", png, -1)()
				})
				c := w.crashing(call, after)
				for range 5 {
					if err := c.deliver(); fault.Permanent(err) {
						t.Fatalf("dead-lettered: %v", err)
					}
					c.dead = false // the next delivery finds a new process
				}
				a := w.attachments()[0]
				if a.State != chat.AttachmentReady || a.Key != key || w.timer() != nil || !bytes.Equal(w.bucket.objects[key].content, png) || len(w.bucket.objects) != 1 {
					t.Errorf("it ended as %+v, timer %v, %d objects", a, w.timer(), len(w.bucket.objects))
				}
			})
		}
	}
}

// PROVIDERS §11-22, C-03: a file that was being fetched when its message was revoked is deleted, wherever the process crashes.
func TestFetch_CrashAndRevoke_LeavesNoFile(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for call := range 6 {
			t.Run(fmt.Sprintf("after the call %v, call %d", after, call), func(t *testing.T) {
				t.Parallel()
				var w *fixture
				revoked := false
				w = open(t, func() (channel.Media, error) {
					if !revoked {
						w.revoke()
						revoked = true
					}
					return gives("image/png", png, -1)()
				})
				c := w.crashing(call, after)
				for range 4 {
					if err := c.deliver(); fault.Permanent(err) {
						t.Fatalf("dead-lettered: %v", err)
					}
					c.dead = false // the next delivery finds a new process
				}
				if len(w.bucket.objects) != 0 || w.timer() != nil {
					t.Errorf("%d objects are left, and the timer %v", len(w.bucket.objects), w.timer())
				}
			})
		}
	}
}
