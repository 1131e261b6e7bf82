package telegram

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/infra/local/sim"
)

// deletable is how old a message may be that a bot deletes: https://core.telegram.org/bots/api#deletemessage
const deletable = 48 * time.Hour

// target finds the chat and the message of a call. The caller holds the lock.
func (s *Simulator) target(c *call, what string) (*sim.Customer, *sim.Message, *apiError) {
	chat, problem := s.chat(c)
	if problem != nil {
		return nil, nil, problem
	}
	id, _ := strconv.ParseInt(c.args["message_id"], 10, 64) // 0 is no message's id
	m := s.Find(key(c.bot.ID, chat.ID, id))
	if m == nil || m.Revoked {
		return nil, nil, badRequest("%s not found", what)
	}
	return chat, m, nil
}

// editMessageText replaces the text of a bot's message, and its keyboard: https://core.telegram.org/bots/api#editmessagetext
func (s *Simulator) editMessageText(c *call) (any, *apiError) {
	s.Lock()
	defer s.Unlock()
	_, m, problem := s.target(c, "message to edit")
	switch {
	case problem != nil:
		return nil, problem
	case !m.FromBusiness:
		return nil, badRequest("message can't be edited")
	case m.Type != "text":
		return nil, badRequest("there is no text in the message to edit")
	}
	if problem := checkText(c.args["text"]); problem != nil {
		return nil, problem
	}
	changed, wire := *m, wireOf(m)
	if problem := setKeyboard(c, &changed, wire); problem != nil {
		return nil, problem
	}
	if c.args["text"] == m.Text && reflect.DeepEqual(changed.Options, m.Options) {
		return nil, badRequest("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	changed.Text, changed.Edited = c.args["text"], true
	setText(wire, "text", changed.Text)
	wire["edit_date"] = s.options.Now().Unix()
	return wire, s.saveChanged(&changed, wire)
}

func (s *Simulator) saveChanged(m *sim.Message, wire object) *apiError {
	err := setRaw(m, wire)
	if err == nil {
		err = s.Save(sim.Record{Message: m})
	}
	if err != nil {
		return internal(err)
	}
	return nil
}

// deleteMessage deletes a message of either side: https://core.telegram.org/bots/api#deletemessage
func (s *Simulator) deleteMessage(c *call) (any, *apiError) {
	s.Lock()
	defer s.Unlock()
	_, m, problem := s.target(c, "message to delete")
	if problem != nil {
		return nil, problem
	}
	if s.options.Now().Sub(m.At) > deletable {
		return nil, badRequest("message can't be deleted for everyone")
	}
	changed := *m
	changed.Text, changed.File, changed.Options, changed.Reaction, changed.BusinessReaction, changed.Revoked = "", nil, nil, "", "", true
	return true, s.saveChanged(&changed, wireOf(m))
}

// reactions are the emojis that a reaction may have: https://core.telegram.org/bots/api#reactiontypeemoji
var reactions = strings.Fields(`👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋
	🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡`)

// setMessageReaction sets the bot's reaction, at most one: https://core.telegram.org/bots/api#setmessagereaction
func (s *Simulator) setMessageReaction(c *call) (any, *apiError) {
	var list []struct {
		Type  string `json:"type"`
		Emoji string `json:"emoji"`
	}
	if problem := c.decodeArg("reaction", &list); problem != nil {
		return nil, problem
	}
	s.Lock()
	defer s.Unlock()
	_, m, problem := s.target(c, "message to react")
	if problem != nil {
		return nil, problem
	}
	changed := *m
	changed.BusinessReaction = ""
	for _, r := range list {
		if len(list) > 1 {
			return nil, badRequest("REACTIONS_TOO_MANY")
		}
		if r.Type != "emoji" || !slices.Contains(reactions, r.Emoji) {
			return nil, badRequest("REACTION_INVALID")
		}
		changed.BusinessReaction = r.Emoji
	}
	return true, s.saveChanged(&changed, wireOf(m))
}

// answerCallbackQuery answers a pressed button once: https://core.telegram.org/bots/api#answercallbackquery
func (s *Simulator) answerCallbackQuery(c *call) (any, *apiError) {
	s.Lock()
	defer s.Unlock()
	answer, known := s.queries[c.args["callback_query_id"]]
	if !known || answer != "" {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	s.queries[c.args["callback_query_id"]] = answered + c.args["text"]
	s.Broadcast(sim.Event{})
	return true, nil
}
