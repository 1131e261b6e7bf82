package telegram_test

import (
	"encoding/json"
	"testing"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

func FuzzSplitAndParse(f *testing.F) {
	for _, file := range files(f) {
		for _, body := range bodies(f, file) {
			f.Add([]byte(body))
		}
	}
	f.Add([]byte(`{"update_id":1,"message":{"message_id":2,"chat":{"id":3,"type":"private"},"photo":[{}],"venue":{}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := adapter().Split(channel.Request{Asset: bot, Body: body})
		if err != nil {
			checkFault(t, err)
			return
		}
		for _, item := range items {
			if item.Asset != bot || item.ID == "" || item.Group == "" || item.Kind == "" || !json.Valid(item.Body) {
				t.Fatalf("an item lacks what routes it: %+v", item)
			}
			in, err := adapter().Parse(item.Body, receivedAt)
			if err != nil {
				checkFault(t, err)
				continue
			}
			whole := false
			switch in.Kind {
			case chat.InboundMessage:
				whole = len(in.Sender.Addresses) == 1 && in.ProviderID != "" && in.Type != "" && item.Kind == chat.InboundMessage
			case chat.InboundUpdate:
				whole = in.Target != "" && in.Update != nil
			case chat.InboundMarketing:
				whole = len(in.Sender.Addresses) == 1 && !in.MarketingConsent.At.IsZero()
			case chat.InboundIgnored:
				whole = in.Ignored != ""
			default:
			}
			if !whole || in.Asset != bot {
				t.Fatalf("it lacks what its kind needs: %+v", in)
			}
			if _, err := json.Marshal(in); err != nil {
				t.Fatalf("what was parsed cannot be written: %v", err)
			}
		}
		if call := adapter().Respond(channel.Request{Asset: bot, Body: body}); call != nil && !json.Valid(call) {
			t.Fatalf("the answer is no call: %s", call)
		}
	})
}

// checkFault says that nothing but an Invalid fault comes out of a body.
func checkFault(t *testing.T, err error) {
	t.Helper()
	if !fault.Is(err, fault.Invalid) || fault.Reason(err) == "" {
		t.Fatalf("got %v, want an invalid fault with a reason", err)
	}
}
