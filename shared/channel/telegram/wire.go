package telegram

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// wireUpdate is an Update. https://core.telegram.org/bots/api#update
type wireUpdate struct {
	ID       int64         `json:"update_id"`
	Message  *wireMessage  `json:"message"`
	Edited   *wireMessage  `json:"edited_message"`
	Reaction *wireReaction `json:"message_reaction"`
	Tap      *wireTap      `json:"callback_query"`
	Member   *wireMember   `json:"my_chat_member"`
}

// wireChat is a Chat. https://core.telegram.org/bots/api#chat
type wireChat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"` // private, group, supergroup or channel
}

// person is the chat's id: in a private chat the person's.
func (c wireChat) person() string { return strconv.FormatInt(c.ID, 10) }

// message is the provider id of a message in the chat.
func (c wireChat) message(id int64) string { return c.person() + "." + strconv.FormatInt(id, 10) }

// wireUser is a User. https://core.telegram.org/bots/api#user
type wireUser struct {
	ID        int64  `json:"id"`
	IsBot     bool   `json:"is_bot"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Username  string `json:"username"`
}

// wireMessage is a Message. https://core.telegram.org/bots/api#message
type wireMessage struct {
	ID       int64    `json:"message_id"`
	From     wireUser `json:"from"`
	Chat     wireChat `json:"chat"`
	Date     int64    `json:"date"`      // Unix time
	EditDate int64    `json:"edit_date"` // Unix time
	ReplyTo  struct {
		ID int64 `json:"message_id"`
	} `json:"reply_to_message"`

	Text      string        `json:"text"`
	Caption   string        `json:"caption"`
	Photo     []wireFile    `json:"photo"` // sizes of one picture
	Animation *wireFile     `json:"animation"`
	Audio     *wireFile     `json:"audio"`
	Document  *wireFile     `json:"document"`
	Sticker   *wireSticker  `json:"sticker"`
	Video     *wireFile     `json:"video"`
	VideoNote *wireFile     `json:"video_note"`
	Voice     *wireFile     `json:"voice"`
	Contact   *wireContact  `json:"contact"`
	Location  *wireLocation `json:"location"`
	Venue     *wireVenue    `json:"venue"`
	Dice      *wireDice     `json:"dice"`

	ReplyMarkup struct {
		Keyboard [][]struct {
			Text string `json:"text"`
			Data string `json:"callback_data"`
		} `json:"inline_keyboard"`
	} `json:"reply_markup"`
}

// wireFile is what PhotoSize, Document, Video, Audio, Voice, VideoNote and Animation have in common.
type wireFile struct {
	ID       string `json:"file_id"`
	Width    int64  `json:"width"`
	Height   int64  `json:"height"`
	Name     string `json:"file_name"`
	MimeType string `json:"mime_type"`
	Size     int64  `json:"file_size"`
}

// wireSticker is a Sticker. https://core.telegram.org/bots/api#sticker
type wireSticker struct {
	wireFile
	Emoji      string    `json:"emoji"`
	IsAnimated bool      `json:"is_animated"` // a TGS file, which no browser shows
	IsVideo    bool      `json:"is_video"`    // a WEBM file
	Thumbnail  *wireFile `json:"thumbnail"`
}

type wireContact struct {
	Phone     string `json:"phone_number"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	UserID    int64  `json:"user_id"`
}

type wireLocation struct {
	Latitude  *float64 `json:"latitude"`
	Longitude *float64 `json:"longitude"`
}

type wireVenue struct {
	Location wireLocation `json:"location"`
	Title    string       `json:"title"`
	Address  string       `json:"address"`
}

type wireDice struct {
	Emoji string `json:"emoji"`
	Value int64  `json:"value"`
}

// wireReaction is a MessageReactionUpdated. https://core.telegram.org/bots/api#messagereactionupdated
type wireReaction struct {
	Chat      wireChat `json:"chat"`
	MessageID int64    `json:"message_id"`
	Date      int64    `json:"date"`
	New       []struct {
		Type  string `json:"type"` // emoji, custom_emoji or paid
		Emoji string `json:"emoji"`
	} `json:"new_reaction"`
}

// wireTap is a CallbackQuery. https://core.telegram.org/bots/api#callbackquery
type wireTap struct {
	ID      string       `json:"id"`
	From    wireUser     `json:"from"`
	Message *wireMessage `json:"message"` // with date 0 and no keyboard when the bot can no longer access it
	Data    string       `json:"data"`
}

// wireMember is a ChatMemberUpdated. https://core.telegram.org/bots/api#chatmemberupdated
type wireMember struct {
	Chat wireChat `json:"chat"`
	From wireUser `json:"from"`
	Date int64    `json:"date"`
	New  struct {
		Status string `json:"status"`
	} `json:"new_chat_member"`
}

// decode reads what fits: a field of another type than expected counts as absent. It fails for what is no JSON.
func decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return nil
	}
	return err
}

// isObject says whether valid JSON is an object.
func isObject(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{"))
}
