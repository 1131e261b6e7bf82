package whatsapp

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Options say how the simulator is wired.
type Options struct {
	DataDir     string
	WebhookURL  string // where the business listens
	AppSecret   string // signs the webhooks
	VerifyToken string // given along with the handshake
	AccessToken string // taken for numbers that have no token of their own
	Now         func() time.Time
	Statuses    Timing
	Retries     []time.Duration // the waits between the tries of a webhook; nil = about five minutes in all
	Client      *http.Client    // for webhooks; nil = one with a time-out of 20 s, as Meta's
	Log         *slog.Logger
}

// Timing is how the statuses of a message follow its acceptance, in real time.
type Timing struct {
	Manual    bool // none comes by itself
	Sent      time.Duration
	Delivered time.Duration // after sent
	Read      time.Duration // after delivered; 0 = when somebody looks at the phone
}

// defaultRetries are a business that is down for some minutes. Meta goes on for days.
var defaultRetries = []time.Duration{
	time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, time.Minute, 2 * time.Minute,
}

const webhookTimeout = 20 * time.Second

// Simulator is WhatsApp. It is safe for concurrent use.
type Simulator struct {
	options  Options
	journal  *journal
	context  context.Context // the life of its goroutines, which Close ends
	stop     context.CancelFunc
	running  sync.WaitGroup
	delivery *delivery

	mu        sync.Mutex
	numbers   []*Number
	customers []*Customer
	files     map[string]*File
	messages  []*Message
	byID      map[string]*Message
	templates []*Template
	marks     []Mark
	pending   map[int64]*webhook
	nextID    int64
	givenUp   int
	faults    []*Fault
	watchers  map[chan event]struct{}
}

// New opens the data directory and takes up where the last run ended.
func New(options Options) (*Simulator, error) {
	if options.DataDir == "" || options.AppSecret == "" || options.WebhookURL == "" || options.Now == nil {
		return nil, errors.New("the WhatsApp simulator needs DataDir, AppSecret, WebhookURL and Now")
	}
	if options.Retries == nil {
		options.Retries = defaultRetries
	}
	if options.Client == nil {
		options.Client = &http.Client{Timeout: webhookTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: parallel}}
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(filepath.Join(options.DataDir, "media"), 0o700); err != nil {
		return nil, fmt.Errorf("make the WhatsApp simulator's directory: %w", err)
	}
	s := &Simulator{
		options: options, templates: demoTemplates(),
		files: map[string]*File{}, byID: map[string]*Message{}, pending: map[int64]*webhook{}, watchers: map[chan event]struct{}{},
	}
	if err := replay(options.DataDir, s.apply); err != nil {
		return nil, err
	}
	var err error
	if s.journal, err = rewrite(options.DataDir, s.snapshot()); err != nil {
		return nil, err
	}
	s.context, s.stop = context.WithCancel(context.Background())
	s.delivery = newDelivery(s)
	s.resume()
	return s, nil
}

// Close ends what runs in the background. What is still to do is taken up by the next New.
func (s *Simulator) Close() error {
	s.stop()
	s.running.Wait()
	s.options.Client.CloseIdleConnections()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.journal.file.Close(); err != nil {
		return fmt.Errorf("close the journal: %w", err)
	}
	return nil
}

// apply makes a record part of what the simulator knows.
func (s *Simulator) apply(r record) {
	switch {
	case r.Number != nil:
		s.numbers = upsert(s.numbers, r.Number, func(n *Number) string { return n.ID })
	case r.Customer != nil:
		s.customers = upsert(s.customers, r.Customer, func(c *Customer) string { return c.Phone })
	case r.File != nil:
		s.files[r.File.ID] = r.File
	case r.Message != nil:
		if known := s.byID[r.Message.ID]; known != nil {
			*known = *r.Message
		} else {
			s.byID[r.Message.ID] = r.Message
			s.messages = append(s.messages, r.Message)
		}
	case r.Template != nil:
		s.templates = upsert(s.templates, r.Template, func(t *Template) string { return t.Name + " " + t.Language })
	case r.Webhook != nil:
		s.pending[r.Webhook.ID] = r.Webhook
		s.nextID = max(s.nextID, r.Webhook.ID)
	case r.Done != 0:
		delete(s.pending, r.Done)
		s.nextID = max(s.nextID, r.Done)
	}
}

func upsert[T any](all []*T, one *T, key func(*T) string) []*T {
	if i := slices.IndexFunc(all, func(t *T) bool { return key(t) == key(one) }); i >= 0 {
		all[i] = one
		return all
	}
	return append(all, one)
}

