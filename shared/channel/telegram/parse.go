package telegram

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Reasons of the faults that Split and Parse return.
const (
	reasonMalformed = "malformed_json"
	reasonUnknown   = "unknown_format"
	reasonNoSender  = "no_sender"
	reasonNoID      = "no_message_id"
)

// item is what Parse reads: an update, and the bot that it is for.
type item struct {
	Bot    string          `json:"bot"`
	Update json.RawMessage `json:"update"`
}

// Split makes one item of a request: a webhook gets one update at a time. https://core.telegram.org/bots/api#setwebhook
func (*Adapter) Split(request channel.Request) ([]channel.Item, error) {
	var update wireUpdate
	if err := decode(request.Body, &update); err != nil {
		return nil, fault.New(fault.Invalid, "the body is not JSON").WithReason(reasonMalformed).WithCause(err)
	}
	if !isObject(request.Body) || update.ID == 0 {
		return nil, fault.New(fault.Invalid, "the body is no update").WithReason(reasonUnknown)
	}
	body, err := json.Marshal(item{Bot: request.Asset, Update: request.Body})
	if err != nil {
		return nil, fault.New(fault.Invalid, "the body is not JSON").WithReason(reasonMalformed).WithCause(err)
	}
	in := channel.Item{Asset: request.Asset, ID: "update." + strconv.FormatInt(update.ID, 10), Kind: chat.InboundIgnored, Body: body}
	var of wireChat
	switch {
	case update.Message != nil:
		of = update.Message.Chat
		if in.Kind = chat.InboundMessage; of.Type == "private" && update.Message.ID != 0 {
			in.ID = of.message(update.Message.ID)
		}
	case update.Tap != nil:
		if in.Kind = chat.InboundMessage; update.Tap.Message != nil {
			of = update.Tap.Message.Chat
		}
	case update.Edited != nil:
		in.Kind, of = chat.InboundUpdate, update.Edited.Chat
	case update.Reaction != nil:
		in.Kind, of = chat.InboundUpdate, update.Reaction.Chat
	case update.Member != nil:
		in.Kind, of = chat.InboundMarketing, update.Member.Chat
	}
	in.Group = of.person()
	return []channel.Item{in}, nil
}

// Parse reads an item of Split.
func (*Adapter) Parse(body []byte, receivedAt time.Time) (chat.Inbound, error) {
	var it item
	var update wireUpdate
	if err := decode(body, &it); err != nil {
		return chat.Inbound{}, fault.New(fault.Invalid, "the item is not JSON").WithReason(reasonMalformed).WithCause(err)
	}
	if len(it.Update) == 0 || decode(it.Update, &update) != nil || !isObject(it.Update) {
		return chat.Inbound{}, fault.New(fault.Invalid, "the item is no update").WithReason(reasonUnknown)
	}
	in := chat.Inbound{Asset: it.Bot, At: receivedAt, ReceivedAt: receivedAt}
	switch {
	case update.Message != nil:
		return parseMessage(in, *update.Message, it.Update)
	case update.Edited != nil:
		return parseEdit(in, *update.Edited)
	case update.Reaction != nil:
		return parseReaction(in, *update.Reaction)
	case update.Tap != nil:
		return parseTap(in, *update.Tap)
	case update.Member != nil:
		return parseMember(in, *update.Member)
	}
	return ignored(in, "update:"+kindOf(it.Update)), nil
}

// kindOf names an update that we do not know by its field.
func kindOf(update json.RawMessage) string {
	var fields map[string]json.RawMessage
	_ = decode(update, &fields)
	delete(fields, "update_id")
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		return name[:min(len(name), 40)]
	}
	return "empty"
}

func ignored(in chat.Inbound, why string) chat.Inbound {
	in.Kind, in.Ignored = chat.InboundIgnored, why
	return in
}

// timeOf reads Unix time, which has a grain of a second.
func timeOf(unix int64, otherwise time.Time) time.Time {
	if unix <= 0 || unix > 1<<40 {
		return otherwise
	}
	return time.Unix(unix, 0).UTC()
}

// outside is why a chat is not taken; "" for a private one.
func outside(c wireChat) string {
	switch c.Type {
	case "private":
		return ""
	case "":
		return "chat"
	}
	return c.Type
}

func senderOf(c wireChat, u wireUser) chat.Sender {
	return chat.Sender{
		Addresses: []string{c.person()}, Name: strings.TrimSpace(u.FirstName + " " + u.LastName), Username: u.Username,
	}
}

// service are the fields of messages in private chats that Telegram writes by itself.
// https://core.telegram.org/bots/api#message
var service = []string{
	"pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "users_shared", "chat_shared", "connected_website",
	"chat_background_set", "successful_payment", "refunded_payment", "passport_data", "web_app_data", "gift", "unique_gift",
}

func parseMessage(in chat.Inbound, m wireMessage, update json.RawMessage) (chat.Inbound, error) {
	if why := outside(m.Chat); why != "" {
		return ignored(in, why), nil
	}
	if m.From.IsBot {
		return ignored(in, "bot"), nil
	}
	switch {
	case m.Chat.ID == 0:
		return chat.Inbound{}, fault.New(fault.Invalid, "the message names nobody").WithReason(reasonNoSender)
	case m.ID == 0:
		return chat.Inbound{}, fault.New(fault.Invalid, "the message has no id").WithReason(reasonNoID)
	}
	var raw struct {
		Message map[string]json.RawMessage `json:"message"`
	}
	_ = decode(update, &raw)
	for _, field := range service {
		if raw.Message[field] != nil {
			return ignored(in, "service:"+field), nil
		}
	}
	in.Kind, in.ProviderID, in.At, in.Sender = chat.InboundMessage, m.Chat.message(m.ID), timeOf(m.Date, in.ReceivedAt), senderOf(m.Chat, m.From)
	if m.ReplyTo.ID != 0 {
		in.ReplyTo = m.Chat.message(m.ReplyTo.ID)
	}
	content(&in, m)
	if in.IsEmpty() {
		in.Type, in.Unsupported = chat.TypeUnsupported, unsupported(raw.Message)
	}
	return in, nil
}

