package telegram_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"testing"

	"github.com/recado-chat/recado/infra/local/sim"
)

func picture(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 320, 240))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func updateID(t *testing.T, update object) int64 {
	t.Helper()
	written, _ := update["update_id"].(json.Number)
	id, err := written.Int64()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestWrite_EachKind_UpdateFields(t *testing.T) {
	t.Parallel()
	f := start(t)
	if _, err := f.AddCustomer(sim.Customer{ID: person, Name: "Ana María Pérez", Username: "ana", Language: "es"}); err != nil {
		t.Fatal(err)
	}
	upload := func(mime string, content []byte) *sim.Upload {
		return &sim.Upload{Name: "año.bin", Mime: mime, Content: content}
	}
	first := f.write(sim.Incoming{Text: "🧡 /no https://example.com/a"})
	for name, test := range map[string]struct {
		in   sim.Incoming
		want object
	}{
		"command":  {sim.Incoming{Text: "/start"}, object{"text": "/start", "entities.0.type": "bot_command", "entities.0.length": 6}},
		"url":      {sim.Incoming{Text: "🧡 https://a.b"}, object{"entities.0.type": "url", "entities.0.offset": 3, "entities.0.length": 11}},
		"reply":    {sim.Incoming{Text: "y", ReplyTo: first}, object{"reply_to_message.message_id": 1, "reply_to_message.chat.id": 1000000001}},
		"photo":    {sim.Incoming{Type: "image", Text: "pie", File: upload("image/png", picture(t))}, object{"caption": "pie", "photo.0.width": 90, "photo.1.width": 320}},
		"document": {sim.Incoming{Type: "document", File: upload("application/pdf", []byte("%PDF"))}, object{"document.file_name": "año.bin", "document.file_size": 4, "document.mime_type": "application/pdf"}},
		"video":    {sim.Incoming{Type: "video", File: upload("video/mp4", []byte("v"))}, object{"video.mime_type": "video/mp4", "video.duration": 3}},
		"audio":    {sim.Incoming{Type: "audio", File: upload("audio/mpeg", []byte("a"))}, object{"audio.mime_type": "audio/mpeg"}},
		"voice":    {sim.Incoming{Type: "audio", File: upload("audio/ogg; codecs=opus", []byte("a"))}, object{"voice.duration": 3}},
		"note":     {sim.Incoming{Type: "video_note", File: upload("video/mp4", []byte("v"))}, object{"video_note.length": 240}},
		"sticker":  {sim.Incoming{Type: "sticker", File: upload("image/webp", []byte("w"))}, object{"sticker.is_animated": false, "sticker.type": "regular"}},
		"location": {sim.Incoming{Place: &sim.Place{Latitude: -34.5, Longitude: 2}}, object{"location.latitude": -34.5, "venue": nil}},
		"venue":    {sim.Incoming{Place: &sim.Place{Latitude: 1, Name: "Plaza", Address: "Calle 1"}}, object{"venue.title": "Plaza", "venue.location.latitude": 1}},
		"contact":  {sim.Incoming{Card: &sim.Card{Name: "Juan Paz", Phones: []string{"+54"}}}, object{"contact.phone_number": "+54", "contact.first_name": "Juan", "contact.last_name": "Paz"}},
		"album":    {sim.Incoming{Text: "a", Fields: object{"media_group_id": "77"}}, object{"media_group_id": "77"}},
	} {
		f.write(test.in)
		got := f.last("message")
		want(t, got, test.want)
		want(t, got, object{"from.first_name": "Ana", "from.last_name": "María Pérez", "from.username": "ana", "from.language_code": "es", "from.is_bot": false, "chat.type": "private", "date": noon.Unix()})
		if t.Failed() {
			t.Fatal(name)
		}
	}
	for _, secretSent := range f.business.secrets {
		if secretSent != secret {
			t.Errorf("the secret token is %q", secretSent)
		}
	}
	if m, _ := f.Message(first); m.Status != sim.Delivered {
		t.Errorf("the customer's message is %s, want delivered", m.Status)
	}
}

func TestUpdates_RetriedInOrder_IDsIncrease(t *testing.T) {
	t.Parallel()
	f := start(t, http.StatusInternalServerError, http.StatusServiceUnavailable)
	for _, words := range []string{"uno", "dos", "tres"} {
		f.write(sim.Incoming{Text: words})
	}
	got := f.updates()
	if len(got) != 3 {
		t.Fatalf("got %v", got)
	}
	for i, words := range []string{"uno", "dos", "tres"} {
		want(t, got[i], object{"message.text": words, "message.message_id": i + 1})
		if updateID(t, got[i]) != updateID(t, got[0])+int64(i) {
			t.Errorf("update ids %v and %v", got[0]["update_id"], got[i]["update_id"])
		}
	}
}

func TestChange_EditAndReaction(t *testing.T) {
	t.Parallel()
	f := start(t)
	id := f.write(sim.Incoming{Text: "hola"})
	edited, heart, none := "chau", "❤", ""
	if err := f.Change(id, sim.Change{Text: &edited}); err != nil {
		t.Fatal(err)
	}
	want(t, f.last("edited_message"), object{"text": "chau", "message_id": 1, "edit_date": noon.Unix()})
	if err := f.Change(id, sim.Change{Emoji: &heart}); err != nil {
		t.Fatal(err)
	}
	want(t, f.last("message_reaction"), object{"message_id": 1, "user.id": person, "old_reaction": []any{}, "new_reaction.0.emoji": "❤", "new_reaction.0.type": "emoji"})
	if err := f.Change(id, sim.Change{Emoji: &none}); err != nil {
		t.Fatal(err)
	}
	want(t, f.last("message_reaction"), object{"old_reaction.0.emoji": "❤", "new_reaction": []any{}})
	if f.Change(id, sim.Change{Revoke: true}) == nil {
		t.Error("a deletion was reported")
	}
}

func TestReaction_NotAllowed_NoUpdate(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.must("setWebhook", object{"url": f.business.URL, "allowed_updates": []string{}})
	id, emoji := f.write(sim.Incoming{Text: "hola"}), "👍"
	if err := f.Change(id, sim.Change{Emoji: &emoji}); err != nil {
		t.Fatal(err)
	}
	f.last("message")
	if m, _ := f.Message(id); m.Reaction != "👍" {
		t.Errorf("got %+v", m)
	}
}

func TestGroup_NegativeChatID(t *testing.T) {
	t.Parallel()
	f := start(t)
	group, err := f.AddCustomer(sim.Customer{Name: "Familia", Group: true})
	if err != nil {
		t.Fatal(err)
	}
	f.write(sim.Incoming{From: group.ID, Text: "hola"})
	want(t, f.last("message"), object{"chat.id": group.ID, "chat.type": "supergroup", "chat.title": "Familia", "from.first_name": "Member"})
	f.write(sim.Incoming{From: group.ID, Fields: object{"migrate_to_chat_id": -100123}})
	want(t, f.last("message"), object{"migrate_to_chat_id": -100123})
	if _, err := f.AddCustomer(sim.Customer{ID: "-5", Name: "Ana"}); err == nil {
		t.Error("a person with a negative id was accepted")
	}
}

func TestBlock_UpdateAndForbidden(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.write(sim.Incoming{Text: "hola"})
	if err := f.Block("", person, true); err != nil {
		t.Fatal(err)
	}
	want(t, f.last("my_chat_member"), object{"old_chat_member.status": "member", "new_chat_member.status": "kicked", "new_chat_member.user.id": 123456, "chat.id": person})
	f.refused("sendMessage", text(person), http.StatusForbidden, "Forbidden: bot was blocked by the user")
	if err := f.Block("", person, false); err != nil {
		t.Fatal(err)
	}
	want(t, f.last("my_chat_member"), object{"old_chat_member.status": "kicked", "new_chat_member.status": "member"})
	f.must("sendMessage", text(person))
}

func TestTap_CallbackQuery_AnsweredOnce(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.write(sim.Incoming{Text: "hola"})
	args := text(person)
	args["reply_markup"] = object{"inline_keyboard": [][]object{{{"text": "Sí", "callback_data": "yes"}, {"text": "Web", "url": "https://a.b"}}}}
	f.must("sendMessage", args)
	sent := f.Sent()[0]
	if len(sent.Options) != 2 || sent.Options[1].ID != "" {
		t.Fatalf("got %+v", sent.Options)
	}
	id, err := f.Tap(sent.ID, "yes")
	if err != nil {
		t.Fatal(err)
	}
	want(t, f.last("callback_query"), object{"id": id, "data": "yes", "from.id": person, "message.message_id": 2, "message.reply_markup.inline_keyboard.0.0.text": "Sí"})
	if _, ok := f.Answer(id); ok {
		t.Error("the query is answered already")
	}
	f.must("answerCallbackQuery", object{"callback_query_id": id, "text": "Gracias"})
	if answer, ok := f.Answer(id); !ok || answer != "Gracias" {
		t.Errorf("got %q, %v", answer, ok)
	}
	f.refused("answerCallbackQuery", object{"callback_query_id": id}, http.StatusBadRequest, "Bad Request: query is too old and response timeout expired or query ID is invalid")
	if _, err := f.Tap(sent.ID, "unknown"); err == nil {
		t.Error("an unknown button was pressed")
	}
}
