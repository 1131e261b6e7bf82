package whatsapp

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Parse puts one item of Split into our words.
func (*Adapter) Parse(body []byte, receivedAt time.Time) (chat.Inbound, error) {
	var it item
	if err := decode(body, &it); err != nil {
		return chat.Inbound{}, fault.New(fault.Invalid, "the item is not JSON").WithReason(reasonMalformed).WithCause(err)
	}
	in := chat.Inbound{Asset: asset(it.Metadata), ReceivedAt: receivedAt, At: receivedAt}
	switch {
	case it.Unreadable != nil:
		return chat.Inbound{}, unreadable()
	case it.Message != nil:
		return parseMessage(in, it, it.Message, chat.InboundMessage, chat.In)
	case it.Echo != nil:
		return parseMessage(in, it, it.Echo, chat.InboundEcho, chat.Out)
	case it.Past != nil:
		return parsePast(in, it)
	case it.Status != nil:
		return parseStatus(in, it.Status)
	case it.Preference != nil:
		return parsePreference(in, it)
	case it.Template != nil:
		return parseTemplate(in, it)
	case it.Errors != nil && it.Field == fieldHistory:
		return ignored(in, refused(it.Errors)), nil
	case it.Errors != nil:
		return ignored(in, "account_error"), nil
	case it.Change != nil && it.Field == fieldMessages:
		return ignored(in, "empty"), nil
	case it.Change != nil:
		return ignored(in, "field:"+it.Field), nil
	}
	return chat.Inbound{}, fault.New(fault.Invalid, "the item is not WhatsApp's").WithReason(reasonUnknown)
}

func unreadable() *fault.Error {
	return fault.New(fault.Invalid, "a part of the webhook has an unknown shape").WithReason(reasonUnreadable)
}

func ignored(in chat.Inbound, why string) chat.Inbound {
	in.Kind, in.Ignored = chat.InboundIgnored, why
	return in
}

// parseMessage takes what a person wrote, or what the business wrote to one.
//
// What is written in a group is left out, its statuses too, and counted (PROVIDERS §11-34): a conversation here is one person's, with
// their window, their card and their history, and a group has none of these. Put into the writer's own conversation, it would show
// everybody's words to whoever answers as if they had been said in private, and the answer would leave by another way than the
// question came.
func parseMessage(in chat.Inbound, it item, raw json.RawMessage, kind chat.InboundKind, direction chat.Direction) (chat.Inbound, error) {
	if !isObject(raw) {
		return chat.Inbound{}, unreadable()
	}
	var message wireMessage
	_ = decode(raw, &message) // valid JSON: what does not fit counts as absent
	var person wireContact
	_ = decode(it.Contact, &person)

	in.ProviderID = string(message.ID)
	in.At = timeOf(message.Timestamp, in.ReceivedAt)
	switch {
	case message.GroupID != "":
		return ignored(in, "group"), nil
	case message.Type == "request_welcome": // the chat was opened, and nothing written
		return ignored(in, message.Type), nil
	}
	switch message.Type {
	case "system":
		return parseSystem(in, message, person), nil
	case "reaction", "edit", "revoke":
		return parseAlteration(in, message, direction)
	}

	in.Kind, in.Sender = kind, senderOf(it.person(), person)
	if len(in.Sender.Addresses) == 0 {
		return chat.Inbound{}, fault.New(fault.Invalid, "the message names nobody").WithReason(reasonNoSender)
	}
	if in.ProviderID == "" {
		return chat.Inbound{}, fault.New(fault.Invalid, "the message has no id").WithReason(reasonNoID)
	}
	in.ReplyTo = string(message.Context.ID)
	in.Referral = message.Referral.referral()
	content(&in, message)
	return in, nil
}

// parseSystem takes WhatsApp's word on a person: that they are known by another number or id now. It says more, of no use to us.
func parseSystem(in chat.Inbound, m wireMessage, person wireContact) chat.Inbound {
	switch m.System.Type {
	case "user_changed_number", "customer_changed_number", "user_changed_user_id":
		in.Sender = senderOf(m.wireHead, person)
		in.NewIdentity = senderOf(wireHead{From: scalar(firstOf(string(m.System.WaID), string(m.System.NewWaID))), FromUserID: m.System.UserID}, wireContact{})
		if len(in.Sender.Addresses) > 0 && len(in.NewIdentity.Addresses) > 0 {
			in.Kind = chat.InboundIdentityChange
			return in
		}
	}
	return ignored(in, m.Type)
}

