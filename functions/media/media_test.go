package media_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/media"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
)

const (
	account      = chat.AccountID("01K9S3TJ8W00000000000000AC")
	shop         = chat.StoreID("01K9S3TJ8W00000000000000ST")
	number       = chat.ChannelID("01K9S3TJ8W00000000000000CH")
	conversation = chat.ConversationID("01K9S3TJ8W0000000000000001")
	messageID    = chat.MessageID("01K9S3TJ8W0000000000000MSG")
	accessToken  = "SECRET-TOKEN"
)

// png is the shortest content that is detected as a PNG image.
var png = append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), bytes.Repeat([]byte{7}, 5000)...)

// provider is a fake provider that returns a file or an error for each reference.
type provider struct {
	channel.Adapter
	files   map[string]func() (channel.Media, error)
	fetched map[string]int
}

func (p *provider) Fetch(_ context.Context, credentials chat.Credentials, asset, ref string) (channel.Media, error) {
	if string(credentials) != accessToken || asset != "asset" {
		return channel.Media{}, fmt.Errorf("asked with %q for asset %q", string(credentials), asset)
	}
	p.fetched[ref]++
	return p.files[ref]()
}

func (p *provider) Capabilities() channel.Capabilities { return channel.Capabilities{} }

// Of returns this provider for every channel type.
func (p *provider) Of(chat.ChannelType) (channel.Adapter, bool) { return p, true }

// gives returns a file with the given announced length.
func gives(mimeType string, content []byte, size int64) func() (channel.Media, error) {
	return func() (channel.Media, error) {
		return channel.Media{Mime: mimeType, Size: size, ReadCloser: io.NopCloser(bytes.NewReader(content))}, nil
	}
}

func refuses(err error) func() (channel.Media, error) {
	return func() (channel.Media, error) { return channel.Media{}, err }
}

// opener is a fake sealer that returns its input unchanged.
type opener struct{}

func (opener) OpenCredentials(_ context.Context, _ chat.AccountID, secret chat.Secret) (chat.Credentials, error) {
	return chat.Credentials(secret), nil
}

type object struct {
	mime    string
	content []byte
}

// bucket is a bucket in memory; err is the error of the next Put, puts counts them.
type bucket struct {
	objects map[string]object
	err     error
	puts    int
	stored  func() // follows a Put; nil does nothing
}

func (b *bucket) Open(_ context.Context, key string) (io.ReadCloser, int64, string, error) {
	found, ok := b.objects[key]
	if !ok {
		return nil, 0, "", fault.New(fault.NotFound, "file not found")
	}
	return io.NopCloser(bytes.NewReader(found.content)), int64(len(found.content)), found.mime, nil
}

func (b *bucket) Put(_ context.Context, key, mimeType string, body io.Reader, size int64) error {
	if err := b.err; err != nil {
		b.err = nil
		return err
	}
	content, err := io.ReadAll(body)
	if err != nil || int64(len(content)) != size {
		return fmt.Errorf("%d bytes instead of %d: %w", len(content), size, err)
	}
	b.objects[key] = object{mime: mimeType, content: content}
	if b.puts++; b.stored != nil {
		b.stored()
	}
	return nil
}

func (b *bucket) Delete(_ context.Context, key string) error {
	delete(b.objects, key)
	return nil
}

// fixture is a message with the attachments a1, a2…, one for each given reference.
type fixture struct {
	*testing.T
	store    *dynamo.Store
	provider *provider
	bucket   *bucket
	logs     *strings.Builder
	now      time.Time
}

