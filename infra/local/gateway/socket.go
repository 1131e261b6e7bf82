package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/coder/websocket"
)

// SocketOptions describe a WebSocket API. A route without a function does nothing: $connect then admits everybody.
type SocketOptions struct {
	Connect    string // function of $connect
	Default    string // function of $default
	Disconnect string // function of $disconnect
	Invoke     Invoke
	DomainName string        // in the events of functions; empty means the request's Host
	Stage      string        // empty means "local"
	Timeout    time.Duration // of an integration; 0 means API Gateway's 29 s
	Idle       time.Duration // without a message either way; 0 means API Gateway's 10 min
	Lifetime   time.Duration // of a connection; 0 means API Gateway's 2 h
	Buffered   int           // messages that wait for a slow browser before it is cut; 0 means 256
	Now        func() time.Time
	Log        *slog.Logger
}

// Socket is a WebSocket API: ServeHTTP takes browsers, Management the functions that write to them.
type Socket struct {
	SocketOptions

	serving     sync.WaitGroup // browsers; every invocation begins while its browser is counted
	invocations sync.WaitGroup // those that no browser waits for

	mu          sync.Mutex
	connections map[string]*connection
	refusing    bool
	closed      bool
	connected   time.Duration // of those that have ended
	begun       int           // invocations that no browser waits for
	running     int           // of those, how many have not ended
}

// NewSocket checks the options and returns the API.
func NewSocket(o SocketOptions) (*Socket, error) {
	if o.Invoke == nil || o.Now == nil || o.Log == nil {
		return nil, errors.New("a WebSocket API needs Invoke, Now and Log")
	}
	for _, limit := range []struct {
		value    *time.Duration
		fallback time.Duration
	}{{&o.Timeout, 29 * time.Second}, {&o.Idle, 10 * time.Minute}, {&o.Lifetime, 2 * time.Hour}} {
		if *limit.value == 0 {
			*limit.value = limit.fallback
		}
	}
	if o.Buffered == 0 {
		o.Buffered = 256
	}
	if o.Stage == "" {
		o.Stage = "local"
	}
	return &Socket{SocketOptions: o, connections: map[string]*connection{}}, nil
}

// ServeHTTP asks $connect whether the browser may come in, and then serves the connection until it ends.
func (s *Socket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		answerMessage(w, http.StatusServiceUnavailable, timeoutMessage)
		return
	}
	defer s.serving.Done()
	c := s.newConnection(r)
	defer c.end(errGone)
	protocol, status := s.connect(r, c)
	if status < 200 || status > 299 {
		answerMessage(w, status, http.StatusText(status))
		return
	}
	// From here on functions may write to the connection; their messages wait until the handshake is over.
	s.add(c)
	defer s.remove(c)
	accept := &websocket.AcceptOptions{InsecureSkipVerify: true} // $connect checks the origin, as on AWS
	if protocol != "" {
		accept.Subprotocols = []string{protocol}
	}
	socket, err := websocket.Accept(frameLimiter{w}, r, accept)
	if err != nil {
		s.Log.InfoContext(r.Context(), "gateway: no WebSocket handshake", "error", err)
		s.disconnected(c, websocket.StatusAbnormalClosure, "")
		return
	}
	socket.SetReadLimit(maxMessage)
	c.socket = socket
	code, reason := c.serve()
	s.disconnected(c, code, reason)
}

func (s *Socket) newConnection(r *http.Request) *connection {
	domain := s.DomainName
	if domain == "" {
		domain = r.Host
	}
	ctx, end := context.WithCancelCause(context.WithoutCancel(r.Context()))
	now := s.Now().UTC()
	c := &connection{
		api:         s,
		id:          newID(),
		domain:      domain,
		ip:          sourceIP(r),
		userAgent:   r.UserAgent(),
		connectedAt: now,
		ctx:         ctx,
		end:         end,
		out:         make(chan message, s.Buffered),
		active:      make(chan struct{}, 1),
	}
	c.lastActive.Store(now.UnixMilli())
	return c
}

