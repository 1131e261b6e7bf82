package telegram

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// secretHeader carries the secret_token of setWebhook. https://core.telegram.org/bots/api#setwebhook
const secretHeader = "X-Telegram-Bot-Api-Secret-Token" //nolint:gosec // the name of a header

// allowedUpdates are the kinds of updates that the webhook gets. message_reaction comes only when it is named.
// https://core.telegram.org/bots/api#update
var allowedUpdates = []string{"message", "edited_message", "message_reaction", "callback_query", "my_chat_member"}

// secretOf is a bot's webhook secret under a key of the deployment: 64 of the characters that secret_token may have.
func secretOf(key, bot string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte("telegram webhook of bot " + bot))
	return hex.EncodeToString(mac.Sum(nil))
}

// Verify compares the request's secret with that of the bot in its address, under every accepted key.
func (*Adapter) Verify(request channel.Request, secrets channel.Secrets) error {
	keys, err := secrets(webhookKey)
	if err != nil {
		return fmt.Errorf("read the webhook keys: %w", err)
	}
	given, matches := sha256.Sum256([]byte(request.Header.Get(secretHeader))), 0
	for _, key := range keys {
		if key == "" || request.Asset == "" {
			continue
		}
		want := sha256.Sum256([]byte(secretOf(key, request.Asset)))
		matches |= subtle.ConstantTimeCompare(given[:], want[:])
	}
	if matches != 1 {
		return fault.New(fault.Unauthenticated, "the webhook's secret is missing or wrong")
	}
	return nil
}

// Respond answers a tap with the call that ends the button's progress bar. It needs no token: Telegram takes a method in the answer to a
// webhook. https://core.telegram.org/bots/api#making-requests-when-getting-updates
func (*Adapter) Respond(request channel.Request) []byte {
	var update wireUpdate
	if decode(request.Body, &update) != nil || update.Tap == nil || update.Tap.ID == "" {
		return nil
	}
	call, _ := json.Marshal(map[string]string{"method": "answerCallbackQuery", "callback_query_id": update.Tap.ID}) // strings always encode
	return call
}

// Connect asks which bot the token is of. https://core.telegram.org/bots/api#getme
func (a *Adapter) Connect(ctx context.Context, credentials chat.Credentials, asset string, _ []byte) (channel.Asset, error) {
	answer, err := a.call(ctx, credentials, "getMe", struct{}{}, false)
	if p := channel.Provider(err); p != nil && p.Class == channel.ClassReauthorise {
		return channel.Asset{}, fault.New(fault.Invalid, "Telegram does not accept this token").WithField("credentials.accessToken").WithReason("refused").WithCause(err)
	}
	if err != nil {
		return channel.Asset{}, err
	}
	var me struct {
		ID       int64  `json:"id"`
		Username string `json:"username"`
	}
	if err := json.Unmarshal(answer, &me); err != nil || me.ID == 0 {
		return channel.Asset{}, unanswered(false, &channel.ProviderError{Code: codeNoAnswer, Message: "the answer names no bot"})
	}
	bot := fmt.Sprint(me.ID)
	if asset != "" && asset != bot {
		return channel.Asset{}, fault.New(fault.Invalid, "the token belongs to another bot").WithField("credentials.accessToken").WithReason("other_asset")
	}
	stored, err := json.Marshal(settings{Username: me.Username})
	return channel.Asset{ExternalID: bot, Settings: stored}, err
}

// Subscribe sets the bot's webhook, with the secret under the newest key. Setting the same one again changes nothing.
// https://core.telegram.org/bots/api#setwebhook
func (a *Adapter) Subscribe(ctx context.Context, credentials chat.Credentials, asset, address string, secrets channel.Secrets) error {
	keys, err := secrets(webhookKey)
	if err != nil {
		return fmt.Errorf("read the webhook keys: %w", err)
	}
	if len(keys) == 0 || keys[0] == "" {
		return fault.New(fault.Unavailable, "the deployment has no key for Telegram's webhooks").WithReason("not_set_up")
	}
	_, err = a.call(ctx, credentials, "setWebhook", struct {
		URL            string   `json:"url"`
		SecretToken    string   `json:"secret_token"`
		AllowedUpdates []string `json:"allowed_updates"`
	}{address + "/" + asset, secretOf(keys[0], asset), allowedUpdates}, false)
	return err
}

// failsFor is how long ago the last failed call may be, for the calls to fail now. An update that was not taken is sent again after two
// minutes at the latest. https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/WebhookActor.h
const failsFor = 10 * time.Minute

// codeWebhookFails is our own code, as Telegram has none for failed calls.
const codeWebhookFails = "webhook_fails"

// InspectWebhook asks for the bot's webhook: somebody else who has the token may have set another address, and updates that we do not take
// wait for 24 hours. https://core.telegram.org/bots/api#getwebhookinfo
func (a *Adapter) InspectWebhook(ctx context.Context, credentials chat.Credentials, asset, address string, now time.Time) (*channel.WebhookTrouble, error) {
	answer, err := a.call(ctx, credentials, "getWebhookInfo", struct{}{}, false)
	if err != nil {
		return nil, err
	}
	var info struct {
		URL       string `json:"url"`
		Pending   int    `json:"pending_update_count"`
		ErrorDate int64  `json:"last_error_date"` // Unix seconds; it stays when calls succeed again
		Error     string `json:"last_error_message"`
	}
	if err := json.Unmarshal(answer, &info); err != nil {
		return nil, unanswered(false, &channel.ProviderError{Code: codeNoAnswer, Message: "the answer tells of no webhook"})
	}
	switch {
	case info.URL != address+"/"+asset:
		return &channel.WebhookTrouble{Code: chat.HealthDiverted}, nil
	case info.Pending > 0 && now.Sub(time.Unix(info.ErrorDate, 0)) < failsFor:
		return &channel.WebhookTrouble{Code: codeWebhookFails, Message: info.Error}, nil
	}
	return nil, nil
}

// Unsubscribe removes the bot's webhook. https://core.telegram.org/bots/api#deletewebhook
func (a *Adapter) Unsubscribe(ctx context.Context, credentials chat.Credentials) error {
	_, err := a.call(ctx, credentials, "deleteWebhook", struct{}{}, false)
	if p := channel.Provider(err); p != nil && p.Class == channel.ClassReauthorise {
		return nil // a revoked token's webhook is gone already
	}
	return err
}
