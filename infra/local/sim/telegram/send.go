package telegram

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/recado-chat/recado/infra/local/sim"
)

// Limits of texts in characters: https://core.telegram.org/bots/api#sendmessage and #sendphoto
const (
	maxText    = 4096
	maxCaption = 1024
)

// chat finds the chat of a call and checks that the bot may write there. The caller holds the lock.
func (s *Simulator) chat(c *call) (*sim.Customer, *apiError) {
	id := c.args["chat_id"]
	if id == "" {
		return nil, badRequest("chat_id is empty")
	}
	chat := s.Customer(id)
	switch {
	case chat == nil:
		return nil, badRequest("chat not found")
	case slices.Contains(chat.Blocked, c.bot.ID):
		return nil, &apiError{code: http.StatusForbidden, description: blockedByUser}
	case !chat.Group && s.LastIncoming(c.bot.ID, id) == nil:
		return nil, &apiError{code: http.StatusForbidden, description: "Forbidden: bot can't initiate conversation with a user"}
	}
	return chat, nil
}

// send makes a message of the bot. fill adds the content to the message and to its wire form, under the lock.
func (s *Simulator) send(c *call, kind string, fill func(m *sim.Message, wire object) *apiError) (any, *apiError) {
	if c.args["parse_mode"] != "" {
		return nil, badRequest("unsupported parse_mode")
	}
	s.Lock()
	defer s.Unlock()
	chat, problem := s.chat(c)
	if problem != nil {
		return nil, problem
	}
	id := s.nextMessageID(c.bot.ID, chat.ID)
	m := &sim.Message{
		ID: key(c.bot.ID, chat.ID, id), Account: c.bot.ID, Customer: chat.ID, FromBusiness: true, Type: kind,
		Status: sim.Delivered, // Telegram reports no statuses
		At:     s.options.Now().UTC(),
	}
	wire := head(m, botUser(c.bot), chat)
	if problem := s.setReply(c, m, wire); problem != nil {
		return nil, problem
	}
	if problem := setKeyboard(c, m, wire); problem != nil {
		return nil, problem
	}
	if problem := fill(m, wire); problem != nil {
		return nil, problem
	}
	if err := setRaw(m, wire); err != nil {
		return nil, internal(err)
	}
	if err := s.Save(sim.Record{Message: m}); err != nil {
		return nil, internal(err)
	}
	return wire, nil
}

// setReply reads reply_parameters: https://core.telegram.org/bots/api#replyparameters
func (s *Simulator) setReply(c *call, m *sim.Message, wire object) *apiError {
	var reply struct {
		MessageID    int64 `json:"message_id"`
		AllowWithout bool  `json:"allow_sending_without_reply"`
	}
	if problem := c.decodeArg("reply_parameters", &reply); problem != nil || reply.MessageID == 0 {
		return problem
	}
	original := s.Find(key(m.Account, m.Customer, reply.MessageID))
	switch {
	case original != nil && !original.Revoked:
		m.ReplyTo = original.ID
		wire["reply_to_message"] = quoted(original)
	case !reply.AllowWithout:
		return badRequest("message to be replied not found")
	}
	return nil
}

// setKeyboard reads an inline keyboard: https://core.telegram.org/bots/api#inlinekeyboardmarkup
func setKeyboard(c *call, m *sim.Message, wire object) *apiError {
	var markup struct {
		Rows [][]struct {
			Text string  `json:"text"`
			Data *string `json:"callback_data,omitempty"`
			URL  *string `json:"url,omitempty"`
		} `json:"inline_keyboard"`
	}
	if problem := c.decodeArg("reply_markup", &markup); problem != nil {
		return problem
	}
	m.Options = nil
	for _, row := range markup.Rows {
		for _, button := range row {
			option := sim.Option{Title: button.Text}
			switch {
			case button.Text == "":
				return badRequest("can't parse inline keyboard button: Field \"text\" must be of type String")
			case button.Data != nil && (*button.Data == "" || len(*button.Data) > 64): // bytes
				return badRequest("BUTTON_DATA_INVALID")
			case button.Data != nil:
				option.ID = *button.Data
			case button.URL == nil:
				return badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
			}
			m.Options = append(m.Options, option)
		}
	}
	delete(wire, "reply_markup")
	if len(m.Options) > 0 {
		wire["reply_markup"] = markup
	}
	return nil
}

func checkText(text string) *apiError {
	switch {
	case strings.TrimSpace(text) == "":
		return badRequest("message text is empty")
	case utf8.RuneCountInString(text) > maxText:
		return badRequest("message is too long")
	}
	return nil
}

// sendMessage sends a text: https://core.telegram.org/bots/api#sendmessage
func (s *Simulator) sendMessage(c *call) (any, *apiError) {
	return s.send(c, "text", func(m *sim.Message, wire object) *apiError {
		m.Text = c.args["text"]
		setText(wire, "text", m.Text)
		return checkText(m.Text)
	})
}

