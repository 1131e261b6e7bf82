package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/notify"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/mail"
	"github.com/recado-chat/recado/shared/obs"
)

const (
	account = chat.AccountID("01K9S3TJ8W00000000000000AC")
	mailID  = "01K9S3TJ8W0000000000000MA1"
	token   = "SECRET-TOKEN"
	address = "ana@example.com"
)

// box is a fake sender; errs are the errors of the next mails.
type box struct {
	mails []mail.Message
	errs  []error
}

func (b *box) Send(_ context.Context, m mail.Message) error {
	if len(b.errs) > 0 {
		err := b.errs[0]
		b.errs = b.errs[1:]
		if err != nil {
			return err
		}
	}
	b.mails = append(b.mails, m)
	return nil
}

var errCrash = errors.New("the process died")

// crashing crashes before or after one of the calls to the store or the sender, counted from zero, and only once.
type crashing struct {
	store *dynamo.Store
	box   *box
	left  int
	after bool
	died  bool
}

func (c *crashing) around(call func() error) error {
	if c.died {
		return call()
	}
	c.left--
	if c.left >= 0 {
		return call()
	}
	c.died = true
	if c.after {
		_ = call()
	}
	return errCrash
}

func (c *crashing) Mail(ctx context.Context, a chat.AccountID, id string) (m chat.Mail, err error) {
	err = c.around(func() (err error) { m, err = c.store.Mail(ctx, a, id); return err })
	return m, err
}

func (c *crashing) UpdateMail(ctx context.Context, before, after chat.Mail) error {
	return c.around(func() error { return c.store.UpdateMail(ctx, before, after) })
}

func (c *crashing) PutTimer(ctx context.Context, t chat.Timer) error {
	return c.around(func() error { return c.store.PutTimer(ctx, t) })
}

func (c *crashing) Send(ctx context.Context, m mail.Message) error {
	err := c.around(func() error { return c.box.Send(ctx, m) })
	if errors.Is(err, errCrash) {
		panic(err) // a process that crashes during a call records nothing
	}
	return err
}

type fixture struct {
	*testing.T
	store *dynamo.Store
	box   *box
	logs  *strings.Builder
	now   time.Time
}

func open(t *testing.T) *fixture {
	t.Helper()
	w := &fixture{T: t, store: dynamotest.New(t), box: &box{}, logs: &strings.Builder{}, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	w.must(w.store.PutMail(t.Context(), chat.Mail{
		ID: mailID, AccountID: account, To: address, Template: chat.MailReset, Language: chat.Spanish,
		Params: map[string]string{"url": "https://recado.example/reset?token=" + token, "name": "Ana"},
		State:  chat.MailQueued, CreatedAt: w.now,
	}))
	return w
}

func (w *fixture) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

type store interface {
	Mail(ctx context.Context, account chat.AccountID, id string) (chat.Mail, error)
	UpdateMail(ctx context.Context, before, after chat.Mail) error
	PutTimer(ctx context.Context, t chat.Timer) error
}

type sender interface {
	Send(ctx context.Context, m mail.Message) error
}

// deliver sends the handler the signal once; a panic counts as a crash.
func (w *fixture) deliver(s store, to sender) (err error) {
	w.Helper()
	handler, err := notify.New(s, to, func() time.Time { return w.now }, obs.NewLogger(w.logs, "notify"))
	w.must(err)
	envelope, err := events.Wrap("1", string(account), w.now, events.MailQueued{MailID: mailID})
	w.must(err)
	defer func() {
		if recovered := recover(); recovered != nil {
			err = errCrash
		}
	}()
	return handler.Routes().Handle(w.Context(), envelope)
}

func (w *fixture) mail() chat.Mail {
	w.Helper()
	m, err := w.store.Mail(w.Context(), account, mailID)
	w.must(err)
	return m
}

// due returns when the mail's timer is due; zero without a timer.
func (w *fixture) due() time.Time {
	w.Helper()
	for shard := range schedule.DueShards {
		page, err := w.store.Due(w.Context(), shard, w.now.Add(1000*time.Hour), chat.PageRequest{})
		w.must(err)
		for _, item := range page.Items {
			if item.Kind == string(chat.TimerMail) && item.Subject == mailID {
				return item.DueAt
			}
		}
	}
	return time.Time{}
}

func TestSend_OnceAndLinkCleared(t *testing.T) {
	t.Parallel()
	w := open(t)
	for range 3 { // the queue may deliver a signal more than once
		w.must(w.deliver(w.store, w.box))
	}
	if len(w.box.mails) != 1 || w.box.mails[0].To != address {
		t.Fatalf("the box holds %d mails", len(w.box.mails))
	}
	if got := w.box.mails[0]; got.Subject != "Restablece tu contraseña de Recado" || !strings.Contains(got.Text, token) ||
		!strings.Contains(got.HTML, token) || !strings.Contains(got.Text, "Hola, Ana:") {
		t.Errorf("the mail is %q", got.Text)
	}
	if m := w.mail(); m.State != chat.MailSent || len(m.Params) != 0 || m.Attempt != 1 {
		t.Errorf("the mail is %s with %d params after %d attempts", m.State, len(m.Params), m.Attempt)
	}
	if due := w.due(); !due.IsZero() {
		t.Errorf("the timer is still set: %s", due)
	}
}

func TestSend_ServiceErrors(t *testing.T) {
	t.Parallel()
	later := fault.New(fault.Unavailable, "busy").WithReason("TooManyRequestsException")
	for name, c := range map[string]struct {
		answer error
		state  chat.MailState
		waits  bool
	}{
		"a busy service is tried later":             {later, chat.MailQueued, true},
		"a rejected mail is failed":                 {fault.New(fault.Invalid, "no").WithReason("MessageRejected"), chat.MailFailed, false},
		"a lost answer is never resent by itself":   {fault.New(fault.Unavailable, "?").WithReason(mail.ReasonUncertain), chat.MailUnknown, false},
		"an error that nobody knows is tried later": {errors.New("x"), chat.MailQueued, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			w.box.errs = []error{c.answer}
			w.must(w.deliver(w.store, w.box))
			m, due := w.mail(), w.due()
			if m.State != c.state || (len(m.Params) > 0) != c.waits {
				t.Errorf("the mail is %s with %d params", m.State, len(m.Params))
			}
			if c.waits != !due.IsZero() || (c.waits && !due.Equal(w.now.Add(30*time.Second))) {
				t.Errorf("it is due at %s", due)
			}
			w.must(w.deliver(w.store, w.box)) // by the timer, or redelivered by the queue
			if got := len(w.box.mails) == 1; got != c.waits {
				t.Errorf("the box holds %d mails", len(w.box.mails))
			}
		})
	}
}

