package acceptance_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/coder/websocket"
)

// frame is one item of what a socket brings.
type frame struct {
	Type           string
	ConversationID string
	MessageID      string
	Message        message
	Conversation   conversation
	Event          event
	ReadUpTo       string
	OperatorID     string
	Availability   string
	Code           string
	Online         bool
	OperatorIDs    []string
	On             bool
	RetryAfter     int
}

// browser is an open socket of an operator, and all it was told.
type browser struct {
	*client
	socket *websocket.Conn

	mu     sync.Mutex
	frames []frame
	raw    []string // the same frames as they came
	ended  error
}

// browse opens a socket as the console does, in a browser that somebody looks at.
func (c *client) browse() *browser {
	c.t.Helper()
	b := c.browseBy("/api/v1/socket-tickets")
	b.send(object{"action": "view", "conversationId": nil})
	b.told("watching", func(frame) bool { return true })
	return b
}

// browseBy opens a socket with a ticket of that kind.
func (c *client) browseBy(tickets string) *browser {
	c.t.Helper()
	var ticket struct{ URL string }
	c.post(tickets, object{}, http.StatusCreated, &ticket)
	socket, _, err := websocket.Dial(c.t.Context(), ticket.URL, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {c.s.URL}}})
	if err != nil {
		c.t.Fatal(err)
	}
	socket.SetReadLimit(1 << 20)
	b := &browser{client: c, socket: socket}
	go b.read()
	c.t.Cleanup(func() { _ = socket.CloseNow() })
	return b
}

func (b *browser) read() {
	for {
		_, data, err := b.socket.Read(b.t.Context())
		var raw []json.RawMessage
		var items []frame
		if err == nil {
			err = errors.Join(json.Unmarshal(data, &raw), json.Unmarshal(data, &items))
		}
		b.mu.Lock()
		for _, item := range raw {
			b.raw = append(b.raw, string(item))
		}
		b.frames, b.ended = append(b.frames, items...), err
		b.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (b *browser) send(action object) {
	b.t.Helper()
	data, err := json.Marshal(action)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.socket.Write(b.t.Context(), websocket.MessageText, data); err != nil {
		b.t.Fatal(err)
	}
}

// view looks at a conversation, and waits until the server knows.
func (b *browser) view(id string) {
	b.t.Helper()
	b.send(object{"action": "view", "conversationId": id})
	b.told("viewing", func(f frame) bool { return f.ConversationID == id })
}

// closed returns an error while the socket is open.
func (b *browser) closed() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended == nil {
		return errors.New("the socket is open")
	}
	return nil
}

// told waits for a frame of the type that fits.
func (b *browser) told(kind string, fits func(frame) bool) (found frame) {
	b.t.Helper()
	eventually(b.t, func() error {
		b.mu.Lock()
		defer b.mu.Unlock()
		var types []string
		for _, f := range b.frames {
			if f.Type == kind && fits(f) {
				found = f
				return nil
			}
			types = append(types, f.Type)
		}
		if b.ended != nil {
			return fmt.Errorf("the socket ended: %w", b.ended)
		}
		return errors.New(kind + " never came, only " + fmt.Sprint(types))
	})
	return found
}

// count is how many frames of the type fit so far.
func (b *browser) count(kind string, fits func(frame) bool) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.frames {
		if f.Type == kind && fits(f) {
			n++
		}
	}
	return n
}