// sendFile sends a file, which is uploaded or named by its file_id: https://core.telegram.org/bots/api#sending-files. The field is
// named for the method: photo for sendPhoto.
func (s *Simulator) sendFile(c *call) (any, *apiError) {
	field := strings.TrimPrefix(c.method, "send")
	return s.send(c, kindOf(field), func(m *sim.Message, wire object) *apiError {
		caption := c.args["caption"]
		if field == "sticker" {
			caption = "" // sendSticker has none
		}
		if utf8.RuneCountInString(caption) > maxCaption {
			return badRequest("message caption is too long")
		}
		m.Text = caption
		setText(wire, "caption", caption)
		upload, uploaded := c.files[field]
		if name, ok := strings.CutPrefix(c.args[field], "attach://"); ok {
			upload, uploaded = c.files[name]
		}
		if uploaded {
			return s.setUpload(m, wire, field, upload)
		}
		if c.args[field] == "" {
			return badRequest("there is no %s in the request", field)
		}
		if m.File = s.File(c.args[field]); m.File == nil || m.File.Account != c.bot.ID {
			return badRequest("wrong file identifier/HTTP URL specified")
		}
		if err := s.describeMedia(m, wire, field, nil); err != nil {
			return internal(err)
		}
		return nil
	})
}

func (s *Simulator) setUpload(m *sim.Message, wire object, field string, u sim.Upload) *apiError {
	switch {
	case len(u.Content) == 0:
		return badRequest("file must be non-empty")
	case len(u.Content) > maxFile:
		return &apiError{code: http.StatusRequestEntityTooLarge, description: "Request Entity Too Large"}
	case field == "photo" && len(u.Content) > maxPhoto:
		return badRequest("file of size %d bytes is too big for a photo; the maximum size is %d bytes", len(u.Content), maxPhoto)
	case field == "photo" && !strings.HasPrefix(http.DetectContentType(u.Content), "image/"):
		return badRequest("IMAGE_PROCESS_FAILED")
	}
	if err := s.setMedia(m, wire, field, u); err != nil {
		return internal(err)
	}
	return nil
}

// position reads latitude and longitude.
func (c *call) position() (*sim.Place, *apiError) {
	var p sim.Place
	for name, target := range map[string]*float64{"latitude": &p.Latitude, "longitude": &p.Longitude} {
		if c.args[name] == "" {
			return nil, badRequest("%s is empty", name)
		}
		value, err := strconv.ParseFloat(c.args[name], 64)
		if limit := map[string]float64{"latitude": 90, "longitude": 180}[name]; err != nil || value < -limit || value > limit {
			return nil, badRequest("invalid %s specified", name)
		}
		*target = value
	}
	return &p, nil
}

// sendLocation sends a point: https://core.telegram.org/bots/api#sendlocation
func (s *Simulator) sendLocation(c *call) (any, *apiError) {
	place, problem := c.position()
	if problem != nil {
		return nil, problem
	}
	return s.sendPlace(c, place)
}

// sendVenue sends a point with a name: https://core.telegram.org/bots/api#sendvenue
func (s *Simulator) sendVenue(c *call) (any, *apiError) {
	place, problem := c.position()
	if problem != nil {
		return nil, problem
	}
	for name, target := range map[string]*string{"title": &place.Name, "address": &place.Address} {
		if *target = c.args[name]; *target == "" {
			return nil, badRequest("%s is empty", name)
		}
	}
	return s.sendPlace(c, place)
}

func (s *Simulator) sendPlace(c *call, place *sim.Place) (any, *apiError) {
	return s.send(c, "location", func(m *sim.Message, wire object) *apiError {
		m.Place, m.Text = place, strings.TrimSpace(place.Name+"\n"+place.Address)
		setPlace(wire, place)
		return nil
	})
}

// sendContact sends contact data: https://core.telegram.org/bots/api#sendcontact
func (s *Simulator) sendContact(c *call) (any, *apiError) {
	for _, name := range []string{"phone_number", "first_name"} {
		if c.args[name] == "" {
			return nil, badRequest("parameter \"%s\" is required", name)
		}
	}
	card := sim.Card{Name: strings.TrimSpace(c.args["first_name"] + " " + c.args["last_name"]), Phones: []string{c.args["phone_number"]}}
	return s.send(c, "contacts", func(m *sim.Message, wire object) *apiError {
		m.Cards, m.Text = []sim.Card{card}, card.Name
		setContact(wire, &card)
		return nil
	})
}

var actions = []string{
	"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document", "choose_sticker",
	"find_location", "record_video_note", "upload_video_note",
}

// sendChatAction shows that the bot is typing: https://core.telegram.org/bots/api#sendchataction
func (s *Simulator) sendChatAction(c *call) (any, *apiError) {
	s.Lock()
	defer s.Unlock()
	chat, problem := s.chat(c)
	if problem != nil {
		return nil, problem
	}
	if !slices.Contains(actions, c.args["action"]) {
		return nil, badRequest("wrong parameter action in request")
	}
	s.Broadcast(sim.Event{Typing: &sim.Typing{Account: c.bot.ID, Customer: chat.ID}})
	return true, nil
}
