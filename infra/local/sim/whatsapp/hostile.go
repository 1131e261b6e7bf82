package whatsapp

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/recado-chat/recado/infra/local/sim"
)

// maxHostile bounds a drawn body in bytes: Meta's are up to 3 MB, and the business refuses larger ones.
const maxHostile = 3 << 20

// hostileUserID is before the phone in the user id of a customer whose messages are drawn.
const hostileUserID = "AR."

// SendHostile sends up to four messages and a status that h draws. A customer who is new says hello first, so that they can be answered.
func (s *Simulator) SendHostile(ctx context.Context, h *sim.Hostile, account string, phones []string) error {
	for _, phone := range phones {
		if err := s.introduce(account, phone); err != nil {
			return err
		}
	}
	number, err := s.addHostileFile(h, account)
	if err != nil {
		return err
	}
	body, err := HostileBody(h, number, phones, nil, nil)
	if err != nil {
		return err
	}
	// The gateway passes JSON as text, so that the signature of invalid UTF-8 could not match.
	status, err := s.Post(ctx, bytes.ToValidUTF8(body, []byte("\uFFFD")))
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("the business answered %d", status)
	}
	return err
}

func (s *Simulator) introduce(account, phone string) error {
	s.Lock()
	known := s.Customer(phone) != nil
	s.Unlock()
	if known {
		return nil
	}
	if err := s.PutCustomer(Customer{Phone: phone, UserID: hostileUserID + phone}); err != nil {
		return err
	}
	_, err := s.Write(Incoming{Account: account, From: phone, Text: "hola"})
	return err
}

func (s *Simulator) addHostileFile(h *sim.Hostile, account string) (number string, err error) {
	s.Lock()
	defer s.Unlock()
	n := s.Account(account)
	if n == nil {
		return "", fmt.Errorf("there is no business number %q", account)
	}
	file, err := s.keep(n.ID, h.Upload())
	if err != nil {
		return "", err
	}
	h.Files = append(h.Files, file.ID)
	return n.ID, nil
}

// HostileBody draws a webhook's body: messages of these customers before the given ones, names of theirs behind the given ones, a status.
func HostileBody(h *sim.Hostile, number string, phones []string, messages, contacts []any) ([]byte, error) {
	for range 1 + h.IntN(4) {
		messages = slices.Insert(messages, 0, any(hostileMessage(h, phones[h.IntN(len(phones))])))
	}
	for _, phone := range phones {
		contacts = append(contacts, object{"profile": object{"name": h.Text(), "username": h.Text()}, "wa_id": phone, "user_id": hostileUserID + phone})
	}
	for {
		value := valueOf(&Account{ID: number, Display: "5491140001234"})
		value["messages"], value["contacts"], value["statuses"] = messages, contacts, []any{hostileStatus(h)}
		body, err := h.Encode(object{
			"object": "whatsapp_business_account",
			"entry":  []any{object{"id": BusinessAccount, "changes": []any{object{"field": "messages", "value": value}}}},
		})
		if err != nil || len(body) <= maxHostile {
			return body, err
		}
		messages = messages[1:]
	}
}

// hostileMessage is one of any kind, with anything in its fields.
func hostileMessage(h *sim.Hostile, phone string) object {
	id := func() any { return h.ID("wamid.%d") }
	document := fmt.Sprint(h.One(`{"hora":"10:30"}`, `{"a":{"b":[1,2,{"c":null}]}}`, strings.Repeat("[", 20_000), `"x"`, "{", strings.Repeat(`{"k":`, 12)+"1"+strings.Repeat("}", 12)))
	kind, content := "text", any(object{"body": h.Text()})
	switch h.IntN(18) {
	case 0, 1:
		kind = fmt.Sprint(h.One("image", "video", "audio", "document", "sticker"))
		content = object{"id": h.File(), "mime_type": h.Text(), "filename": h.Text(), "caption": h.Text(), "sha256": h.Text()}
	case 2:
		kind, content = "location", object{"latitude": h.One(-34.6, 91, "NaN", 1e300, h.Text()), "longitude": h.One(-58.3, h.Text()), "name": h.Text(), "address": h.Text()}
	case 3:
		card := object{"name": object{"formatted_name": h.Text()}, "phones": []any{object{"phone": h.Text()}}, "emails": []any{object{"email": h.Text()}}}
		kind, content = "contacts", slices.Repeat([]any{card}, h.One(0, 1, 300).(int))
	case 4:
		kind, content = "interactive", object{"type": "nfm_reply", "nfm_reply": object{"name": h.Text(), "body": h.Text(), "response_json": document}}
	case 5:
		kind, content = "interactive", object{"type": h.Text(), "list_reply": object{"id": h.Text(), "title": h.Text(), "description": h.Text()}}
	case 6:
		kind, content = "button", object{"payload": h.Text(), "text": h.Text()}
	case 7, 8:
		kind, content = "reaction", object{"message_id": id(), "emoji": h.Text()}
	case 9:
		kind, content = "edit", object{"original_message_id": id(), "message": object{"type": "text", "text": object{"body": h.Text()}}}
	case 10:
		kind, content = "revoke", object{"original_message_id": id()}
	case 11:
		kind, content = "order", object{"text": h.Text(), "product_items": []any{object{"product_retailer_id": h.Text(), "quantity": h.Text(), "item_price": h.Text()}}}
	case 12:
		kind, content = "unsupported", object{"type": h.Text()}
	case 13:
		kind, content = "hologram", h.Text()
	}
	m := object{"from": phone, "from_user_id": hostileUserID + phone, "id": id(), "timestamp": h.Time(), "type": kind, kind: content}
	if h.IntN(3) == 0 {
		m["context"] = object{"id": id(), "from": h.Text()}
	}
	if h.IntN(5) == 0 {
		m["referral"] = object{"source_url": h.Text(), "source_id": h.Text(), "source_type": h.Text(), "headline": h.Text(), "body": h.Text(), "ctwa_clid": h.Text()}
	}
	if h.IntN(6) == 0 {
		m["errors"] = []any{object{"code": h.One(131052, "x", nil), "title": h.Text(), "error_data": object{"details": h.Text()}}}
	}
	if h.IntN(15) == 0 {
		m["from"], m["from_user_id"] = h.Text(), h.Text()
	}
	return m
}

func hostileStatus(h *sim.Hostile) object {
	return object{
		"id": h.ID("wamid.%d"), "status": h.One("sent", "delivered", "read", "failed", h.Text()), "timestamp": h.Time(), "recipient_id": h.Text(),
		"biz_opaque_callback_data": h.Text(), "pricing": object{"category": h.Text(), "type": h.Text(), "billable": h.Text()}, "errors": []any{object{"code": 1, "title": h.Text()}},
	}
}
