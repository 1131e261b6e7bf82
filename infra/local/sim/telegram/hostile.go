package telegram

import (
	"bytes"
	"context"
	"fmt"

	"github.com/recado-chat/recado/infra/local/sim"
)

// SendHostile sends an update that h draws, of one of the chats. One that is new says hello first, so that it can be answered.
func (s *Simulator) SendHostile(ctx context.Context, h *sim.Hostile, account string, chats []string) error {
	chat := chats[h.IntN(len(chats))]
	s.Lock()
	known := s.Customer(chat) != nil
	s.Unlock()
	if !known {
		if _, err := s.Write(sim.Incoming{Account: account, From: chat, Text: "hola"}); err != nil {
			return err
		}
	}
	bot, update, err := s.nextUpdate(h, account)
	if err != nil {
		return err
	}
	body, err := h.Encode(hostileUpdate(h, update, number(chat)))
	if err != nil {
		return err
	}
	return s.post(ctx, &sim.Webhook{Account: bot, Body: bytes.ToValidUTF8(body, []byte("\uFFFD"))})
}

// nextUpdate returns the bot and the id of its next update, and adds one more file for h.
func (s *Simulator) nextUpdate(h *sim.Hostile, account string) (bot string, update int64, err error) {
	s.Lock()
	defer s.Unlock()
	a := s.Account(account)
	if a == nil {
		return "", 0, fmt.Errorf("there is no bot %q", account)
	}
	file, err := s.Keep(newFileID(), a.ID, h.Upload())
	if err != nil {
		return "", 0, err
	}
	h.Files = append(h.Files, file.ID)
	w := *s.webhookOf(a.ID)
	w.LastUpdate = max(w.LastUpdate, firstUpdate) + 1
	return a.ID, w.LastUpdate, s.saveWebhook(&w)
}

// hostileUpdate is an update of any kind, with anything in its fields.
func hostileUpdate(h *sim.Hostile, id, chat int64) object {
	person := func() object {
		return object{"id": chat, "is_bot": false, "type": "private", "first_name": h.Text(), "last_name": h.Text(), "username": h.Text(), "language_code": h.Text()}
	}
	// Far above the ids of the messages that people write here, which would be taken for duplicates.
	messageID := func() any {
		return h.One(100_000+h.IntN(200), 100_000+h.IntN(200), 100_000+h.IntN(200), 0, -1, 1e300, h.Text())
	}
	m := object{"message_id": messageID(), "from": person(), "chat": person(), "date": h.One(h.Now.Unix(), h.Now.Unix(), h.Time())}
	file := func() object {
		return object{
			"file_id": h.File(), "file_unique_id": h.Text(), "file_name": h.Text(), "mime_type": h.Text(), "file_size": h.One(0, 5, -1, 1<<40, h.Text()),
			"width": h.Text(), "height": h.Text(), "duration": h.Text(), "emoji": h.Text(), "is_animated": h.One(true, false, h.Text()),
		}
	}
	place := object{"latitude": h.One(-34.6, 91, 1e300, h.Text()), "longitude": h.One(-58.3, h.Text())}
	kind := fmt.Sprint(h.One("text", "text", "text", "photo", "document", "sticker", "video", "voice", "audio", "animation", "location", "venue", "contact", "dice", "poll", "hologram"))
	switch kind {
	case "photo":
		m[kind], m["caption"] = []any{file(), file()}, h.Text()
	case "document", "sticker", "video", "voice", "audio", "animation":
		m[kind], m["caption"] = file(), h.Text()
	case "location":
		m[kind] = place
	case "venue":
		m[kind] = object{"location": place, "title": h.Text(), "address": h.Text()}
	case "contact":
		m[kind] = object{"phone_number": h.Text(), "first_name": h.Text(), "last_name": h.Text(), "user_id": h.One(chat, h.Text())}
	default:
		m[kind] = h.Text()
	}
	if h.IntN(3) == 0 {
		m["reply_to_message"] = object{"message_id": messageID(), "text": h.Text()}
	}
	switch h.IntN(10) {
	case 0:
		return object{"update_id": id, "edited_message": m}
	case 1:
		emojis := []any{object{"type": "emoji", "emoji": h.Text()}, object{"type": h.Text()}}
		return object{"update_id": id, "message_reaction": object{"chat": person(), "message_id": messageID(), "date": h.Time(), "new_reaction": emojis}}
	case 2:
		return object{"update_id": id, "callback_query": object{"id": h.Text(), "from": person(), "message": m, "data": h.Text()}}
	case 3:
		return object{"update_id": id, fmt.Sprint(h.Text()): h.Text()}
	}
	return object{"update_id": id, "message": m}
}
