package media_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

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

// png is the smallest start that is a picture.
var png = append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), bytes.Repeat([]byte{7}, 5000)...)

// provider answers what a file's reference is to give.
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

// Of makes the provider the only one.
func (p *provider) Of(chat.ChannelType) (channel.Adapter, bool) { return p, true }

// gives is a file that is announced with its length, or with none.
func gives(mimeType string, content []byte, size int64) func() (channel.Media, error) {
	return func() (channel.Media, error) {
		return channel.Media{Mime: mimeType, Size: size, ReadCloser: io.NopCloser(bytes.NewReader(content))}, nil
	}
}

func refuses(err error) func() (channel.Media, error) {
	return func() (channel.Media, error) { return channel.Media{}, err }
}

// opener opens what is sealed as itself.
type opener struct{}

func (opener) OpenCredentials(_ context.Context, _ chat.AccountID, secret chat.Secret) (chat.Credentials, error) {
	return chat.Credentials(secret), nil
}

type object struct {
	mime    string
	content []byte
}

// bucket keeps objects; err is what the next Put is answered with.
type bucket struct {
	objects map[string]object
	err     error
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
	return nil
}

func (b *bucket) Delete(_ context.Context, key string) error {
	delete(b.objects, key)
	return nil
}

// fixture is a message with the attachments a1, a2…, one for each reference given.
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
		ID: number, AccountID: account, StoreID: shop, Type: "whatsapp", Name: "Ventas", ExternalID: "asset", Credentials: chat.Secret(accessToken), CreatedAt: w.now,
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

// timer is the message's; nil without one.
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
			for range 3 { // the queue may deliver it again
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
			w.must(w.deliver()) // the timer asks again: a signal that came again would count as another attempt
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

// PROVIDERS §11-4: the message is there at once, and its file as soon as the provider gives it.
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
		t.Errorf("after four attempts it waits %s", wait)
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
			t.Fatal("it goes on")
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

func TestFetch_TypeFromContent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declared string
		content  string
		want     string
	}{
		"a page that calls itself a picture":       {"image/png", "<!DOCTYPE html><script>alert(1)</script>", "text/html; charset=utf-8"},
		"a program that calls itself a picture":    {"image/jpeg", "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + strings.Repeat("\x00", 200), "application/vnd.microsoft.portable-executable"},
		"noise that calls itself a picture":        {"image/png", "\x00\x01\x02\x03noise\xff\xfe", "application/octet-stream"},
		"a picture of another kind":                {"image/jpeg", string(png), "image/png"},
		"a picture without a type":                 {"", string(png), "image/png"},
		"a voice note with its codec":              {"audio/ogg; codecs=opus", "OggS\x00\x02" + strings.Repeat("\x00", 22) + "\x01\x13OpusHead", "audio/ogg; codecs=opus"},
		"a document in a zip container":            {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\x03\x04\x14\x00\x00\x00\x08\x00" + strings.Repeat("\x00", 50), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		"a document":                               {"application/pdf", "%PDF-1.7\n", "application/pdf"},
		"a page that calls itself text":            {"text/plain", "<!DOCTYPE html><script>alert(1)</script>", "text/html; charset=utf-8"},
		"something rare that nobody can recognise": {"application/x-rare", "\x00\x01\x02\x03", "application/x-rare"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, gives(c.declared, []byte(c.content), -1))
			m, err := w.store.Message(t.Context(), account, conversation, messageID)
			w.must(err)
			after := m
			after.Attachments = []chat.Attachment{m.Attachments[0]}
			after.Attachments[0].Mime = ""
			w.must(w.store.UpdateMessage(t.Context(), m, after, chat.MessageEffects{}))
			w.must(w.deliver())
			if got := w.attachments()[0].Mime; got != c.want || w.bucket.objects[key].mime != c.want {
				t.Errorf("it is %q, and %q in the bucket; want %q", got, w.bucket.objects[key].mime, c.want)
			}
		})
	}
}

