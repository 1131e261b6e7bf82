package crash

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/coder/websocket"

	"github.com/recado-chat/recado/infra/local/faultinject"
	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
)

// lost is how long what a browser said may take to be seen.
const lost = 3 * time.Second

// look opens a browser and the newest conversation in it.
func look(ctx context.Context, run *scenarioRun) error {
	id, err := run.kept(ctx)
	if err != nil {
		return err
	}
	if err := run.connect(ctx); err != nil {
		return err
	}
	// What a socket says is not answered in order: the pong may overtake what was said before. It is said again only when it was
	// lost for certain, so that every run says it as often.
	if err := again(ctx, func() error {
		if err := run.says(ctx, map[string]any{"action": "view", "conversationId": id}); err != nil {
			return err
		}
		patient, cancel := context.WithTimeout(ctx, lost)
		defer cancel()
		return again(patient, func() error {
			connections, err := run.harness.store.Connections(ctx, run.account.ID)
			if err == nil && !slices.ContainsFunc(connections, func(c chat.Connection) bool { return string(c.Viewing.ConversationID) == id }) {
				err = fmt.Errorf("%s: nobody looks at the conversation", run.tag)
			}
			return err
		})
	}); err != nil {
		return err
	}
	return run.says(ctx, map[string]any{"action": "typing", "conversationId": id, "on": true})
}

func leave(_ context.Context, run *scenarioRun) error {
	return run.browser.socket.Close(websocket.StatusNormalClosure, "")
}

// sweep waits until no connection is known any more. One whose browser never came, or whose end was not noticed, is found by
// the next frame that is pushed, half a minute after it was made: until then API Gateway may be still at it.
func sweep(ctx context.Context, run *scenarioRun) error {
	return again(ctx, func() error {
		for _, verb := range []string{"unread", "read"} { // each moves the cursor, which is pushed
			if _, err := run.call(ctx, http.MethodPost, "/api/v1/conversations/"+run.seen["conversation"]+"/"+verb, map[string]any{}, ""); err != nil {
				return err
			}
		}
		connections, err := run.harness.store.Connections(ctx, run.account.ID)
		if err == nil && len(connections) > 0 {
			err = fmt.Errorf("%s: %d connections are left", run.tag, len(connections))
		}
		return err
	})
}

// sendFile uploads a picture and sends it.
func sendFile(ctx context.Context, run *scenarioRun) error {
	id, err := run.kept(ctx)
	if err != nil {
		return err
	}
	content := picture()
	upload, err := run.call(ctx, http.MethodPost, "/api/v1/uploads", map[string]any{
		"name": "foto.png", "mime": "image/png", "size": len(content), "conversationId": id,
	}, "upload")
	if err != nil {
		return err
	}
	if err := put(ctx, upload, content); err != nil {
		return err
	}
	_, err = run.call(ctx, http.MethodPost, "/api/v1/conversations/"+id+"/messages", map[string]any{
		"clientId": "f1", "type": "image", "text": "mira", "attachments": []any{upload["id"]},
	}, "")
	return err
}

// onTheirPhone is an answer in WhatsApp's own app.
func onTheirPhone(_ context.Context, run *scenarioRun) error {
	_, err := run.harness.Phone.Echo(run.asset(), maria, "te llamo")
	return err
}

func changesNumber(_ context.Context, run *scenarioRun) error {
	_, err := run.harness.Phone.Deliver(whatsapp.Incoming{Account: run.asset(), From: maria, Type: "system", Fields: map[string]any{
		"system": map[string]any{"type": "user_changed_number", "wa_id": jose, "body": "María changed the number"},
	}})
	return err
}

// shorten halves the closing time. A browser whose answer was lost finds that the version has moved, and that it is done.
func shorten(ctx context.Context, run *scenarioRun) error {
	return again(ctx, func() error {
		now, err := run.call(ctx, http.MethodGet, "/api/v1/settings", nil, "")
		if err != nil {
			return err
		}
		closing, _ := now["closing"].(map[string]any)
		if closing["idleMinutes"] == float64(30) {
			return nil
		}
		_, err = run.call(ctx, http.MethodPatch, "/api/v1/settings", map[string]any{
			"closing": map[string]any{"idleMinutes": 30}, "version": now["version"],
		}, "")
		return err
	})
}

