package whatsapp

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
	"unicode/utf16"
)

// webhook is a call that the business has not answered with 200 yet.
type webhook struct {
	ID       int64           `json:"id"`
	Lane     string          `json:"lane"` // first tries of one lane go out in order
	Body     json.RawMessage `json:"body"`
	Messages []string        `json:"messages,omitempty"` // the customers' messages in it
}

// parallel bounds how many webhooks are under way at once.
const parallel = 32

// delivery brings webhooks to the business: in order within a lane at the first try, each on its own afterwards.
type delivery struct {
	sim   *Simulator
	slots chan struct{}

	mu    sync.Mutex
	lanes map[string][]*webhook // a lane that is there has a goroutine
}

func newDelivery(s *Simulator) *delivery {
	return &delivery{sim: s, slots: make(chan struct{}, parallel), lanes: map[string][]*webhook{}}
}

func (d *delivery) enqueue(w *webhook) {
	d.mu.Lock()
	defer d.mu.Unlock()
	waiting, busy := d.lanes[w.Lane]
	d.lanes[w.Lane] = append(waiting, w)
	if !busy {
		d.sim.running.Go(func() { d.work(w.Lane) })
	}
}

func (d *delivery) work(lane string) {
	for {
		d.mu.Lock()
		waiting := d.lanes[lane]
		if len(waiting) == 0 || d.sim.context.Err() != nil {
			delete(d.lanes, lane)
			d.mu.Unlock()
			return
		}
		d.lanes[lane] = waiting[1:]
		d.mu.Unlock()
		if w := waiting[0]; !d.try(w) {
			d.sim.running.Go(func() { d.retry(w) })
		}
	}
}

// try makes one call and says whether the business took it.
func (d *delivery) try(w *webhook) bool {
	select {
	case d.slots <- struct{}{}:
	case <-d.sim.context.Done():
		return false
	}
	defer func() { <-d.slots }()
	status, err := d.sim.Post(d.sim.context, w.Body)
	if err != nil || status != http.StatusOK {
		d.sim.options.Log.WarnContext(d.sim.context, "webhook not taken", "webhook_id", w.ID, "status", status, "error", err)
		return false
	}
	d.sim.finish(w, true)
	return true
}

func (d *delivery) retry(w *webhook) {
	for _, wait := range d.sim.options.Retries {
		if !d.sim.sleep(wait) {
			return
		}
		if d.try(w) {
			return
		}
	}
	if d.sim.context.Err() == nil {
		d.sim.finish(w, false)
	}
}

// finish ends the tries of a webhook. A customer's message in one that was taken gets its second tick.
func (s *Simulator) finish(w *webhook, taken bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := []record{{Done: w.ID}}
	if !taken {
		s.givenUp++
		s.options.Log.ErrorContext(s.context, "webhook given up", "webhook_id", w.ID)
	}
	for _, id := range w.Messages {
		if m := s.byID[id]; taken && m != nil && ranks[m.Status] < ranks[Delivered] {
			changed := *m
			changed.Status = Delivered
			records = append(records, record{Message: &changed})
		}
	}
	s.logFailure(s.save(records...))
}

func (s *Simulator) logFailure(err error) {
	if err != nil {
		s.options.Log.ErrorContext(s.context, "the WhatsApp simulator cannot write its journal", "error", err)
	}
}

// sleep waits in real time, and says whether the simulator still runs.
func (s *Simulator) sleep(wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.context.Done():
		return false
	}
}

// Post signs these bytes and calls the business with them, once, as they are. It answers the status.
func (s *Simulator) Post(ctx context.Context, body []byte) (int, error) {
	mac := hmac.New(sha256.New, []byte(s.options.AppSecret))
	mac.Write(body)
	return s.PostSigned(ctx, body, "sha256="+hex.EncodeToString(mac.Sum(nil)))
}

// PostSigned calls the business with a signature of one's choice.
func (s *Simulator) PostSigned(ctx context.Context, body []byte, signature string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.options.WebhookURL, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("make the request of a webhook: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "facebookexternalua")
	request.Header.Set("X-Hub-Signature-256", signature)
	return s.call(request, nil)
}

// Handshake registers the webhook as Meta does, and says whether the business echoed the challenge.
func (s *Simulator) Handshake(ctx context.Context) error {
	query := url.Values{"hub.mode": {"subscribe"}, "hub.verify_token": {s.options.VerifyToken}, "hub.challenge": {"1158201444"}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.options.WebhookURL+"?"+query.Encode(), nil)
	if err != nil {
		return fmt.Errorf("make the request of a handshake: %w", err)
	}
	var answer bytes.Buffer
	status, err := s.call(request, &answer)
	if err != nil {
		return err
	}
	if status != http.StatusOK || answer.String() != "1158201444" {
		return fmt.Errorf("the business answered the handshake with %d and %q", status, answer.String())
	}
	return nil
}

func (s *Simulator) call(request *http.Request, answer *bytes.Buffer) (int, error) {
	response, err := s.options.Client.Do(request)
	if err != nil {
		return 0, fmt.Errorf("call the business: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // read as far as it matters
	if answer == nil {
		answer = &bytes.Buffer{}
	}
	if _, err := answer.ReadFrom(io.LimitReader(response.Body, 1<<16)); err != nil {
		return 0, fmt.Errorf("read the business's answer: %w", err)
	}
	return response.StatusCode, nil
}

// queue makes a webhook durable; the caller enqueues it when it has let go of the lock.
func (s *Simulator) queue(lane string, body []byte, messages ...string) *webhook {
	s.nextID++
	return &webhook{ID: s.nextID, Lane: lane, Body: body, Messages: messages}
}

// object is a piece of JSON.
type object = map[string]any

// envelope is the body around a value of the field "messages".
func envelope(value object) ([]byte, error) { return bodyOf("messages", value) }

func bodyOf(field string, value object) ([]byte, error) {
	return escaped(object{
		"object": "whatsapp_business_account",
		"entry":  []any{object{"id": BusinessAccount, "changes": []any{object{"field": field, "value": value}}}},
	})
}

func valueOf(n *Number) object {
	return object{
		"messaging_product": "whatsapp",
		"metadata":          object{"display_phone_number": n.Display, "phone_number_id": n.ID},
	}
}

func contactOf(c *Customer) object {
	profile := object{}
	if c.Name != "" {
		profile["name"] = c.Name
	}
	if c.Username != "" {
		profile["username"] = c.Username
	}
	contact := object{"profile": profile, "user_id": c.UserID}
	if !c.HidePhone {
		contact["wa_id"] = c.Phone
	}
	return contact
}

func epoch(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// escaped is JSON in the form that Meta sends and signs: everything outside ASCII as \uXXXX with lower-case digits, and slashes
// with a backslash.
func escaped(v any) ([]byte, error) {
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode a webhook: %w", err)
	}
	out := make([]byte, 0, plain.Len()+plain.Len()/8)
	for _, r := range string(bytes.TrimSpace(plain.Bytes())) {
		switch {
		case r == '/':
			out = append(out, '\\', '/')
		case r < 0x80:
			out = append(out, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out, nil
}
