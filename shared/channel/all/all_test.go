package all_test

import (
	"testing"

	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
)

func TestChannelsAreFoundByTypeAndByWebhook(t *testing.T) {
	t.Parallel()
	channels := all.New(all.Config{GraphURL: "https://graph.example.org", GraphVersion: "v26.0"})
	for segment, kind := range map[string]chat.ChannelType{"whatsapp": chat.WhatsApp, "webchat": chat.WebChat} {
		byType, ok := channels.Of(kind)
		if !ok || byType.Type() != kind {
			t.Errorf("%s is not found by its type", kind)
		}
		if byWebhook, ok := channels.Webhook(segment); !ok || byWebhook != byType {
			t.Errorf("%s is not found by its webhook", kind)
		}
	}
	if able, ok := channels.Capabilities(chat.WhatsApp); !ok || able.MaxText == 0 {
		t.Errorf("got %+v, %v", able, ok)
	}
	if _, ok := channels.Capabilities("pigeon"); ok {
		t.Error("a type that does not exist can do something")
	}
	if _, ok := channels.Of("pigeon"); ok {
		t.Error("a type that does not exist has an adapter")
	}
	if _, ok := channels.Webhook("pigeon"); ok {
		t.Error("a webhook that does not exist has an adapter")
	}
}
