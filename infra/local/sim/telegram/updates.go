package telegram

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/recado-chat/recado/infra/local/sim"
)

// update saves records, and with them an Update for the bot unless its webhook excludes the kind. Updates of a chat are in order.
// See https://core.telegram.org/bots/api#update. The caller holds the lock.
func (s *Simulator) update(bot *sim.Account, chat *sim.Customer, kind string, content object, records ...sim.Record) error {
	w := *s.webhookOf(bot.ID)
	if !w.allows(kind) {
		return s.Save(records...)
	}
	w.LastUpdate = max(w.LastUpdate, firstUpdate) + 1
	body, err := json.Marshal(object{"update_id": w.LastUpdate, kind: content})
	if err != nil {
		return fmt.Errorf("encode an update: %w", err)
	}
	var messages []string
	for _, r := range records {
		if r.Message != nil && !r.Message.FromBusiness {
			messages = append(messages, r.Message.ID)
		}
	}
	if err := s.saveWebhook(&w); err != nil {
		return err
	}
	return s.Save(append(records, sim.Record{Webhook: s.NewWebhook(bot.ID, bot.ID+" "+chat.ID, body, messages...)})...)
}

// firstUpdate is where a bot's update ids begin. The provider begins anywhere.
const firstUpdate = 700_000_000

// SendText sends a text of a person to the first bot and returns the message's id in the store.
func (s *Simulator) SendText(from, text string) (string, error) {
	return s.Write(sim.Incoming{From: from, Text: text})
}

// Write sends a message of a chat to a bot, in an update of the kind "message".
func (s *Simulator) Write(in sim.Incoming) (string, error) {
	s.Lock()
	defer s.Unlock()
	bot := s.Account(in.Account)
	if bot == nil {
		return "", fmt.Errorf("there is no bot %q", in.Account)
	}
	chat, err := s.customer(in.From)
	if err != nil {
		return "", err
	}
	if slices.Contains(chat.Blocked, bot.ID) {
		return "", errors.New("the customer has blocked the bot")
	}
	m := &sim.Message{
		ID: key(bot.ID, chat.ID, s.nextMessageID(bot.ID, chat.ID)), Account: bot.ID, Customer: chat.ID, Type: cmp.Or(in.Type, "text"), Text: in.Text,
		Status: sim.Sent, At: s.options.Now().UTC(),
	}
	wire := head(m, userOf(chat), chat)
	if err := s.fill(m, wire, in); err != nil {
		return "", err
	}
	maps.Copy(wire, in.Fields)
	if err := setRaw(m, wire); err != nil {
		return "", err
	}
	return m.ID, s.update(bot, chat, "message", wire, sim.Record{Message: m})
}

// fill adds the content of a customer's message.
func (s *Simulator) fill(m *sim.Message, wire object, in sim.Incoming) error {
	if original := s.Find(in.ReplyTo); original != nil {
		m.ReplyTo = original.ID
		wire["reply_to_message"] = quoted(original)
	}
	switch {
	case in.File != nil:
		setText(wire, "caption", in.Text)
		return s.setMedia(m, wire, mediaField(m.Type, in.File.Mime), *in.File)
	case in.Place != nil:
		m.Type, m.Place = "location", in.Place
		setPlace(wire, in.Place)
	case in.Card != nil:
		m.Type, m.Cards = "contacts", []sim.Card{*in.Card}
		setContact(wire, in.Card)
	default:
		setText(wire, "text", in.Text)
	}
	return nil
}