// connect runs $connect. It returns the sub-protocol that the function chose and the status that it answered.
func (s *Socket) connect(r *http.Request, c *connection) (protocol string, status int) {
	if s.Connect == "" {
		return "", http.StatusOK
	}
	event := c.event("$connect", "CONNECT")
	event.Headers, event.MultiValueHeaders = map[string]string{"Host": r.Host}, map[string][]string{"Host": {r.Host}}
	for name, values := range r.Header {
		event.Headers[name], event.MultiValueHeaders[name] = values[len(values)-1], values
	}
	event.Headers["X-Forwarded-For"], event.MultiValueHeaders["X-Forwarded-For"] = c.ip, []string{c.ip}
	if query := r.URL.Query(); len(query) > 0 {
		event.QueryStringParameters, event.MultiValueQueryStringParameters = map[string]string{}, query
		for name, values := range query {
			event.QueryStringParameters[name] = values[len(values)-1]
		}
	}
	var out events.APIGatewayProxyResponse
	if err := s.call(r.Context(), s.Connect, event, &out); err != nil {
		s.Log.ErrorContext(r.Context(), "gateway: $connect failed", "function", s.Connect, "error", err)
		return "", http.StatusInternalServerError
	}
	for name, value := range out.Headers {
		if http.CanonicalHeaderKey(name) == "Sec-Websocket-Protocol" {
			protocol = value
		}
	}
	if out.StatusCode < 200 || out.StatusCode > 599 {
		return "", http.StatusBadGateway
	}
	return protocol, out.StatusCode
}

// disconnected invokes $disconnect once, without a retry and without waiting for the answer.
func (s *Socket) disconnected(c *connection, code websocket.StatusCode, reason string) {
	if s.Disconnect == "" || c.silent.Load() {
		return
	}
	event := c.event("$disconnect", "DISCONNECT")
	event.RequestContext.DisconnectStatusCode = int64(code)
	event.RequestContext.DisconnectReason = &reason
	s.begin()
	go func() {
		defer s.done()
		if err := s.call(context.WithoutCancel(c.ctx), s.Disconnect, event, nil); err != nil {
			s.Log.WarnContext(c.ctx, "gateway: $disconnect failed", "function", s.Disconnect, "error", err)
		}
	}()
}

// begin counts an invocation that no browser waits for.
func (s *Socket) begin() {
	s.invocations.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun++
	s.running++
}

func (s *Socket) done() {
	s.mu.Lock()
	s.running--
	s.mu.Unlock()
	s.invocations.Done()
}

// Invocations counts the invocations of $default and $disconnect that have begun.
func (s *Socket) Invocations() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.begun
}

// Quiet reports whether no invocation of $default or $disconnect runs, and none is due for a connection that has ended.
func (s *Socket) Quiet() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.connections {
		if c.ctx.Err() != nil {
			return false
		}
	}
	return s.running == 0
}

// call invokes a function with an event; out is nil where nobody reads the answer.
func (s *Socket) call(ctx context.Context, function string, event events.APIGatewayWebsocketProxyRequest, out any) error {
	payload, err := json.Marshal(event)
	if err != nil {
		return fmt.Errorf("encode the event: %w", err)
	}
	answer, err := invoke(ctx, s.Invoke, function, payload, s.Timeout)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("decode the answer: %w", err)
	}
	return nil
}

// enter counts a new browser, unless the API refuses connections.
func (s *Socket) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refusing || s.closed {
		return false
	}
	s.serving.Add(1)
	return true
}

func (s *Socket) add(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections[c.id] = c
	if s.closed {
		c.end(goingAway)
	}
}

func (s *Socket) remove(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.connections, c.id)
	s.connected += s.Now().Sub(c.connectedAt)
}

// find returns an open connection.
func (s *Socket) find(id string) (*connection, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.connections[id]
	return c, ok && c.ctx.Err() == nil
}

// open returns the open connections, in no order.
func (s *Socket) open() []*connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	var open []*connection
	for _, c := range s.connections {
		if c.ctx.Err() == nil {
			open = append(open, c)
		}
	}
	return open
}

// Connected is how long connections were open, altogether and until now.
func (s *Socket) Connected() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	total, now := s.connected, s.Now()
	for _, c := range s.connections {
		total += now.Sub(c.connectedAt)
	}
	return total
}

// Connections counts the open connections.
func (s *Socket) Connections() int { return len(s.open()) }

// Refuse makes the API refuse or accept new browsers. It simulates an outage.
func (s *Socket) Refuse(refuse bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusing = refuse
}

// Cut breaks n connections, chosen at random, as a network does: without a closing handshake. A negative n breaks all.
// Silent leaves out $disconnect too, which API Gateway does not promise. Cut returns how many it broke.
func (s *Socket) Cut(n int, silent bool) int {
	open := s.open()
	rand.Shuffle(len(open), func(i, j int) { open[i], open[j] = open[j], open[i] })
	if n >= 0 && n < len(open) {
		open = open[:n]
	}
	for _, c := range open {
		c.silent.Store(silent)
		c.end(errCut)
	}
	return len(open)
}

// Close ends every connection, takes no more, and waits for the invocations under way as long as ctx lasts.
func (s *Socket) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	for _, c := range s.open() {
		c.end(goingAway)
	}
	done := make(chan struct{})
	go func() {
		s.serving.Wait()
		s.invocations.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close the WebSocket API: %w", ctx.Err())
	}
}