// parseAlteration takes what one side changes about a message. The shape of an edit is not documented: one in which no words are
// found changes nothing.
func parseAlteration(in chat.Inbound, m wireMessage, from chat.Direction) (chat.Inbound, error) {
	a := chat.MessageUpdate{From: from, When: chat.Moment{At: in.At, ReceivedAt: in.ReceivedAt}}
	switch m.Type {
	case "reaction":
		a.Kind, a.Emoji, in.Target = chat.Reacted, m.Reaction.Emoji, string(m.Reaction.MessageID)
	case "edit":
		now := m.Edit.Message
		a.Kind, in.Target = chat.Edited, string(m.Edit.OriginalID)
		if a.Text = firstOf(now.Text.Body, now.Image.Caption, now.Video.Caption, now.Document.Caption); a.Text == "" {
			return ignored(in, "edit"), nil
		}
	case "revoke":
		a.Kind, in.Target = chat.Revoked, string(m.Revoke.OriginalID)
	}
	if in.Target == "" {
		return chat.Inbound{}, fault.New(fault.Invalid, "the %s names no message", m.Type).WithReason(reasonNoID)
	}
	in.Kind, in.Update = chat.InboundUpdate, &a
	return in, nil
}

func senderOf(head wireHead, from wireContact) chat.Sender {
	userID := firstOf(string(head.FromUserID), string(from.UserID))
	phone := firstOf(string(head.From), string(from.WaID))
	if isUserID(phone) {
		userID, phone = firstOf(userID, phone), ""
	}
	sender := chat.Sender{
		Name:     strings.TrimSpace(from.Profile.Name),
		Username: strings.TrimPrefix(from.Profile.Username, "@"),
		Phone:    digits(phone),
	}
	sender.Variants = variants(sender.Phone)
	for _, address := range []string{userID, firstOf(sender.Phone, phone)} {
		if address != "" {
			sender.Addresses = append(sender.Addresses, address)
		}
	}
	return sender
}

// isUserID tells a business-scoped user id (AR.8812300045) from a phone number: ^[A-Z]{2}\.
func isUserID(address string) bool {
	return len(address) > 3 && isUpper(address[0]) && isUpper(address[1]) && address[2] == '.'
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// digits is the phone number as Meta writes it, without the plus sign and spaces that people add.
func digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
}

// statuses maps Meta's words. A voice message that was played has been read.
var statuses = map[string]chat.MessageStatus{
	"sent":      chat.StatusSent,
	"delivered": chat.StatusDelivered,
	"read":      chat.StatusRead,
	"played":    chat.StatusRead,
	"failed":    chat.StatusFailed,
}

func parseStatus(in chat.Inbound, raw json.RawMessage) (chat.Inbound, error) {
	if !isObject(raw) {
		return chat.Inbound{}, unreadable()
	}
	var status wireStatus
	_ = decode(raw, &status)
	in.ProviderID = string(status.ID)
	in.At = timeOf(status.Timestamp, in.ReceivedAt)
	if status.RecipientType == "group" {
		return ignored(in, "group"), nil // as its message would be
	}
	known, ok := statuses[string(status.Status)]
	if !ok {
		return ignored(in, "unknown_status"), nil
	}
	if in.ProviderID == "" && status.Callback == "" {
		return chat.Inbound{}, fault.New(fault.Invalid, "the status names no message").WithReason(reasonNoID)
	}
	in.Kind = chat.InboundStatus
	in.Status = chat.StatusUpdate{Status: known, At: in.At, Ref: status.Callback}
	if known == chat.StatusFailed {
		in.Status.Error = failureOf(status.Errors)
	}
	return in, nil
}

// failureOf is the first of a failed status's errors; Meta may leave them out.
func failureOf(errors []wireError) *chat.MessageError {
	if len(errors) == 0 {
		return &chat.MessageError{Message: "WhatsApp did not say why"}
	}
	return &chat.MessageError{Code: errors[0].code(), Message: errors[0].words()}
}

// code is Meta's number as text.
func (e wireError) code() string {
	if e.Code == nil {
		return ""
	}
	return strconv.Itoa(*e.Code)
}

// words are what Meta says of an error: the title, and the details where they add to it.
func (e wireError) words() string {
	title := firstOf(e.Title, e.Message)
	details := e.ErrorData.Details
	bare := func(s string) string { return strings.ToLower(strings.TrimRight(strings.TrimSpace(s), ".")) }
	switch {
	case title == "":
		return details
	case details == "" || bare(details) == bare(title):
		return title
	}
	return title + ": " + details
}

// lastSecond is the end of the year 9999: beyond it a time cannot be written as RFC 3339.
const lastSecond = 253402300799

// timeOf reads epoch seconds, or the time of arrival when there are none that make sense.
func timeOf(timestamp scalar, receivedAt time.Time) time.Time {
	seconds, err := strconv.ParseInt(string(timestamp), 10, 64)
	if err != nil || seconds <= 0 || seconds > lastSecond {
		return receivedAt
	}
	return time.Unix(seconds, 0).UTC()
}
