package crash

import (
	"context"
	"fmt"
	"net/http"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// browser is an operator's open socket.
type browser struct {
	socket *websocket.Conn
}

// connect opens the run's socket, with a new ticket as often as it takes.
func (run *scenarioRun) connect(ctx context.Context) error {
	return again(ctx, func() error {
		ticket, err := run.call(ctx, http.MethodPost, "/api/v1/socket-tickets", nil, "")
		if err != nil {
			return err
		}
		socket, _, err := websocket.Dial(ctx, fmt.Sprint(ticket["url"]), &websocket.DialOptions{
			HTTPHeader: http.Header{"User-Agent": {"browser " + run.tag}},
		})
		if err != nil {
			return err
		}
		run.browser = &browser{socket: socket}
		return nil
	})
}

// says sends an action and a ping behind it, and waits for the pong: what was said before is done then. When the socket
// answers that it could not, the browser says it again.
func (run *scenarioRun) says(ctx context.Context, action map[string]any) error {
	return again(ctx, func() error {
		if err := wsjson.Write(ctx, run.browser.socket, action); err != nil {
			return err
		}
		return run.ping(ctx)
	})
}

// ping waits for the answer to a ping. Everything that comes before is a hint and read past; a failure that the gateway tells
// of is answered as one.
func (run *scenarioRun) ping(ctx context.Context) error {
	var failed error
	for {
		if err := wsjson.Write(ctx, run.browser.socket, map[string]string{"action": "ping"}); err != nil {
			return err
		}
		for {
			var frame any
			if err := wsjson.Read(ctx, run.browser.socket, &frame); err != nil {
				return err
			}
			if items, ok := frame.([]any); ok {
				for _, entry := range items {
					if i, ok := entry.(map[string]any); ok && i["type"] == "pong" {
						return failed
					}
				}
				continue
			}
			failed = fmt.Errorf("the socket answered %v", frame)
			break
		}
	}
}
