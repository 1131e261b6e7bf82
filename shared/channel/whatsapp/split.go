package whatsapp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// The webhook's object and the fields that are taken apart.
const (
	objectWhatsApp       = "whatsapp_business_account"
	fieldMessages        = "messages"
	fieldEchoes          = "smb_message_echoes" // what the business wrote in the app on its phone
	fieldHistory         = "history"            // what either side wrote before the number was connected
	fieldPreferences     = "user_preferences"
	fieldTemplateStatus  = "message_template_status_update"
	fieldTemplateQuality = "message_template_quality_update"
)

// Reasons of the faults that Split and Parse answer with.
const (
	reasonMalformed  = "malformed_json"
	reasonUnknown    = "unknown_format"
	reasonUnreadable = "unreadable"
	reasonNoSender   = "no_sender"
	reasonNoID       = "no_message_id"
)

// Split takes every entry, change, message and status of a body apart.
//
// Messages are grouped by their sender, so that a person's messages stay in order. Statuses are grouped by the message they
// speak of, not by its recipient: the recipient may be missing or in another form than the sender of the messages, so that
// group would promise an order it does not keep; and the statuses of a campaign would queue up before what a person writes. A
// status needs no order against its message: our reference in it finds the message, and ranks only move forward.
func (*Adapter) Split(request channel.Request) ([]channel.Item, error) {
	var envelope struct {
		Object scalar `json:"object"`
		Entry  list   `json:"entry"`
	}
	if err := decode(request.Body, &envelope); err != nil {
		return nil, fault.New(fault.Invalid, "the body is not JSON").WithReason(reasonMalformed).WithCause(err)
	}
	if envelope.Object != objectWhatsApp {
		return nil, fault.New(fault.Invalid, "the body is not WhatsApp's").WithReason(reasonUnknown)
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

// wireValue is the value of a change, with its parts as they came.
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

// each makes items of the parts of a value that belong to one person each: whoever wrote it, or got it.
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
			// Months of it must not keep waiting what they write now; and a file comes under the id of the message that told of it.
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

// person is the head of what belongs to one person, with that person in the place of who wrote it: an echo belongs to whom it was
// written to, as that person's own messages do.
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

// errors keeps what Meta could not tell, to be counted.
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

// other keeps a change of a field that we have no use for, to be counted.
func (s *splitter) other(field string, value, change json.RawMessage) {
	var in struct {
		Metadata json.RawMessage `json:"metadata"`
	}
	_ = decode(value, &in)
	s.add(item{Field: field, Metadata: in.Metadata, Change: change}, channel.Item{
		Asset: asset(in.Metadata), Group: "field:" + field, Kind: chat.InboundIgnored,
	})
}

// unreadable keeps a part whose shape is not Meta's. Parse refuses it, so it ends among the dead letters with its bytes.
func (s *splitter) unreadable(raw json.RawMessage) {
	s.add(item{Unreadable: raw}, channel.Item{Group: "unreadable", Kind: chat.InboundIgnored})
}

// add completes an item. One without an id of the provider's gets its content's hash, so that a repeated delivery is known.
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

// contact is a contacts[] entry as it came, with what it is found by.
type contact struct {
	wireContact
	raw json.RawMessage
}

// contacts finds an entry by either id. The order of the entries means nothing.
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

// join puts the parts of an array back together.
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
