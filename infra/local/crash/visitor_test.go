package crash

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/coder/websocket"

	"github.com/recado-chat/recado/shared/chat"
)

// page is where the run's visitor is.
const page = "https://tienda.example"

// visitorTalks is our own web chat. The name of a visitor holds a part of a random id, by which contacts are searched: it is replaced
// before anything is disturbed.
func visitorTalks() scenario {
	return scenario{
		name:    "a visitor writes, sends a file and reads the answer",
		prepare: []step{each(visits), each(visitorWrites("v1", "hola")), keep, each(renamed), each(visitorListens)},
		steps: []step{
			each(visitsAgain), each(visitorWrites("v2", "sigo aqui")), each(visitorSendsFile), each(visitorTypes), reply("r1", "buenas"), each(visitorReads),
		},
		only: []string{"widget", "send", "socket"}, blind: tries,
	}
}

// asVisitor asks with the visitor's token instead of the operator's.
func (run *scenarioRun) asVisitor(ctx context.Context, method, path string, body any) (map[string]any, error) {
	operators := run.token
	run.token = run.seen["visitor"]
	defer func() { run.token = operators }()
	return run.call(ctx, method, "/widget/v1/"+path, body, "")
}

func visits(ctx context.Context, run *scenarioRun) error {
	run.seen["site"] = "SITE" + run.asset()
	now := run.harness.Clock.Now()
	if err := run.harness.store.CreateChannel(ctx, chat.Channel{
		ID: chat.ChannelID(chat.NewID(now)), AccountID: run.account.ID, StoreID: run.account.StoreID, Type: "webchat", Name: "Sitio",
		ExternalID: run.seen["site"], Settings: fmt.Appendf(nil, `{"origins":[%q]}`, page), Health: chat.Health{State: chat.HealthOK, At: now}, CreatedAt: now, Version: 1,
	}, nil); err != nil {
		return err
	}
	return visitsAgain(ctx, run)
}

// visitsAgain comes back with what the browser kept, or for the first time.
func visitsAgain(ctx context.Context, run *scenarioRun) error {
	session, err := run.asVisitor(ctx, http.MethodPost, "sessions", map[string]any{"site": run.seen["site"], "origin": page, "token": run.seen["visitor"]})
	if err != nil {
		return err
	}
	run.seen["visitor"] = fmt.Sprint(session["token"])
	id := fmt.Sprint(session["visitorId"])
	run.seen["called"] = id[len(id)-4:]
	return nil
}

func visitorWrites(id, text string) func(context.Context, *scenarioRun) error {
	return func(ctx context.Context, run *scenarioRun) error {
		_, err := run.asVisitor(ctx, http.MethodPost, "messages", map[string]any{"clientId": id, "type": "text", "text": text})
		return err
	}
}

func renamed(ctx context.Context, run *scenarioRun) error {
	c, err := run.call(ctx, http.MethodGet, "/api/v1/conversations/"+run.seen["conversation"], nil, "")
	if err != nil {
		return err
	}
	contact, _ := c["contact"].(map[string]any)
	path := fmt.Sprintf("/api/v1/contacts/%s", contact["id"])
	known, err := run.call(ctx, http.MethodGet, path, nil, "")
	if err != nil {
		return err
	}
	_, err = run.call(ctx, http.MethodPatch, path, map[string]any{"name": "Vera", "version": known["version"]}, "")
	return err
}

func visitorListens(ctx context.Context, run *scenarioRun) error {
	return again(ctx, func() error {
		ticket, err := run.asVisitor(ctx, http.MethodPost, "socket-tickets", nil)
		if err != nil {
			return err
		}
		socket, _, err := websocket.Dial(ctx, fmt.Sprint(ticket["url"]), &websocket.DialOptions{HTTPHeader: http.Header{"User-Agent": {"browser " + run.tag}}})
		if err == nil {
			run.browser = &browser{socket: socket}
		}
		return err
	})
}

func visitorTypes(ctx context.Context, run *scenarioRun) error {
	return run.says(ctx, map[string]any{"action": "typing", "on": true})
}

func visitorSendsFile(ctx context.Context, run *scenarioRun) error {
	content := picture()
	upload, err := run.asVisitor(ctx, http.MethodPost, "uploads", map[string]any{"name": "foto.png", "mime": "image/png", "size": len(content)})
	if err != nil {
		return err
	}
	if err := put(ctx, upload, content); err != nil {
		return err
	}
	_, err = run.asVisitor(ctx, http.MethodPost, "messages", map[string]any{"clientId": "v3", "type": "image", "attachments": []any{upload["id"]}})
	return err
}

// put uploads bytes to where an announcement says.
func put(ctx context.Context, upload map[string]any, content []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, fmt.Sprint(upload["url"]), bytes.NewReader(content))
	if err != nil {
		return err
	}
	headers, _ := upload["headers"].(map[string]any)
	for name, value := range headers {
		request.Header.Set(name, fmt.Sprint(value))
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("put the file: %s", response.Status)
	}
	return nil
}

// visitorReads looks at the history and says what of it was read.
func visitorReads(ctx context.Context, run *scenarioRun) error {
	history, err := run.asVisitor(ctx, http.MethodGet, "messages", nil)
	if err != nil {
		return err
	}
	var ids []any
	items, _ := history["items"].([]any)
	for _, entry := range items {
		if m, _ := entry.(map[string]any); m["direction"] == "out" {
			ids = append(ids, m["id"])
		}
	}
	if len(ids) != 1 {
		return fmt.Errorf("%s: the visitor sees %d answers", run.tag, len(ids))
	}
	_, err = run.asVisitor(ctx, http.MethodPost, "receipts", map[string]any{"status": "read", "conversationId": run.seen["conversation"], "messageIds": ids})
	return err
}
