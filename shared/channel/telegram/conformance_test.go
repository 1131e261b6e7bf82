package telegram_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"testing"

	"github.com/recado-chat/recado/infra/testkit/channeltest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/telegram"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

const token = bot + ":AAFakeTokenOfATest-_09"

var credentials = chat.Credentials(`{"accessToken":"` + token + `"}`)

// B-50: Telegram passes the same suite as every channel.
func TestConformance(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Wire{
		Dial:        func(url string, client *http.Client) channel.Adapter { return telegram.New(url, client) },
		Asset:       bot,
		Credentials: credentials,
		Tells:       []channeltest.Kind{channeltest.Text, channeltest.Quote, channeltest.Reaction, channeltest.Edit},
		Requests:    requests,
		Sign: func(request channel.Request, secret string) channel.Request {
			request.Header = http.Header{"X-Telegram-Bot-Api-Secret-Token": {secretOf(secret, request.Asset)}}
			return request
		},
		Forge: func(signed channel.Request) channel.Request {
			signed.Asset = "7000000002" // another account's bot
			return signed
		},
		Opens: ok(object{"id": numberOfBot, "is_bot": true, "first_name": "Tienda", "username": "tienda_bot"}),
		Takes: func(id string) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				var asked object
				_ = json.NewDecoder(r.Body).Decode(&asked)
				ok(object{"message_id": numberOf(id), "chat": object{"id": asked["chat_id"], "type": "private"}, "date": 1})(w, r)
			}
		},
		Refusals: map[string]channeltest.Refusal{
			"the bot is blocked":      {Answer: refused(403, "Forbidden: bot was blocked by the user"), Code: fault.Invalid, Meaning: channel.ClassMessage},
			"no such chat":            {Answer: refused(400, "Bad Request: chat not found"), Code: fault.Invalid, Meaning: channel.ClassMessage},
			"too fast":                {Answer: answer(429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 3","parameters":{"retry_after":3}}`), Code: fault.RateLimited, Meaning: channel.ClassMessage},
			"the token is revoked":    {Answer: refused(401, "Unauthorized"), Code: fault.Forbidden, Meaning: channel.ClassReauthorise},
			"the bot is deleted":      {Answer: refused(404, "Not Found"), Code: fault.Forbidden, Meaning: channel.ClassReauthorise},
			"the connection was lost": {Answer: hangUp, Code: fault.Unavailable, Meaning: channel.ClassUncertain},
			"it broke in the middle":  {Answer: refused(502, "Bad Gateway"), Code: fault.Unavailable, Meaning: channel.ClassUncertain},
		},
		Serves: func(ref string, content []byte) http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("POST /bot"+token+"/getFile", ok(object{"file_id": ref, "file_size": len(content), "file_path": "photos/file 1.png"}))
			mux.HandleFunc("GET /file/bot"+token+"/photos/file 1.png", answer(200, string(content)))
			return mux
		},
		Gone: refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
	})
}

const numberOfBot = 7000000001

type object = map[string]any

// secretOf is the secret_token of a bot: what setWebhook is given and every webhook brings.
func secretOf(key, bot string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte("telegram webhook of bot " + bot))
	return hex.EncodeToString(mac.Sum(nil))
}

// numberOf makes the suite's ids numbers, as Telegram's are.
func numberOf(id string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return int64(h.Sum32()>>1) + 1
}

// requests builds webhooks as https://core.telegram.org/bots/api#update describes them: one update each.
func requests(updates ...channeltest.Update) (all []channel.Request) {
	for _, u := range updates {
		id, err := strconv.ParseInt(u.Person, 10, 64)
		if err != nil {
			panic(err)
		}
		room := object{"id": id, "type": "private", "first_name": "Ana"}
		from := object{"id": id, "is_bot": false, "first_name": "Ana"}
		message := func(id string) object {
			return object{"message_id": numberOf(id), "from": from, "chat": room, "date": u.At.Unix()}
		}
		body := object{"update_id": numberOf(fmt.Sprint(u))}
		switch u.Kind {
		case channeltest.Text:
			m := message(u.ID)
			m["text"], body["message"] = u.Text, m
		case channeltest.Quote:
			m := message(u.ID)
			m["text"], m["reply_to_message"], body["message"] = u.Text, message(u.Target), m
		case channeltest.Unknown:
			m := message(u.ID)
			m["hologram"], body["message"] = object{"depth": 3}, m
		case channeltest.Edit:
			m := message(u.Target)
			m["text"], m["edit_date"], body["edited_message"] = u.Text, u.At.Unix(), m
		case channeltest.Reaction:
			body["message_reaction"] = object{
				"chat": room, "message_id": numberOf(u.Target), "user": from, "date": u.At.Unix(), "old_reaction": []any{},
				"new_reaction": []any{object{"type": "emoji", "emoji": u.Text}},
			}
		default:
			body["weather"] = object{"rain": true}
		}
		encoded, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		all = append(all, channel.Request{Asset: bot, Body: encoded})
	}
	return all
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// ok is a result as the Bot API gives it.
func ok(result any) http.HandlerFunc {
	body, err := json.Marshal(object{"ok": true, "result": result})
	if err != nil {
		panic(err)
	}
	return answer(200, string(body))
}

func refused(code int, description string) http.HandlerFunc {
	body, err := json.Marshal(object{"ok": false, "error_code": code, "description": description})
	if err != nil {
		panic(err)
	}
	return answer(code, string(body))
}

// hangUp takes the request and breaks the connection.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = connection.Close()
	}
}
