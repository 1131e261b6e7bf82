package inbound

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/coder/websocket"

	"github.com/recado-chat/recado/infra/local/stack"
)

// team is the account's people, each with a browser open. The first has every conversation and looks at one of them.
type team struct {
	url     string
	tokens  []string
	sockets []*websocket.Conn
	viewing chan struct{} // closed when the server says that somebody looks
}

type object = map[string]any

// signIn opens the browsers of the demonstration account's three people, and gives every conversation to the first.
func signIn(ctx context.Context, url string) (*team, error) {
	t := &team{url: url, viewing: make(chan struct{})}
	for i, email := range []string{stack.DemoEmail, "bruno@demo.example", "carla@demo.example"} {
		var in struct {
			AccessToken string
			Operator    struct{ ID string }
		}
		if err := t.call(ctx, http.MethodPost, "/auth/sign-in", "", object{"email": email, "password": stack.DemoPassword, "client": "api"}, &in); err != nil {
			return nil, err
		}
		t.tokens = append(t.tokens, in.AccessToken)
		if i == 0 {
			if err := t.call(ctx, http.MethodPut, "/distribution", in.AccessToken, object{"mode": "manager", "managerId": in.Operator.ID}, nil); err != nil {
				return nil, err
			}
		}
		if err := t.browse(ctx, in.AccessToken, true); err != nil {
			t.close()
			return nil, err
		}
	}
	return t, nil
}

func (t *team) call(ctx context.Context, method, path, token string, body object, answer any) error {
	payload, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode %s: %w", path, err)
	}
	request, err := http.NewRequestWithContext(ctx, method, t.url+"/api/v1"+path, bytes.NewReader(payload))
	if err != nil {
		return fmt.Errorf("call %s: %w", path, err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("call %s: %w", path, err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= http.StatusBadRequest {
		return errors.Join(fmt.Errorf("call %s: %d %s", path, response.StatusCode, content), err)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(content, answer); err != nil {
		return fmt.Errorf("read the answer of %s: %w", path, err)
	}
	return nil
}

// idle opens browsers that nobody looks at.
func (t *team) idle(ctx context.Context, n int) error {
	for i := range n {
		if err := t.browse(ctx, t.tokens[i%len(t.tokens)], false); err != nil {
			return err
		}
	}
	return nil
}

func (t *team) browse(ctx context.Context, token string, watched bool) error {
	var ticket struct{ URL string }
	if err := t.call(ctx, http.MethodPost, "/socket-tickets", token, object{}, &ticket); err != nil {
		return err
	}
	socket, _, err := websocket.Dial(ctx, ticket.URL, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {t.url}}}) //nolint:bodyclose // an answer that became a socket has none
	if err != nil {
		return fmt.Errorf("open a browser: %w", err)
	}
	socket.SetReadLimit(1 << 20)
	if watched {
		if err := socket.Write(ctx, websocket.MessageText, []byte(`{"action":"view","conversationId":null}`)); err != nil {
			return fmt.Errorf("look at a browser: %w", err)
		}
	}
	first := len(t.sockets) == 0
	t.sockets = append(t.sockets, socket)
	go t.read(ctx, socket, first)
	return nil
}

// read takes whatever comes, until the browser is closed.
func (t *team) read(ctx context.Context, socket *websocket.Conn, first bool) {
	seen := false
	for {
		_, frame, err := socket.Read(ctx)
		if err != nil {
			return
		}
		if first && !seen && strings.Contains(string(frame), `"type":"viewing"`) {
			seen = true
			close(t.viewing)
		}
	}
}

// look opens a conversation in the first browser, and waits until the server knows.
func (t *team) look(ctx context.Context) error {
	var list struct{ Items []struct{ ID string } }
	if err := t.call(ctx, http.MethodGet, "/conversations?status=open&limit=1", t.tokens[0], object{}, &list); err != nil {
		return err
	}
	if len(list.Items) == 0 {
		return errors.New("no conversation is open")
	}
	action := fmt.Sprintf(`{"action":"view","conversationId":%q}`, list.Items[0].ID)
	if err := t.sockets[0].Write(ctx, websocket.MessageText, []byte(action)); err != nil {
		return fmt.Errorf("look at a conversation: %w", err)
	}
	select {
	case <-t.viewing:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("look at a conversation: %w", ctx.Err())
	}
}

func (t *team) close() {
	for _, socket := range t.sockets {
		_ = socket.CloseNow()
	}
}
