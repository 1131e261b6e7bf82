package inbound

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/coder/websocket"

	"github.com/recado-chat/recado/infra/bench/consoles"
	"github.com/recado-chat/recado/infra/local/stack"
)

// team is the account's people, each with a browser open. The first has every conversation and looks at one of them.
type team struct {
	url     string
	tokens  []string
	ids     []string
	sockets []*websocket.Conn
	viewing chan struct{} // closed when the server says that somebody looks
}

type object = map[string]any

// people are the demonstration account's: its owner, a supervisor who sees everything, and an operator.
var people = []string{stack.DemoEmail, stack.DemoSupervisor, stack.DemoOperator}

// signIn signs the three people in, and gives every conversation to the first.
func signIn(ctx context.Context, url string) (*team, error) {
	t := &team{url: url, viewing: make(chan struct{})}
	for i, email := range people {
		var in struct {
			AccessToken string
			Operator    struct{ ID string }
		}
		if err := t.call(ctx, http.MethodPost, "/auth/sign-in", "", object{"email": email, "password": stack.DemoPassword, "client": "api"}, &in); err != nil {
			return nil, err
		}
		t.tokens, t.ids = append(t.tokens, in.AccessToken), append(t.ids, in.Operator.ID)
		if i == 0 {
			if err := t.call(ctx, http.MethodPut, "/distribution", in.AccessToken, object{"mode": "manager", "managerId": in.Operator.ID}, nil); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// watch opens a browser for each, which somebody looks at.
func (t *team) watch(ctx context.Context) error {
	for _, token := range t.tokens {
		if err := t.browse(ctx, token, true); err != nil {
			return err
		}
	}
	return nil
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

// conversations are the ids of all, those who wrote first first.
func (t *team) conversations(ctx context.Context) (ids []string, err error) {
	var list struct{ Items []struct{ ID string } }
	if err := t.call(ctx, http.MethodGet, "/conversations?status=open&limit=100", t.tokens[0], object{}, &list); err != nil {
		return nil, err
	}
	if len(list.Items) < 2 {
		return nil, errors.New("fewer than two conversations are open")
	}
	for _, item := range slices.Backward(list.Items) {
		ids = append(ids, item.ID)
	}
	return ids, nil
}

// look opens the first conversation in the first browser, and waits until the server knows.
func (t *team) look(ctx context.Context) error {
	ids, err := t.conversations(ctx)
	if err != nil {
		return err
	}
	action := fmt.Sprintf(`{"action":"view","conversationId":%q}`, ids[0])
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

// lookBy leads the consoles: the first to the conversation that is written to most, the second to the list of all, the third to another
// conversation, which is given to its operator.
func (t *team) lookBy(ctx context.Context, open *consoles.Consoles) error {
	ids, err := t.conversations(ctx)
	if err != nil {
		return err
	}
	if err := t.call(ctx, http.MethodPost, "/conversations/"+ids[1]+"/assign", t.tokens[0], object{"operatorId": t.ids[2]}, nil); err != nil {
		return err
	}
	return open.Show("/inbox/"+ids[0], "/inbox?box=all", "/inbox/"+ids[1])
}

func (t *team) close() {
	for _, socket := range t.sockets {
		_ = socket.CloseNow()
	}
}
