package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// earlyQuote is a message that comes before the one that it quotes, and joins it.
func earlyQuote() scenario {
	says := func(name, quoted string) step {
		return each(func(ctx context.Context, run *scenarioRun) error {
			message := map[string]any{
				"from": maria, "id": "wamid." + name + "." + run.tag, "timestamp": fmt.Sprint(run.harness.Clock.Now().Unix()), "type": "text",
				"text": map[string]any{"body": name},
			}
			if quoted != "" {
				message["context"] = map[string]any{"id": "wamid." + quoted + "." + run.tag}
			}
			return run.post(ctx, "messages", message)
		})
	}
	return scenario{
		name: "a quote comes before its message", prepare: []step{text(maria, "hola"), keep}, only: []string{"ingest"},
		steps: []step{says("quotes", "quoted"), says("quoted", "")},
		rest: []step{each(func(ctx context.Context, run *scenarioRun) error {
			id, err := run.kept(ctx)
			if err != nil {
				return err
			}
			return again(ctx, func() error {
				page, err := run.call(ctx, http.MethodGet, "/api/v1/conversations/"+id+"/messages", nil, "")
				if err != nil {
					return err
				}
				ids, replies := map[any]any{}, map[any]any{}
				items, _ := page["items"].([]any)
				for _, item := range items {
					m, _ := item.(map[string]any)
					ids[m["text"]], replies[m["text"]] = m["id"], m["replyTo"]
				}
				if ids["quoted"] == nil || replies["quotes"] != ids["quoted"] {
					return fmt.Errorf("%s: the quote is %v of %v", run.tag, replies, ids)
				}
				return nil
			})
		})},
	}
}

// post posts one part of a value of the number's webhook, until it is taken.
func (run *scenarioRun) post(ctx context.Context, list string, part any) error {
	body, err := json.Marshal(map[string]any{
		"object": "whatsapp_business_account",
		"entry": []any{map[string]any{"id": "700100200300400", "changes": []any{map[string]any{"field": "messages", "value": map[string]any{
			"messaging_product": "whatsapp",
			"metadata":          map[string]any{"display_phone_number": "5491140001234", "phone_number_id": run.asset()},
			list:                []any{part},
		}}}}},
	})
	if err != nil {
		return err
	}
	return again(ctx, func() error {
		code, err := run.harness.Phone.Post(ctx, body)
		if err == nil && code != http.StatusOK {
			err = fmt.Errorf("the webhook answered %d", code)
		}
		return err
	})
}
