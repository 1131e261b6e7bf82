package socket_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/functions/socket"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
)

// failing is a store in which the named call fails once.
type failing struct {
	*dynamo.Store
	call string
}

func (f *failing) fails(call string) error {
	if f.call != call {
		return nil
	}
	f.call = ""
	return fault.New(fault.Unavailable, "throttled")
}

func (f *failing) PutConnection(ctx context.Context, c chat.Connection) error {
	if err := f.fails("PutConnection"); err != nil {
		return err
	}
	return f.Store.PutConnection(ctx, c)
}

func (f *failing) WatchingConnections(ctx context.Context, a chat.AccountID) ([]chat.Connection, error) {
	if err := f.fails("WatchingConnections"); err != nil {
		return nil, err
	}
	return f.Store.WatchingConnections(ctx, a)
}

func (f *failing) OperatorConnections(ctx context.Context, a chat.AccountID, o chat.OperatorID) ([]chat.Connection, error) {
	if err := f.fails("OperatorConnections"); err != nil {
		return nil, err
	}
	return f.Store.OperatorConnections(ctx, a, o)
}

func (f *failing) SetViewing(ctx context.Context, c chat.Connection) error {
	if err := f.fails("SetViewing"); err != nil {
		return err
	}
	return f.Store.SetViewing(ctx, c)
}

// C-03
func TestSocket_StoreFailsOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	f := &failing{Store: w.store}
	handler, err := socket.New(f, w.gateway, &outbox{}, all.Offline().Capabilities, limits(t, w.store, func() time.Time { return w.now }), func() time.Time { return w.now }, obs.NewLogger(w.logs, "socket"))
	w.must(err)
	w.handler = handler

	w.must(w.store.PutTicket(t.Context(), chat.Ticket{Hash: auth.Hash("t"), AccountID: account, OperatorID: ana, ExpiresAt: w.now.Add(time.Second)}))
	f.call = "PutConnection"
	if status := w.send("$connect", "a1", "", map[string]string{"ticket": "t"}); status != 503 {
		t.Errorf("connection not stored: %d", status)
	}
	f.call = "OperatorConnections" // a failure to notify the others does not refuse the connection
	w.connect("a1", ana)
	f.call = "WatchingConnections"
	w.connect("a2", ana)
	f.call = "WatchingConnections"
	w.say("a1", watch)
	w.wantHeard("a1", "watching", "{}")
	f.call = "SetViewing"
	if status := w.say("a1", viewIt); status != 503 {
		t.Errorf("view not stored: %d", status)
	}
	if status := w.say("a1", viewIt); status != 200 {
		t.Errorf("second try: %d", status)
	}
	if mine, err := w.store.Connection(t.Context(), "a1"); err != nil || mine.Viewing.ConversationID != conversation {
		t.Errorf("Ana views %q: %v", mine.Viewing.ConversationID, err)
	}
}

func TestAct_AnyInput_NoErrorNoLog(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.connect("a1", ana)
	const secret = "SECRET-TEXT"
	for _, body := range []string{
		"", "null", "[]", "{}", `"` + secret + `"`, `{"action":"` + secret + `"}`, `{"action":7}`, `{"action":"view","conversationId":7}`,
		`{"action":"view","conversationId":"` + secret + `"}`, `{"action":"typing","conversationId":"` + secret + `","on":"yes"}`,
		`{"action":"typing"}`, "\xff\xfe", strings.Repeat("[", 100_000), `{"action":"view","conversationId":"\u0000"}`,
	} {
		if status := w.say("a1", body); status >= 500 {
			t.Errorf("%.60q answered %d", body, status)
		}
	}
	w.send("$connect", "x", "", map[string]string{"ticket": secret})
	w.send(secret, "x", secret, nil)
	logs := w.logs.String()
	for _, never := range []string{secret, "ana@example.com", "Beto", "Ana"} {
		if strings.Contains(logs, never) {
			t.Errorf("the logs hold %q:\n%s", never, logs)
		}
	}
	if strings.Count(logs, `"msg":"socket"`) != 17 {
		t.Errorf("want one summary line per event:\n%s", logs)
	}
}
