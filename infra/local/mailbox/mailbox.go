// Package mailbox is the local stack's Amazon SES: it serves SES v2's SendEmail, stores every message in a file, and shows them in the
// browser under /local/mail and to tests as JSON or through Wait. It sends nothing.
//
// Message content is shown as text, or in a sandboxed frame without scripts and with an origin of its own.
//
// It may import bbolt and the standard library, and nothing of this module.
package mailbox

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"
)

// Message is an e-mail as it was handed over.
type Message struct {
	ID      string              `json:"id"`
	At      time.Time           `json:"at"`
	From    string              `json:"from"`
	To      []string            `json:"to"`
	Cc      []string            `json:"cc,omitempty"`
	Bcc     []string            `json:"bcc,omitempty"`
	ReplyTo []string            `json:"replyTo,omitempty"`
	Subject string              `json:"subject"`
	Text    string              `json:"text,omitempty"`
	HTML    string              `json:"html,omitempty"`
	Headers map[string][]string `json:"headers,omitempty"`
}

// recipients are all who get the message.
func (m Message) recipients() []string { return slices.Concat(m.To, m.Cc, m.Bcc) }

// sentTo reports whether an address gets the message; an empty address matches every message.
func (m Message) sentTo(address string) bool {
	return address == "" || slices.ContainsFunc(m.recipients(), func(r string) bool { return strings.EqualFold(bare(r), address) })
}

// Options describe the mail box.
type Options struct {
	File string           // where it is kept
	Now  func() time.Time // stamps messages
}

// Box is the mail box.
type Box struct {
	now func() time.Time
	db  *bbolt.DB
	mux *http.ServeMux

	mu      sync.Mutex
	arrived chan struct{} // closed and replaced at every message
}

var messages = []byte("messages")

// Open opens the file.
func Open(o Options) (*Box, error) {
	if o.File == "" || o.Now == nil {
		return nil, errors.New("the mail box needs File and Now")
	}
	if err := os.MkdirAll(filepath.Dir(o.File), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the mail box: %w", err)
	}
	db, err := bbolt.Open(o.File, 0o600, &bbolt.Options{Timeout: 5 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("open the mail box %s: %w", o.File, err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(messages)
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("prepare the mail box: %w", err), db.Close())
	}
	b := &Box{now: o.Now, db: db, mux: http.NewServeMux(), arrived: make(chan struct{})}
	b.mux.HandleFunc("POST /v2/email/outbound-emails", b.send)
	b.mux.HandleFunc("GET /local/mail", b.page)
	b.mux.HandleFunc("GET /local/mail/{id}", b.messagePage)
	b.mux.HandleFunc("GET /local/mail/{id}/html", b.messageHTML)
	b.mux.HandleFunc("GET /local/api/mail", b.list)
	b.mux.HandleFunc("GET /local/api/mail/{id}", b.get)
	return b, nil
}

// Close closes the file.
func (b *Box) Close() error { return b.db.Close() }

// ServeHTTP serves SES's endpoint (POST /v2/email/outbound-emails), the pages (GET /local/mail…) and the JSON
// (GET /local/api/mail, with ?to= and ?before=, and /local/api/mail/{id}).
func (b *Box) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.mux.ServeHTTP(w, r) }

// Wait returns the newest message to an address whose subject contains a text, and waits for one if there is none.
func (b *Box) Wait(ctx context.Context, to, subjectContains string) (Message, error) {
	for {
		b.mu.Lock()
		arrived := b.arrived
		b.mu.Unlock()
		found, err := b.newest(1, "", func(m Message) bool {
			return m.sentTo(to) && strings.Contains(m.Subject, subjectContains)
		})
		if err != nil {
			return Message{}, err
		}
		if len(found) > 0 {
			return found[0], nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return Message{}, fmt.Errorf("wait for %q to %s: %w", subjectContains, to, ctx.Err())
		}
	}
}

// keep stores a message durably and returns its id.
func (b *Box) keep(m Message) (id string, err error) {
	m.At = b.now().UTC()
	err = b.db.Update(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket(messages)
		n, err := bucket.NextSequence()
		if err != nil {
			return err
		}
		m.ID = fmt.Sprintf("%016x", n)
		value, err := json.Marshal(m)
		if err != nil {
			return err
		}
		return bucket.Put(binary.BigEndian.AppendUint64(nil, n), value)
	})
	if err != nil {
		return "", fmt.Errorf("keep the message: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.arrived)
	b.arrived = make(chan struct{})
	return m.ID, nil
}

// newest returns at most n messages that fit, the newest first, all older than the message before where one is named.
func (b *Box) newest(n int, before string, fits func(Message) bool) ([]Message, error) {
	found := []Message{}
	err := b.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(messages).Cursor()
		k, v := c.Last()
		if key, err := keyOf(before); err == nil {
			c.Seek(key)
			k, v = c.Prev()
		}
		for ; k != nil && len(found) < n; k, v = c.Prev() {
			var m Message
			if err := json.Unmarshal(v, &m); err != nil {
				return fmt.Errorf("message %x: %w", k, err)
			}
			if fits(m) {
				found = append(found, m)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the mail box: %w", err)
	}
	return found, nil
}

func (b *Box) byID(id string) (m Message, ok bool, err error) {
	key, err := keyOf(id)
	if err != nil {
		return m, false, nil
	}
	err = b.db.View(func(tx *bbolt.Tx) error {
		value := tx.Bucket(messages).Get(key)
		if value == nil {
			return nil
		}
		ok = true
		return json.Unmarshal(value, &m)
	})
	if err != nil {
		return m, false, fmt.Errorf("read message %s: %w", id, err)
	}
	return m, ok, nil
}

func keyOf(id string) ([]byte, error) {
	var n uint64
	if _, err := fmt.Sscanf(id, "%016x", &n); err != nil || fmt.Sprintf("%016x", n) != id {
		return nil, errors.New("not an id")
	}
	return binary.BigEndian.AppendUint64(nil, n), nil
}
