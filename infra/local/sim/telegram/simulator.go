package telegram

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/infra/local/sim"
)

// Options configure the simulator.
type Options struct {
	DataDir string
	Now     func() time.Time
	Retries []time.Duration // the waits between the attempts of a webhook; nil takes sim's
	Client  *http.Client    // for webhooks; nil makes one with a time limit of 20 s
	Log     *slog.Logger
}

const webhookTimeout = 20 * time.Second

// Simulator is Telegram. It is safe for concurrent use. Its accounts are bots, its customers are chats: a private chat has the
// user's id, a group chat a negative one.
type Simulator struct {
	*sim.Store
	sim.Faults
	options  Options
	webhooks map[string]*webhook // by bot
	queries  map[string]string   // answer by id of a callback query; unanswered ones have ""
}

// webhook is what a bot set by setWebhook, and the counter of its updates.
type webhook struct {
	Bot        string   `json:"bot"`
	URL        string   `json:"url"` // empty means none
	Secret     string   `json:"secret,omitempty"`
	Allowed    []string `json:"allowed,omitempty"` // empty means the default
	LastUpdate int64    `json:"lastUpdate"`

	lastError     string
	lastErrorDate int64
}

// stored is what this provider keeps in the journal beside sim's records.
type stored struct {
	Webhook *webhook `json:"telegramWebhook"`
}

// New opens the data directory and resumes what the last run left.
func New(options Options) (*Simulator, error) {
	if options.Client == nil {
		options.Client = sim.NewClient(webhookTimeout)
	}
	s := &Simulator{options: options, webhooks: map[string]*webhook{}, queries: map[string]string{}}
	var err error
	if s.Store, err = sim.Open(sim.Options{
		Dir: options.DataDir, Now: options.Now, Log: options.Log, Retries: options.Retries,
		Post: s.post, InOrder: true, Restore: s.restore, Snapshot: s.snapshot,
	}); err != nil {
		return nil, fmt.Errorf("open the Telegram simulator: %w", err)
	}
	s.Calls, s.WriteError, s.Closed = calls(), writeFault, s.Done()
	s.Start()
	return s, nil
}

// Close stops background work. The next New resumes it.
func (s *Simulator) Close() error {
	defer s.options.Client.CloseIdleConnections()
	return s.Store.Close()
}

func (s *Simulator) restore(data json.RawMessage) error {
	var o stored
	if err := json.Unmarshal(data, &o); err != nil {
		return fmt.Errorf("read a webhook from the journal: %w", err)
	}
	if o.Webhook == nil {
		return errors.New("the journal is another simulator's")
	}
	s.webhooks[o.Webhook.Bot] = o.Webhook
	return nil
}

func (s *Simulator) snapshot() []any {
	var all []any
	for _, w := range s.webhooks {
		all = append(all, stored{w})
	}
	return all
}

// PutBot adds a bot, or changes it. Its id is the number before the colon of the token.
func (s *Simulator) PutBot(token, name, username string) error {
	return s.PutAccount(sim.Account{Token: token, Name: name, Display: "@" + username})
}

// PutAccount adds a bot, or changes it. The id follows from the token.
func (s *Simulator) PutAccount(a sim.Account) error {
	id, secret, _ := strings.Cut(a.Token, ":")
	if sim.Digits(id) != id || id == "" || secret == "" {
		return errors.New("a bot needs a token such as 123456:ABC")
	}
	a.ID = id
	s.Lock()
	defer s.Unlock()
	return s.Save(sim.Record{Account: &a})
}

// AddCustomer adds or changes a chat. An empty id makes a new one; a group has a negative id.
func (s *Simulator) AddCustomer(c sim.Customer) (sim.Customer, error) {
	if c.ID == "" {
		c.ID = newChatID(c.Group)
	}
	id, err := strconv.ParseInt(c.ID, 10, 64)
	if err != nil || id == 0 || id < 0 != c.Group {
		return sim.Customer{}, errors.New("a person has a positive number as id, a group a negative one")
	}
	s.Lock()
	defer s.Unlock()
	return c, s.Save(sim.Record{Customer: &c})
}

func newChatID(group bool) string {
	n, err := rand.Int(rand.Reader, big.NewInt(4_000_000_000))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	if group {
		return "-100" + strconv.FormatInt(1_000_000_000+n.Int64(), 10)
	}
	return strconv.FormatInt(1_000_000_000+n.Int64(), 10)
}

// customer finds a chat, or adds a person. The caller holds the lock.
func (s *Simulator) customer(id string) (*sim.Customer, error) {
	if c := s.Customer(id); c != nil {
		return c, nil
	}
	if n, err := strconv.ParseInt(id, 10, 64); err != nil || n <= 0 {
		return nil, fmt.Errorf("there is no chat %q", id)
	}
	c := &sim.Customer{ID: id}
	return c, s.Save(sim.Record{Customer: c})
}

// key is the id of a message in the store. Telegram's message ids are unique in their chat only.
func key(bot, chat string, messageID int64) string {
	return bot + ":" + chat + ":" + strconv.FormatInt(messageID, 10)
}

// MessageID is the id by which the Bot API knows a message of the store.
func MessageID(m sim.Message) int64 {
	id, _ := strconv.ParseInt(m.ID[strings.LastIndexByte(m.ID, ':')+1:], 10, 64) // key wrote it
	return id
}

// nextMessageID is the next id in a chat. The caller holds the lock.
func (s *Simulator) nextMessageID(bot, chat string) int64 {
	for _, m := range slices.Backward(s.Messages()) {
		if m.Account == bot && m.Customer == chat {
			return MessageID(*m) + 1
		}
	}
	return 1
}

// Answer is the text with which the business answered a callback query. ok is false while there is no answer.
func (s *Simulator) Answer(queryID string) (text string, ok bool) {
	s.Lock()
	defer s.Unlock()
	answer := s.queries[queryID]
	return strings.TrimPrefix(answer, answered), answer != ""
}

// answered marks the answer of a callback query, whose text may be empty.
const answered = "answered "
