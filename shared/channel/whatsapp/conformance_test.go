package whatsapp_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/testkit/channeltest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/whatsapp"
	"github.com/recado-chat/recado/shared/fault"
)

// S3-02: WhatsApp is a channel like any other.
func TestConformance(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Wire{
		Dial:  func(url string, client *http.Client) channel.Adapter { return whatsapp.New(url, client) },
		Asset: number,
		Form:  formOf,
		Tells: []channeltest.Kind{channeltest.Text, channeltest.Quote, channeltest.Echo, channeltest.Status, channeltest.Reaction, channeltest.Edit, channeltest.Revoke},
		Requests: func(updates ...channeltest.Update) []channel.Request {
			return []channel.Request{{Body: webhookOf(updates...)}}
		},
		Sign: func(request channel.Request, secret string) channel.Request {
			request.Header = http.Header{"X-Hub-Signature-256": {"sha256=" + sign(secret, request.Body)}}
			return request
		},
		Forge: func(signed channel.Request) channel.Request {
			signed.Body = append([]byte(" "), signed.Body...)
			return signed
		},
		Credentials: credentials,
		Stops:       true,
		Opens:       answer(http.StatusOK, `{"id":"`+number+`","display_phone_number":"+54 9 11 4000-1234","verified_name":"Tienda"}`),
		Takes: func(id string) http.HandlerFunc {
			return answer(200, `{"messaging_product":"whatsapp","messages":[{"id":"`+id+`"}]}`)
		},
		Refusals: map[string]channeltest.Refusal{
			"the window has closed":   {Answer: answer(400, graphError(131047)), Code: fault.Invalid, Meaning: channel.ClassMessage},
			"too fast":                {Answer: answer(400, graphError(130429)), Code: fault.RateLimited, Meaning: channel.ClassMessage},
			"it may pass":             {Answer: answer(400, graphError(131016)), Code: fault.Unavailable, Meaning: channel.ClassMessage},
			"the token is dead":       {Answer: answer(401, graphError(190)), Code: fault.Forbidden, Meaning: channel.ClassReauthorise},
			"the account is stopped":  {Answer: answer(400, graphError(131031)), Code: fault.Forbidden, Meaning: channel.ClassStopped},
			"the connection was lost": {Answer: hangUp, Code: fault.Unavailable, Meaning: channel.ClassUncertain},
		},
		Serves: func(ref string, content []byte) http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("/"+whatsapp.GraphVersion+"/"+ref, func(w http.ResponseWriter, r *http.Request) {
				answer(200, fmt.Sprintf(`{"url":"http://%s/bytes","mime_type":"image/png","file_size":%d,"id":%q}`, r.Host, len(content), ref))(w, r)
			})
			mux.HandleFunc("/bytes", answer(200, string(content)))
			return mux
		},
		Gone: answer(400, graphError(100)),
	})
}

type object = map[string]any

// webhookOf builds a body as PROVIDERS §2.1 describes it.
func webhookOf(updates ...channeltest.Update) []byte {
	head := func(u channeltest.Update, kind string, content any) object {
		return object{
			"from": u.Person, "id": u.ID, "timestamp": strconv.FormatInt(u.At.Unix(), 10), "type": kind, kind: content,
		}
	}
	text := func(u channeltest.Update) object { return object{"body": u.Text} }
	value := func() object {
		return object{"messaging_product": "whatsapp", "metadata": object{"display_phone_number": "5491140001234", "phone_number_id": number}}
	}
	messages, echoes := value(), value()
	var changes []any
	add := func(to object, list string, item object) {
		all, _ := to[list].([]any)
		to[list] = append(all, item)
	}
	for _, u := range updates {
		switch u.Kind {
		case channeltest.Text:
			add(messages, "messages", head(u, "text", text(u)))
		case channeltest.Quote:
			quoting := head(u, "text", text(u))
			quoting["context"] = object{"from": "5491140001234", "id": u.Target}
			add(messages, "messages", quoting)
		case channeltest.Reaction:
			add(messages, "messages", head(u, "reaction", object{"message_id": u.Target, "emoji": u.Text}))
		case channeltest.Edit:
			add(messages, "messages", head(u, "edit", object{"original_message_id": u.Target, "message": object{"type": "text", "text": text(u)}}))
		case channeltest.Revoke:
			add(messages, "messages", head(u, "revoke", object{"original_message_id": u.Target}))
		case channeltest.Unknown:
			add(messages, "messages", head(u, "hologram", object{"depth": 3}))
		case channeltest.Status:
			add(messages, "statuses", object{
				"id": u.Target, "status": string(u.Status), "timestamp": strconv.FormatInt(u.At.Unix(), 10), "recipient_id": u.Person,
			})
		case channeltest.Echo:
			echo := head(u, "text", text(u))
			echo["from"], echo["to"] = "5491140001234", u.Person
			add(echoes, "message_echoes", echo)
		case channeltest.Elsewise:
			changes = append(changes, object{"field": "weather", "value": object{"metadata": object{"phone_number_id": number}, "rain": true}})
		}
	}
	if messages["messages"] != nil || messages["statuses"] != nil {
		changes = append(changes, object{"field": "messages", "value": messages})
	}
	if echoes["message_echoes"] != nil {
		changes = append(changes, object{"field": "smb_message_echoes", "value": echoes})
	}
	var body strings.Builder
	if err := json.NewEncoder(&body).Encode(object{"object": "whatsapp_business_account", "entry": []any{object{"id": "1", "changes": changes}}}); err != nil {
		panic(err)
	}
	return []byte(body.String())
}