// snapshot is everything that counts, as records.
func (s *Simulator) snapshot() []record {
	var records []record
	for _, n := range s.numbers {
		records = append(records, record{Number: n})
	}
	for _, c := range s.customers {
		records = append(records, record{Customer: c})
	}
	for _, f := range s.files {
		records = append(records, record{File: f})
	}
	for _, m := range s.messages {
		records = append(records, record{Message: m})
	}
	for _, t := range s.templates {
		records = append(records, record{Template: t})
	}
	for _, w := range s.pendingInOrder() {
		records = append(records, record{Webhook: w})
	}
	return records
}

func (s *Simulator) pendingInOrder() []*webhook {
	open := make([]*webhook, 0, len(s.pending))
	for _, w := range s.pending {
		open = append(open, w)
	}
	slices.SortFunc(open, func(a, b *webhook) int { return int(a.ID - b.ID) })
	return open
}

// resume takes up the webhooks and statuses of the last run.
func (s *Simulator) resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.pendingInOrder() {
		s.delivery.enqueue(w)
	}
	for _, m := range s.messages {
		if m.FromBusiness && ranks[m.Status] < ranks[Delivered] {
			s.followUp(m.ID)
		}
	}
}

// save writes records and makes them known. The caller holds the lock.
func (s *Simulator) save(records ...record) error {
	for _, r := range records {
		if err := s.journal.append(r); err != nil {
			return err
		}
		s.apply(r)
		s.tell(r)
	}
	return nil
}

// AddNumber registers a business number, or changes it. Calls for it need the token.
func (s *Simulator) AddNumber(phoneNumberID, display, token string) error {
	return s.PutNumber(Number{ID: phoneNumberID, Display: display, Token: token})
}

// PutNumber registers a business number with its name, or changes it.
func (s *Simulator) PutNumber(n Number) error {
	if n.ID == "" {
		return errors.New("a number needs its id")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save(record{Number: &n})
}

// PutCustomer makes a customer known, or changes one.
func (s *Simulator) PutCustomer(c Customer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.putCustomer(c)
}

func (s *Simulator) putCustomer(c Customer) error {
	if c.Phone = digits(c.Phone); c.Phone == "" {
		return errors.New("a customer needs a phone")
	}
	if c.UserID == "" {
		c.UserID = userIDOf(c.Phone)
	}
	return s.save(record{Customer: &c})
}

// customer finds a person by phone, or makes one with a phone and nothing else. The caller holds the lock.
func (s *Simulator) customer(phone string) (*Customer, error) {
	phone = digits(phone)
	find := func() *Customer {
		i := slices.IndexFunc(s.customers, func(c *Customer) bool { return c.Phone == phone })
		if i < 0 {
			return nil
		}
		return s.customers[i]
	}
	if c := find(); c != nil {
		return c, nil
	}
	if err := s.putCustomer(Customer{Phone: phone}); err != nil {
		return nil, err
	}
	return find(), nil
}

// number finds a business number; "" is the first. The caller holds the lock.
func (s *Simulator) number(id string) *Number {
	for _, n := range s.numbers {
		if id == "" || n.ID == id {
			return n
		}
	}
	return nil
}

// userIDOf makes a business-scoped user id that stays the same for a phone.
func userIDOf(phone string) string {
	sum := sha256.Sum256([]byte(phone))
	var id uint64
	for _, b := range sum[:6] {
		id = id<<8 | uint64(b)
	}
	return "AR." + strconv.FormatUint(id, 10)
}

// newMessageID looks like Meta's: base64 of something that only it understands.
func newMessageID(phone string) string {
	var unique [12]byte
	_, _ = rand.Read(unique[:]) // never fails
	return "wamid." + base64.StdEncoding.EncodeToString(append([]byte("\x1d"+phone), unique[:]...))
}

func newMediaID() string {
	var unique [7]byte
	_, _ = rand.Read(unique[:]) // never fails
	var id uint64
	for _, b := range unique {
		id = id<<8 | uint64(b)
	}
	return strconv.FormatUint(1e15+id%9e15, 10) // sixteen digits, as the provider's have
}

func (s *Simulator) mediaPath(id string) string {
	return filepath.Join(s.options.DataDir, "media", filepath.Base(id))
}

// keep stores a file's bytes, then tells of it. The caller holds the lock.
func (s *Simulator) keep(number string, u Upload) (*File, error) {
	sum := sha256.Sum256(u.Content)
	f := &File{ID: newMediaID(), Number: number, Name: u.Name, Mime: u.Mime, Size: int64(len(u.Content)), SHA256: hex.EncodeToString(sum[:])}
	if err := os.WriteFile(s.mediaPath(f.ID), u.Content, 0o600); err != nil {
		return nil, fmt.Errorf("keep a media file: %w", err)
	}
	return f, s.save(record{File: f})
}

func digits(s string) string {
	var out []byte
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			out = append(out, s[i])
		}
	}
	return string(out)
}
