package whatsapp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// The webhook's object and the fields that Split reads.
const (
	objectWhatsApp       = "whatsapp_business_account"
	fieldMessages        = "messages"
	fieldEchoes          = "smb_message_echoes" // messages that the business wrote in the app on its phone
	fieldHistory         = "history"            // messages of both sides from before the number was connected
	fieldPreferences     = "user_preferences"
	fieldTemplateStatus  = "message_template_status_update"
	fieldTemplateQuality = "message_template_quality_update"
)

// Reasons of the faults that Split and Parse return.
const (
	reasonMalformed  = "malformed_json"
	reasonUnknown    = "unknown_format"
	reasonUnreadable = "unreadable"
	reasonNoSender   = "no_sender"
	reasonNoID       = "no_message_id"
)

// Split makes an item of every message, status and other change of a body.
//
//   - Messages are grouped by their sender, so that a person's messages stay in order.
//   - Statuses are grouped by their message. Grouping them by recipient would not order them with the recipient's messages, because
//     the recipient may be missing or written in another form than a sender; and the statuses of a campaign would delay the
//     recipients' messages.
//   - A status needs no order relative to its message: it carries our reference to the message, and a status never moves back.
func (*Adapter) Split(request channel.Request) ([]channel.Item, error) {
	var envelope struct {
		Object scalar `json:"object"`
		Entry  list   `json:"entry"`
	}
	if err := decode(request.Body, &envelope); err != nil {
		return nil, fault.New(fault.Invalid, "the body is not JSON").WithReason(reasonMalformed).WithCause(err)
	}
	if envelope.Object != objectWhatsApp {
		return nil, fault.New(fault.Invalid, "the body is not a WhatsApp webhook").WithReason(reasonUnknown)
	}
	var s splitter
	for _, entry := range envelope.Entry {
		s.entry(entry)
	}
	return s.items, nil
}

type splitter struct{ items []channel.Item }

func (s *splitter) entry(raw json.RawMessage) {
	var entry struct {
		wireEntry
		Changes list `json:"changes"`
	}
	if err := json.Unmarshal(raw, &entry); err != nil || !isObject(raw) {
		s.unreadable(raw)
		return
	}
	for _, change := range entry.Changes {
		s.change(entry.wireEntry, change)
	}
}

// wireValue is the value of a change, with its parts as raw JSON.
type wireValue struct {
	Metadata json.RawMessage `json:"metadata"`
	Contacts list            `json:"contacts"`
	Messages list            `json:"messages"`
	Echoes   list            `json:"message_echoes"`
	Statuses list            `json:"statuses"`
	Errors   list            `json:"errors"`

	History     list `json:"history"`
	Preferences list `json:"user_preferences"`
}

