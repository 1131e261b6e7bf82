// Package send delivers operators' messages to providers, in order for each conversation.
//
// The attempt is recorded before the provider is called and the outcome after: see desk/outbound. An invalid token or a stopped account
// is recorded on the channel, and replies are held until that changes. Read marks and typing are sent to providers that support them.
package send

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/desk/outbound"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/queue"
	"github.com/recado-chat/recado/shared/rules/silence"
)

type channels interface {
	Of(t chat.ChannelType) (channel.Adapter, bool)
}

type deliverer interface {
	Abandon(ctx context.Context, account chat.AccountID, id chat.ConversationID) error
	Deliver(ctx context.Context, c chat.Conversation, ch chat.Channel, ready outbound.Ready, post outbound.Post) (*channel.ProviderError, error)
}

type store interface {
	Conversation(ctx context.Context, account chat.AccountID, id chat.ConversationID) (chat.Conversation, error)
	Message(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, id chat.MessageID) (chat.Message, error)
	Identity(ctx context.Context, account chat.AccountID, channel chat.ChannelID, addresses []string) (chat.Identity, []string, error)
	Channel(ctx context.Context, account chat.AccountID, id chat.ChannelID) (chat.Channel, error)
	UpdateChannel(ctx context.Context, before, after chat.Channel, activity *chat.Activity) error
	// NoteAwaited does nothing for a channel that is gone or awaits later ones.
	NoteAwaited(ctx context.Context, ch chat.Channel, since time.Time) error
}

type opener interface {
	OpenCredentials(ctx context.Context, account chat.AccountID, secret chat.Secret) (chat.Credentials, error)
}

type bucket interface {
	Open(ctx context.Context, key string) (content io.ReadCloser, size int64, mimeType string, err error)
}

// Deps are the handler's dependencies; all are required.
type Deps struct {
	Channels channels
	Desk     deliverer
	Store    store
	Sealer   opener
	Media    bucket
	Limiter  *RateLimiter
	Now      func() time.Time
	Log      *slog.Logger
}

// Handler does the work of one record.
type Handler struct {
	Deps
	readMarks readMarks
}

// New checks the dependencies.
func New(d Deps) (*Handler, error) {
	if d.Channels == nil || d.Desk == nil || d.Store == nil || d.Sealer == nil || d.Media == nil || d.Limiter == nil || d.Now == nil || d.Log == nil {
		return nil, errors.New("send: channels, desk, store, sealer, bucket, rate limiter, clock and logger are required")
	}
	return &Handler{Deps: d}, nil
}

// Routes are the signals that the function handles.
func (h *Handler) Routes() queue.Router { return queue.NewRouter(queue.On(h.queued), queue.On(h.read)) }

// read sends a read mark to the provider. It is a hint: a failed one is dropped.
func (h *Handler) read(ctx context.Context, envelope events.Envelope, signal events.ReadMarked) error {
	h.mark(ctx, chat.AccountID(envelope.AccountID), signal)
	return nil
}

// queued delivers the queued messages of a conversation.
func (h *Handler) queued(ctx context.Context, envelope events.Envelope, signal events.MessageQueued) error {
	account, id, began := chat.AccountID(envelope.AccountID), chat.ConversationID(signal.ConversationID), h.Now()
	c, err := h.Store.Conversation(ctx, account, id)
	if err != nil {
		return fmt.Errorf("read conversation %s: %w", id, err)
	}
	ch, err := h.Store.Channel(ctx, account, c.ChannelID)
	if fault.Is(err, fault.NotFound) {
		return h.Desk.Abandon(ctx, account, id)
	}
	if err != nil {
		return fmt.Errorf("read channel %s: %w", c.ChannelID, err)
	}
	adapter, ok := h.Channels.Of(ch.Type)
	if !ok {
		return fault.New(fault.Invalid, "no adapter for %s", ch.Type).WithReason("unknown_channel")
	}
	d := &delivery{Handler: h, adapter: adapter, channel: ch}
	providerErr, err := h.Desk.Deliver(ctx, c, ch, d.ready, d.post)
	if err != nil {
		return err
	}
	// Sending on our own channel asks nobody, so it does not show that the channel works.
	took := d.took && !adapter.Capabilities().FirstParty
	return errors.Join(h.note(ctx, ch, providerErr, took), h.await(ctx, ch, d, began))
}

// delivery is the state of delivering one conversation's messages.
type delivery struct {
	*Handler
	adapter     channel.Adapter
	channel     chat.Channel
	credentials chat.Credentials
	to          string
	quoted      string // the provider's id of the quoted message
	took        bool   // the provider accepted a message
}

