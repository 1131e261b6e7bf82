package whatsapp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// The webhook's object and the fields whose values hold messages.
const (
	objectWhatsApp = "whatsapp_business_account"
	fieldMessages  = "messages"
	fieldEchoes    = "smb_message_echoes" // what the business wrote in the app on its phone
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
func (*Adapter) Split(body []byte) ([]channel.Item, error) {
	var envelope struct {
		Object scalar `json:"object"`
		Entry  list   `json:"entry"`
	}
	if err := decode(body, &envelope); err != nil {
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
		Changes list `json:"changes"`
	}
	if err := json.Unmarshal(raw, &entry); err != nil || !isObject(raw) {
		s.unreadable(raw)
		return
	}
	for _, change := range entry.Changes {
		s.change(change)
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
}

func (s *splitter) change(raw json.RawMessage) {
	var change struct {
		Field scalar          `json:"field"`
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(raw, &change); err != nil || !isObject(raw) {
		s.unreadable(raw)
		return
	}
	if change.Field != fieldMessages && change.Field != fieldEchoes {
		s.other(string(change.Field), change.Value, raw)
		return
	}
	var value wireValue
	if err := json.Unmarshal(change.Value, &value); err != nil || !isObject(change.Value) {
		s.unreadable(raw)
		return
	}
	s.messages(value)
	s.echoes(value)
	s.statuses(value)
	if len(value.Errors) > 0 {
		s.add(item{Field: fieldMessages, Metadata: value.Metadata, Errors: join(value.Errors)}, channel.Item{
			Asset: asset(value.Metadata), Group: "errors", Kind: chat.InboundIgnored,
		})
	}
	if len(value.Messages)+len(value.Echoes)+len(value.Statuses)+len(value.Errors) == 0 {
		s.other(string(change.Field), change.Value, raw)
	}
}

func (s *splitter) messages(value wireValue) {
	contacts := indexContacts(value.Contacts)
	number := asset(value.Metadata)
	for _, raw := range value.Messages {
		var head wireHead
		_ = decode(raw, &head) // raw is valid JSON: what does not fit counts as absent
		contact := contacts.of(head)
		s.add(item{Field: fieldMessages, Metadata: value.Metadata, Contact: contact.raw, Message: raw}, channel.Item{
			Asset: number,
			Group: firstOf(append(senderOf(head, contact.wireContact).Addresses, "nobody")...),
			ID:    string(head.ID),
			Kind:  chat.InboundMessage,
		})
	}
}

// echoes belong to whom they were written to, as that person's own messages do.
func (s *splitter) echoes(value wireValue) {
	contacts := indexContacts(value.Contacts)
	number := asset(value.Metadata)
	for _, raw := range value.Echoes {
		var echo wireEcho
		_ = decode(raw, &echo)
		to := echo.recipient()
		contact := contacts.of(to)
		s.add(item{Field: fieldEchoes, Metadata: value.Metadata, Contact: contact.raw, Echo: raw}, channel.Item{
			Asset: number,
			Group: firstOf(append(senderOf(to, contact.wireContact).Addresses, "nobody")...),
			ID:    string(to.ID),
			Kind:  chat.InboundEcho,
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
			Kind:  chat.InboundReceipt,
			State: string(head.Status),
		})
	}
}

// other keeps a change that is neither messages nor statuses, to be counted.
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