// tokenDies lets the provider refuse every message, for all runs; tokenLives takes that back.
func tokenDies(_ context.Context, run *scenarioRun) error {
	return run.harness.Phone.Fail(whatsapp.Fault{Times: 1 << 30, Code: 190, Status: http.StatusUnauthorized})
}

func tokenLives(_ context.Context, run *scenarioRun) error {
	run.harness.Phone.ClearFaults()
	return nil
}

// reconnect gives the channel another token. A browser whose answer was lost finds that the channel is good.
func reconnect(ctx context.Context, run *scenarioRun) error {
	return again(ctx, func() error {
		answer, err := run.call(ctx, http.MethodGet, "/api/v1/channels", nil, "")
		if err != nil {
			return err
		}
		items, _ := answer["items"].([]any)
		ch, _ := items[0].(map[string]any)
		health, _ := ch["health"].(map[string]any)
		if health["state"] != "reauthorise" {
			return nil
		}
		_, err = run.call(ctx, http.MethodPatch, fmt.Sprintf("/api/v1/channels/%s", ch["id"]), map[string]any{
			"credentials": map[string]string{"accessToken": "local-access-token"}, "version": ch["version"],
		}, "")
		return err
	})
}

// disconnect deletes the channel. A browser whose answer was lost finds none.
func disconnect(ctx context.Context, run *scenarioRun) error {
	return again(ctx, func() error {
		answer, err := run.call(ctx, http.MethodGet, "/api/v1/channels", nil, "")
		if err != nil {
			return err
		}
		items, _ := answer["items"].([]any)
		if len(items) == 0 {
			return nil
		}
		ch, _ := items[0].(map[string]any)
		_, err = run.call(ctx, http.MethodDelete, fmt.Sprintf("/api/v1/channels/%s", ch["id"]), nil, "")
		return err
	})
}

// business lets the channel name the account that its templates are approved for. A browser whose answer was lost finds it named.
func business(ctx context.Context, run *scenarioRun) error {
	return again(ctx, func() error {
		answer, err := run.call(ctx, http.MethodGet, "/api/v1/channels", nil, "")
		if err != nil {
			return err
		}
		items, _ := answer["items"].([]any)
		ch, _ := items[0].(map[string]any)
		if named, _ := ch["settings"].(map[string]any); named["businessAccountId"] != nil {
			return nil
		}
		_, err = run.call(ctx, http.MethodPatch, fmt.Sprintf("/api/v1/channels/%s", ch["id"]), map[string]any{
			"settings": map[string]string{"businessAccountId": whatsapp.BusinessAccount}, "version": ch["version"],
			"credentials": map[string]string{"accessToken": "local-access-token"},
		}, "")
		return err
	})
}

// drift makes the operator's load say what is not so.
func drift(ctx context.Context, run *scenarioRun) error {
	load, err := run.harness.store.Load(ctx, run.account.ID, run.operator.ID)
	if err != nil {
		return err
	}
	return run.harness.store.RepairLoad(ctx, load, load.Open+3)
}

func forgot(ctx context.Context, run *scenarioRun) error {
	_, err := run.call(ctx, http.MethodPost, "/api/v1/auth/forgot", map[string]any{"email": run.email()}, "")
	return err
}

// signInAnew shows that the new password works.
func signInAnew(ctx context.Context, run *scenarioRun) error {
	answer, err := run.call(ctx, http.MethodPost, "/api/v1/auth/sign-in", map[string]any{
		"email": run.email(), "password": "otra clave larga", "client": "api",
	}, "")
	run.token = fmt.Sprint(answer["accessToken"])
	return err
}

// hire makes a second operator.
func hire(ctx context.Context, run *scenarioRun) error {
	made, err := run.call(ctx, http.MethodPost, "/api/v1/operators", map[string]any{
		"name": "Bruno", "email": "bruno." + run.tag + "@example.com", "role": "operator", "password": "una clave larga",
	}, "hire")
	run.seen["operator"] = fmt.Sprint(made["id"])
	return err
}

func availability(what string) func(context.Context, *scenarioRun) error {
	return func(ctx context.Context, run *scenarioRun) error {
		_, err := run.call(ctx, http.MethodPut, "/api/v1/me/availability", map[string]any{"status": what}, "")
		return err
	}
}

