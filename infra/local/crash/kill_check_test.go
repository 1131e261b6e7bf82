package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

// onPhone is a message as the simulated phone shows it.
type onPhone struct {
	Text         string `json:"text"`
	Status       string `json:"status"`
	FromBusiness bool   `json:"fromBusiness"`
}

func (p *process) phone(ctx context.Context) ([]onPhone, error) {
	_, answer, err := p.ask(ctx, http.MethodGet, "/local/sim/whatsapp/state", "", nil)
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(answer["messages"])
	if err != nil {
		return nil, err
	}
	var list []onPhone
	return list, json.Unmarshal(encoded, &list)
}

// conversations are the account's, by the name of their contact.
func (p *process) conversations(ctx context.Context, token string) (map[string][]string, error) {
	_, answer, err := p.ask(ctx, http.MethodGet, "/api/v1/conversations?status=all&limit=100", token, nil)
	if err != nil {
		return nil, err
	}
	byName := map[string][]string{}
	items, _ := answer["items"].([]any)
	for _, entry := range items {
		c, _ := entry.(map[string]any)
		contact, _ := c["contact"].(map[string]any)
		name := fmt.Sprint(contact["name"])
		byName[name] = append(byName[name], fmt.Sprint(c["id"]))
	}
	return byName, nil
}

// reply answers the first sender twice a second, each reply until it is acknowledged.
func (p *process) reply(ctx, loaded context.Context, t *testing.T, token string) (texts []string) {
	var conversation string
	if err := again(ctx, func() error {
		found, err := p.conversations(ctx, token)
		if err != nil || len(found["Sender 0"]) == 0 {
			return fmt.Errorf("sender 0 has no conversation: %w", err)
		}
		conversation = found["Sender 0"][0]
		return nil
	}); err != nil {
		t.Error(err)
		return nil
	}
	for i := 0; loaded.Err() == nil; i++ {
		text := fmt.Sprintf("reply %04d", i)
		if err := again(ctx, func() error {
			_, _, err := p.ask(ctx, http.MethodPost, "/api/v1/conversations/"+conversation+"/messages", token, map[string]string{
				"clientId": text[6:], "type": "text", "text": text,
			})
			return err
		}); err != nil {
			t.Errorf("post %q: %v", text, err)
			return texts
		}
		texts = append(texts, text)
		select {
		case <-time.After(500 * time.Millisecond):
		case <-loaded.Done():
		}
	}
	return texts
}

// check says what is not as it must be, or not yet.
func (p *process) check(ctx context.Context, token string, sent [][]string, replies []string) error {
	found, err := p.conversations(ctx, token)
	if err != nil {
		return err
	}
	statuses := map[string]string{}
	for n, want := range sent {
		name := fmt.Sprintf("Sender %d", n)
		if len(found[name]) != 1 {
			return fmt.Errorf("%s has %d conversations: %v", name, len(found[name]), found)
		}
		var got []string
		if err := p.messages(ctx, token, found[name][0], func(m map[string]any) error {
			text := fmt.Sprint(m["text"])
			if m["direction"] == "out" {
				if statuses[text] != "" {
					return fmt.Errorf("%q is there twice", text)
				}
				statuses[text] = fmt.Sprint(m["status"])
				return nil
			}
			got = append(got, text)
			files, _ := m["attachments"].([]any)
			for _, f := range files {
				if file, _ := f.(map[string]any); file["state"] != "ready" {
					return fmt.Errorf("the photo of %q is %v", text, file["state"])
				}
			}
			return nil
		}); err != nil {
			return err
		}
		if !slices.Equal(got, want) {
			missing, extra := difference(want, got)
			first := 0
			for first < min(len(got), len(want)) && got[first] == want[first] {
				first++
			}
			return fmt.Errorf("%s: %d messages instead of %d; missing %q, too many %q; from number %d on: %q", name, len(got), len(want), missing, extra, first, got[first:min(first+3, len(got))])
		}
	}
	return p.checkReplies(ctx, replies, statuses)
}

func (p *process) checkReplies(ctx context.Context, replies []string, statuses map[string]string) error {
	shown, err := p.phone(ctx)
	if err != nil {
		return err
	}
	arrived := map[string]int{}
	for _, m := range shown {
		if m.FromBusiness {
			arrived[m.Text]++
		}
	}
	for _, text := range replies {
		switch status := statuses[text]; {
		case status == "unknown" && arrived[text] <= 1:
		case slices.Contains([]string{"sent", "delivered", "read"}, status) && arrived[text] == 1:
		default:
			return fmt.Errorf("%q is %q, and arrived %d times", text, status, arrived[text])
		}
	}
	return nil
}

// messages shows the messages of a conversation, oldest first.
func (p *process) messages(ctx context.Context, token, conversation string, show func(map[string]any) error) error {
	var pages [][]any
	for cursor := ""; ; {
		_, answer, err := p.ask(ctx, http.MethodGet, "/api/v1/conversations/"+conversation+"/messages?limit=100&cursor="+cursor, token, nil)
		if err != nil {
			return err
		}
		items, _ := answer["items"].([]any)
		pages = append(pages, items)
		next, more := answer["nextCursor"].(string)
		if !more {
			break
		}
		cursor = next
	}
	for _, page := range slices.Backward(pages) {
		for _, entry := range page {
			m, _ := entry.(map[string]any)
			if err := show(m); err != nil {
				return err
			}
		}
	}
	return nil
}
