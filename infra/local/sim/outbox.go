package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Webhook is a call to the business that it has not accepted yet.
type Webhook struct {
	ID       int64           `json:"id"`
	Lane     string          `json:"lane"`              // webhooks of one lane are attempted in order
	Account  string          `json:"account,omitempty"` // for Resume and Drop
	Body     json.RawMessage `json:"body"`
	Messages []string        `json:"messages,omitempty"` // ids of the customers' messages in it: accepted, they are Delivered
}

// NewWebhook makes a webhook with an id of its own; Save delivers it. It needs the lock.
func (s *Store) NewWebhook(account, lane string, body []byte, messages ...string) *Webhook {
	s.lastID++
	return &Webhook{ID: s.lastID, Account: account, Lane: lane, Body: body, Messages: messages}
}

// ErrNoWebhook is what Options.Post returns while the business has no webhook address. The webhook waits for Resume.
var ErrNoWebhook = errors.New("the business has no webhook")

// MaxParallel bounds how many webhooks are under way at once.
const MaxParallel = 32

// outbox delivers webhooks: at least once, and in order within a lane as Options.InOrder says.
type outbox struct {
	store *Store
	slots chan struct{}

	mu      sync.Mutex
	lanes   map[string][]*Webhook // a lane that is present has a goroutine
	queued  map[int64]bool        // webhooks in a lane or between two attempts
	resumed int                   // how often resume was called
}

func newOutbox(s *Store) *outbox {
	return &outbox{store: s, slots: make(chan struct{}, MaxParallel), lanes: map[string][]*Webhook{}, queued: map[int64]bool{}}
}

func (o *outbox) enqueue(w *Webhook) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.queued[w.ID] {
		return
	}
	o.queued[w.ID] = true
	waiting, busy := o.lanes[w.Lane]
	o.lanes[w.Lane] = append(waiting, w)
	if !busy {
		o.store.Go(func() { o.work(w.Lane) })
	}
}

func (o *outbox) work(lane string) {
	for {
		w := o.next(lane)
		switch {
		case w == nil:
			return
		case o.attempt(w):
		case o.store.options.InOrder:
			o.retry(w)
		default:
			o.store.Go(func() { o.retry(w) })
		}
	}
}

// next takes the first webhook of a lane, and ends the lane when there is none.
func (o *outbox) next(lane string) *Webhook {
	o.mu.Lock()
	defer o.mu.Unlock()
	waiting := o.lanes[lane]
	if len(waiting) == 0 || o.store.context.Err() != nil {
		delete(o.lanes, lane)
		return nil
	}
	o.lanes[lane] = waiting[1:]
	return waiting[0]
}

// attempt posts a webhook once. It returns true if no retry is needed: it was accepted, dropped, or has no address to go to.
func (o *outbox) attempt(w *Webhook) bool {
	s := o.store
	select {
	case o.slots <- struct{}{}:
	case <-s.context.Done():
		return false
	}
	defer func() { <-o.slots }()
	o.mu.Lock()
	resumed := o.resumed
	o.mu.Unlock()
	s.Lock()
	dropped, stopped := s.pending[w.ID] == nil, s.stopped
	s.Unlock()
	if dropped {
		o.forget(w)
		return true
	}
	err := ErrNoWebhook
	if !stopped {
		err = s.options.Post(s.context, w)
	}
	switch {
	case err == nil:
		o.forget(w)
		s.finish(w, true)
		return true
	case errors.Is(err, ErrNoWebhook):
		o.mu.Lock()
		defer o.mu.Unlock()
		if resumed != o.resumed { // an address came meanwhile
			return false
		}
		delete(o.queued, w.ID)
		return true
	default:
		s.options.Log.WarnContext(s.context, "webhook not accepted", "webhook_id", w.ID, "error", err)
		return false
	}
}

func (o *outbox) forget(w *Webhook) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.queued, w.ID)
}

func (o *outbox) retry(w *Webhook) {
	for _, wait := range o.store.options.Retries {
		if !o.store.Sleep(wait) || o.attempt(w) {
			return
		}
	}
	if o.store.context.Err() == nil {
		o.forget(w)
		o.store.finish(w, false)
	}
}

// finish ends the attempts of a webhook.
func (s *Store) finish(w *Webhook, accepted bool) {
	s.Lock()
	defer s.Unlock()
	records := []Record{{Done: w.ID}}
	if !accepted {
		s.givenUp++
		s.options.Log.ErrorContext(s.context, "webhook given up", "webhook_id", w.ID)
	}
	for _, id := range w.Messages {
		if m := s.byID[id]; accepted && m != nil && !Reached(m.Status, Delivered) {
			changed := *m
			changed.Status = Delivered
			records = append(records, Record{Message: &changed})
		}
	}
	s.LogFailure(s.Save(records...))
}

// StopWebhooks holds back all webhooks until it is called with false.
func (s *Store) StopWebhooks(stopped bool) {
	s.Lock()
	defer s.Unlock()
	if s.stopped = stopped; !stopped {
		s.Resume("")
	}
}

// Stopped says whether all webhooks are held back. It needs the lock.
func (s *Store) Stopped() bool { return s.stopped }

// Resume delivers the webhooks of an account that waited for an address; "" is all accounts. It needs the lock.
func (s *Store) Resume(account string) {
	s.outbox.mu.Lock()
	s.outbox.resumed++
	s.outbox.mu.Unlock()
	for _, w := range s.pendingInOrder() {
		if account == "" || w.Account == account {
			s.outbox.enqueue(w)
		}
	}
}

// Pending counts the webhooks of an account that are not accepted yet. It needs the lock.
func (s *Store) Pending(account string) int {
	n := 0
	for _, w := range s.pending {
		if w.Account == account {
			n++
		}
	}
	return n
}

// Drop gives up the webhooks of an account that are not accepted yet. It needs the lock.
func (s *Store) Drop(account string) error {
	for _, w := range s.pendingInOrder() {
		if w.Account != account {
			continue
		}
		if err := s.Save(Record{Done: w.ID}); err != nil {
			return err
		}
	}
	return nil
}

// maxAnswer bounds how much of the business's answer is read.
const maxAnswer = 1 << 16

// NewClient makes the HTTP client with which a provider calls businesses.
func NewClient(timeout time.Duration) *http.Client {
	return &http.Client{Timeout: timeout, Transport: &http.Transport{MaxIdleConnsPerHost: MaxParallel}}
}

// Call calls the business and returns the status and the body of its answer.
func Call(client *http.Client, request *http.Request) (int, []byte, error) {
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("call the business: %w", err)
	}
	defer response.Body.Close()
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(io.LimitReader(response.Body, maxAnswer)); err != nil {
		return 0, nil, fmt.Errorf("read the business's answer: %w", err)
	}
	return response.StatusCode, answer.Bytes(), nil
}
