// Package channel is the port to the providers: what every channel can do, in our terms.
//
// A provider is one folder below: a Definition (type, settings, secrets, constructor) and an Adapter over its wire format.
// Package all lists the providers. Adapter is what every channel has; the other interfaces are optional, and a function asks for
// the one that it uses by a type assertion: webhook a Receiver, media a Fetcher, jobs a TemplateLister or a Subscriber.
//
// Errors are faults: Unavailable and RateLimited may pass, everything else is final for the message; Provider tells what it means
// for the channel. It imports chat and fault.
package channel

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// Adapter is what every channel has.
type Adapter interface {
	Parser
	Sender
	Type() chat.ChannelType
	Capabilities() Capabilities
	// Credentials checks what a client gave as the channel's credentials, a JSON object, and returns the document to encrypt. Only the
	// adapter reads it again. Invalid names the field.
	Credentials(given []byte) (chat.Credentials, error)
}

// Request is one call of a provider's webhook.
type Request struct {
	Asset  string // the path segment behind the provider's: the channel's external id, or "" where the provider's bodies name it
	Header http.Header
	Body   []byte // as it came over the wire
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

// Splitter takes a verified request apart into items that may succeed or fail alone.
type Splitter interface {
	// Split never fails for an unknown kind: that becomes an item of its own. Invalid means the body is not the provider's format at
	// all.
	Split(request Request) ([]Item, error)
}

// Item is one part of a webhook body, as the provider wrote it, with what is needed to route it.
type Item struct {
	Asset string // the channel's external id; "" when neither body nor path names one
	Group string // what must stay in order: the external user, or the message that a status belongs to
	ID    string // the provider's id of the item; with Kind and Status it makes the deduplication id
	Kind  chat.InboundKind
	State string // a status item's status
	Body  []byte // a self-contained JSON document that Parse reads
}

// Parser turns an item into our terms.
type Parser interface {
	// Parse returns Invalid for what can never be understood; unknown kinds become placeholders or ignored items.
	Parse(body []byte, receivedAt time.Time) (chat.Inbound, error)
}

// Asset is what a provider says about the owner of credentials: a number, a page, a bot.
type Asset struct {
	ExternalID string
	Settings   []byte // the channel's settings with the provider's display data, a JSON object
}

// Connector is a channel that asks the provider whose credentials are given before it is connected.
type Connector interface {
	// Connect returns the asset that the credentials belong to. settings are those that the client gave. Invalid with the credentials'
	// field when the provider refuses them, Unavailable or RateLimited when it cannot say.
	Connect(ctx context.Context, credentials chat.Credentials, settings []byte) (Asset, error)
}

// Subscriber is a channel whose webhook we register with the provider ourselves.
type Subscriber interface {
	// Subscribe makes the provider post what concerns the asset to the webhook; address is that of the channel's type. Repeating it
	// changes nothing. Errors are those of Send, never uncertain.
	Subscribe(ctx context.Context, credentials chat.Credentials, asset, address string, secrets Secrets) error
	// Unsubscribe ends that. Credentials that the provider no longer accepts are no error.
	Unsubscribe(ctx context.Context, credentials chat.Credentials) error
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
	Ref         string // comes back with the statuses, where the provider does that
}

// File is an attachment's content. Open may be called again when a step is repeated.
type File struct {
	Name string
	Mime string
	Size int64
	Open func(context.Context) (io.ReadCloser, error)
}

// Delivered is the provider's word that it took the message.
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

// TemplateLister is a channel whose messages may be approved by the provider beforehand.
type TemplateLister interface {
	// Templates reads the page of the business account's templates that the cursor names, "" for the first; next is "" after the last.
	// The account and channel are left empty. Errors are those of Send, never uncertain.
	Templates(ctx context.Context, credentials chat.Credentials, business, cursor string) (page []chat.Template, next string, err error)
}

// Marker is a channel whose provider shows the contact what was read.
type Marker interface {
	// MarkRead says that the contact's message and all before it were read. Errors are those of Send, never uncertain.
	MarkRead(ctx context.Context, credentials chat.Credentials, asset, providerID string) error
}

// Typer is a channel whose provider shows the contact that an answer is being written.
type Typer interface {
	// ShowTyping says so after the contact's message with this id. Errors are those of Send, never uncertain.
	ShowTyping(ctx context.Context, credentials chat.Credentials, asset, providerID string) error
}

// The capability table is made of plain types of chat, so that shared/rules can judge a draft by it.
type (
	Capabilities      = chat.Capabilities
	Limit             = chat.FileLimit
	InteractiveLimits = chat.InteractiveLimits
	Rate              = chat.SendRate
)

// ErrorClass is what a provider's refusal says about the channel, beyond the one message.
type ErrorClass string

// The classes.
const (
	ClassMessage     ErrorClass = "message"     // this message alone
	ClassReauthorise ErrorClass = "reauthorise" // the token is dead: hold replies until it is renewed
	ClassStopped     ErrorClass = "stopped"     // the provider stopped the account: somebody must act
	ClassUncertain   ErrorClass = "uncertain"   // it may have been delivered: never resend silently
	ClassWait        ErrorClass = "wait"        // not sent yet: the provider's rate limit is used up
)

// ProviderError is a provider's refusal. It is the cause of the fault that Send or Fetch returns.
type ProviderError struct {
	Code       string // the provider's own
	Message    string // the provider's words, shown to operators
	Class      ErrorClass
	RetryAfter time.Duration // 0 = the usual back-off
	Factor     int           // by which RetryAfter grows from try to try; 0 = it does not
	MaxTries   int           // 0 = as many as a day has
}

// Error is for logs.
func (e *ProviderError) Error() string { return "provider: " + e.Code + ": " + e.Message }

// Provider finds the provider's refusal in err's chain; nil when the error is not one.
func Provider(err error) *ProviderError {
	var p *ProviderError
	if errors.As(err, &p) {
		return p
	}
	return nil
}
