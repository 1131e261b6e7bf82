package whatsapp

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/infra/local/sim"
)

// The shared types under the names that tests of this channel use.
type (
	Account  = sim.Account
	Customer = sim.Customer
	File     = sim.File
	Message  = sim.Message
	Incoming = sim.Incoming
	Upload   = sim.Upload
	Change   = sim.Change
	Fault    = sim.Fault
	Place    = sim.Place
	Card     = sim.Card
	Option   = sim.Option
)

// The statuses of a message, as webhooks report them. Accepted is never reported.
const (
	Accepted  = sim.Accepted
	Sent      = sim.Sent
	Delivered = sim.Delivered
	Read      = sim.Read
	Failed    = sim.Failed
)

// What a Fault does here, beside DoError.
const (
	DoStatus    = sim.DoStatus
	DoHang      = sim.DoHang
	DoDrop      = sim.DoDrop
	DoFailLater = sim.DoFailLater
)

// Options configure the simulator.
type Options struct {
	DataDir     string
	WebhookURL  string // of the business
	AppSecret   string // signs the webhooks
	VerifyToken string // sent with the handshake
	AccessToken string // valid for numbers without a token of their own
	Now         func() time.Time
	Statuses    Timing
	Retries     []time.Duration // the waits between the attempts of a webhook; nil takes sim's
	Client      *http.Client    // for webhooks; nil makes one with Meta's time limit of 20 s
	Log         *slog.Logger
}

// Timing is when the statuses of a message follow its acceptance, in real time.
type Timing struct {
	Manual    bool // statuses come from SetStatus only
	Sent      time.Duration
	Delivered time.Duration // after sent
	Read      time.Duration // after delivered; 0 waits for the customer to open the chat
}

const webhookTimeout = 20 * time.Second

// Simulator is WhatsApp. It is safe for concurrent use.
type Simulator struct {
	*sim.Store
	sim.Faults
	options   Options
	templates []*Template
	marks     []Mark
}

// stored is what this provider keeps in the journal beside sim's records.
type stored struct {
	Template *Template `json:"template"`
}

// New opens the data directory and resumes what the last run left.
func New(options Options) (*Simulator, error) {
	if options.AppSecret == "" || options.WebhookURL == "" {
		return nil, errors.New("the WhatsApp simulator needs AppSecret and WebhookURL")
	}
	if options.Client == nil {
		options.Client = sim.NewClient(webhookTimeout)
	}
	s := &Simulator{options: options, templates: demoTemplates()}
	var err error
	if s.Store, err = sim.Open(sim.Options{
		Dir: options.DataDir, Now: options.Now, Log: options.Log, Retries: options.Retries,
		Post: s.deliver, Restore: s.restore, Snapshot: s.snapshot,
	}); err != nil {
		return nil, fmt.Errorf("open the WhatsApp simulator: %w", err)
	}
	s.Calls, s.FailLater = []string{OnMessages, OnMarks, OnTemplates, OnMedia, OnInfo, OnDownload}, true
	s.WriteError, s.Closed = writeFault, s.Done()
	s.Start()
	s.resumeStatuses()
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
		return fmt.Errorf("read a template from the journal: %w", err)
	}
	if o.Template == nil {
		return errors.New("the journal is another simulator's")
	}
	s.putTemplate(o.Template)
	return nil
}

func (s *Simulator) snapshot() []any {
	var all []any
	for _, t := range s.templates {
		all = append(all, stored{t})
	}
	return all
}

// resumeStatuses lets the statuses follow that the last run left out.
func (s *Simulator) resumeStatuses() {
	s.Lock()
	defer s.Unlock()
	for _, m := range s.Messages() {
		if m.FromBusiness && !sim.Reached(m.Status, Delivered) {
			s.followUp(m.ID)
		}
	}
}

// AddNumber adds a business number, or changes it. Calls for it need the token.
func (s *Simulator) AddNumber(phoneNumberID, display, token string) error {
	return s.PutAccount(Account{ID: phoneNumberID, Display: display, Token: token})
}

// PutAccount adds a business number with its name, or changes it.
func (s *Simulator) PutAccount(a Account) error {
	if a.ID == "" {
		return errors.New("a number needs its id")
	}
	s.Lock()
	defer s.Unlock()
	return s.Save(sim.Record{Account: &a})
}

// PutCustomer adds or changes a customer.
func (s *Simulator) PutCustomer(c Customer) error {
	_, err := s.AddCustomer(c)
	return err
}

// AddCustomer adds or changes a customer, whose id is the phone.
func (s *Simulator) AddCustomer(c Customer) (Customer, error) {
	s.Lock()
	defer s.Unlock()
	stored, err := s.putCustomer(c)
	if err != nil {
		return Customer{}, err
	}
	return *stored, nil
}

func (s *Simulator) putCustomer(c Customer) (*Customer, error) {
	if c.Phone = sim.Digits(c.Phone); c.Phone == "" {
		return nil, errors.New("a customer needs a phone")
	}
	c.ID = c.Phone
	if c.UserID == "" {
		c.UserID = userIDOf(c.Phone)
	}
	return &c, s.Save(sim.Record{Customer: &c})
}

// customer finds a person by phone, or adds one. The caller holds the lock.
func (s *Simulator) customer(phone string) (*Customer, error) {
	if c := s.Customer(sim.Digits(phone)); c != nil {
		return c, nil
	}
	return s.putCustomer(Customer{Phone: phone})
}

// userIDOf makes a business-scoped user id that is always the same for a phone.
func userIDOf(phone string) string {
	sum := sha256.Sum256([]byte(phone))
	var id uint64
	for _, b := range sum[:6] {
		id = id<<8 | uint64(b)
	}
	return "AR." + strconv.FormatUint(id, 10)
}

// newMessageID makes an id of Meta's form: base64 of the customer's number and a key of the message (shared/channel/whatsapp/wamid).
func newMessageID(phone string) string {
	var unique [11]byte
	_, _ = rand.Read(unique[:]) // never fails
	key := strings.ToUpper(hex.EncodeToString(unique[:]))
	raw := "\x1c\x18" + string(rune(len(phone))) + phone + "\x15\x02\x00\x12\x18" + string(rune(len(key))) + key + "\x00"
	return "wamid." + base64.StdEncoding.EncodeToString([]byte(raw))
}

func newMediaID() string {
	var unique [7]byte
	_, _ = rand.Read(unique[:]) // never fails
	var id uint64
	for _, b := range unique {
		id = id<<8 | uint64(b)
	}
	return strconv.FormatUint(1e15+id%9e15, 10) // sixteen digits, as Meta's
}

// keep stores a media file. The caller holds the lock.
func (s *Simulator) keep(number string, u Upload) (*File, error) {
	return s.Keep(newMediaID(), number, u)
}