func TestSend_ServiceBusy_GivenUp(t *testing.T) {
	t.Parallel()
	w := open(t)
	for range 50 {
		w.box.errs = append(w.box.errs, fault.New(fault.Unavailable, "busy"))
	}
	rounds := 0
	for due := w.due(); !due.IsZero(); due = w.due() {
		if rounds++; rounds > 20 {
			t.Fatal("attempts do not end")
		}
		w.now = due
		w.must(w.deliver(w.store, w.box))
	}
	if m := w.mail(); m.State != chat.MailFailed || len(m.Params) != 0 || m.Attempt != 10 {
		t.Errorf("the mail is %s after %d attempts", m.State, m.Attempt)
	}
	if waited := w.now.Sub(w.mail().CreatedAt); waited < 4*time.Hour || waited > 24*time.Hour {
		t.Errorf("the last attempt was after %s", waited)
	}
}

// C-03
func TestSend_CrashAnywhere_SentAtMostOnce(t *testing.T) {
	t.Parallel()
	for _, busyFirst := range []bool{false, true} {
		for _, after := range []bool{false, true} {
			for call := range 9 {
				name := fmt.Sprintf("busy first %v, after the call %v, call %d", busyFirst, after, call)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					w := open(t)
					if busyFirst {
						w.box.errs = []error{fault.New(fault.Unavailable, "busy")}
					}
					c := &crashing{store: w.store, box: w.box, left: call, after: after}
					for range 5 { // the queue and the timer deliver the signal until the mail is final
						_ = w.deliver(c, c)
					}
					m := w.mail()
					switch {
					case len(w.box.mails) > 1:
						t.Errorf("it was sent %d times", len(w.box.mails))
					case m.State == chat.MailSent && len(w.box.mails) == 1:
					case m.State == chat.MailUnknown && c.died:
					default:
						t.Errorf("it ended as %s with %d mails sent", m.State, len(w.box.mails))
					}
					if len(m.Params) != 0 || !w.due().IsZero() {
						t.Errorf("it kept %d params, and is due at %s", len(m.Params), w.due())
					}
				})
			}
		}
	}
}

func TestRecord_AttemptOutcome_OverwritesUnknown(t *testing.T) {
	t.Parallel()
	w := open(t)
	interfering := senderFunc(func(ctx context.Context, m mail.Message) error {
		w.must(w.deliver(w.store, w.box)) // a second delivery during the attempt
		if state := w.mail().State; state != chat.MailUnknown {
			t.Errorf("during the attempt it is %s", state)
		}
		return w.box.Send(ctx, m)
	})
	w.must(w.deliver(w.store, interfering))
	if m := w.mail(); m.State != chat.MailSent || len(w.box.mails) != 1 {
		t.Errorf("it is %s with %d mails sent", m.State, len(w.box.mails))
	}
}