// create makes one of everything that is made with an idempotency key.
func create(ctx context.Context, run *scenarioRun) error {
	if err := hire(ctx, run); err != nil {
		return err
	}
	if _, err := run.call(ctx, http.MethodPost, "/api/v1/stores", map[string]any{"name": "Sucursal"}, "store"); err != nil {
		return err
	}
	_, err := run.call(ctx, http.MethodPost, "/api/v1/uploads", map[string]any{
		"name": "foto.png", "mime": "image/png", "size": 5, "conversationId": run.seen["conversation"],
	}, "upload")
	return err
}

// parkedStatuses come between the provider's taking a message and our recording that, and do not say what we called it.
func parkedStatuses() scenario {
	return scenario{
		name: "statuses come before the message is recorded", prepare: []step{text(maria, "hola"), keep}, only: []string{"ingest", "webhook", "send"}, staged: true,
		steps: []step{each(func(ctx context.Context, run *scenarioRun) error {
			run.mu.Lock()
			run.before = func(call faultinject.Call) {
				if call.Function != "send" || run.seen["parked"] != "" || len(run.received()) == 0 {
					return
				}
				run.seen["parked"] = "yes"
				sent := run.received()[0]
				for _, what := range []string{whatsapp.Sent, whatsapp.Delivered} {
					if err := run.tell(ctx, sent, what); err != nil {
						run.seen["parked"] = err.Error()
						return
					}
				}
				if err := run.harness.parked(ctx, run, sent.ID, 2); err != nil {
					run.seen["parked"] = err.Error()
				}
			}
			run.mu.Unlock()
			if err := reply("r1", "buenas").each(ctx, run); err != nil {
				return err
			}
			return nil
		}), each(func(_ context.Context, run *scenarioRun) error {
			if run.seen["parked"] != "yes" && len(run.received()) > 0 {
				return fmt.Errorf("%s: the statuses were not parked: %q", run.tag, run.seen["parked"])
			}
			return nil
		})},
		// A status that names the message resolves a lost answer; the queue drops those that came already.
		rest: []step{
			each(parkedApplied), status(whatsapp.Read), retryUnknown, status(whatsapp.Sent), status(whatsapp.Delivered), status(whatsapp.Read),
		},
		blind: append([]field{{"receipt", "parked", "nothing waits for a message that is not sent until its retry"}}, sends...),
	}
}

// parkedApplied checks that the message is delivered, or that its outcome is not known and no receipt leads to it.
func parkedApplied(ctx context.Context, run *scenarioRun) error {
	id, err := run.kept(ctx)
	if err != nil {
		return err
	}
	answer, err := run.call(ctx, http.MethodGet, "/api/v1/conversations/"+id+"/messages", nil, "")
	if err != nil {
		return err
	}
	leads := false
	if sent := run.received(); len(sent) > 0 {
		receipt, err := run.harness.receipt(ctx, run, sent[0].ID)
		if err != nil {
			return err
		}
		leads = receipt.MessageID != ""
	}
	items, _ := answer["items"].([]any)
	for _, entry := range items {
		m, _ := entry.(map[string]any)
		if m["direction"] == "out" && m["status"] != "delivered" && (m["status"] != "unknown" || leads) {
			return fmt.Errorf("%s: the message is %v, a receipt leads to it: %t", run.tag, m["status"], leads)
		}
	}
	return nil
}

// tell posts a status that does not carry our own reference, until it is taken.
func (run *scenarioRun) tell(ctx context.Context, m whatsapp.Message, status string) error {
	return run.post(ctx, "statuses", map[string]any{"id": m.ID, "status": status, "timestamp": fmt.Sprint(m.At.Unix()), "recipient_id": m.Customer})
}

// parked waits until so many statuses wait for a message.
func (h *harness) parked(ctx context.Context, run *scenarioRun, providerID string, n int) error {
	return again(ctx, func() error {
		receipt, err := h.receipt(ctx, run, providerID)
		if err == nil && len(receipt.ParkedStatuses) < n {
			err = fmt.Errorf("%d statuses wait", len(receipt.ParkedStatuses))
		}
		return err
	})
}

func (h *harness) receipt(ctx context.Context, run *scenarioRun, providerID string) (chat.ProviderRef, error) {
	ch := chat.Channel{Type: "whatsapp", ExternalID: run.asset()}
	id := desk.NewReceipts(all.Offline().Capabilities).IDs(ch, providerID)[0]
	return h.store.ProviderRef(ctx, run.account.ID, desk.Scope(ch), id)
}