func TestFetch_TooLarge_Failed(t *testing.T) {
	t.Parallel()
	endless := func() (channel.Media, error) {
		return channel.Media{Mime: "video/mp4", Size: -1, ReadCloser: io.NopCloser(zeros{})}, nil
	}
	w := open(t, endless)
	w.must(w.deliver())
	if got := w.attachments()[0].State; got != chat.AttachmentFailed || len(w.bucket.objects) != 0 {
		t.Errorf("it is %s", got)
	}
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestFetch_ConcurrentChange_Kept(t *testing.T) {
	t.Parallel()
	var w *fixture
	w = open(t, func() (channel.Media, error) {
		before, err := w.store.Message(w.Context(), account, conversation, messageID)
		w.must(err)
		after := before
		after.Text = "edited"
		w.must(w.store.UpdateMessage(w.Context(), before, after, chat.MessageEffects{}))
		return gives("image/png", png, -1)()
	})
	w.must(w.deliver())
	m, err := w.store.Message(t.Context(), account, conversation, messageID)
	w.must(err)
	if m.Text != "edited" || m.Attachments[0].State != chat.AttachmentReady {
		t.Errorf("the message is %q, its file %s", m.Text, m.Attachments[0].State)
	}
}

func (w *fixture) revoke() {
	w.Helper()
	before, err := w.store.Message(w.Context(), account, conversation, messageID)
	w.must(err)
	after := before
	after.ApplyUpdate(chat.MessageUpdate{Kind: chat.Revoked, From: chat.In, When: chat.Moment{At: w.now}})
	w.must(w.store.UpdateMessage(w.Context(), before, after, chat.MessageEffects{}))
}

// PROVIDERS §11-22: of a message that its author took back nothing is left, not even what was on its way.
func TestRevoked_DeletesFiles(t *testing.T) {
	t.Parallel()
	t.Run("while they are fetched", func(t *testing.T) {
		t.Parallel()
		var w *fixture
		w = open(t, func() (channel.Media, error) {
			w.revoke()
			return gives("image/png", png, -1)()
		})
		w.must(w.deliver())
		w.must(w.deliver())
		if len(w.bucket.objects) != 0 || w.timer() != nil {
			t.Errorf("%d objects are left, and the timer %v", len(w.bucket.objects), w.timer())
		}
	})
	t.Run("afterwards, told twice", func(t *testing.T) {
		t.Parallel()
		w := open(t, gives("image/png", png, -1))
		w.must(w.deliver())
		keys := []string{w.attachments()[0].Key}
		for range 2 {
			w.must(w.hear(events.FilesRevoked{Keys: keys}))
		}
		if len(w.bucket.objects) != 0 {
			t.Errorf("%d objects are left", len(w.bucket.objects))
		}
	})
}

func TestFetch_BucketFails_RetriedWithoutLeak(t *testing.T) {
	t.Parallel()
	w := open(t, gives("image/png", png, -1), refuses(fault.New(fault.NotFound, "gone")))
	w.bucket.err = fault.New(fault.Unavailable, "no S3")
	w.must(w.deliver())
	w.must(w.deliver())
	if got := w.attachments()[0].State; got != chat.AttachmentReady {
		t.Errorf("it is %s", got)
	}
	for _, never := range []string{accessToken, "SECRET-TEXT"} {
		if strings.Contains(w.logs.String(), never) {
			t.Errorf("the logs hold %q:\n%s", never, w.logs)
		}
	}
}

func TestSample(t *testing.T) {
	t.Parallel()
	w := open(t, gives("image/png", png, -1))
	raw, err := os.ReadFile("../../events/samples/media/pending.json")
	w.must(err)
	var batch lambdaevents.SQSEvent
	w.must(json.Unmarshal(raw, &batch))
	handler, err := media.New(media.Deps{
		Channels: w.provider, Store: w.store, Sealer: opener{}, Bucket: w.bucket, Now: time.Now, Log: obs.NewLogger(w.logs, "media"),
	})
	w.must(err)
	var envelope events.Envelope
	w.must(json.Unmarshal([]byte(batch.Records[0].Body), &envelope))
	w.must(handler.Routes().Handle(t.Context(), envelope))
	if got := w.attachments()[0].State; got != chat.AttachmentReady {
		t.Errorf("it is %s", got)
	}
}