func open(t *testing.T, files ...func() (channel.Media, error)) *fixture {
	t.Helper()
	w := &fixture{
		T: t, store: dynamotest.New(t), logs: &strings.Builder{}, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
		provider: &provider{files: map[string]func() (channel.Media, error){}, fetched: map[string]int{}},
		bucket:   &bucket{objects: map[string]object{}},
	}
	m := chat.Message{
		ID: messageID, AccountID: account, ConversationID: conversation, Direction: chat.In, Type: chat.TypeImage, Text: "SECRET-TEXT",
		Status: chat.StatusReceived, SentAt: w.now, ReceivedAt: w.now, Version: 1,
	}
	for i, file := range files {
		id := fmt.Sprint("a", i+1)
		m.Attachments = append(m.Attachments, chat.Attachment{ID: id, Ref: "ref-" + id, Mime: "image/png", State: chat.AttachmentPending})
		w.provider.files["ref-"+id] = file
	}
	w.must(w.store.CreateAccount(t.Context(),
		chat.Account{ID: account, Name: "Tienda", StoreID: shop, CreatedAt: w.now},
		chat.Store{ID: shop, AccountID: account, Name: "Tienda", CreatedAt: w.now},
		chat.Operator{ID: "OP", AccountID: account, Name: "Ana", Email: "ana@example.com", Role: chat.Owner, Active: true}, nil))
	w.must(w.store.CreateChannel(t.Context(), chat.Channel{
		ID: number, AccountID: account, StoreID: shop, Type: "whatsapp", Name: "Ventas", ExternalID: "asset", Credentials: chat.Secret(accessToken), Health: chat.Health{State: chat.HealthOK}, CreatedAt: w.now,
	}, nil))
	w.must(w.store.Commit(t.Context(), chat.Decision{
		After: chat.Conversation{
			ID: conversation, AccountID: account, StoreID: shop, ChannelID: number, ChannelType: "whatsapp", ContactID: "CO", ExternalID: "ext",
			Status: chat.Open, CreatedAt: w.now, LastActivityAt: w.now, PoolSince: w.now,
		},
		Identity: &chat.Identity{AccountID: account, ChannelID: number, ExternalID: "ext", ContactID: "CO", OpenConversationID: conversation},
		Messages: []chat.Message{m},
		Timers:   []chat.Timer{{AccountID: account, Kind: chat.TimerMedia, ConversationID: conversation, MessageID: messageID, DueAt: w.now.Add(chat.TimerGrace)}},
	}, w.now))
	return w
}

func (w *fixture) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *fixture) deliver() error {
	w.Helper()
	return w.hear(events.MediaPending{ConversationID: string(conversation), MessageID: string(messageID)})
}

func (w *fixture) hear(signal events.Signal) error {
	w.Helper()
	handler, err := media.New(media.Deps{
		Channels: w.provider, Store: w.store, Sealer: opener{}, Bucket: w.bucket, Now: func() time.Time { return w.now }, Log: obs.NewLogger(w.logs, "media"),
	})
	w.must(err)
	envelope, err := events.Wrap("1", string(account), w.now, signal)
	w.must(err)
	return handler.Routes().Handle(w.Context(), envelope)
}

func (w *fixture) attachments() []chat.Attachment {
	w.Helper()
	m, err := w.store.Message(w.Context(), account, conversation, messageID)
	w.must(err)
	return m.Attachments
}

// timer returns the message's timer; nil without one.
func (w *fixture) timer() *chat.Timer {
	w.Helper()
	timers, err := w.store.PendingTimers(w.Context(), account, conversation, chat.TimerMedia)
	w.must(err)
	if len(timers) == 0 {
		return nil
	}
	return &timers[0]
}

const key = string(account) + "/" + string(conversation) + "/" + string(messageID) + "/a1"

// S1-21
func TestFetch_StoresFileOnce(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int64{"with its length announced": int64(len(png)), "with no length announced": 0, "with an unknown length": -1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, gives("image/png", png, size))
			for range 3 { // the queue may deliver a signal more than once
				w.must(w.deliver())
			}
			if got := w.bucket.objects[key]; got.mime != "image/png" || !bytes.Equal(got.content, png) || len(w.bucket.objects) != 1 {
				t.Errorf("the bucket holds %d bytes of %q under the key, and %d objects", len(got.content), got.mime, len(w.bucket.objects))
			}
			a := w.attachments()[0]
			if a.State != chat.AttachmentReady || a.Key != key || a.Size != int64(len(png)) || a.Mime != "image/png" {
				t.Errorf("the attachment is %+v", a)
			}
			if w.timer() != nil || w.provider.fetched["ref-a1"] != 1 {
				t.Errorf("timer %v, fetched %d times", w.timer(), w.provider.fetched["ref-a1"])
			}
		})
	}
}

