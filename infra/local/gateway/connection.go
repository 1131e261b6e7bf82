package gateway

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/coder/websocket"
	"golang.org/x/sync/errgroup"
)

const (
	writeWithin = 10 * time.Second // a browser that does not take one message in this time is cut
	flushWithin = time.Second      // the same, for messages that wait when the connection is closed
	inFlight    = 16               // messages of one browser that run at once; more wait in the socket
)

// closing ends a connection with a closing handshake.
type closing struct {
	code   websocket.StatusCode
	reason string
}

func (c closing) Error() string { return fmt.Sprintf("closed with %d %s", c.code, c.reason) }

var goingAway = closing{websocket.StatusGoingAway, "Going away"}

var (
	errCut  = errors.New("the connection was cut")
	errSlow = errors.New("the browser does not keep up")
	errGone = errors.New("the browser went away")
)

type message struct {
	kind websocket.MessageType
	data []byte
}

// connection is one browser. Its messages wait in out, so that a slow browser does not delay the others.
type connection struct {
	api         *Socket
	id          string
	domain      string
	ip          string
	userAgent   string
	connectedAt time.Time
	lastActive  atomic.Int64 // Unix milliseconds
	silent      atomic.Bool  // do not invoke $disconnect

	socket *websocket.Conn
	ctx    context.Context
	end    context.CancelCauseFunc
	out    chan message
	active chan struct{} // holds a token when there was a message since the idle timer was set
}

// serve runs the connection until it ends and returns how it ended.
func (c *connection) serve() (websocket.StatusCode, string) {
	var parts errgroup.Group
	written := make(chan struct{})
	parts.Go(func() error { c.read(); return nil })
	parts.Go(func() error { c.write(); close(written); return nil })
	parts.Go(func() error { c.watch(); return nil })
	<-c.ctx.Done()

	code, reason := websocket.StatusAbnormalClosure, ""
	cause := context.Cause(c.ctx)
	var closed closing
	var remote websocket.CloseError
	switch {
	case errors.As(cause, &closed):
		code, reason = closed.code, closed.reason
		<-written
		_ = c.socket.Close(code, reason)
	case errors.As(cause, &remote):
		code, reason = remote.Code, remote.Reason
	}
	_ = c.socket.CloseNow()
	_ = parts.Wait() // they return nil
	return code, reason
}

// read hands every message to $default. API Gateway does not wait for one before it hands on the next.
func (c *connection) read() {
	var running errgroup.Group
	running.SetLimit(inFlight)
	for {
		// The library closes the socket when a read's context ends, and a closing handshake needs it open.
		kind, data, err := c.socket.Read(context.WithoutCancel(c.ctx))
		if err != nil {
			c.end(readEnd(err))
			return
		}
		c.touch()
		c.api.begin()
		running.Go(func() error {
			defer c.api.done()
			c.received(kind, data)
			return nil
		})
	}
}

// readEnd returns the reason why a connection ends after a failed read.
func readEnd(err error) error {
	var remote websocket.CloseError
	switch {
	case errors.As(err, &remote):
		return remote
	case errors.Is(err, errFrameTooBig), errors.Is(err, websocket.ErrMessageTooBig):
		return closing{websocket.StatusMessageTooBig, "Message too big"}
	}
	return fmt.Errorf("%w: %w", errGone, err)
}

func (c *connection) received(kind websocket.MessageType, data []byte) {
	if c.api.Default == "" {
		return
	}
	event := c.event("$default", "MESSAGE")
	event.RequestContext.MessageID = newID()
	event.Body = string(data)
	if kind == websocket.MessageBinary {
		event.Body, event.IsBase64Encoded = base64.StdEncoding.EncodeToString(data), true
	}
	if err := c.api.call(c.ctx, c.api.Default, event, nil); err != nil {
		c.api.Log.ErrorContext(c.ctx, "gateway: $default failed", "function", c.api.Default, "error", err)
		c.fail(event.RequestContext.RequestID)
	}
}

// fail tells the browser that its message failed, in API Gateway's words.
func (c *connection) fail(requestID string) {
	data, err := json.Marshal(map[string]string{
		"message": "Internal server error", "connectionId": c.id, "requestId": requestID,
	})
	if err == nil {
		_ = c.post(data) // fails only when the browser has disconnected
	}
}

// post puts a message into the browser's queue. A browser whose queue is full is cut.
func (c *connection) post(data []byte) error {
	if c.ctx.Err() != nil {
		return errGone
	}
	select {
	case c.out <- message{websocket.MessageText, data}:
		c.touch()
		return nil
	default:
		c.end(errSlow)
		return errSlow
	}
}

func (c *connection) write() {
	for {
		select {
		case <-c.ctx.Done():
			c.flush()
			return
		case m := <-c.out:
			if err := c.send(m, writeWithin); err != nil {
				c.end(fmt.Errorf("%w: %w", errGone, err))
				return
			}
		}
	}
}

// flush sends what waits for the browser before the connection is closed with a handshake.
func (c *connection) flush() {
	if !errors.As(context.Cause(c.ctx), new(closing)) {
		return
	}
	for {
		select {
		case m := <-c.out:
			if c.send(m, flushWithin) != nil {
				return
			}
		default:
			return
		}
	}
}

func (c *connection) send(m message, within time.Duration) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), within)
	defer cancel()
	w, err := c.socket.Writer(ctx, m.kind)
	if err != nil {
		return err
	}
	for chunk := range chunks(m.data, maxFrame) {
		if _, err := w.Write(chunk); err != nil {
			return errors.Join(err, w.Close())
		}
	}
	return w.Close()
}

// chunks yields data in pieces of at most size bytes.
func chunks(data []byte, size int) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(data) > size {
			if !yield(data[:size]) {
				return
			}
			data = data[size:]
		}
		yield(data)
	}
}

// watch ends the connection after its idle time-out or its maximum lifetime.
func (c *connection) watch() {
	idle, life := time.NewTimer(c.api.Idle), time.NewTimer(c.api.Lifetime)
	defer idle.Stop()
	defer life.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-c.active:
			idle.Reset(c.api.Idle)
		case <-idle.C:
			c.end(goingAway)
		case <-life.C:
			c.end(goingAway)
		}
	}
}

func (c *connection) touch() {
	c.lastActive.Store(c.api.Now().UnixMilli())
	select {
	case c.active <- struct{}{}:
	default:
	}
}

func (c *connection) event(route, kind string) events.APIGatewayWebsocketProxyRequest {
	now := c.api.Now().UTC()
	id := newID()
	return events.APIGatewayWebsocketProxyRequest{
		RequestContext: events.APIGatewayWebsocketProxyRequestContext{
			AccountID:         accountID,
			APIID:             "local",
			RouteKey:          route,
			EventType:         kind,
			MessageDirection:  "IN",
			Stage:             c.api.Stage,
			DomainName:        c.domain,
			ConnectionID:      c.id,
			ConnectedAt:       c.connectedAt.UnixMilli(),
			RequestID:         id,
			ExtendedRequestID: id,
			RequestTime:       now.Format(clfTime),
			RequestTimeEpoch:  now.UnixMilli(),
			Identity:          events.APIGatewayRequestIdentity{SourceIP: c.ip, UserAgent: c.userAgent},
		},
	}
}
