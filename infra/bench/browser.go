package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// browser is an open socket of an operator that looks at one conversation.
type browser struct {
	socket *websocket.Conn
	frames atomic.Int64
	views  chan string
	heard  func(text string, at time.Time)
}

// item is what a frame holds, as far as a benchmark looks at it.
type item struct {
	Type           string
	ConversationID string
	Message        struct{ Text string }
}

// browse opens a socket as the console does; heard gets every full message that it is told.
func (c caller) browse(ctx context.Context, heard func(text string, at time.Time)) (*browser, error) {
	return c.browseBy(ctx, "/api/v1/socket-tickets", heard)
}

// browseBy opens a socket with a ticket of that kind.
func (c caller) browseBy(ctx context.Context, tickets string, heard func(text string, at time.Time)) (*browser, error) {
	var ticket struct{ URL string }
	if err := c.call(ctx, http.MethodPost, tickets, object{}, &ticket); err != nil {
		return nil, err
	}
	socket, response, err := websocket.Dial(ctx, ticket.URL, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {c.shop.URL}}})
	if err != nil {
		return nil, err
	}
	if response.Body != nil {
		_ = response.Body.Close()
	}
	socket.SetReadLimit(1 << 20)
	b := &browser{socket: socket, heard: heard, views: make(chan string, 8)}
	go b.read(ctx)
	return b, nil
}

func (b *browser) read(ctx context.Context) {
	for {
		_, data, err := b.socket.Read(ctx)
		at := time.Now()
		if err != nil {
			return
		}
		b.frames.Add(1)
		var items []item
		if json.Unmarshal(data, &items) != nil {
			continue
		}
		for _, i := range items {
			switch i.Type {
			case "message.upserted":
				b.heard(i.Message.Text, at)
			case "viewing":
				select {
				case b.views <- i.ConversationID:
				default:
				}
			}
		}
	}
}

// view looks at a conversation, and waits until the server knows.
func (b *browser) view(ctx context.Context, id string) error {
	action, err := json.Marshal(object{"action": "view", "conversationId": id})
	if err != nil {
		return err
	}
	if err := b.socket.Write(ctx, websocket.MessageText, action); err != nil {
		return err
	}
	deadline := time.After(30 * time.Second)
	for {
		select {
		case seen := <-b.views:
			if seen == id {
				return nil
			}
		case <-deadline:
			return fmt.Errorf("the server never said that %s is looked at", id)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (b *browser) close() { _ = b.socket.CloseNow() }
