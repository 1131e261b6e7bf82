package whatsapp

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/channel/whatsapp/phone"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Parse converts one item of Split to chat.Inbound.
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
	return chat.Inbound{}, fault.New(fault.Invalid, "unknown item format").WithReason(reasonUnknown)
}

func unreadable() *fault.Error {
	return fault.New(fault.Invalid, "a part of the webhook has an unknown shape").WithReason(reasonUnreadable)
}

func ignored(in chat.Inbound, why string) chat.Inbound {
	in.Kind, in.Ignored = chat.InboundIgnored, why
	return in
}

// parseMessage parses a message from a contact, or from the business to a contact.
//
// Messages and statuses of groups are ignored and counted (PROVIDERS §11-34). A conversation belongs to one contact, with their window,
// card and history, and a group has none of these. In the sender's own conversation, a group message would look private to the
// operator, and the reply would go to the sender instead of the group.
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
		in.Sender = senderOf(it.person(), person)
		return parseAlteration(in, message, direction)
	}

	in.Kind, in.Sender = kind, senderOf(it.person(), person)
	if len(in.Sender.Addresses) == 0 {
		return chat.Inbound{}, fault.New(fault.Invalid, "the message has no contact").WithReason(reasonNoSender)
	}
	if in.ProviderID == "" {
		return chat.Inbound{}, fault.New(fault.Invalid, "the message has no id").WithReason(reasonNoID)
	}
	in.ReplyTo = string(message.Context.ID)
	in.Referral = message.Referral.referral()
	content(&in, message, raw)
	return in, nil
}

// parseSystem parses a system message about a contact. A changed number or user id becomes an identity change, anything else is ignored.
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

// parseAlteration parses a reaction, an edit or a revocation. The format of an edit is not documented: one in which no text is found is
// ignored.
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
		return chat.Inbound{}, fault.New(fault.Invalid, "the %s has no message id", m.Type).WithReason(reasonNoID)
	}
	in.Kind, in.Update = chat.InboundUpdate, &a
	return in, nil
}

func senderOf(head wireHead, from wireContact) chat.Sender {
	userID := firstOf(string(head.FromUserID), string(from.UserID))
	number := firstOf(string(head.From), string(from.WaID))
	if isUserID(number) {
		userID, number = firstOf(userID, number), ""
	}
	sender := chat.Sender{
		Name:     strings.TrimSpace(from.Profile.Name),
		Username: strings.TrimPrefix(from.Profile.Username, "@"),
		Phone:    phone.Digits(number),
	}
	sender.Variants = phone.Variants(sender.Phone)
	for _, address := range []string{userID, firstOf(sender.Phone, number)} {
		if address != "" {
			sender.Addresses = append(sender.Addresses, address)
		}
	}
	return sender
}

// isUserID says whether an address is a business-scoped user id (AR.8812300045) and not a phone number: ^[A-Z]{2}\.
func isUserID(address string) bool {
	return len(address) > 3 && isUpper(address[0]) && isUpper(address[1]) && address[2] == '.'
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// statuses maps Meta's statuses. "played", of a voice message, counts as read.
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
		return ignored(in, "group"), nil // like the messages of groups
	}
	known, ok := statuses[string(status.Status)]
	if !ok {
		return ignored(in, "unknown_status"), nil
	}
	if in.ProviderID == "" && status.Callback == "" {
		return chat.Inbound{}, fault.New(fault.Invalid, "the status has no message id").WithReason(reasonNoID)
	}
	in.Kind = chat.InboundStatus
	in.Status = chat.StatusUpdate{Status: known, At: in.At, Ref: status.Callback}
	if p := status.Pricing; p != nil {
		in.Status.Pricing = &chat.Pricing{Category: p.Category, Type: p.Type, Model: p.Model, Billable: p.Billable}
	}
	if known == chat.StatusFailed {
		in.Status.Error = failureOf(status.Errors)
	}
	return in, nil
}

// failureOf returns the code of the first error and the words of all; Meta may omit the errors.
func failureOf(errors []wireError) *chat.MessageError {
	if len(errors) == 0 {
		return &chat.MessageError{Message: "WhatsApp did not say why"}
	}
	var words []string
	for _, e := range errors {
		if said := e.words(); said != "" && !slices.Contains(words, said) {
			words = append(words, said)
		}
	}
	return &chat.MessageError{Code: errors[0].code(), Message: strings.Join(words, "; "), Reason: errors[0].reason()}
}

// code returns Meta's error code as text; "" when there is none.
func (e wireError) code() string {
	if e.Code == nil {
		return ""
	}
	return strconv.Itoa(*e.Code)
}

// reason returns what the error's code means; "" when we have no word for it.
func (e wireError) reason() string {
	if e.Code == nil {
		return ""
	}
	return firstOf(policyReasons[*e.Code], ourReasons[*e.Code])
}

// words returns the title of an error, and its details where they differ from the title.
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

// lastSecond is the end of the year 9999, the last second that RFC 3339 can represent.
const lastSecond = 253402300799

// timeOf parses Unix seconds. It returns receivedAt when they are missing or out of range.
func timeOf(timestamp scalar, receivedAt time.Time) time.Time {
	seconds, err := strconv.ParseInt(string(timestamp), 10, 64)
	if err != nil || seconds <= 0 || seconds > lastSecond {
		return receivedAt
	}
	return time.Unix(seconds, 0).UTC()
}
