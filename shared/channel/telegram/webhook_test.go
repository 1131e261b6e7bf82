package telegram_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

func keys(values ...string) channel.Secrets {
	return func(string) ([]string, error) { return values, nil }
}

func TestCredentials_TokensOfBotsOnly(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"abc", "123", ":abc", "123:", "123:a/b", "123:a b", "../1:a", "12a:b", `1:a\r\nX-Evil: 1`, `1:a\u0000`} {
		if _, err := adapter().Credentials([]byte(`{"accessToken":"` + wrong + `"}`)); !fault.Is(err, fault.Invalid) || fault.As(err).Field != "credentials.accessToken" {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

func TestConnect_SaysWhichBot(t *testing.T) {
	t.Parallel()
	a, last := server(t, ok(object{"id": 7000000001, "is_bot": true, "first_name": "Tienda", "username": "tienda_bot"}))
	asset, err := a.Connect(t.Context(), credentials, "", []byte(`{}`))
	if err != nil || asset.ExternalID != bot || string(asset.Settings) != `{"username":"tienda_bot"}` || last.method != "getMe" {
		t.Errorf("%+v, %v, asked %s", asset, err, last.method)
	}
	for _, code := range []int{401, 404} {
		a, _ = server(t, refused(code, map[int]string{401: "Unauthorized", 404: "Not Found"}[code]))
		if _, err := a.Connect(t.Context(), credentials, "", nil); !fault.Is(err, fault.Invalid) || fault.As(err).Field != "credentials.accessToken" {
			t.Errorf("%d: %v", code, err)
		}
	}
	a, _ = server(t, ok(object{"id": 7000000001, "username": "tienda_bot"}))
	if _, err := a.Connect(t.Context(), credentials, "7000000002", nil); !fault.Is(err, fault.Invalid) || fault.As(err).Reason != "other_asset" {
		t.Errorf("the token of another bot: %v", err)
	}
	a, _ = server(t, answer(503, ""))
	if _, err := a.Connect(t.Context(), credentials, "", nil); !fault.Is(err, fault.Unavailable) {
		t.Errorf("Telegram is down: %v", err)
	}
}

// What Subscribe registers, Verify accepts, under the newest key and those before it.
func TestSubscribe_SecretPassesVerify(t *testing.T) {
	t.Parallel()
	a, last := server(t, ok(true))
	for range 2 {
		if err := a.Subscribe(t.Context(), credentials, bot, "https://hooks.example/webhooks/telegram", keys("new", "old")); err != nil {
			t.Fatal(err)
		}
	}
	secret := strings.Trim(last.fields["secret_token"], `"`)
	want := `["message","edited_message","message_reaction","callback_query","my_chat_member"]`
	if last.method != "setWebhook" || last.fields["url"] != `"https://hooks.example/webhooks/telegram/7000000001"` || last.fields["allowed_updates"] != want {
		t.Errorf("asked %s", last)
	}
	request := channel.Request{Asset: bot, Header: map[string][]string{"X-Telegram-Bot-Api-Secret-Token": {secret}}}
	for name, c := range map[string]struct {
		secrets channel.Secrets
		asset   string
		right   bool
	}{
		"the key":         {keys("new"), bot, true},
		"it is older now": {keys("newest", "new"), bot, true},
		"it is gone":      {keys("newest"), bot, false},
		"another bot":     {keys("new"), "7000000002", false},
		"no bot":          {keys("new"), "", false},
	} {
		request.Asset = c.asset
		if err := adapter().Verify(request, c.secrets); (err == nil) != c.right || !c.right && !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := a.Subscribe(t.Context(), credentials, bot, "https://hooks.example", keys()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("without a key: %v", err)
	}
}

// B-22
func TestInspectWebhook_SaysWhatKeepsUpdatesBack(t *testing.T) {
	t.Parallel()
	const address, ours = "https://hooks.example/webhooks/telegram", "https://hooks.example/webhooks/telegram/7000000001"
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) int64 { return now.Add(-d).Unix() }
	fails := &channel.WebhookTrouble{Code: "webhook_fails", Message: "Wrong response from the webhook: 502 Bad Gateway"}
	diverted := &channel.WebhookTrouble{Code: chat.HealthDiverted}
	for name, test := range map[string]struct {
		info object
		want *channel.WebhookTrouble
	}{
		"it works":                {object{"url": ours, "pending_update_count": 0}, nil},
		"an update is on its way": {object{"url": ours, "pending_update_count": 3}, nil},
		"it failed once, long ago, and an update is on its way": {object{"url": ours, "pending_update_count": 1, "last_error_date": ago(time.Hour), "last_error_message": fails.Message}, nil},
		"it failed just now, and nothing waits":                 {object{"url": ours, "pending_update_count": 0, "last_error_date": ago(time.Minute), "last_error_message": fails.Message}, nil},
		"it fails":                                              {object{"url": ours, "pending_update_count": 1, "last_error_date": ago(time.Minute), "last_error_message": fails.Message}, fails},
		"it leads elsewhere":                                    {object{"url": "https://other.example/bot", "pending_update_count": 0}, diverted},
		"it leads to another bot of ours":                       {object{"url": address + "/7000000002", "pending_update_count": 0}, diverted},
		"it was removed":                                        {object{"url": "", "pending_update_count": 9}, diverted},
	} {
		a, last := server(t, ok(test.info))
		got, err := a.InspectWebhook(t.Context(), credentials, bot, address, now)
		if err != nil || !reflect.DeepEqual(got, test.want) || last.method != "getWebhookInfo" {
			t.Errorf("%s: %+v, %v, asked %s", name, got, err, last.method)
		}
	}
	a, _ := server(t, refused(401, "Unauthorized"))
	if _, err := a.InspectWebhook(t.Context(), credentials, bot, address, now); channel.Provider(err) == nil || channel.Provider(err).Class != channel.ClassReauthorise {
		t.Errorf("a revoked token: %v", err)
	}
}

func TestUnsubscribe_RevokedToken_IsDone(t *testing.T) {
	t.Parallel()
	a, last := server(t, ok(true))
	if err := a.Unsubscribe(t.Context(), credentials); err != nil || last.method != "deleteWebhook" {
		t.Errorf("%v, asked %s", err, last.method)
	}
	a, _ = server(t, refused(401, "Unauthorized"))
	if err := a.Unsubscribe(t.Context(), credentials); err != nil {
		t.Errorf("a revoked token: %v", err)
	}
	a, _ = server(t, answer(500, ""))
	if err := a.Unsubscribe(t.Context(), credentials); !fault.Is(err, fault.Unavailable) {
		t.Errorf("Telegram is down: %v", err)
	}
}

func TestRespond_TapsOnly(t *testing.T) {
	t.Parallel()
	for i, body := range bodies(t, "testdata/taps.json")[:1] {
		if got := string(adapter().Respond(channel.Request{Asset: bot, Body: body})); got != `{"callback_query_id":"4382bfdwdsb323b2d9","method":"answerCallbackQuery"}` {
			t.Errorf("tap %d: %s", i, got)
		}
	}
	for _, body := range bodies(t, "testdata/text.json") {
		if got := adapter().Respond(channel.Request{Asset: bot, Body: body}); got != nil {
			t.Errorf("a text is answered %s", got)
		}
	}
}

func TestSettings_UsernameOnly(t *testing.T) {
	t.Parallel()
	check := adapter().Settings
	for given, want := range map[string]string{``: `{}`, `{}`: `{}`, `{"username":"tienda_bot","other":1}`: `{"username":"tienda_bot"}`} {
		if got, err := check([]byte(given)); err != nil || string(got) != want {
			t.Errorf("%q: %s, %v", given, got, err)
		}
	}
	for _, wrong := range []string{`[]`, `{"username":7}`, `{"username":"` + strings.Repeat("a", 65) + `"}`} {
		if _, err := check([]byte(wrong)); !fault.Is(err, fault.Invalid) || fault.As(err).Field != "settings" {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

// S1-24: the limits that Telegram publishes.
func TestCapabilities_PublishedLimits(t *testing.T) {
	t.Parallel()
	able := adapter().Capabilities()
	if able.Window != 0 || able.MaxText != 4096 || able.MaxCaption != 1024 || able.Attachments[chat.TypeImage].MaxSize != 10<<20 || able.Attachments[chat.TypeDocument].MaxSize != 50<<20 {
		t.Errorf("%+v", able)
	}
	if i := able.Interactive; i.MaxBody+i.MaxFooter+i.MaxRows*(i.MaxRowTitle+i.MaxRowDescription+3)+i.MaxSections*(i.MaxRowTitle+3)+4 > able.MaxText {
		t.Errorf("a list may become longer than any text: %+v", i)
	}
}
