package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"github.com/recado-chat/recado/infra/local/gateway"
)

// sockets is a WebSocket API in front of recording functions, with the client that functions write through.
type sockets struct {
	*gateway.Socket
	url    string
	manage *apigatewaymanagementapi.Client
	events chan events.APIGatewayWebsocketProxyRequest
}

func newSockets(t *testing.T, change func(*gateway.SocketOptions)) *sockets {
	t.Helper()
	s := &sockets{events: make(chan events.APIGatewayWebsocketProxyRequest, 100)}
	o := gateway.SocketOptions{
		Connect: "connect", Default: "default", Disconnect: "disconnect",
		Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler),
		Invoke: func(_ context.Context, _ string, payload []byte) ([]byte, error) {
			var e events.APIGatewayWebsocketProxyRequest
			err := json.Unmarshal(payload, &e)
			s.events <- e
			return []byte(`{"statusCode":200}`), err
		},
	}
	if change != nil {
		change(&o)
	}
	var err error
	if s.Socket, err = gateway.NewSocket(o); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/socket", s.Socket)
	mux.Handle("/local/@connections/", s.Management())
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
		server.Close()
	})
	s.url = "ws" + strings.TrimPrefix(server.URL, "http") + "/socket"
	s.manage = apigatewaymanagementapi.New(apigatewaymanagementapi.Options{
		BaseEndpoint: aws.String(server.URL + "/local"), Region: "us-east-1", Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	return s
}

func (s *sockets) dial(t *testing.T) *websocket.Conn {
	t.Helper()
	c, _, err := websocket.Dial(t.Context(), s.url+"?ticket=t1&x=1&x=2", &websocket.DialOptions{
		HTTPHeader: http.Header{"Cookie": {"a=1"}, "Origin": {"https://recado.example.test"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

// next returns the next event that a function got.
func (s *sockets) next(t *testing.T) events.APIGatewayWebsocketProxyRequest {
	t.Helper()
	select {
	case e := <-s.events:
		return e
	case <-time.After(10 * time.Second):
		t.Fatal("no event came")
		return events.APIGatewayWebsocketProxyRequest{}
	}
}

// connected dials and returns the connection with its id.
func (s *sockets) connected(t *testing.T) (*websocket.Conn, string) {
	t.Helper()
	c := s.dial(t)
	return c, s.next(t).RequestContext.ConnectionID
}

func (s *sockets) post(ctx context.Context, id string, data []byte) error {
	_, err := s.manage.PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &id, Data: data})
	return err
}

func isGone(err error) bool {
	var gone *types.GoneException
	return errors.As(err, &gone)
}

func TestSocket_ConnectSendDisconnect(t *testing.T) {
	t.Parallel()
	s := newSockets(t, nil)
	c := s.dial(t)

	in := s.next(t)
	id := in.RequestContext.ConnectionID
	want := events.APIGatewayWebsocketProxyRequestContext{
		AccountID: "000000000000", APIID: "local", Stage: "local", RouteKey: "$connect", EventType: "CONNECT", MessageDirection: "IN",
		ConnectionID: id, ConnectedAt: noon.UnixMilli(), DomainName: strings.Split(s.url, "/")[2],
		RequestTime: "22/Nov/2026:12:00:00 +0000", RequestTimeEpoch: noon.UnixMilli(),
		RequestID: in.RequestContext.RequestID, ExtendedRequestID: in.RequestContext.RequestID,
		Identity: events.APIGatewayRequestIdentity{SourceIP: "127.0.0.1", UserAgent: "Go-http-client/1.1"},
	}
	if diff := cmp.Diff(want, in.RequestContext); diff != "" {
		t.Errorf("context of $connect (-want +got):\n%s", diff)
	}
	if in.QueryStringParameters["ticket"] != "t1" || len(in.MultiValueQueryStringParameters["x"]) != 2 {
		t.Errorf("query of $connect: %v", in.MultiValueQueryStringParameters)
	}
	if in.Headers["Cookie"] != "a=1" || in.Headers["Origin"] != "https://recado.example.test" || in.Headers["Host"] == "" {
		t.Errorf("headers of $connect: %v", in.Headers)
	}

	if err := c.Write(t.Context(), websocket.MessageText, []byte(`{"action":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	said := s.next(t)
	if said.Body != `{"action":"ping"}` || said.RequestContext.RouteKey != "$default" || said.RequestContext.EventType != "MESSAGE" ||
		said.RequestContext.ConnectionID != id || said.RequestContext.MessageID == nil || said.IsBase64Encoded {
		t.Errorf("message: %+v", said)
	}

	if err := s.post(t.Context(), id, []byte(`[{"type":"pong"}]`)); err != nil {
		t.Fatal(err)
	}
	if kind, data, err := c.Read(t.Context()); err != nil || kind != websocket.MessageText || string(data) != `[{"type":"pong"}]` {
		t.Errorf("browser read %v %q %v", kind, data, err)
	}
	state, err := s.manage.GetConnection(t.Context(), &apigatewaymanagementapi.GetConnectionInput{ConnectionId: &id})
	if err != nil || !state.ConnectedAt.Equal(noon.Truncate(time.Second)) || aws.ToString(state.Identity.SourceIp) != "127.0.0.1" {
		t.Errorf("state %+v, %v", state, err)
	}

	if err := c.Close(websocket.StatusNormalClosure, "bye"); err != nil {
		t.Fatal(err)
	}
	out := s.next(t).RequestContext
	if out.RouteKey != "$disconnect" || out.EventType != "DISCONNECT" || out.ConnectionID != id ||
		out.DisconnectStatusCode != 1000 || aws.ToString(out.DisconnectReason) != "bye" {
		t.Errorf("$disconnect: %+v", out)
	}
	if err := s.post(t.Context(), id, []byte("x")); !isGone(err) {
		t.Errorf("writing to whom has left: %v, want GoneException", err)
	}
}

func TestSocket_ConnectFunction_AdmitsOrRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, answer string
		err          error
		status       int
	}{
		{"a refusal is handed on", `{"statusCode":401}`, nil, 401},
		{"a function that fails lets nobody in", "", errors.New("panic"), 500},
		{"an answer without a status lets nobody in", `{}`, nil, 502},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newSockets(t, func(o *gateway.SocketOptions) {
				o.Invoke = func(context.Context, string, []byte) ([]byte, error) { return []byte(tc.answer), tc.err }
			})
			_, res, err := websocket.Dial(t.Context(), s.url, nil)
			if err == nil || res == nil || res.StatusCode != tc.status {
				t.Errorf("response %v, %v; want status %d", res, err, tc.status)
			}
			if n := s.Connections(); n != 0 {
				t.Errorf("%d connections are open", n)
			}
		})
	}
}

func TestSocket_ConnectFunction_ChoosesSubprotocol(t *testing.T) {
	t.Parallel()
	s := newSockets(t, func(o *gateway.SocketOptions) {
		o.Invoke = func(context.Context, string, []byte) ([]byte, error) {
			return []byte(`{"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"v2"}}`), nil
		}
	})
	c, _, err := websocket.Dial(t.Context(), s.url, &websocket.DialOptions{Subprotocols: []string{"v1", "v2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if c.Subprotocol() != "v2" {
		t.Errorf("sub-protocol %q, want v2", c.Subprotocol())
	}
}

func TestSocket_FunctionFails_ErrorFrame(t *testing.T) {
	t.Parallel()
	s := newSockets(t, func(o *gateway.SocketOptions) {
		o.Invoke = func(_ context.Context, function string, _ []byte) ([]byte, error) {
			if function == "default" {
				return nil, errors.New("secret detail")
			}
			return []byte(`{"statusCode":200}`), nil
		}
	})
	c := s.dial(t)
	if err := c.Write(t.Context(), websocket.MessageText, []byte("x")); err != nil {
		t.Fatal(err)
	}
	_, data, err := c.Read(t.Context())
	if err != nil || !strings.Contains(string(data), `"message":"Internal server error"`) || strings.Contains(string(data), "secret") {
		t.Errorf("browser read %s %v", data, err)
	}
}

func TestSocket_BinaryMessage_Base64(t *testing.T) {
	t.Parallel()
	s := newSockets(t, nil)
	c, _ := s.connected(t)
	if err := c.Write(t.Context(), websocket.MessageBinary, []byte{0, 255}); err != nil {
		t.Fatal(err)
	}
	if e := s.next(t); e.Body != "AP8=" || !e.IsBase64Encoded {
		t.Errorf("message %q, encoded %v", e.Body, e.IsBase64Encoded)
	}
}

func TestSocket_Messages_RunConcurrently(t *testing.T) {
	t.Parallel()
	var both sync.WaitGroup
	both.Add(2)
	s := newSockets(t, func(o *gateway.SocketOptions) {
		o.Invoke = func(_ context.Context, function string, _ []byte) ([]byte, error) {
			if function == "default" {
				both.Done()
				both.Wait()
			}
			return []byte(`{"statusCode":200}`), nil
		}
	})
	c := s.dial(t)
	for range 2 {
		if err := c.Write(t.Context(), websocket.MessageText, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	both.Wait()
}

func TestSocket_MessageAndFrameLimits(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		frame []int // sizes of the message's frames
		taken bool
	}{
		{"a frame of 32 KB is taken", []int{32 << 10}, true},
		{"a frame over 32 KB ends the connection", []int{32<<10 + 1}, false},
		{"a message of 128 KB in four frames is taken", []int{32 << 10, 32 << 10, 32 << 10, 32 << 10}, true},
		{"a message over 128 KB ends the connection", []int{32 << 10, 32 << 10, 32 << 10, 32 << 10, 1}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newSockets(t, nil)
			c, id := s.connected(t)
			w, err := c.Writer(t.Context(), websocket.MessageText)
			if err != nil {
				t.Fatal(err)
			}
			for _, size := range tc.frame {
				if _, err := w.Write(bytes.Repeat([]byte("a"), size)); err != nil {
					break // the gateway may already have hung up
				}
			}
			_ = w.Close()
			e := s.next(t)
			if taken := e.RequestContext.EventType == "MESSAGE"; taken != tc.taken {
				t.Fatalf("event %s, taken %v, want %v", e.RequestContext.EventType, taken, tc.taken)
			}
			if !tc.taken && e.RequestContext.DisconnectStatusCode != 1009 {
				t.Errorf("closed with %d, want 1009", e.RequestContext.DisconnectStatusCode)
			}
			if err := s.post(t.Context(), id, []byte("x")); isGone(err) == tc.taken {
				t.Errorf("writing to it afterwards: %v", err)
			}
		})
	}
}

func TestManagement_Errors(t *testing.T) {
	t.Parallel()
	s := newSockets(t, nil)
	c, id := s.connected(t)

	var large *types.PayloadTooLargeException
	if err := s.post(t.Context(), id, make([]byte, 128<<10+1)); !errors.As(err, &large) {
		t.Errorf("128 KB and one byte: %v, want PayloadTooLargeException", err)
	}
	whole := bytes.Repeat([]byte("a"), 128<<10)
	if err := s.post(t.Context(), id, whole); err != nil {
		t.Errorf("128 KB: %v", err)
	}
	if _, data, err := c.Read(t.Context()); err != nil || !bytes.Equal(data, whole) {
		t.Errorf("browser read %d bytes, %v", len(data), err)
	}
	if err := s.post(t.Context(), "never=", []byte("x")); !isGone(err) {
		t.Errorf("unknown id: %v, want GoneException", err)
	}
	res := send(t, "POST", "http"+strings.TrimPrefix(strings.TrimSuffix(s.url, "/socket"), "ws")+"/local/@connections/"+id, nil)
	if res.StatusCode != 403 {
		t.Errorf("an unsigned request got %d, want 403", res.StatusCode)
	}
	reading := make(chan error, 1)
	go func() { _, _, err := c.Read(context.WithoutCancel(t.Context())); reading <- err }()
	if _, err := s.manage.DeleteConnection(t.Context(), &apigatewaymanagementapi.DeleteConnectionInput{ConnectionId: &id}); err != nil {
		t.Fatal(err)
	}
	if err := <-reading; websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("browser saw %v, want a normal closure", err)
	}
	if err := s.post(t.Context(), id, []byte("x")); !isGone(err) {
		t.Errorf("after the deletion: %v, want GoneException", err)
	}
}