// ready resolves what a message needs to be sent, and waits for the rate limit.
func (w *delivery) ready(ctx context.Context, c chat.Conversation, m chat.Message) (err error) {
	if w.credentials, err = w.open(ctx, w.adapter, w.channel); err != nil {
		return err
	}
	if w.to, err = w.addressOf(ctx, c); err != nil {
		return err
	}
	if w.quoted, err = w.repliedTo(ctx, m); err != nil {
		return err
	}
	return w.Limiter.keep(ctx, w.adapter.Capabilities().Rate, w.channel.ExternalID, w.to)
}

// post hands one message to the provider.
func (w *delivery) post(ctx context.Context, _ chat.Conversation, m chat.Message) (channel.Delivered, error) {
	out := channel.Outbound{
		Asset: w.channel.ExternalID, To: w.to, Type: m.Type, Text: m.Text, ReplyTo: w.quoted, Ref: desk.Ref(m),
		Location: m.Location, Cards: m.Cards, Interactive: m.Interactive, Template: m.Template,
	}
	for _, attachment := range m.Attachments {
		out.Attachments = append(out.Attachments, w.file(attachment))
	}
	delivered, err := w.adapter.Send(ctx, w.credentials, out)
	w.took = w.took || err == nil
	return delivered, err
}

// open decrypts the channel's credentials; a first-party channel has none.
func (h *Handler) open(ctx context.Context, adapter channel.Adapter, ch chat.Channel) (chat.Credentials, error) {
	if adapter.Capabilities().FirstParty {
		return nil, nil
	}
	credentials, err := h.Sealer.OpenCredentials(ctx, ch.AccountID, ch.Credentials)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "the channel's token cannot be decrypted").WithCause(err)
	}
	return credentials, nil
}

// addressOf returns the address of the conversation's contact: the identity's current address, else the external id.
func (h *Handler) addressOf(ctx context.Context, c chat.Conversation) (string, error) {
	identity, _, err := h.Store.Identity(ctx, c.AccountID, c.ChannelID, []string{c.ExternalID})
	if fault.Is(err, fault.NotFound) {
		return c.ExternalID, nil
	}
	if err != nil {
		return "", fmt.Errorf("read the identity of conversation %s: %w", c.ID, err)
	}
	return cmp.Or(identity.Address, c.ExternalID), nil
}

func (h *Handler) file(a chat.Attachment) channel.File {
	return channel.File{Name: a.Name, Mime: a.Mime, Size: a.Size, Open: func(ctx context.Context) (io.ReadCloser, error) {
		content, _, _, err := h.Media.Open(ctx, a.Key)
		return content, err
	}}
}

// repliedTo returns the provider's id of the quoted message, or "" when there is none.
func (h *Handler) repliedTo(ctx context.Context, m chat.Message) (string, error) {
	if m.ReplyTo == "" {
		return "", nil
	}
	target, err := h.Store.Message(ctx, m.AccountID, m.ConversationID, m.ReplyTo)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read message %s: %w", m.ReplyTo, err)
	}
	return target.ProviderID, nil
}

// await notes since when the provider owes a report on a message that it accepted. The time is from before the message was handed over,
// because a report may come before the answer.
func (h *Handler) await(ctx context.Context, ch chat.Channel, d *delivery, began time.Time) error {
	if !d.took || !d.adapter.Capabilities().Reports || !silence.Owes(ch, began) {
		return nil
	}
	if err := h.Store.NoteAwaited(ctx, ch, began); err != nil {
		return fmt.Errorf("note what channel %s awaits: %w", ch.ID, err)
	}
	return nil
}

// note records the channel's health: the provider's error, or OK after a message was accepted.
func (h *Handler) note(ctx context.Context, ch chat.Channel, providerErr *channel.ProviderError, took bool) error {
	after := ch
	switch {
	case providerErr != nil && providerErr.Class == channel.ClassReauthorise:
		after.Health = ch.Health.Failed(chat.HealthReauthorise, providerErr.Code, providerErr.Message, h.Now())
	case providerErr != nil:
		after.Health = ch.Health.Failed(chat.HealthStopped, providerErr.Code, providerErr.Message, h.Now())
	case took && ch.Health.State != chat.HealthOK && ch.Health.State != chat.HealthSilent:
		after.Health = chat.Health{State: chat.HealthOK, At: h.Now()}
	default:
		return nil
	}
	err := h.Store.UpdateChannel(ctx, ch, after, nil)
	if fault.Is(err, fault.Conflict) {
		return nil // the channel changed concurrently: the next send shows whether it works now
	}
	return err
}
