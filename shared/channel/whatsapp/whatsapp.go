package whatsapp

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/whatsapp/wamid"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/outbound"
)

// Type names the channel.
const Type chat.ChannelType = "whatsapp"

// GraphVersion is the version of the Graph API that every call names: the newest, since 2026-11-04. Nothing that v27.0 changes is used
// here: it adds fields to posts and ad sets, and since its day no version takes new uses of multi-id requests, date formats, method
// override, field aliases, JSONP and asynchronous batches, which end with v28.0.
// https://developers.facebook.com/blog/post/2026/11/04/introducing-graph-api-v27-and-marketing-api-v27/
const GraphVersion = "v27.0"

const graphURL = "GRAPH_URL"

// The secrets of the Meta app: appSecret signs its webhooks, verifyToken proves the handshake that registers the webhook.
const (
	appSecret   = "meta-app-secret"
	verifyToken = "meta-verify-token"
)

// Definition describes the channel.
func Definition() channel.Definition {
	return channel.Definition{
		Type:     Type,
		Settings: []channel.Setting{{Env: graphURL, Default: "https://graph.facebook.com"}},
		Secrets: []channel.Secret{
			{Env: "META_APP_SECRET_NAME", Name: appSecret, Local: "local-app-secret"},
			{Env: "META_VERIFY_TOKEN_NAME", Name: verifyToken, Local: "local-verify-token"},
		},
		New: func(e channel.Environment) channel.Adapter { return New(e.Settings[graphURL], e.HTTP) },
	}
}

// Adapter implements the channel port for WhatsApp. It holds no state between calls.
type Adapter struct {
	base   string // https://graph.facebook.com/v27.0
	client *http.Client
	media  *outbound.Client
}

// What a channel may have beyond an Adapter.
var (
	_ channel.Adapter        = (*Adapter)(nil)
	_ channel.Receiver       = (*Adapter)(nil)
	_ channel.Handshaker     = (*Adapter)(nil)
	_ channel.Connector      = (*Adapter)(nil)
	_ channel.Fetcher        = (*Adapter)(nil)
	_ channel.Marker         = (*Adapter)(nil)
	_ channel.Typer          = (*Adapter)(nil)
	_ channel.TemplateLister = (*Adapter)(nil)
)

// New makes the adapter for a Graph API at baseURL, such as "https://graph.facebook.com". The client's time-out bounds every call to
// the Graph API; nil means http.DefaultClient.
func New(baseURL string, client *http.Client) *Adapter {
	if client == nil {
		client = http.DefaultClient
	}
	graph := *client
	graph.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	hosts := []string{"lookaside.fbsbx.com", "*.fbcdn.net", "*.whatsapp.net"}
	var private []string
	if u, err := url.Parse(baseURL); err == nil && u.Host != "" {
		hosts = append(hosts, u.Host)
		if u.Port() != "" { // a port means that it is the local stack's simulator, not Meta
			private = append(private, u.Host)
		}
	}
	return &Adapter{
		base:   strings.TrimRight(baseURL, "/") + "/" + GraphVersion,
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
func (*Adapter) Type() chat.ChannelType { return Type }

// Credentials are a system user's access token.
func (*Adapter) Credentials(given []byte) (chat.Credentials, error) {
	return channel.ReadAccessToken(given)
}

const (
	// window is how long after a contact's last message WhatsApp accepts messages other than templates.
	// https://developers.facebook.com/docs/whatsapp/pricing (customer service windows)
	window = 24 * time.Hour
	// typing is how long one typing indicator counts as shown. WhatsApp hides it after 25 seconds, or when a message arrives.
	typing = 20 * time.Second

	maxText    = 4096
	maxCaption = 1024
	maxCards   = 5

	kilobyte = 1 << 10
	megabyte = kilobyte << 10
	maxMedia = 100 * megabyte
)

// Capabilities returns the limits that Meta documents.
func (*Adapter) Capabilities() channel.Capabilities {
	return channel.Capabilities{
		MaxText:    maxText,
		MaxCaption: maxCaption,
		MessageKey: wamid.Key,
		UserID:     isUserID,
		Window:     window,
		ReplyTo:    true,
		Locations:  true,
		MaxCards:   maxCards,
		Interactive: &channel.InteractiveLimits{
			MaxBody: 1024, MaxFooter: 60, MaxButtons: 3, MaxButtonTitle: 20, MaxListButton: 20,
			MaxSections: 10, MaxRows: 10, MaxRowTitle: 24, MaxRowDescription: 72, MaxRowID: 200,
		},
		Templates:     true,
		TakesTemplate: takesTemplate,
		ReadReceipts:  true,
		Reports:       true, // https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
		Typing:        typing,
		Rate:          channel.Rate{PerSecond: 80, PairBurst: 45, PairEvery: 6 * time.Second},
		Captions:      map[chat.MessageType]bool{chat.TypeImage: true, chat.TypeVideo: true, chat.TypeDocument: true},
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
			// Meta's limit for a static sticker is 100 KB; we do not check which kind a sticker is.
			chat.TypeSticker: {Mimes: []string{"image/webp"}, MaxSize: 500 * kilobyte},
		},
	}
}
