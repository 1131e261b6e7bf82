package send_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/send"
	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/testkit/boottest"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/infra/testkit/queuetest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/drafts"
)

const customer = "5491150000001"

// opener is a fake sealer that returns its input unchanged, or err.
type opener struct{ err error }

func (o *opener) OpenCredentials(_ context.Context, _ chat.AccountID, secret chat.Secret) (chat.Credentials, error) {
	return chat.Credentials(`{"accessToken":"` + string(secret) + `"}`), o.err
}

// files is a bucket in memory.
type files map[string][]byte

func (f files) Open(_ context.Context, key string) (io.ReadCloser, int64, string, error) {
	content, ok := f[key]
	if !ok {
		return nil, 0, "", fault.New(fault.NotFound, "file not found")
	}
	return io.NopCloser(bytes.NewReader(content)), int64(len(content)), "image/jpeg", nil
}

// fixture is the handler with WhatsApp's simulator, and an account to which a customer has written.
type fixture struct {
	*desktest.Fixture
	phone        *whatsapp.Simulator
	graph        string
	sealer       *opener
	files        files
	pace         *send.RateLimiter
	log          bytes.Buffer
	conversation chat.ConversationID
}

func open(t *testing.T) *fixture {
	t.Helper()
	w := &fixture{Fixture: desktest.New(t), sealer: &opener{}, files: files{}}
	w.pace = send.NewRateLimiter(w.Now, func(_ context.Context, d time.Duration) error { w.Advance(d); return nil })
	business := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})) // receives statuses and ignores them
	t.Cleanup(business.Close)
	var err error
	w.phone, err = whatsapp.New(whatsapp.Options{
		DataDir: t.TempDir(), WebhookURL: business.URL, AppSecret: "secret", Now: dynamotest.Noon, Statuses: whatsapp.Timing{Manual: true},
	})
	w.Must(err)
	server := httptest.NewServer(w.phone.Handler())
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		_ = w.phone.Close()
	})
	w.graph = server.URL + "/graph"
	w.Must(w.phone.AddNumber(desktest.Number, "5491140001234", "token"))
	_, err = w.phone.SendText(customer, "hola")
	w.Must(err)
	w.conversation = w.Write(customer)
	return w
}

// handler returns send on the real store.
func (w *fixture) handler() *send.Handler { return w.on(&store{Store: w.Store}) }

func (w *fixture) on(s *store) *send.Handler {
	w.Helper()
	h, err := send.New(send.Deps{
		Channels: all.New(channel.Environment{Settings: map[string]string{"GRAPH_URL": w.graph}, HTTP: &http.Client{Timeout: 5 * time.Second}}),
		Desk:     w.DeskOn(s), Store: s, Sealer: w.sealer, Media: w.files, Limiter: w.pace, Now: w.Now, Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
	})
	w.Must(err)
	return h
}

// deliver sends a handler the conversation's signal.
func (w *fixture) deliver(h *send.Handler) error {
	w.Helper()
	envelope, err := events.Wrap("1", string(desktest.Account), w.Time, events.MessageQueued{ConversationID: string(w.conversation)})
	w.Must(err)
	return h.Routes().Handle(w.Context(), envelope)
}

// timer returns the message's timer; nil without one.
func (w *fixture) timer(m chat.Message) *chat.Timer {
	w.Helper()
	timers, err := w.Store.PendingTimers(w.Context(), desktest.Account, w.conversation, chat.TimerSend)
	w.Must(err)
	if i := slices.IndexFunc(timers, func(t chat.Timer) bool { return t.MessageID == m.ID }); i >= 0 {
		return &timers[i]
	}
	return nil
}

// due reports whether the timer is due after wait, or up to a quarter earlier because of the jitter.
func (w *fixture) due(timer chat.Timer, wait time.Duration) bool {
	in := timer.DueAt.Sub(w.Time)
	return in <= wait && in >= wait*3/4
}

func (w *fixture) health() chat.Health {
	w.Helper()
	ch, err := w.Store.Channel(w.Context(), desktest.Account, w.Channel.ID)
	w.Must(err)
	return ch.Health
}

// texts returns the texts that WhatsApp accepted.
func (w *fixture) texts() (texts []string) {
	for _, m := range w.phone.Sent() {
		texts = append(texts, m.Text)
	}
	return texts
}

