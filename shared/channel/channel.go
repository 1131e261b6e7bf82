// Package channel is the port to the providers: what every channel can do, in our words.
//
// A provider is one folder below that implements Adapter over its own wire format; all lists them. The interfaces are small so
// that a function asks for what it uses: webhook verifies and splits, ingest parses, send delivers, media fetches. Errors are
// faults: Unavailable and RateLimited may pass, everything else is final for the message; Provider tells what it means for the
// channel. It imports chat and fault.
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

// Verifier proves that a request comes from the provider.
type Verifier interface {
	// Handshake answers the provider's GET that registers the webhook: the challenge to echo as plain text, or Forbidden.
	Handshake(query url.Values, verifyTokens []string) (string, error)
	// Verify checks the signature over the raw body against every accepted secret, or answers Unauthenticated.
	Verify(header http.Header, body []byte, secrets []string) error
}

// Splitter takes a verified body apart into items that may succeed or fail alone.
type Splitter interface {
	// Split never fails for what it does not know: that becomes an item of its own. Invalid means the body is not the
	// provider's format at all.
	Split(body []byte) ([]Item, error)
}

// Item is one part of a webhook body, as the provider wrote it, with what is needed to route it.
type Item struct {
	Asset string // the channel's external id; "" when the body names none
	Group string // what must stay in order: the external user, or the message a status speaks of
	ID    string // the provider's id of the item; with Kind and Status it makes the deduplication id
	Kind  chat.InboundKind
	State string // a status item's status
	Body  []byte // a self-contained JSON document that Parse reads
}

// Parser turns an item into our words.
type Parser interface {
	// Parse answers Invalid for what can never be understood; kinds we do not know become placeholders or ignored items.
	Parse(body []byte, receivedAt time.Time) (chat.Inbound, error)
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

// Fetcher reads the media that an inbound message refers to.
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

// TemplateLister reads the templates of an account of the provider's. Channels without templates are none.
type TemplateLister interface {
	// Templates reads the page of the business account's templates that the cursor names, "" for the first; next is "" after the last.
	// What they belong to here is left empty. Errors are those of Send, never uncertain.
	Templates(ctx context.Context, credentials chat.Credentials, business, cursor string) (page []chat.Template, next string, err error)
}

// Marker tells the provider what was read. Channels without receipts are none.
type Marker interface {
	// MarkRead says that the contact's message and all before it were read, and with typing that an answer is being written. Errors are
	// those of Send, never uncertain.
	MarkRead(ctx context.Context, credentials chat.Credentials, asset, providerID string, typing bool) error
}

// The capability table is made of plain types of chat, so that shared/rules can judge a draft by it.
type (
	Capabilities      = chat.Capabilities
	Limit             = chat.FileLimit
	InteractiveLimits = chat.InteractiveLimits
	Rate              = chat.SendRate
)

// Adapter is a whole provider.
type Adapter interface {
	Verifier
	Splitter
	Parser
	Sender
	Fetcher
	Type() chat.ChannelType
	Capabilities() Capabilities
}

// ErrorClass is what a provider's refusal says about the channel, beyond the one message.
type ErrorClass string

// The meanings.
const (
	ClassMessage     ErrorClass = "message"     // this message alone
	ClassReauthorise ErrorClass = "reauthorise" // the token is dead: hold replies until it is renewed
	ClassStopped     ErrorClass = "stopped"     // the provider stopped the account: somebody must act
	ClassUncertain   ErrorClass = "uncertain"   // it may have been delivered: never resend silently
	ClassWait        ErrorClass = "wait"        // it was not asked yet: we would be too fast for it
)

// ProviderError is a provider's refusal. It is the cause of the fault that Send or Fetch answers with.
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