// Change reacts to a message ("message_reaction", if the bot allows it) or edits an own one ("edited_message"). Telegram does not
// report deletions to bots.
func (s *Simulator) Change(messageID string, change sim.Change) error {
	s.Lock()
	defer s.Unlock()
	m := s.Find(messageID)
	if m == nil {
		return fmt.Errorf("there is no message %q", messageID)
	}
	bot, chat := s.Account(m.Account), s.Customer(m.Customer)
	if bot == nil || chat == nil {
		return fmt.Errorf("the bot or the chat of %q no longer exists", messageID)
	}
	changed := *m
	now := s.options.Now().Unix()
	switch {
	case change.Emoji != nil:
		changed.Reaction = *change.Emoji
		if changed.Reaction != "" && !slices.Contains(reactions, changed.Reaction) {
			return fmt.Errorf("%q is no reaction on Telegram", *change.Emoji)
		}
		return s.update(bot, chat, "message_reaction", object{
			"chat": chatOf(chat), "message_id": MessageID(*m), "user": userOf(chat), "date": now,
			"old_reaction": reactionTypes(m.Reaction), "new_reaction": reactionTypes(changed.Reaction),
		}, sim.Record{Message: &changed})
	case m.FromBusiness:
		return errors.New("only own messages can be changed")
	case change.Text != nil:
		changed.Text, changed.Edited = *change.Text, true
		wire := wireOf(m)
		field := "text"
		if m.File != nil {
			field = "caption"
		}
		setText(wire, field, changed.Text)
		wire["edit_date"] = now
		if err := setRaw(&changed, wire); err != nil {
			return err
		}
		return s.update(bot, chat, "edited_message", wire, sim.Record{Message: &changed})
	}
	return errors.New("a bot is not told of deletions")
}

// Tap presses a button of an inline keyboard ("callback_query") and returns the id of the query.
func (s *Simulator) Tap(messageID, option string) (string, error) {
	s.Lock()
	defer s.Unlock()
	m := s.Find(messageID)
	if m == nil {
		return "", fmt.Errorf("there is no message %q", messageID)
	}
	if !slices.ContainsFunc(m.Options, func(o sim.Option) bool { return o.ID != "" && o.ID == option }) {
		return "", fmt.Errorf("message %q has no button %q", messageID, option)
	}
	bot, chat := s.Account(m.Account), s.Customer(m.Customer)
	n, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return "", fmt.Errorf("make the id of a query: %w", err)
	}
	id := n.String()
	s.queries[id] = ""
	return id, s.update(bot, chat, "callback_query", object{
		"id": id, "from": userOf(chat), "message": wireOf(m), "chat_instance": chat.ID + bot.ID, "data": option,
	})
}

// Block blocks or unblocks a bot for a person ("my_chat_member"). Calls for the chat then answer 403.
func (s *Simulator) Block(account, customer string, blocked bool) error {
	s.Lock()
	defer s.Unlock()
	bot, chat := s.Account(account), s.Customer(customer)
	if bot == nil || chat == nil || chat.Group {
		return errors.New("there is no such bot, or no such person")
	}
	changed := *chat
	changed.Blocked = slices.DeleteFunc(slices.Clone(chat.Blocked), func(id string) bool { return id == bot.ID })
	was, is := "kicked", "member"
	if blocked {
		was, is = is, was
		changed.Blocked = append(changed.Blocked, bot.ID)
	}
	member := func(status string) object {
		o := object{"user": botUser(bot), "status": status}
		if status == "kicked" {
			o["until_date"] = 0
		}
		return o
	}
	return s.update(bot, chat, "my_chat_member", object{
		"chat": chatOf(chat), "from": userOf(chat), "date": s.options.Now().Unix(), "old_chat_member": member(was), "new_chat_member": member(is),
	}, sim.Record{Customer: &changed})
}

// Read marks the bot's messages in a chat as read. Telegram does not report it.
func (s *Simulator) Read(account, customer string) error {
	s.Lock()
	defer s.Unlock()
	for _, m := range s.Messages() {
		if m.FromBusiness && m.Customer == customer && (account == "" || m.Account == account) && m.Status == sim.Delivered {
			changed := *m
			changed.Status = sim.Read
			if err := s.Save(sim.Record{Message: &changed}); err != nil {
				return err
			}
		}
	}
	return nil
}