// S1-23, B-13, §11-11: a failure is shown on the message and in the timeline.
func TestSend_WhatsAppErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  *whatsapp.Fault
		status chat.MessageStatus
		code   string
		wait   time.Duration // until the next try; 0 = never
		took   []string      // accepted messages of the two queued ones
		health chat.HealthState
	}{
		"taken": {nil, chat.StatusSent, "", 0, []string{"uno", "dos"}, chat.HealthOK},
		"the window is closed": {
			&whatsapp.Fault{Code: 131047}, chat.StatusFailed, "131047", 0, []string{"dos"}, chat.HealthOK,
		},
		"the person cannot be reached": {
			&whatsapp.Fault{Code: 131026}, chat.StatusFailed, "131026", 0, []string{"dos"}, chat.HealthOK,
		},
		"a code that nobody knows": {
			&whatsapp.Fault{Code: 999999}, chat.StatusFailed, "999999", 0, []string{"dos"}, chat.HealthOK,
		},
		"too fast": {
			&whatsapp.Fault{Code: 130429, RetryAfter: 30}, chat.StatusQueued, "", 30 * time.Second, nil, chat.HealthWaiting,
		},
		"too fast for this person": {
			&whatsapp.Fault{Code: 131056}, chat.StatusQueued, "", time.Second, nil, chat.HealthWaiting,
		},
		"trouble of its own": {
			&whatsapp.Fault{Code: 131000}, chat.StatusQueued, "", time.Minute, nil, chat.HealthWaiting,
		},
		"a dead token": {
			&whatsapp.Fault{Code: 190, Status: http.StatusUnauthorized}, chat.StatusHeld, "", 5 * time.Minute, nil, chat.HealthReauthorise,
		},
		"a locked account": {
			&whatsapp.Fault{Code: 131031}, chat.StatusHeld, "", 5 * time.Minute, nil, chat.HealthStopped,
		},
		"nothing, after it took it": {
			&whatsapp.Fault{Do: whatsapp.DoDrop, Accept: true}, chat.StatusUnknown, "no_answer", 0, []string{"uno", "dos"}, chat.HealthOK,
		},
		"nothing, and did not take it": {
			&whatsapp.Fault{Do: whatsapp.DoDrop}, chat.StatusUnknown, "no_answer", 0, []string{"dos"}, chat.HealthOK,
		},
		"an error page of something in between": {
			&whatsapp.Fault{Do: whatsapp.DoStatus}, chat.StatusUnknown, "http_502", 0, []string{"dos"}, chat.HealthOK,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			m, behind := w.Reply(w.conversation, "uno"), w.Reply(w.conversation, "dos")
			if c.fault != nil {
				w.Must(w.phone.Fail(*c.fault))
			}
			h := w.handler()
			for range 3 { // the queue may deliver a signal more than once
				w.Must(w.deliver(h))
			}
			got := w.Message(m)
			code := ""
			if got.Error != nil {
				code = got.Error.Code
			}
			if got.Status != c.status || code != c.code {
				t.Errorf("it is %s with code %q, want %s with %q", got.Status, code, c.status, c.code)
			}
			timer := w.timer(m)
			if (timer != nil) != (c.wait > 0) || (timer != nil && !w.due(*timer, c.wait)) {
				t.Errorf("the timer is %+v, want it in %s", timer, c.wait)
			}
			if texts := w.texts(); !slices.Equal(texts, c.took) {
				t.Errorf("WhatsApp accepted %v, want %v", texts, c.took)
			}
			if status := w.Message(behind).Status; (status == chat.StatusSent) != slices.Contains(c.took, "dos") {
				t.Errorf("the next message is %s", status)
			}
			if health := w.health(); health.State != c.health {
				t.Errorf("the channel is %s, want %s", health.State, c.health)
			}
			failures := 0
			for _, e := range w.Timeline(w.conversation) {
				if e.Type == chat.EventMessageFailed && e.Data.MessageID == m.ID && e.Data.Code == c.code {
					failures++
				}
			}
			if want := map[bool]int{true: 1}[c.status == chat.StatusFailed]; failures != want {
				t.Errorf("the timeline has %d failures, want %d", failures, want)
			}
			if c.status == chat.StatusSent && got.ProviderID != w.phone.Sent()[0].ID {
				t.Errorf("its id at WhatsApp is recorded as %q", got.ProviderID)
			}
		})
	}
}

func TestSend_RetryableError_SentWhenDue(t *testing.T) {
	t.Parallel()
	w := open(t)
	m := w.Reply(w.conversation, "uno")
	w.Must(w.phone.Fail(whatsapp.Fault{Code: 130429, Times: 2}))
	h := w.handler()
	for attempt, wait := range []time.Duration{time.Minute, 2 * time.Minute} {
		w.Must(w.deliver(h))
		if timer := w.timer(m); timer == nil || timer.Attempt != attempt+1 || !w.due(*timer, wait) {
			t.Fatalf("after attempt %d the timer is %+v", attempt+1, timer)
		}
		w.Time = w.timer(m).DueAt.Add(-time.Second)
		w.Must(w.deliver(h)) // before the retry is due
		w.Advance(time.Second)
	}
	w.Must(w.deliver(h))
	if got := w.Message(m); got.Status != chat.StatusSent || len(w.texts()) != 1 || w.timer(m) != nil {
		t.Errorf("it is %s; WhatsApp accepted %v", got.Status, w.texts())
	}
}

