// Package channel is the port to the providers: what every channel can do, in our terms.
//
// A provider is one folder below: a Definition (type, settings, secrets, constructor) and an Adapter over its wire format.
// Package all lists the providers. Every channel implements Adapter. The other interfaces are optional; a function finds the one
// that it uses by a type assertion: webhook a Receiver, media a Fetcher, jobs a TemplateLister, a Subscriber or a WebhookInspector.
//
// Errors are faults: Unavailable and RateLimited can be retried, every other code is final for the message. Provider returns the
// ProviderError, whose Class says what the error means for the channel. It imports chat and fault.
package channel

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Adapter is implemented by every channel.
type Adapter interface {
	Parser
	Sender
	Type() chat.ChannelType
	Capabilities() Capabilities
	// Credentials checks the channel's credentials that a client gave, a JSON object, and returns the document to encrypt. Only the
	// adapter reads that document. Invalid names the field.
	Credentials(given []byte) (chat.Credentials, error)
}

// Request is one call of a provider's webhook.
type Request struct {
	Asset  string // the path segment behind the provider's: the channel's external id, or "" where the provider's bodies name it
	Header http.Header
	Body   []byte // the raw bytes, as received
}

// Secrets reads the accepted values of a secret of the deployment by Secret.Name. Unavailable when they cannot be read.
type Secrets func(name string) ([]string, error)

// Receiver is a channel whose provider posts to a webhook.
type Receiver interface {
	Splitter
	// Verify proves that a request comes from the provider, in constant time, or returns Unauthenticated.
	Verify(request Request, secrets Secrets) error
}

// Handshaker is a channel whose provider proves the webhook's address by a GET before it posts there.
type Handshaker interface {
	// Handshake returns the challenge to echo as plain text, or Forbidden.
	Handshake(query url.Values, secrets Secrets) (string, error)
}

// Responder is a channel whose provider takes a call of its API as the answer to a webhook.
type Responder interface {
	// Respond returns the JSON to answer an accepted request with, nil for an empty answer.
	Respond(request Request) []byte
}

// Splitter splits a verified request into items that succeed or fail independently.
type Splitter interface {
	// Split does not fail for an unknown kind: it becomes an item of its own. Invalid means that the body is not in the provider's
	// format.
	Split(request Request) ([]Item, error)
}

// Item is one part of a webhook body, as the provider wrote it, with what is needed to route it.
type Item struct {
	Asset string // the channel's external id; "" when neither body nor path names one
	Group string // the ordering key: the external user, or the message that a status belongs to
	ID    string // the provider's id of the item; with Kind and Status it makes the deduplication id
	Kind  chat.InboundKind
	State string // a status item's status
	Body  []byte // a self-contained JSON document that Parse reads
}

// Parser converts an item to chat's types.
type Parser interface {
	// Parse returns Invalid for an item that can never be parsed. Unknown kinds become placeholders or ignored items.
	Parse(body []byte, receivedAt time.Time) (chat.Inbound, error)
}

// Asset is the provider's object that credentials belong to, such as a number, a page or a bot.
type Asset struct {
	ExternalID string
	Settings   []byte // the channel's settings with the provider's display data, a JSON object
}

// Connector is a channel whose provider says which asset credentials open. Every channel but a first-party one must be one: without the
// provider's word anybody could claim an asset with invented credentials.
type Connector interface {
	// Connect asks the provider, with the credentials, for the asset. asset is the external id that the client gave; "" asks for the
	// asset that the credentials belong to, where the provider tells it. settings are those that the client gave; whatever they name at
	// the provider is asked for, too. Invalid with the field when the provider refuses or an id is missing; Unavailable or RateLimited
	// when it cannot say.
	Connect(ctx context.Context, credentials chat.Credentials, asset string, settings []byte) (Asset, error)
}

// Configurer is a channel that checks its settings. Any other takes any object.
type Configurer interface {
	// Settings returns the settings that a client gave as they are to be stored: Invalid with the field.
	Settings(given []byte) ([]byte, error)
}

// Embedder is a channel that shows on pages of the business.
type Embedder interface {
	// Allows reports whether settings let a page of this origin show the channel.
	Allows(settings []byte, origin string) (bool, error)
}

// Subscriber is a channel whose webhook we register with the provider ourselves.
type Subscriber interface {
	// Subscribe registers the webhook for the asset's updates; address is the webhook address of the channel's type. It is idempotent.
	// Errors are those of Send, never uncertain.
	Subscribe(ctx context.Context, credentials chat.Credentials, asset, address string, secrets Secrets) error
	// Unsubscribe removes the registration. It succeeds when the provider no longer accepts the credentials.
	Unsubscribe(ctx context.Context, credentials chat.Credentials) error
}

