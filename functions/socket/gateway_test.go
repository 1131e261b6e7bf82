package socket_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/coder/websocket"

	"github.com/recado-chat/recado/functions/socket"
	"github.com/recado-chat/recado/infra/local/gateway"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/push"
)

// TestSocket_ThroughGateway connects WebSocket clients to the function through the local gateway, over TCP.
func TestSocket_ThroughGateway(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	store := dynamotest.New(t)
	if err := store.CreateAccount(ctx,
		chat.Account{ID: account, Name: "Tienda", StoreID: shop}, chat.Store{ID: shop, AccountID: account, Name: "Tienda"},
		chat.Operator{ID: ana, AccountID: account, Name: "Ana", Email: "ana@example.com", Role: chat.Owner, Availability: chat.Available, Active: true}, nil); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	poster, err := push.New(push.NewClient(aws.Config{
		Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	}, server.URL+"/local"))
	if err != nil {
		t.Fatal(err)
	}
	handler, err := socket.New(store, poster, &outbox{}, all.Offline().Capabilities, limits(t, store, auth.Now), auth.Now, obs.NewLogger(&lockedBuffer{}, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	function := lambda.NewHandler(handler.Handle)
	api, err := gateway.NewSocket(gateway.SocketOptions{
		Connect: "socket", Default: "socket", Disconnect: "socket", Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Invoke: func(ctx context.Context, _ string, payload []byte) ([]byte, error) {
			return function.Invoke(ctx, payload)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/socket", api)
	mux.Handle("/local/@connections/", api.Management())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := api.Close(ctx); err != nil {
			t.Error(err)
		}
	})

	dial := func(token string) (*websocket.Conn, *http.Response, error) {
		return websocket.Dial(ctx, "ws"+strings.TrimPrefix(server.URL, "http")+"/socket?ticket="+token, nil)
	}
	ticket := func() string {
		token := auth.NewToken()
		if err := store.PutTicket(ctx, chat.Ticket{Hash: auth.Hash(token), AccountID: account, OperatorID: ana, ExpiresAt: auth.Now().Add(30 * time.Second)}); err != nil {
			t.Fatal(err)
		}
		return token
	}

	if _, response, err := dial("never"); err == nil || response == nil || response.StatusCode != http.StatusUnauthorized {
		t.Errorf("invalid ticket: %v, %v", response, err)
	}
	browser, _, err := dial(ticket())
	if err != nil {
		t.Fatal(err)
	}
	if err := browser.Write(ctx, websocket.MessageText, []byte(`{"action":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	if _, frame, err := browser.Read(ctx); err != nil || string(frame) != `[{"type":"pong"}]` {
		t.Fatalf("a ping is answered %s, %v", frame, err)
	}

	// Its stored connection is deleted: the browser must be disconnected, because it would miss all pushes.
	connections, err := store.Connections(ctx, account)
	if err != nil || len(connections) != 1 {
		t.Fatalf("%d connections: %v", len(connections), err)
	}
	if _, err := store.DeleteConnection(ctx, connections[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := browser.Write(ctx, websocket.MessageText, []byte(`{"action":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	if _, frame, err := browser.Read(ctx); err == nil {
		t.Errorf("an unknown connection received %s instead of being closed", frame)
	}

	// The connection of a browser that disconnects is deleted soon after.
	second, _, err := dial(ticket())
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Fatal(err)
	}
	for {
		connections, err := store.Connections(ctx, account)
		if err != nil {
			t.Fatal(err)
		}
		if len(connections) == 0 {
			break
		}
	}
}
