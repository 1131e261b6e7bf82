package crash

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/coder/websocket"

	"github.com/recado-chat/recado/shared/chat"
)

// page is where the trial's visitor is.
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
func (t *harness) asVisitor(ctx context.Context, method, path string, body any) (map[string]any, error) {
	operators := t.token
	t.token = t.seen["visitor"]
	defer func() { t.token = operators }()
	return t.call(ctx, method, "/widget/v1/"+path, body, "")
}

func visits(ctx context.Context, t *harness) error {
	t.seen["site"] = "SITE" + t.asset()
	now := t.bed.Clock.Now()
	if err := t.bed.store.CreateChannel(ctx, chat.Channel{
		ID: chat.ChannelID(chat.NewID(now)), AccountID: t.account.ID, StoreID: t.account.StoreID, Type: "webchat", Name: "Sitio",
		ExternalID: t.seen["site"], Settings: fmt.Appendf(nil, `{"origins":[%q]}`, page), Health: chat.Health{State: chat.HealthOK, At: now}, CreatedAt: now, Version: 1,
	}, nil); err != nil {
		return err
	}
	return visitsAgain(ctx, t)
}

// visitsAgain comes back with what the browser kept, or for the first time.
func visitsAgain(ctx context.Context, t *harness) error {
	session, err := t.asVisitor(ctx, http.MethodPost, "sessions", map[string]any{"site": t.seen["site"], "origin": page, "token": t.seen["visitor"]})
	if err != nil {
		return err
	}
	t.seen["visitor"] = fmt.Sprint(session["token"])
	id := fmt.Sprint(session["visitorId"])
	t.seen["called"] = id[len(id)-4:]
	return nil
}

func visitorWrites(id, text string) func(context.Context, *harness) error {
	return func(ctx context.Context, t *harness) error {
		_, err := t.asVisitor(ctx, http.MethodPost, "messages", map[string]any{"clientId": id, "type": "text", "text": text})
		return err
	}
}

func renamed(ctx context.Context, t *harness) error {
	c, err := t.call(ctx, http.MethodGet, "/api/v1/conversations/"+t.seen["conversation"], nil, "")
	if err != nil {
		return err
	}
	contact, _ := c["contact"].(map[string]any)
	path := fmt.Sprintf("/api/v1/contacts/%s", contact["id"])
	known, err := t.call(ctx, http.MethodGet, path, nil, "")
	if err != nil {
		return err
	}
	_, err = t.call(ctx, http.MethodPatch, path, map[string]any{"name": "Vera", "version": known["version"]}, "")
	return err
}

func visitorListens(ctx context.Context, t *harness) error {
	return again(ctx, func() error {
		ticket, err := t.asVisitor(ctx, http.MethodPost, "socket-tickets", nil)
		if err != nil {
			return err
		}
		socket, _, err := websocket.Dial(ctx, fmt.Sprint(ticket["url"]), &websocket.DialOptions{HTTPHeader: http.Header{"User-Agent": {"browser " + t.tag}}})
		if err == nil {
			t.browser = &browser{socket: socket}
		}
		return err
	})
}

func visitorTypes(ctx context.Context, t *harness) error {
	return t.says(ctx, map[string]any{"action": "typing", "on": true})
}

func visitorSendsFile(ctx context.Context, t *harness) error {
	content := picture()
	upload, err := t.asVisitor(ctx, http.MethodPost, "uploads", map[string]any{"name": "foto.png", "mime": "image/png", "size": len(content)})
	if err != nil {
		return err
	}
	if err := put(ctx, upload, content); err != nil {
		return err
	}
	_, err = t.asVisitor(ctx, http.MethodPost, "messages", map[string]any{"clientId": "v3", "type": "image", "attachments": []any{upload["id"]}})
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
func visitorReads(ctx context.Context, t *harness) error {
	history, err := t.asVisitor(ctx, http.MethodGet, "messages", nil)
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
		return fmt.Errorf("%s: the visitor sees %d answers", t.tag, len(ids))
	}
	_, err = t.asVisitor(ctx, http.MethodPost, "receipts", map[string]any{"status": "read", "conversationId": t.seen["conversation"], "messageIds": ids})
	return err
}
