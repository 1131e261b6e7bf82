package telegram_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim"
)

func TestGetMe_TokenNamesTheBot(t *testing.T) {
	t.Parallel()
	f := start(t)
	if err := f.PutBot("777:other", "Otra", "otra_bot"); err != nil {
		t.Fatal(err)
	}
	want(t, f.must("getMe", nil), object{"id": 123456, "is_bot": true, "first_name": "Tienda Demo", "username": "tienda_bot"})
	for _, wrong := range []string{"123456:wrong", "123456", "777:ABC-def"} {
		status, answer := f.request(wrong, "getMe", "", http.NoBody)
		if status != http.StatusUnauthorized || answer["description"] != "Unauthorized" {
			t.Errorf("%s: got %d %v", wrong, status, answer)
		}
	}
	if status, answer := f.request("777:other", "GETME", "", http.NoBody); status != http.StatusOK || fmt.Sprint(at(answer, "result.id")) != "777" {
		t.Errorf("got %d %v", status, answer)
	}
	f.refused("noSuchMethod", nil, http.StatusNotFound, "Not Found: method not found")
	if f.PutBot("no colon", "a", "b") == nil {
		t.Error("a token without a colon was accepted")
	}
}

func TestSend_TextToKnownChats(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.refused("sendMessage", text(person), http.StatusBadRequest, "Bad Request: chat not found")
	if _, err := f.AddCustomer(sim.Customer{ID: person, Name: "Ana"}); err != nil {
		t.Fatal(err)
	}
	f.refused("sendMessage", text(person), http.StatusForbidden, "Forbidden: bot can't initiate conversation with a user")
	f.write(sim.Incoming{Text: "hola"})
	args := text(person)
	args["reply_parameters"] = object{"message_id": 1}
	want(t, f.must("sendMessage", args), object{
		"message_id": 2, "text": "¡Hola! 👨‍👩‍👧", "from.is_bot": true, "chat.id": person, "reply_to_message.message_id": 1, "date": noon.Unix(),
	})
	for kind, body := range map[string]string{
		"application/x-www-form-urlencoded": "chat_id=" + person + "&text=a", "application/json; charset=utf-8": `{"chat_id":` + person + `,"text":"a"}`,
	} {
		if status, answer := f.request(token, "sendMessage", kind, strings.NewReader(body)); status != http.StatusOK || at(answer, "result.text") != "a" {
			t.Errorf("%s: got %d %v", kind, status, answer)
		}
	}
	response, err := http.Get(f.url + "/telegram/bot" + token + "/sendMessage?chat_id=" + person + "&text=b")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("GET: got %v, %v", response, err)
	}
	for name, test := range map[string]struct {
		change      object
		description string
	}{
		"no chat":        {object{"chat_id": ""}, "Bad Request: chat_id is empty"},
		"no text":        {object{"text": " "}, "Bad Request: message text is empty"},
		"a long text":    {object{"text": strings.Repeat("ñ", 4097)}, "Bad Request: message is too long"},
		"no such quote":  {object{"reply_parameters": object{"message_id": 99}}, "Bad Request: message to be replied not found"},
		"long data":      {object{"reply_markup": object{"inline_keyboard": [][]object{{{"text": "a", "callback_data": strings.Repeat("x", 65)}}}}}, "Bad Request: BUTTON_DATA_INVALID"},
		"formatted text": {object{"parse_mode": "HTML"}, "Bad Request: unsupported parse_mode"},
	} {
		args := text(person)
		for field, value := range test.change {
			args[field] = value
		}
		f.refused("sendMessage", args, http.StatusBadRequest, test.description)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	args["reply_parameters"] = object{"message_id": 99, "allow_sending_without_reply": true}
	f.must("sendMessage", args)
}