// about are the fields of a message that say nothing of its kind. https://core.telegram.org/bots/api#message
var about = []string{
	"message_id", "from", "chat", "date", "reply_to_message", "external_reply", "quote", "edit_date", "forward_origin", "via_bot", "reply_markup",
	"has_protected_content", "has_media_spoiler", "is_from_offline", "media_group_id", "author_signature", "link_preview_options", "effect_id",
	"caption", "caption_entities", "entities", "show_caption_above_media", "sender_boost_count", "business_connection_id", "message_thread_id",
}

// unsupported keeps a message of an unknown kind, which is named by its field.
func unsupported(fields map[string]json.RawMessage) *chat.Unsupported {
	kept := &chat.Unsupported{Kind: "message"}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(about, field) {
			kept.Kind = field
			break
		}
	}
	if raw, err := json.Marshal(fields); err == nil {
		kept.Raw = string(raw)
	}
	return kept
}

// parseEdit takes the new text or caption. Other edits, such as those of a live location, change nothing that is kept.
func parseEdit(in chat.Inbound, m wireMessage) (chat.Inbound, error) {
	if why := outside(m.Chat); why != "" {
		return ignored(in, why), nil
	}
	text := m.Text
	if text == "" {
		text = m.Caption
	}
	switch {
	case m.ID == 0 || m.Chat.ID == 0:
		return chat.Inbound{}, fault.New(fault.Invalid, "the edit names no message").WithReason(reasonNoID)
	case text == "":
		return ignored(in, "edit"), nil
	}
	in.At = timeOf(m.EditDate, in.ReceivedAt)
	return updateOf(in, m.Chat.message(m.ID), chat.MessageUpdate{Kind: chat.Edited, Text: text}), nil
}

// parseReaction takes the last emoji that everybody can show. Telegram allows a person several with a premium account; a custom emoji is
// a picture of Telegram's, and counts as none.
func parseReaction(in chat.Inbound, r wireReaction) (chat.Inbound, error) {
	if why := outside(r.Chat); why != "" {
		return ignored(in, why), nil
	}
	if r.MessageID == 0 || r.Chat.ID == 0 {
		return chat.Inbound{}, fault.New(fault.Invalid, "the reaction names no message").WithReason(reasonNoID)
	}
	emoji := ""
	for _, reaction := range r.New {
		if reaction.Type == "emoji" {
			emoji = reaction.Emoji
		}
	}
	in.At = timeOf(r.Date, in.ReceivedAt)
	return updateOf(in, r.Chat.message(r.MessageID), chat.MessageUpdate{Kind: chat.Reacted, Emoji: emoji}), nil
}

func updateOf(in chat.Inbound, target string, change chat.MessageUpdate) chat.Inbound {
	change.From, change.When = chat.In, chat.Moment{At: in.At, ReceivedAt: in.ReceivedAt}
	in.Kind, in.Target, in.Update = chat.InboundUpdate, target, &change
	return in
}

// parseTap makes a message of a tapped button: its title, as an answer to the message that has the buttons. A tap has no time of its own.
func parseTap(in chat.Inbound, t wireTap) (chat.Inbound, error) {
	if t.Message == nil {
		return ignored(in, "tap"), nil // of a message that was sent inline, which we do not
	}
	m := *t.Message
	if why := outside(m.Chat); why != "" {
		return ignored(in, why), nil
	}
	if t.ID == "" || m.ID == 0 || m.Chat.ID == 0 {
		return chat.Inbound{}, fault.New(fault.Invalid, "the tap names no message").WithReason(reasonNoID)
	}
	in.Kind, in.Type, in.Text = chat.InboundMessage, chat.TypeInteractive, t.Data
	if t.Data != "" {
		in.Choice = &chat.Choice{ID: t.Data}
	}
	for _, row := range m.ReplyMarkup.Keyboard {
		for _, button := range row {
			if button.Data == t.Data {
				in.Text = button.Text
			}
		}
	}
	in.ProviderID, in.ReplyTo, in.Sender = m.Chat.person()+".tap."+t.ID, m.Chat.message(m.ID), senderOf(m.Chat, t.From)
	return in, nil
}

// parseMember takes a person's word on hearing from the bot: who blocks it wants no messages, and who starts it again does.
func parseMember(in chat.Inbound, m wireMember) (chat.Inbound, error) {
	if why := outside(m.Chat); why != "" {
		return ignored(in, why), nil
	}
	if m.Chat.ID == 0 {
		return chat.Inbound{}, fault.New(fault.Invalid, "the update names nobody").WithReason(reasonNoSender)
	}
	switch m.New.Status {
	case "kicked", "member":
	default:
		return ignored(in, "member:"+m.New.Status), nil
	}
	in.At, in.Sender = timeOf(m.Date, in.ReceivedAt), senderOf(m.Chat, m.From)
	in.Kind, in.MarketingConsent = chat.InboundMarketing, chat.MarketingConsent{OptedOut: m.New.Status == "kicked", At: in.At}
	return in, nil
}