func (s *splitter) change(entry wireEntry, raw json.RawMessage) {
	var change struct {
		Field scalar          `json:"field"`
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(raw, &change); err != nil || !isObject(raw) {
		s.unreadable(raw)
		return
	}
	switch change.Field {
	case fieldMessages, fieldEchoes, fieldHistory, fieldPreferences:
	case fieldTemplateStatus, fieldTemplateQuality:
		s.template(entry, string(change.Field), change.Value)
		return
	default:
		s.other(string(change.Field), change.Value, raw)
		return
	}
	var value wireValue
	if err := json.Unmarshal(change.Value, &value); err != nil || !isObject(change.Value) {
		s.unreadable(raw)
		return
	}
	before := len(s.items)
	if change.Field == fieldHistory {
		s.history(value)
	} else {
		s.each(value, value.Messages, chat.InboundMessage, func(raw json.RawMessage) item { return item{Field: fieldMessages, Message: raw} })
	}
	s.each(value, value.Echoes, chat.InboundEcho, func(raw json.RawMessage) item { return item{Field: fieldEchoes, Echo: raw} })
	s.each(value, value.Preferences, chat.InboundMarketing, func(raw json.RawMessage) item { return item{Field: fieldPreferences, Preference: raw} })
	s.statuses(value)
	s.errors(fieldMessages, value.Metadata, value.Errors)
	if len(s.items) == before {
		s.other(string(change.Field), change.Value, raw)
	}
}

// each makes an item of every part of a value. Each part belongs to one contact, its sender or its recipient.
func (s *splitter) each(value wireValue, parts list, kind chat.InboundKind, wrap func(json.RawMessage) item) {
	contacts := indexContacts(value.Contacts)
	number := asset(value.Metadata)
	for _, raw := range parts {
		body := wrap(raw)
		head := body.person()
		contact := contacts.of(head)
		body.Metadata, body.Contact = value.Metadata, contact.raw
		it := channel.Item{
			Asset: number,
			Group: firstOf(append(senderOf(head, contact.wireContact).Addresses, "nobody")...),
			ID:    string(head.ID),
			Kind:  kind,
		}
		if kind == chat.InboundHistory {
			// A group of its own, so that months of history do not delay new messages. The type is part of the item's identity, because a file
			// has the id of its message.
			it.Group, it.State = "past:"+it.Group, typeOf(raw)
		}
		s.add(body, it)
	}
}

func typeOf(message json.RawMessage) string {
	var m struct {
		Type scalar `json:"type"`
	}
	_ = decode(message, &m)
	return string(m.Type)
}

// person returns the head of the item with the contact as its sender. The contact of an echo, or of a past message of the business, is
// the recipient, so that it is grouped with the contact's own messages.
func (it item) person() wireHead {
	var head wireHead
	switch {
	case it.Echo != nil:
		var echo wireEcho
		_ = decode(it.Echo, &echo) // valid JSON, here and below: what does not fit counts as absent
		head = echo.recipient()
	case it.Past != nil:
		var past wirePast
		_ = decode(it.Past, &past)
		head = past.person(it.Thread)
	case it.Preference != nil:
		var preference wirePreference
		_ = decode(it.Preference, &preference)
		head = wireHead{From: preference.WaID, FromUserID: preference.UserID}
	default:
		_ = decode(it.Message, &head)
	}
	return head
}

// errors makes an ignored item of the errors that Meta reports, so that they are counted.
func (s *splitter) errors(field string, metadata json.RawMessage, errors list) {
	if len(errors) > 0 {
		s.add(item{Field: field, Metadata: metadata, Errors: join(errors)}, channel.Item{
			Asset: asset(metadata), Group: "errors", Kind: chat.InboundIgnored,
		})
	}
}

func (s *splitter) statuses(value wireValue) {
	number := asset(value.Metadata)
	for _, raw := range value.Statuses {
		var head wireHead
		_ = decode(raw, &head)
		s.add(item{Field: fieldMessages, Metadata: value.Metadata, Status: raw}, channel.Item{
			Asset: number,
			Group: firstOf(string(head.ID), "nobody"),
			ID:    string(head.ID),
			Kind:  chat.InboundStatus,
			State: string(head.Status),
		})
	}
}

// other makes an ignored item of a change of an unused field, so that it is counted.
func (s *splitter) other(field string, value, change json.RawMessage) {
	var in struct {
		Metadata json.RawMessage `json:"metadata"`
	}
	_ = decode(value, &in)
	s.add(item{Field: field, Metadata: in.Metadata, Change: change}, channel.Item{
		Asset: asset(in.Metadata), Group: "field:" + field, Kind: chat.InboundIgnored,
	})
}

// unreadable makes an item of a part with an unexpected shape. Parse refuses it, so that it is dead-lettered with its bytes.
func (s *splitter) unreadable(raw json.RawMessage) {
	s.add(item{Unreadable: raw}, channel.Item{Group: "unreadable", Kind: chat.InboundIgnored})
}

// add encodes an item and appends it. An item without a provider's id gets the hash of its content, so that a repeated delivery is
// deduplicated.
func (s *splitter) add(body item, it channel.Item) {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic("whatsapp: a part of valid JSON does not encode: " + err.Error()) // impossible: every part was decoded as raw JSON
	}
	it.Body = encoded
	if it.ID == "" {
		sum := sha256.Sum256(encoded)
		it.ID = hex.EncodeToString(sum[:16])
	}
	s.items = append(s.items, it)
}

// contact is a contacts[] entry, raw and decoded.
type contact struct {
	wireContact
	raw json.RawMessage
}

// contacts indexes the entries by user id and by phone number. The order of contacts[] has no meaning.
type contacts map[string]contact

func indexContacts(entries list) contacts {
	index := make(contacts, 2*len(entries))
	for _, raw := range entries {
		c := contact{raw: raw}
		if decode(raw, &c.wireContact) != nil {
			continue
		}
		for _, id := range []scalar{c.UserID, c.WaID} {
			if id != "" {
				index[string(id)] = c
			}
		}
	}
	return index
}

func (c contacts) of(head wireHead) contact {
	if found, ok := c[string(head.FromUserID)]; ok {
		return found
	}
	return c[string(head.From)]
}

func asset(metadata json.RawMessage) string {
	var m wireMetadata
	_ = decode(metadata, &m)
	return string(m.PhoneNumberID)
}

// join encodes the parts as a JSON array.
func join(parts list) json.RawMessage {
	joined, err := json.Marshal(parts)
	if err != nil {
		panic("whatsapp: a part of valid JSON does not encode: " + err.Error())
	}
	return joined
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
