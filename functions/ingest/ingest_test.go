package ingest

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/whatsapp"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/obs"
)

// only knows one provider, and no channel of it.
type only struct{ channel.Adapter }

func (o only) Of(chat.ChannelType) (channel.Adapter, bool) { return o.Adapter, true }

// PROVIDERS §2.1.4, §11-32 and §11-34: what we have no use for leaves a trace with its reason, and is no dead letter although it names no
// channel.
func TestIngest_IgnoredItem_CountedAndLogged(t *testing.T) {
	t.Parallel()
	adapter := whatsapp.New("https://graph.example.org", nil)
	about := func(field string) string {
		return `{"field":"` + field + `","value":{"event":"X"}}`
	}
	for name, test := range map[string]struct{ change, reason string }{
		"the quality of a number":    {about("phone_number_quality_update"), "field:phone_number_quality_update"},
		"the name of a number":       {about("phone_number_name_update"), "field:phone_number_name_update"},
		"the state of an account":    {about("account_update"), "field:account_update"},
		"what a business may do":     {about("business_capability_update"), "field:business_capability_update"},
		"a new PIN":                  {about("security"), "field:security"},
		"the contacts of a phone":    {about("smb_app_state_sync"), "field:smb_app_state_sync"},
		"a call":                     {about("calls"), "field:calls"},
		"a group that begins":        {about("group_lifecycle_update"), "field:group_lifecycle_update"},
		"a field of tomorrow":        {about("weather"), "field:weather"},
		"a chat that was opened":     {`{"field":"messages","value":{"messages":[{"from":"1","id":"wamid.1","type":"request_welcome"}]}}`, "request_welcome"},
		"a verdict on a template":    {`{"field":"message_template_status_update","value":{"event":"APPROVED","message_template_name":"aviso"}}`, "unknown_business"},
		"what is written in a group": {`{"field":"messages","value":{"messages":[{"from":"1","group_id":"G","id":"wamid.1","type":"text"}]}}`, "group"},
		"a status of a group":        {`{"field":"messages","value":{"statuses":[{"id":"wamid.1","status":"read","recipient_type":"group"}]}}`, "group"},
		"a past that is not shared":  {`{"field":"history","value":{"history":[{"errors":[{"code":2593109}]}]}}`, "history_declined"},
		"another choice":             {`{"field":"user_preferences","value":{"user_preferences":[{"wa_id":"1","category":"sound","value":"stop"}]}}`, "preference:sound"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var counted, logged bytes.Buffer
			metrics, err := obs.NewMetrics(&counted, time.Now, "ingest", ItemsIgnored)
			if err != nil {
				t.Fatal(err)
			}
			nobodys := func(context.Context, chat.ChannelType, string) ([]chat.Channel, error) { return nil, nil }
			h := &Handler{Deps{Channels: only{adapter}, Businesses: nobodys, Metrics: metrics, Log: obs.NewLogger(&logged, "ingest")}}
			items, err := adapter.Split(channel.Request{Body: []byte(`{"object":"whatsapp_business_account","entry":[{"id":"7","changes":[` + test.change + `]}]}`)})
			if err != nil || len(items) != 1 {
				t.Fatalf("%d items, %v", len(items), err)
			}
			envelope, err := events.Wrap("1", "", time.Now(), events.InboundReceived{
				Provider: "whatsapp", Asset: items[0].Asset, ItemID: items[0].ID, Kind: string(items[0].Kind), Body: items[0].Body,
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := h.Routes().Handle(t.Context(), envelope); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(counted.String(), `"ItemsIgnored":1`) {
				t.Errorf("counted %s", &counted)
			}
			if !strings.Contains(logged.String(), `"ignored":"`+test.reason+`"`) {
				t.Errorf("logged %s", &logged)
			}
		})
	}
}