func TestSend_FilesAndDownload(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.write(sim.Incoming{Text: "hola"})
	to := map[string]string{"chat_id": person, "caption": "pie"}
	for method, result := range map[string]string{
		"sendDocument": "document", "sendVideo": "video", "sendAudio": "audio", "sendVoice": "voice", "sendSticker": "sticker", "sendPhoto": "photo.1",
	} {
		field := strings.ToLower(strings.TrimPrefix(method, "send"))
		status, answer := f.upload(method, field, "año.pdf", picture(t), to)
		id, _ := at(answer, "result."+result+".file_id").(string)
		if status != http.StatusOK || id == "" {
			t.Fatalf("%s: got %d %v", method, status, answer)
		}
		if caption := at(answer, "result.caption"); (caption == "pie") != (field != "sticker") {
			t.Errorf("%s: the caption is %v", method, caption)
		}
		args := object{"chat_id": person, field: id}
		f.must(method, args)
	}
	sent := f.Sent()
	file := f.must("getFile", object{"file_id": sent[0].File.ID})
	response, err := http.Get(f.url + "/telegram/file/bot" + token + "/" + at(file, "file_path").(string))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(response.Body)
	if err != nil || int64(len(content)) != sent[0].File.Size || response.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("got %d bytes of %s, %v", len(content), response.Header.Get("Content-Type"), err)
	}
	f.refused("getFile", object{"file_id": "unknown"}, http.StatusBadRequest, "Bad Request: invalid file_id")
	f.refused("sendPhoto", object{"chat_id": person}, http.StatusBadRequest, "Bad Request: there is no photo in the request")
	f.refused("sendPhoto", object{"chat_id": person, "photo": "unknown"}, http.StatusBadRequest, "Bad Request: wrong file identifier/HTTP URL specified")
	f.refused("sendPhoto", object{"chat_id": person, "photo": "x", "caption": strings.Repeat("ñ", 1025)}, http.StatusBadRequest, "Bad Request: message caption is too long")
}

func TestFiles_Limits(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.write(sim.Incoming{Text: "hola"})
	to := map[string]string{"chat_id": person}
	if _, answer := f.upload("sendPhoto", "photo", "a.png", append(picture(t), make([]byte, 10<<20)...), to); !strings.Contains(answer["description"].(string), "is too big for a photo") {
		t.Errorf("got %v", answer)
	}
	if _, answer := f.upload("sendPhoto", "photo", "a.txt", []byte("text"), to); answer["description"] != "Bad Request: IMAGE_PROCESS_FAILED" {
		t.Errorf("got %v", answer)
	}
	if status, answer := f.upload("sendDocument", "document", "a.bin", make([]byte, 50<<20+1), to); status != http.StatusRequestEntityTooLarge {
		t.Errorf("got %d %v", status, answer)
	}
	status, answer := f.upload("sendDocument", "document", "a.bin", make([]byte, 20<<20+1), to)
	if status != http.StatusOK {
		t.Fatalf("got %d %v", status, answer)
	}
	f.refused("getFile", object{"file_id": at(answer, "result.document.file_id")}, http.StatusBadRequest, "Bad Request: file is too big")
}

func TestSend_PlacesAndContacts(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.write(sim.Incoming{Text: "hola"})
	place := object{"chat_id": person, "latitude": -34.5, "longitude": 2}
	want(t, f.must("sendLocation", place), object{"location.latitude": -34.5, "venue": nil})
	f.refused("sendVenue", object{"chat_id": person, "latitude": 1, "longitude": 2, "address": "Calle 1"}, http.StatusBadRequest, "Bad Request: title is empty")
	place["title"], place["address"] = "Plaza", "Calle 1"
	want(t, f.must("sendVenue", place), object{"venue.title": "Plaza", "location.longitude": 2})
	want(t, f.must("sendContact", object{"chat_id": person, "phone_number": "+54", "first_name": "Ana"}), object{"contact.first_name": "Ana"})
	f.refused("sendLocation", object{"chat_id": person, "longitude": 2}, http.StatusBadRequest, "Bad Request: latitude is empty")
	f.refused("sendLocation", object{"chat_id": person, "latitude": 91, "longitude": 2}, http.StatusBadRequest, "Bad Request: invalid latitude specified")
	f.must("sendChatAction", object{"chat_id": person, "action": "typing"})
	f.refused("sendChatAction", object{"chat_id": person, "action": "sleeping"}, http.StatusBadRequest, "Bad Request: wrong parameter action in request")
}

