package telegram

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/recado-chat/recado/infra/local/sim"
)

// number is a store's id as the Bot API writes it.
func number(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64) // AddCustomer and PutAccount checked it
	return n
}

// botUser is a bot as a User: https://core.telegram.org/bots/api#user
func botUser(b *sim.Account) object {
	return object{"id": number(b.ID), "is_bot": true, "first_name": b.Name, "username": strings.TrimPrefix(b.Display, "@")}
}

// userOf is a person as a User. In a group it is one of its members.
func userOf(c *sim.Customer) object {
	if c.Group {
		return object{"id": int64(5_000_000_001), "is_bot": false, "first_name": "Member"}
	}
	user := names(c)
	user["id"], user["is_bot"] = number(c.ID), false
	if c.Language != "" {
		user["language_code"] = c.Language
	}
	return user
}

// chatOf is a chat: https://core.telegram.org/bots/api#chat
func chatOf(c *sim.Customer) object {
	if !c.Group {
		chat := names(c)
		chat["id"], chat["type"] = number(c.ID), "private"
		return chat
	}
	kind := "group"
	if strings.HasPrefix(c.ID, "-100") {
		kind = "supergroup"
	}
	return object{"id": number(c.ID), "type": kind, "title": c.Name}
}

// names splits a person's name into Telegram's two.
func names(c *sim.Customer) object {
	first, last, _ := strings.Cut(c.Name, " ")
	if first == "" {
		first = c.ID
	}
	all := object{"first_name": first}
	if last != "" {
		all["last_name"] = last
	}
	if c.Username != "" {
		all["username"] = c.Username
	}
	return all
}

// head has the fields that every message has: https://core.telegram.org/bots/api#message
func head(m *sim.Message, from object, chat *sim.Customer) object {
	return object{"message_id": MessageID(*m), "from": from, "chat": chatOf(chat), "date": m.At.Unix()}
}

// setRaw keeps a message's wire form, for later quotes, edits and callback queries.
func setRaw(m *sim.Message, wire object) error {
	raw, err := json.Marshal(wire)
	m.Raw = raw
	return err
}

// wireOf is the kept wire form of a message.
func wireOf(m *sim.Message) object {
	var wire object
	_ = json.Unmarshal(m.Raw, &wire) // setRaw wrote it
	return wire
}

// quoted is a message in reply_to_message, which has no reply_to_message of its own.
func quoted(m *sim.Message) object {
	wire := wireOf(m)
	delete(wire, "reply_to_message")
	return wire
}

var entityPattern = regexp.MustCompile(`(^/[a-z0-9_]+)|(https?://\S+)`)

// entitiesOf finds the commands and addresses in a text: https://core.telegram.org/bots/api#messageentity. Offsets and lengths are
// in UTF-16 code units.
func entitiesOf(text string) []any {
	var entities []any
	for _, at := range entityPattern.FindAllStringIndex(text, -1) {
		kind := "url"
		if text[at[0]] == '/' {
			kind = "bot_command"
		}
		entities = append(entities, object{"type": kind, "offset": units(text[:at[0]]), "length": units(text[at[0]:at[1]])})
	}
	return entities
}

func units(text string) int { return len(utf16.Encode([]rune(text))) }

// setText sets the text, or the caption of a message with a file.
func setText(wire object, field, text string) {
	marks := map[string]string{"text": "entities", "caption": "caption_entities"}[field]
	delete(wire, field)
	delete(wire, marks)
	if text == "" {
		return
	}
	wire[field] = text
	if entities := entitiesOf(text); entities != nil {
		wire[marks] = entities
	}
}

// setPlace adds a location, or a venue if it has a name. A venue has the location beside it, too.
func setPlace(wire object, p *sim.Place) {
	location := object{"latitude": p.Latitude, "longitude": p.Longitude}
	wire["location"] = location
	if p.Name != "" {
		wire["venue"] = object{"location": location, "title": p.Name, "address": p.Address}
	}
}

// setContact adds a contact: https://core.telegram.org/bots/api#contact
func setContact(wire object, card *sim.Card) {
	first, last, _ := strings.Cut(card.Name, " ")
	contact := object{"phone_number": strings.Join(card.Phones[:min(1, len(card.Phones))], ""), "first_name": first}
	if last != "" {
		contact["last_name"] = last
	}
	wire["contact"] = contact
}

// reactionTypes is a list of ReactionTypeEmoji with at most one: https://core.telegram.org/bots/api#reactiontypeemoji
func reactionTypes(emoji string) []any {
	if emoji == "" {
		return []any{}
	}
	return []any{object{"type": "emoji", "emoji": emoji}}
}