// flaky fails writes of an outcome as a throttled table does; some of them fail after they succeeded.
type flaky struct {
	*dynamo.Store
	fails int
	after bool
}

func (f *flaky) UpdateMail(ctx context.Context, before, after chat.Mail) error {
	if after.State == chat.MailSending || f.fails == 0 {
		return f.Store.UpdateMail(ctx, before, after)
	}
	f.fails--
	if f.after {
		_ = f.Store.UpdateMail(ctx, before, after)
	}
	return fault.New(fault.Unavailable, "a transaction conflict")
}

func TestRecord_TableBusy_StaysSent(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		w := open(t)
		w.must(w.deliver(&flaky{Store: w.store, fails: 3, after: after}, w.box))
		if m := w.mail(); m.State != chat.MailSent || len(w.box.mails) != 1 || !w.due().IsZero() {
			t.Errorf("failing after the write %v: it is %s with %d mails sent", after, m.State, len(w.box.mails))
		}
	}
}

type senderFunc func(ctx context.Context, m mail.Message) error

func (f senderFunc) Send(ctx context.Context, m mail.Message) error { return f(ctx, m) }

func TestSend_RenderFails_FailedAndDeadLettered(t *testing.T) {
	t.Parallel()
	w := open(t)
	before := w.mail()
	after := before
	after.Params = map[string]string{"name": "Ana"}
	w.must(w.store.UpdateMail(t.Context(), before, after))
	if err := w.deliver(w.store, w.box); !fault.Permanent(err) || fault.Reason(err) != "mail_without_link" {
		t.Errorf("got %v", err)
	}
	if m := w.mail(); m.State != chat.MailFailed || len(w.box.mails) != 0 {
		t.Errorf("it is %s with %d mails sent", m.State, len(w.box.mails))
	}
}

func TestQueued_BadSignal_DeadLettered(t *testing.T) {
	t.Parallel()
	w := open(t)
	handler, err := notify.New(w.store, w.box, time.Now, obs.NewLogger(w.logs, "notify"))
	w.must(err)
	for _, envelope := range []events.Envelope{
		{ID: "1", AccountID: string(account), Type: "job.ready.v1", Data: json.RawMessage(`{}`)},
		{ID: "1", AccountID: string(account), Type: "mail.queued.v1", Data: json.RawMessage(`{"mailId":7}`)},
		{ID: "1", AccountID: string(account), Type: "mail.queued.v1", Data: json.RawMessage(`{"mailId":"01K9S3TJ8W0000000000000MA9"}`)},
		{ID: "1", AccountID: "01K9S3TJ8W00000000000000A2", Type: "mail.queued.v1", Data: json.RawMessage(`{"mailId":"` + mailID + `"}`)},
	} {
		if err := handler.Routes().Handle(t.Context(), envelope); !fault.Permanent(err) {
			t.Errorf("%s: %v", envelope.Data, err)
		}
	}
}

func TestLogs_HoldNoAddressOrLink(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.box.errs = []error{fault.New(fault.Unavailable, "busy"), fault.New(fault.Invalid, "no").WithReason("MessageRejected")}
	w.must(w.deliver(w.store, w.box))
	w.must(w.deliver(w.store, w.box))
	logs := w.logs.String()
	if !strings.Contains(logs, mailID) || !strings.Contains(logs, "MessageRejected") {
		t.Errorf("the logs do not hold the outcome:\n%s", logs)
	}
	for _, never := range []string{address, token, "Ana", "example"} {
		if strings.Contains(logs, never) {
			t.Errorf("the logs hold %q:\n%s", never, logs)
		}
	}
}

func TestSample(t *testing.T) {
	t.Parallel()
	w := open(t)
	raw, err := os.ReadFile("../../events/samples/notify/queued.json")
	w.must(err)
	var batch lambdaevents.SQSEvent
	w.must(json.Unmarshal(raw, &batch))
	handler, err := notify.New(w.store, w.box, time.Now, obs.NewLogger(w.logs, "notify"))
	w.must(err)
	var envelope events.Envelope
	w.must(json.Unmarshal([]byte(batch.Records[0].Body), &envelope))
	w.must(handler.Routes().Handle(t.Context(), envelope))
	if len(w.box.mails) != 1 {
		t.Errorf("the box holds %d mails", len(w.box.mails))
	}
}