func TestEditDeleteReact(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.write(sim.Incoming{Text: "hola"})
	f.must("sendMessage", text(person))
	edit := object{"chat_id": person, "message_id": 2, "text": "otro"}
	want(t, f.must("editMessageText", edit), object{"text": "otro", "edit_date": noon.Unix(), "message_id": 2})
	f.refused("editMessageText", edit, http.StatusBadRequest, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	f.refused("editMessageText", object{"chat_id": person, "message_id": 1, "text": "a"}, http.StatusBadRequest, "Bad Request: message can't be edited")
	f.refused("editMessageText", object{"chat_id": person, "message_id": 9, "text": "a"}, http.StatusBadRequest, "Bad Request: message to edit not found")
	react := func(emoji ...string) object {
		list := []object{}
		for _, e := range emoji {
			list = append(list, object{"type": "emoji", "emoji": e})
		}
		return object{"chat_id": person, "message_id": 1, "reaction": list}
	}
	f.must("setMessageReaction", react("👍"))
	f.refused("setMessageReaction", react("🚗"), http.StatusBadRequest, "Bad Request: REACTION_INVALID")
	if m, _ := f.Message("123456:" + person + ":1"); m.BusinessReaction != "👍" {
		t.Errorf("got %+v", m)
	}
	f.must("setMessageReaction", react())
	f.must("deleteMessage", object{"chat_id": person, "message_id": 2})
	if m := f.Sent()[0]; !m.Revoked || m.Text != "" {
		t.Errorf("got %+v", m)
	}
	f.refused("deleteMessage", object{"chat_id": person, "message_id": 2}, http.StatusBadRequest, "Bad Request: message to delete not found")
}

func TestWebhook_SetDeleteInfo(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.must("deleteWebhook", nil)
	f.write(sim.Incoming{Text: "uno"})
	f.write(sim.Incoming{Text: "dos"})
	want(t, f.must("getWebhookInfo", nil), object{"url": "", "pending_update_count": 2})
	f.must("setWebhook", object{"url": f.business.URL})
	if got := f.updates(); len(got) != 2 || at(got[1], "message.text") != "dos" || f.business.secrets[1] != "" {
		t.Errorf("got %v and %v", got, f.business.secrets)
	}
	f.must("deleteWebhook", nil)
	f.write(sim.Incoming{Text: "tres"})
	f.must("setWebhook", object{"url": f.business.URL, "drop_pending_updates": true})
	if got := f.updates(); len(got) != 2 {
		t.Errorf("got %v", got)
	}
	want(t, f.must("getWebhookInfo", nil), object{"url": f.business.URL, "pending_update_count": 0, "allowed_updates.0": "message"})
	for address, description := range map[string]string{
		"http://example.com/": "Bad Request: bad webhook: An HTTPS URL must be provided for webhook", "nowhere": "Bad Request: invalid webhook URL specified",
	} {
		f.refused("setWebhook", object{"url": address}, http.StatusBadRequest, description)
	}
	f.refused("setWebhook", object{"url": f.business.URL, "secret_token": "with space"}, http.StatusBadRequest, "Bad Request: secret token contains unallowed characters")
}

func TestRestart_KeepsWebhookAndPendingUpdates(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.write(sim.Incoming{Text: "uno"})
	before := updateID(t, f.updates()[0])
	f.must("sendMessage", text(person))
	f.must("deleteWebhook", nil)
	f.write(sim.Incoming{Text: "dos"})
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f.open()
	f.must("setWebhook", object{"url": f.business.URL, "secret_token": secret})
	got := f.updates()
	if len(got) != 2 || updateID(t, got[1]) != before+1 || fmt.Sprint(at(got[1], "message.message_id")) != "3" {
		t.Errorf("got %v", got)
	}
}

func TestFaults_EachKind(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault       sim.Fault
		status      int
		description any
		sent        int
	}{
		"a rate limit":            {sim.Fault{Code: 429, RetryAfter: 5}, 429, "Too Many Requests: retry after 5", 0},
		"a server error":          {sim.Fault{}, 500, "Internal Server Error", 0},
		"blocked":                 {sim.Fault{Code: 403}, 403, "Forbidden: bot was blocked by the user", 0},
		"a bare status":           {sim.Fault{Do: sim.DoStatus}, 502, nil, 0},
		"a drop":                  {sim.Fault{Do: sim.DoDrop}, 0, nil, 0},
		"a drop after acceptance": {sim.Fault{Do: sim.DoDrop, Accept: true}, 0, nil, 1},
		"a delay":                 {sim.Fault{Do: sim.DoDelay, Delay: 1}, 200, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			f.write(sim.Incoming{Text: "hola"})
			if err := f.Fail(test.fault); err != nil {
				t.Fatal(err)
			}
			status, answer := f.call("sendMessage", text(person))
			if status != test.status || answer["description"] != test.description || len(f.Sent()) != test.sent {
				t.Errorf("got %d %v and %d sent", status, answer, len(f.Sent()))
			}
			if test.fault.RetryAfter > 0 {
				want(t, answer, object{"parameters.retry_after": test.fault.RetryAfter})
			}
			f.must("sendMessage", text(person))
		})
	}
	t.Run("a time-out after acceptance", func(t *testing.T) {
		t.Parallel()
		f := start(t)
		f.write(sim.Incoming{Text: "hola"})
		if err := f.Fail(sim.Fault{Do: sim.DoHang, Accept: true}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			limit, stop := context.WithTimeout(t.Context(), 10*time.Second)
			defer stop()
			_, _ = f.WaitSent(limit, 1) // either way, the call ends
			cancel()
		}()
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url+"/telegram/bot"+token+"/sendMessage?chat_id="+person+"&text=a", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close() // the test has failed already
			t.Error("the call was answered")
		}
		if len(f.Sent()) != 1 {
			t.Error("the message was not accepted")
		}
	})
	f := start(t)
	if f.Fail(sim.Fault{On: "noSuchCall"}) == nil || f.Fail(sim.Fault{Do: sim.DoFailLater}) == nil {
		t.Error("unknown faults were accepted")
	}
}