func TestFetch_ProviderErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file  func() (channel.Media, error)
		state chat.AttachmentState
	}{
		"a file that is gone is failed":           {refuses(fault.New(fault.NotFound, "gone")), chat.AttachmentFailed},
		"a refused request is failed":             {refuses(fault.New(fault.Invalid, "no")), chat.AttachmentFailed},
		"a file announced as too large is failed": {gives("video/mp4", nil, 200<<20), chat.AttachmentFailed},
		"an unavailable provider is asked again":  {refuses(fault.New(fault.Unavailable, "busy")), chat.AttachmentPending},
		"a busy provider is asked again":          {refuses(fault.New(fault.RateLimited, "slow down")), chat.AttachmentPending},
		"a file that breaks off is fetched again": {gives("image/png", png[:100], int64(len(png))), chat.AttachmentPending},
		"a dead token may be renewed": {
			refuses(fault.New(fault.Forbidden, "no").WithCause(&channel.ProviderError{Code: "190", Class: channel.ClassReauthorise})), chat.AttachmentPending,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, c.file)
			w.must(w.deliver()) // the timer starts another attempt
			waits := c.state == chat.AttachmentPending
			if got := w.attachments()[0].State; got != c.state {
				t.Errorf("the attachment is %s", got)
			}
			timer := w.timer()
			if waits != (timer != nil) {
				t.Fatalf("the timer is %v", timer)
			}
			if waits && (timer.Attempt != 1 || !timer.DueAt.Equal(w.now.Add(2*time.Minute))) {
				t.Errorf("the timer is %+v", timer)
			}
			if len(w.bucket.objects) != 0 {
				t.Error("the bucket holds something")
			}
		})
	}
}

// PROVIDERS §11-4: the message is visible at once, and its file as soon as the provider has it.
func TestFetch_NotReady_Retried(t *testing.T) {
	t.Parallel()
	w := open(t, refuses(fault.New(fault.Unavailable, "busy")))
	for want := 1; want <= 4; want++ {
		w.must(w.deliver())
		if w.timer().Attempt != want {
			t.Fatalf("attempt %d: %+v", want, w.timer())
		}
	}
	if wait := w.timer().DueAt.Sub(w.now); wait != 16*time.Minute {
		t.Errorf("after four attempts the delay is %s", wait)
	}
	w.provider.files["ref-a1"] = gives("image/png", png, -1)
	w.must(w.deliver())
	if got := w.attachments()[0].State; got != chat.AttachmentReady || w.timer() != nil {
		t.Errorf("it is %s, timer %v", got, w.timer())
	}
}

func TestFetch_AlwaysFails_GivenUp(t *testing.T) {
	t.Parallel()
	w := open(t, refuses(fault.New(fault.Unavailable, "busy")))
	attempts := 0
	for ; w.attachments()[0].State == chat.AttachmentPending; attempts++ {
		if attempts > 100 {
			t.Fatal("attempts do not end")
		}
		w.now = w.timer().DueAt
		_ = w.deliver()
	}
	if got := w.attachments()[0].State; got != chat.AttachmentFailed || w.timer() != nil || attempts != 50 {
		t.Errorf("after %d attempts it is %s, timer %v", attempts, got, w.timer())
	}
}

func TestFetch_FileFails_OthersStored(t *testing.T) {
	t.Parallel()
	w := open(t, refuses(fault.New(fault.Unavailable, "busy")), gives("image/png", png, -1), refuses(fault.New(fault.NotFound, "gone")))
	w.must(w.deliver())
	states := func() (states []chat.AttachmentState) {
		for _, a := range w.attachments() {
			states = append(states, a.State)
		}
		return states
	}
	if got := fmt.Sprint(states()); got != "[pending ready failed]" || w.timer() == nil {
		t.Errorf("they are %s, timer %v", got, w.timer())
	}
	w.provider.files["ref-a1"] = gives("image/png", png, -1)
	w.must(w.deliver())
	if got := fmt.Sprint(states()); got != "[ready ready failed]" || w.timer() != nil || w.provider.fetched["ref-a2"] != 1 {
		t.Errorf("they are %s, timer %v", got, w.timer())
	}
}