func TestSend_ChannelBroken_HeldUntilReconnect(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Must(w.phone.AddNumber(desktest.Number, "5491140001234", "another token"))
	first, second := w.Reply(w.conversation, "uno"), w.Reply(w.conversation, "dos")
	h := w.handler()
	for range 2 {
		w.Must(w.deliver(h))
	}
	for _, m := range []chat.Message{first, second} {
		if got := w.Message(m).Status; got != chat.StatusHeld {
			t.Errorf("with an invalid token %q is %s", m.Text, got)
		}
	}
	if health := w.health(); health.State != chat.HealthReauthorise || health.Code != "190" || health.Message == "" {
		t.Errorf("the channel's health is %+v", health)
	}

	before, err := w.Store.Channel(t.Context(), desktest.Account, w.Channel.ID)
	w.Must(err)
	after := before
	after.Credentials, after.Health = chat.Secret("another token"), chat.Health{State: chat.HealthWaiting, At: w.Time}
	w.Must(w.Store.UpdateChannel(t.Context(), before, after, nil))
	w.Must(w.deliver(h))
	if texts := w.texts(); !slices.Equal(texts, []string{"uno", "dos"}) {
		t.Errorf("WhatsApp accepted %v", texts)
	}
	if health := w.health(); health.State != chat.HealthOK {
		t.Errorf("the channel works, and is %s", health.State)
	}
}

func TestSend_File_WithCaptionAndQuote(t *testing.T) {
	t.Parallel()
	w := open(t)
	quoted := w.Reply(w.conversation, "¿cuál?")
	h := w.handler()
	w.Must(w.deliver(h))
	content := append([]byte("\xff\xd8\xff\xe0"), bytes.Repeat([]byte{7}, 1000)...)
	w.files["key"] = content
	w.Advance(time.Second)
	_, _, err := w.Draft(w.conversation, drafts.Draft{
		ClientID: "file", Type: chat.TypeImage, Text: "esta", ReplyTo: quoted.ID,
		Attachments: []chat.Attachment{{ID: "1", Name: "foto.jpg", Mime: "image/jpeg", Size: int64(len(content)), Key: "key", State: chat.AttachmentReady}},
	})
	w.Must(err)
	w.Must(w.deliver(h))
	sent := w.phone.Sent()
	if len(sent) != 2 || sent[1].File == nil || sent[1].File.Size != int64(len(content)) || sent[1].Text != "esta" || sent[1].ReplyTo != sent[0].ID {
		t.Errorf("WhatsApp accepted %+v", sent)
	}
}

func TestSend_DecryptUnavailable_Retried(t *testing.T) {
	t.Parallel()
	w := open(t)
	m := w.Reply(w.conversation, "uno")
	w.sealer.err = errors.New("no KMS")
	h := w.handler()
	w.Must(w.deliver(h))
	if got := w.Message(m).Status; got != chat.StatusQueued || w.timer(m) == nil {
		t.Errorf("it is %s, timer %v", got, w.timer(m))
	}
	w.sealer.err = nil
	w.Advance(time.Minute)
	w.Must(w.deliver(h))
	if texts := w.texts(); !slices.Equal(texts, []string{"uno"}) {
		t.Errorf("WhatsApp accepted %v", texts)
	}
}

func TestSend_ChannelRemoved_Fails(t *testing.T) {
	t.Parallel()
	w := open(t)
	m := w.Reply(w.conversation, "uno")
	w.Must(w.Store.DeleteChannel(t.Context(), w.Channel, nil))
	w.Must(w.deliver(w.handler()))
	if got := w.Message(m); got.Status != chat.StatusFailed || got.Error == nil || got.Error.Code != "channel_gone" || w.timer(m) != nil {
		t.Errorf("it is %s for %+v", got.Status, got.Error)
	}
}

func TestQueued_Permanent_DeadLettered(t *testing.T) {
	t.Parallel()
	w := open(t)
	handler, queues := boottest.Function(t, "send", send.Build, w.DB, w.Now, io.Discard)
	queued := func(id chat.ConversationID) string {
		return queuetest.Body(t, string(desktest.Account), w.Time, events.MessageQueued{ConversationID: string(id)})
	}
	bodies := []string{
		"not json", queued("01K9S3TJ8W0000000000000404"), queued(w.conversation), // a conversation without queued messages
		queuetest.Body(t, string(desktest.Account), w.Time, events.MailQueued{MailID: "MAIL"}),
	}
	if again := queuetest.Deliver(t, handler, "to-send.fifo", bodies...); len(again) > 0 {
		t.Errorf("records %v failed", again)
	}
	var reasons []string
	for _, letter := range queues.Buried() {
		reasons = append(reasons, letter.Reason)
	}
	if want := []string{"undecodable", "not_found", "unknown_type"}; !slices.Equal(reasons, want) {
		t.Errorf("dead-lettered for %v, want %v", reasons, want)
	}
}