func TestPage_ControlAPI(t *testing.T) {
	t.Parallel()
	f := start(t)
	post := func(path, body string) (int, string) {
		response, err := http.Post(f.url+"/local/sim/telegram"+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var answer bytes.Buffer
		if _, err := answer.ReadFrom(response.Body); err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, answer.String()
	}
	for path, body := range map[string]string{
		"/accounts": `{"token":"9:x","name":"Otra","display":"@otra"}`, "/customers": `{"name":"Ana"}`, "/customers/" + person + "/messages": `{"text":"hola"}`,
	} {
		if status, answer := post(path, body); status/100 != 2 {
			t.Errorf("%s: got %d %s", path, status, answer)
		}
	}
	if status, answer := post("/customers/"+person+"/block", `{"blocked":true}`); status != http.StatusOK {
		t.Errorf("got %d %s", status, answer)
	}
	for path, part := range map[string]string{"/local/telegram/": `data-api="/local/sim/telegram"`, "/local/telegram/phone.js": "EventSource", "/local/sim/telegram/state": `"text":"hola"`} {
		response, err := http.Get(f.url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil || !strings.Contains(string(body), part) || strings.Contains(string(body), token) {
			t.Errorf("%s: got %d %s, %v", path, response.StatusCode, body, err)
		}
	}
}
