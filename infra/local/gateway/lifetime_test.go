package gateway_test

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/coder/websocket"

	"github.com/recado-chat/recado/infra/local/gateway"
)

func TestSocket_IdleOrOld_Closed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name           string
		idle, lifetime time.Duration
	}{
		{"idle for too long", 50 * time.Millisecond, time.Hour},
		{"too old, however busy", time.Hour, 50 * time.Millisecond},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newSockets(t, func(o *gateway.SocketOptions) { o.Idle, o.Lifetime = tc.idle, tc.lifetime })
			c, id := s.connected(t)
			if _, _, err := c.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
				t.Errorf("browser saw %v, want going away", err)
			}
			if e := s.next(t).RequestContext; e.EventType != "DISCONNECT" || e.ConnectionID != id || e.DisconnectStatusCode != 1001 {
				t.Errorf("$disconnect: %+v", e)
			}
		})
	}
}

func TestSocket_Messages_ResetIdleTimer(t *testing.T) {
	t.Parallel()
	s := newSockets(t, func(o *gateway.SocketOptions) { o.Idle = 400 * time.Millisecond })
	c, id := s.connected(t)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 16 { // twice the idle time, with a message either way in every eighth of it
		<-tick.C
		if err := s.post(t.Context(), id, []byte("x")); err != nil {
			t.Fatalf("it was ended: %v", err)
		}
		if _, _, err := c.Read(t.Context()); err != nil {
			t.Fatalf("it was ended: %v", err)
		}
	}
}

func TestSocket_Cut_SomeOrAll(t *testing.T) {
	t.Parallel()
	s := newSockets(t, nil)
	ids := make([]string, 5)
	broken := make(chan error, len(ids))
	for i := range ids {
		var c *websocket.Conn
		c, ids[i] = s.connected(t)
		go func() { _, _, err := c.Read(context.WithoutCancel(t.Context())); broken <- err }()
	}
	if n := s.Cut(2, false); n != 2 || s.Connections() != 3 {
		t.Errorf("cut %d, %d are left", n, s.Connections())
	}
	for range 2 {
		if err := <-broken; websocket.CloseStatus(err) != -1 {
			t.Errorf("browser saw a closing handshake: %v", err)
		}
		if e := s.next(t).RequestContext; e.EventType != "DISCONNECT" || e.DisconnectStatusCode != 1006 {
			t.Errorf("$disconnect: %+v", e)
		}
	}
	if n := s.Cut(-1, true); n != 3 || s.Connections() != 0 {
		t.Errorf("cut %d, %d are left", n, s.Connections())
	}
	for range 3 {
		if err := <-broken; err == nil {
			t.Error("a socket that was cut still reads")
		}
	}
	for _, id := range ids {
		if err := s.post(t.Context(), id, []byte("x")); !isGone(err) {
			t.Errorf("writing to %s: %v, want GoneException", id, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if len(s.events) != 0 {
		t.Error("a silent cut told $disconnect")
	}
}

func TestSocket_Leave_BusyUntilDisconnectReturns(t *testing.T) {
	t.Parallel()
	running, finish := make(chan struct{}), make(chan struct{})
	s := newSockets(t, func(o *gateway.SocketOptions) {
		invoke := o.Invoke
		o.Invoke = func(ctx context.Context, function string, payload []byte) ([]byte, error) {
			if function == "disconnect" {
				close(running)
				<-finish
			}
			return invoke(ctx, function, payload)
		}
	})
	c, _ := s.connected(t)
	if !s.Quiet() || s.Invocations() != 0 {
		t.Errorf("while the browser waits: quiet %v after %d invocations, want quiet after none", s.Quiet(), s.Invocations())
	}
	if err := c.CloseNow(); err != nil {
		t.Fatal(err)
	}
	<-running
	if s.Quiet() || s.Invocations() != 1 {
		t.Errorf("while $disconnect runs: quiet %v after %d invocations, want busy with the first", s.Quiet(), s.Invocations())
	}
	close(finish)
	s.next(t)
	for !s.Quiet() && t.Context().Err() == nil {
		time.Sleep(time.Millisecond)
	}
}

func TestManagement_Delete_WaitingMessagesArrive(t *testing.T) {
	t.Parallel()
	s := newSockets(t, nil)
	c, id := s.connected(t)
	const posted = 100
	for range posted {
		if err := s.post(t.Context(), id, bytes.Repeat([]byte("a"), 128<<10)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.manage.DeleteConnection(t.Context(), &apigatewaymanagementapi.DeleteConnectionInput{ConnectionId: &id}); err != nil {
		t.Fatal(err)
	}
	for i := range posted {
		if _, _, err := c.Read(t.Context()); err != nil {
			t.Fatalf("message %d of %d: %v", i+1, posted, err)
		}
	}
	if _, _, err := c.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("browser saw %v, want a normal closure", err)
	}
}

func TestSocket_Refuse_TurnsBrowsersAway(t *testing.T) {
	t.Parallel()
	s := newSockets(t, nil)
	s.Refuse(true)
	if _, res, err := websocket.Dial(t.Context(), s.url, nil); err == nil || res.StatusCode != 503 {
		t.Errorf("while refusing: %v %v", res, err)
	}
	s.Refuse(false)
	s.connected(t)
}

func TestSocket_SlowBrowser_Cut(t *testing.T) {
	t.Parallel()
	s := newSockets(t, func(o *gateway.SocketOptions) { o.Buffered = 8 })
	_, slow := s.connected(t) // never reads
	quick, id := s.connected(t)
	frame := bytes.Repeat([]byte("a"), 128<<10)

	var posting sync.WaitGroup
	posting.Go(func() {
		for s.post(t.Context(), slow, frame) == nil {
		}
	})
	for range 20 {
		if err := s.post(t.Context(), id, []byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, _, err := quick.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	posting.Wait()
	if err := s.post(t.Context(), slow, frame); !isGone(err) {
		t.Errorf("writing to the slow one: %v, want GoneException", err)
	}
	if e := s.next(t).RequestContext; e.EventType != "DISCONNECT" || e.ConnectionID != slow {
		t.Errorf("$disconnect: %+v", e)
	}
}
