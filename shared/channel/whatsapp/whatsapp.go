package whatsapp

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/outbound"
)

// Adapter is WhatsApp behind the channel port. It holds no state between calls.
type Adapter struct {
	base   string // https://graph.facebook.com/v26.0
	client *http.Client
	media  *outbound.Client
}

var _ channel.Adapter = (*Adapter)(nil)

// New makes the adapter for a Graph API at baseURL, such as "https://graph.facebook.com" and "v26.0". The client's time-out
// bounds every call to the Graph API; nil means http.DefaultClient.
func New(baseURL, version string, client *http.Client) *Adapter {
	if client == nil {
		client = http.DefaultClient
	}
	graph := *client
	graph.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	hosts := []string{"lookaside.fbsbx.com", "*.fbcdn.net", "*.whatsapp.net"}
	var private []string
	if u, err := url.Parse(baseURL); err == nil && u.Host != "" {
		hosts = append(hosts, u.Host)
		if u.Port() != "" { // not Meta's: the local stack's simulator
			private = append(private, u.Host)
		}
	}
	return &Adapter{
		base:   strings.TrimRight(baseURL, "/") + "/" + version,
		client: &graph,
		media: outbound.New(outbound.Config{
			Private:    private,
			OnlyHosts:  hosts,
			TokenHosts: hosts,
			MaxSize:    maxMedia,
			Timeout:    mediaTimeout,
		}),
	}
}

// Type names the channel.
func (*Adapter) Type() chat.ChannelType { return chat.WhatsApp }

const (
	maxText    = 4096
	maxCaption = 1024
	maxCards   = 5

	kilobyte = 1 << 10
	megabyte = kilobyte << 10
	maxMedia = 100 * megabyte
)

// Capabilities are the limits that Meta publishes.
func (*Adapter) Capabilities() channel.Capabilities {
	return channel.Capabilities{
		MaxText:    maxText,
		MaxCaption: maxCaption,
		Window:     chat.WhatsApp.Window(),
		ReplyTo:    true,
		Locations:  true,
		MaxCards:   maxCards,
		Interactive: &channel.InteractiveLimits{
			MaxBody: 1024, MaxFooter: 60, MaxButtons: 3, MaxButtonTitle: 20, MaxListButton: 20,
			MaxSections: 10, MaxRows: 10, MaxRowTitle: 24, MaxRowDescription: 72, MaxRowID: 200,
		},
		Templates:    true,
		ReadReceipts: true,
		Typing:       true,
		Rate:         channel.Rate{PerSecond: 80, PairBurst: 45, PairEvery: 6 * time.Second},
		Captions:     map[chat.MessageType]bool{chat.TypeImage: true, chat.TypeVideo: true, chat.TypeDocument: true},
		Attachments: map[chat.MessageType]channel.Limit{
			chat.TypeImage: {Mimes: []string{"image/jpeg", "image/png"}, MaxSize: 5 * megabyte},
			chat.TypeAudio: {Mimes: []string{"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}, MaxSize: 16 * megabyte},
			chat.TypeVideo: {Mimes: []string{"video/mp4", "video/3gpp"}, MaxSize: 16 * megabyte},
			chat.TypeDocument: {Mimes: []string{
				"application/pdf", "text/plain",
				"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
				"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
				"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
				"application/vnd.openxmlformats-officedocument.presentationml.presentation",
			}, MaxSize: maxMedia},
			// 100 KB for one that does not move: Meta looks, we do not.
			chat.TypeSticker: {Mimes: []string{"image/webp"}, MaxSize: 500 * kilobyte},
		},
	}
}
