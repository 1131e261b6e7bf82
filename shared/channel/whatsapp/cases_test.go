package whatsapp_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

// parseChange parses a body with one change and returns its inbound items and their assets.
func parseChange(t *testing.T, field, value string) (all []chat.Inbound, assets []string) {
	t.Helper()
	items, err := adapter().Split(channel.Request{Body: []byte(`{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"` + field + `","value":` + value + `}]}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		in, err := adapter().Parse(item.Body, receivedAt)
		if err != nil {
			t.Fatalf("parse %s: %v", item.Body, err)
		}
		all, assets = append(all, in), append(assets, item.Asset)
	}
	return all, assets
}

const metadata = `"metadata":{"display_phone_number":"551199990000","phone_number_id":"71"}`

// Bodies that failed in other products, by their number in PROVIDERS §11. Cases that concern more than parsing are tested in the use cases.
func TestParse_RecordedRealBodies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		value string
		right func([]chat.Inbound) bool
	}{
		"every message of every array": { // §11-3
			`{` + metadata + `,"messages":[{"from":"1","id":"a","type":"text","text":{"body":"uno"}},{"from":"1","id":"b","type":"text","text":{"body":"dos"}}],"statuses":[{"id":"o","status":"sent"},{"id":"o","status":"read"}]}`,
			func(all []chat.Inbound) bool {
				return len(all) == 4 && all[1].Text == "dos" && all[3].Status.Status == chat.StatusRead
			},
		},
		"a contact without a profile": { // §11-7
			`{` + metadata + `,"contacts":[{"wa_id":"1"}],"messages":[{"from":"1","id":"a","type":"text","text":{"body":"hola"}}]}`,
			func(all []chat.Inbound) bool {
				return all[0].Kind == chat.InboundMessage && all[0].Sender.Name == "" && all[0].Text == "hola"
			},
		},
		"a message that is not available is a placeholder": { // §11-8
			`{` + metadata + `,"messages":[{"from":"1","id":"a","type":"unsupported","errors":[{"code":131060,"title":"This message is currently unavailable."}]}]}`,
			func(all []chat.Inbound) bool {
				return all[0].Kind == chat.InboundMessage && all[0].Type == chat.TypeUnsupported && all[0].ProviderID == "a"
			},
		},
		"a number that is shown without its ninth digit": { // §11-15
			`{"metadata":{"display_phone_number":"55119990000","phone_number_id":"71"},"messages":[{"from":"1","id":"a","type":"text"}]}`,
			func(all []chat.Inbound) bool { return all[0].Asset == "71" },
		},
		"somebody without a phone": { // §11-16
			`{` + metadata + `,"contacts":[{"user_id":"AR.88","profile":{"name":"Ana"}}],"messages":[{"from_user_id":"AR.88","id":"a","type":"text","text":{"body":"hola"}}]}`,
			func(all []chat.Inbound) bool {
				return slices.Equal(all[0].Sender.Addresses, []string{"AR.88"}) && all[0].Sender.Name == "Ana" && all[0].Sender.Phone == ""
			},
		},
		"a user id in the place of a phone": { // §11-17
			`{` + metadata + `,"messages":[{"from":"AR.5491155550101","id":"a","type":"text","text":{"body":"hola"}}]}`,
			func(all []chat.Inbound) bool {
				return slices.Equal(all[0].Sender.Addresses, []string{"AR.5491155550101"}) && len(all[0].Sender.Variants) == 0
			},
		},
		"one message of several cards, one of them without a phone": { // §11-18
			`{` + metadata + `,"messages":[{"from":"1","id":"a","type":"contacts","contacts":[{"name":{"formatted_name":"Eva"},"phones":[{"phone":"+54 11 5555-0606"}]},{"name":{"first_name":"Beto"}}]}]}`,
			func(all []chat.Inbound) bool {
				return len(all) == 1 && len(all[0].Cards) == 2 && all[0].Cards[1].Name == "Beto" && all[0].Text == "Eva, Beto"
			},
		},
		"a chat that was opened": { // §11-32
			`{` + metadata + `,"messages":[{"from":"1","id":"a","type":"request_welcome"}]}`,
			func(all []chat.Inbound) bool {
				return all[0].Kind == chat.InboundIgnored && all[0].Ignored == "request_welcome"
			},
		},
		"what is written in a group, and who got it there": { // §11-34
			`{` + metadata + `,"messages":[{"from":"1","group_id":"G","id":"a","type":"text","text":{"body":"a todos"}}],"statuses":[{"id":"o","status":"read","recipient_type":"group"}]}`,
			func(all []chat.Inbound) bool {
				return !slices.ContainsFunc(all, func(in chat.Inbound) bool {
					return in.Kind != chat.InboundIgnored || in.Ignored != "group" || in.Text != ""
				})
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, assets := parseChange(t, "messages", c.value)
			if len(all) == 0 || !c.right(all) {
				t.Errorf("got %+v", all)
			}
			for _, asset := range assets {
				if asset != "71" {
					t.Errorf("it goes to %q", asset)
				}
			}
		})
	}
}

// PROVIDERS §11-20, §11-21: a message that the business writes in its own app belongs to the conversation of its recipient.
func TestEcho_ContactIsRecipient(t *testing.T) {
	t.Parallel()
	all, _ := parseChange(t, "smb_message_echoes", `{`+metadata+`,"message_echoes":[{"from":"551199990000","to":"5491155550101","id":"e","type":"text","text":{"body":"hola"}}]}`)
	if len(all) != 1 || all[0].Kind != chat.InboundEcho || strings.Join(all[0].Sender.Addresses, " ") != "5491155550101" {
		t.Errorf("got %+v", all)
	}
}
