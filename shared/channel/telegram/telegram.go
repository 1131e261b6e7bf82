package telegram

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/outbound"
)

// Type names the channel.
const Type chat.ChannelType = "telegram"

const (
	apiURL     = "TELEGRAM_URL"
	webhookKey = "telegram-webhook-key"
)

// Definition describes the channel.
func Definition() channel.Definition {
	return channel.Definition{
		Type:     Type,
		Settings: []channel.Setting{{Env: apiURL, Default: "https://api.telegram.org"}},
		Secrets: []channel.Secret{
			{Env: "TELEGRAM_WEBHOOK_KEY_NAME", Name: webhookKey, Local: "local-telegram-webhook-key", Generated: true},
		},
		New: func(e channel.Environment) channel.Adapter { return New(e.Settings[apiURL], e.HTTP) },
	}
}

// Adapter is Telegram behind the channel port. It holds no state between calls.
type Adapter struct {
	base   string // https://api.telegram.org
	client *http.Client
	files  *outbound.Client
}

// What a channel may have beyond an Adapter.
var (
	_ channel.Adapter    = (*Adapter)(nil)
	_ channel.Receiver   = (*Adapter)(nil)
	_ channel.Responder  = (*Adapter)(nil)
	_ channel.Connector  = (*Adapter)(nil)
	_ channel.Subscriber = (*Adapter)(nil)
	_ channel.Fetcher    = (*Adapter)(nil)
	_ channel.Typer      = (*Adapter)(nil)
	_ channel.Configurer = (*Adapter)(nil)

	_ channel.WebhookInspector = (*Adapter)(nil)
)

// New makes the adapter for a Bot API at baseURL. The client's time-out bounds every call but downloads; nil means
// http.DefaultClient.
func New(baseURL string, client *http.Client) *Adapter {
	if client == nil {
		client = http.DefaultClient
	}
	api := *client
	api.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	config := outbound.Config{MaxSize: maxReceived, Timeout: downloadTimeout}
	if u, err := url.Parse(baseURL); err == nil && u.Host != "" {
		config.OnlyHosts = []string{u.Host}
		if u.Port() != "" { // the local stack's simulator
			config.Private = []string{u.Host}
		}
	}
	return &Adapter{base: strings.TrimRight(baseURL, "/"), client: &api, files: outbound.New(config)}
}

// Type names the channel.
func (*Adapter) Type() chat.ChannelType { return Type }

// isToken reports whether a text has the form of a bot's token: at most 20 digits, a colon, and at most 256 letters, digits, "_" or "-".
// https://core.telegram.org/bots/api#authorizing-your-bot
func isToken(text string) bool {
	id, secret, _ := strings.Cut(text, ":")
	digit := func(r rune) bool { return r >= '0' && r <= '9' }
	letter := func(r rune) bool {
		return digit(r) || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == '-'
	}
	return consistsOf(id, 20, digit) && consistsOf(secret, 256, letter)
}

func consistsOf(text string, most int, allowed func(rune) bool) bool {
	return text != "" && len(text) <= most && !strings.ContainsFunc(text, func(r rune) bool { return !allowed(r) })
}

// Credentials are the bot's token.
func (*Adapter) Credentials(given []byte) (chat.Credentials, error) {
	credentials, err := channel.ReadAccessToken(given)
	if err != nil {
		return nil, err
	}
	if token, _ := channel.OpenAccessToken(credentials); !isToken(token) {
		return nil, fault.New(fault.Invalid, "a bot's token is written 123456:ABC-DEF").WithField("credentials.accessToken")
	}
	return credentials, nil
}

// settings are a channel's: the bot's name, as Telegram says it when the bot is connected.
type settings struct {
	Username string `json:"username,omitempty"`
}

// maxUsername bounds the name. Telegram's have at most 32 characters.
const maxUsername = 64

// Settings checks the bot's name.
func (*Adapter) Settings(given []byte) ([]byte, error) {
	var s settings
	if len(given) > 0 && json.Unmarshal(given, &s) != nil || utf8.RuneCountInString(s.Username) > maxUsername {
		return nil, fault.New(fault.Invalid, "the settings are not an object with a username").WithField("settings")
	}
	return json.Marshal(s)
}

const (
	maxText    = 4096 // https://core.telegram.org/bots/api#sendmessage
	maxCaption = 1024 // https://core.telegram.org/bots/api#sendphoto

	megabyte    = 1 << 20
	maxPhoto    = 10 * megabyte // https://core.telegram.org/bots/api#sending-files
	maxSent     = 50 * megabyte
	maxReceived = 20 * megabyte // https://core.telegram.org/bots/api#getfile
	maxSticker  = 512 << 10     // https://core.telegram.org/stickers: a static WEBP

	downloadTimeout = 60 * time.Second // 20 MB at 3 Mbit/s

	// typing is for how long one indicator is seen: "5 seconds or less". https://core.telegram.org/bots/api#sendchataction
	typing = 4 * time.Second
)

// Capabilities are the limits that Telegram publishes.
func (*Adapter) Capabilities() channel.Capabilities {
	return channel.Capabilities{
		MaxText: maxText, MaxCaption: maxCaption, ReplyTo: true, Locations: true, MaxCards: 1, Typing: typing, AssetByCredentials: true,
		// A list becomes a keyboard of one button a row, with its titles and descriptions in the text: all must fit one text. callback_data has 1-64 bytes, and a keyboard at most 100 buttons.
		// https://core.telegram.org/bots/api#inlinekeyboardbutton
		Interactive: &channel.InteractiveLimits{
			MaxBody: 1800, MaxFooter: 500, MaxButtons: 10, MaxButtonTitle: 40, MaxListButton: 40, MaxSections: 10, MaxRows: 10,
			MaxRowTitle: 40, MaxRowDescription: 72, MaxRowID: 64,
		},
		// https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: about 30 messages a second, and to one chat
		// one a second, with short bursts.
		Rate: channel.Rate{PerSecond: 30, PairBurst: 3, PairEvery: time.Second},
		Captions: map[chat.MessageType]bool{
			chat.TypeImage: true, chat.TypeAudio: true, chat.TypeVideo: true, chat.TypeDocument: true,
		},
		Attachments: map[chat.MessageType]channel.Limit{
			chat.TypeImage: {Mimes: []string{"image/jpeg", "image/png", "image/webp"}, MaxSize: maxPhoto},
			// sendAudio takes MP3 and M4A, sendVoice OGG with OPUS.
			chat.TypeAudio: {Mimes: []string{"audio/mpeg", "audio/mp4", "audio/ogg"}, MaxSize: maxSent},
			chat.TypeVideo: {Mimes: []string{"video/mp4"}, MaxSize: maxSent},
			chat.TypeDocument: {Mimes: []string{
				"application/pdf", "text/plain", "text/csv", "application/zip", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
				"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
				"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
				"application/vnd.openxmlformats-officedocument.presentationml.presentation",
			}, MaxSize: maxSent},
			chat.TypeSticker: {Mimes: []string{"image/webp"}, MaxSize: maxSticker},
		},
	}
}