// WebhookInspector is a channel whose provider says how its calls of the webhook fare.
type WebhookInspector interface {
	// InspectWebhook returns what keeps the provider's calls from us, nil if nothing does. address is that of Subscribe. Errors are those
	// of Send, never uncertain.
	InspectWebhook(ctx context.Context, credentials chat.Credentials, asset, address string, now time.Time) (*WebhookTrouble, error)
}

// WebhookTrouble is what keeps a provider's calls from us.
type WebhookTrouble struct {
	Code    string // chat.HealthDiverted, or the provider's
	Message string // the provider's, shown to operators; "" when it says nothing
}

// Outbound is a message on its way to the provider.
type Outbound struct {
	Asset       string // the channel's external id
	To          string // the external user's address
	Type        chat.MessageType
	Text        string
	Attachments []File
	Location    *chat.Location
	Cards       []chat.Card
	Interactive *chat.Interactive
	Template    *chat.TemplateRef
	ReplyTo     string // the provider's id of the message it answers
	Ref         string // our reference, which the statuses repeat where the provider supports it
}

// File is an attachment's content. Open may be called more than once, for retries.
type File struct {
	Name string
	Mime string
	Size int64
	Open func(context.Context) (io.ReadCloser, error)
}

// Delivered is the provider's confirmation that it accepted the message.
type Delivered struct {
	ProviderID string
}

// Sender delivers to the provider.
type Sender interface {
	Send(ctx context.Context, credentials chat.Credentials, message Outbound) (Delivered, error)
}

// Fetcher is a channel whose inbound files are read from the provider.
type Fetcher interface {
	// Fetch opens the file; the caller closes it. NotFound means that the provider does not have it any more.
	Fetch(ctx context.Context, credentials chat.Credentials, asset, ref string) (Media, error)
}

// Media is an inbound file.
type Media struct {
	Mime string
	Size int64
	io.ReadCloser
}

// TemplateLister is a channel with message templates that the provider approves.
type TemplateLister interface {
	// Templates reads one page of the business account's templates. The cursor is "" for the first page; next is "" after the last.
	// The templates' account and channel are left empty. Errors are those of Send, never uncertain.
	Templates(ctx context.Context, credentials chat.Credentials, business, cursor string) (page []chat.Template, next string, err error)
}

// Marker is a channel whose provider shows read receipts to the contact.
type Marker interface {
	// MarkRead marks the contact's message, and all messages before it, as read. Errors are those of Send, never uncertain.
	MarkRead(ctx context.Context, credentials chat.Credentials, asset, providerID string) error
}

// Typer is a channel whose provider shows a typing indicator to the contact.
type Typer interface {
	// ShowTyping shows the typing indicator after the contact's message with this id. Errors are those of Send, never uncertain.
	ShowTyping(ctx context.Context, credentials chat.Credentials, asset, providerID string) error
}

// The capability table's types are defined in chat, so that shared/rules can check a draft against it.
type (
	Capabilities      = chat.Capabilities
	Limit             = chat.FileLimit
	InteractiveLimits = chat.InteractiveLimits
	Rate              = chat.SendRate
)

// ErrorClass says whether a provider's error concerns one message or the whole channel.
type ErrorClass string

// The classes.
const (
	ClassMessage     ErrorClass = "message"     // only this message
	ClassReauthorise ErrorClass = "reauthorise" // the token is invalid: hold replies until it is renewed
	ClassStopped     ErrorClass = "stopped"     // the provider stopped the account: a person must act
	ClassUncertain   ErrorClass = "uncertain"   // the message may have been delivered: never resend it automatically
	ClassWait        ErrorClass = "wait"        // not sent yet: the provider's rate limit is used up
)

// ProviderError is an error response of a provider. It is the cause of the fault that Send or Fetch returns.
type ProviderError struct {
	Code       string // the provider's error code
	Message    string // the provider's message, shown to operators
	Class      ErrorClass
	RetryAfter time.Duration // 0 = the usual back-off
	Factor     int           // multiplies RetryAfter after every try; 0 = constant
	MaxTries   int           // 0 = no limit but one day of retries
}

// Error is the text for logs.
func (e *ProviderError) Error() string { return "provider: " + e.Code + ": " + e.Message }

// Provider returns the ProviderError in err's chain, or nil.
func Provider(err error) *ProviderError {
	var p *ProviderError
	if errors.As(err, &p) {
		return p
	}
	return nil
}

// Unverified is the health of a channel whose credentials the provider did not confirm.
func Unverified(err error, now time.Time) chat.Health {
	health := chat.Health{State: chat.HealthUnverified, Code: fault.Reason(err), Message: fault.As(err).Message, At: now}
	if p := Provider(err); p != nil {
		health.Code, health.Message = p.Code, p.Message
	}
	return health
}
