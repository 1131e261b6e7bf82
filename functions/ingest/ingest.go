// Package ingest processes the items of the inbound queue: it adds messages to their conversations and applies status updates to
// messages.
//
// It pushes an inbound message to browsers itself, after all writes and before the record is acknowledged, because the path through
// the tables' streams is ten times slower. An item that cannot be decoded or belongs to no channel is a permanent error and goes to the
// dead letters with its reason.
package ingest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/bounds"
	"github.com/recado-chat/recado/shared/desk/inbound"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/queue"
	"github.com/recado-chat/recado/shared/rules/silence"
	"github.com/recado-chat/recado/shared/wire/present"
)

type channels interface {
	Of(t chat.ChannelType) (channel.Adapter, bool)
}

type verbs interface {
	Receive(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) (inbound.Received, error)
	UpdateStatus(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error
	ApplyMessageUpdate(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error
	Echo(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error
	ChangeIdentity(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error
	ChangeTemplate(ctx context.Context, account chat.Account, ch chat.Channel, name, language string, change chat.TemplateChange) error
	ImportHistory(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error
	SetMarketingConsent(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error
}

type bodies interface {
	Open(ctx context.Context, key string) (content io.ReadCloser, size int64, mimeType string, err error)
}

// ItemsIgnored counts items of providers that the product does not use.
var ItemsIgnored = obs.Counter{Name: "ItemsIgnored"}

// NumbersReassigned counts the numbers that a provider named with another user id than before.
var NumbersReassigned = obs.Counter{Name: "NumbersReassigned"}

// reassigned counts and logs a number that is another contact's by now.
func reassigned(metrics *obs.Metrics, log *slog.Logger) inbound.Reassigned {
	return func(ctx context.Context, had chat.ContactID) {
		metrics.Count(NumbersReassigned, 1)
		log.LogAttrs(ctx, slog.LevelWarn, "number reassigned to another contact", slog.String("contact_id", string(had)))
	}
}

type sender interface {
	Send(ctx context.Context, out ...queue.Message) error
}

// Asset identifies a channel by its provider's id.
type Asset struct {
	Type chat.ChannelType
	ID   string
}

// Deps are what the handler works with; all are needed.
type Deps struct {
	Channels channels
	Desk     verbs
	Assets   *cache.Cache[Asset, chat.Channel]
	Accounts *cache.Cache[chat.AccountID, chat.Account]
	// Businesses finds the channels of a provider's business account, in whatever accounts of ours.
	Businesses func(ctx context.Context, t chat.ChannelType, id string) ([]chat.Channel, error)
	// Works records the first message of a channel, and the first item of one that was silent.
	Works func(ctx context.Context, ch chat.Channel, at time.Time) error
	// Heard notes when a provider called.
	Heard   func(ctx context.Context, ch chat.Channel, at time.Time) error
	Bodies  bodies
	Push    *Pusher
	Metrics *obs.Metrics // knows ItemsIgnored
	Log     *slog.Logger
}

// Handler does the work of one record.
type Handler struct{ Deps }

// New checks the dependencies.
func New(d Deps) (*Handler, error) {
	if d.Channels == nil || d.Desk == nil || d.Assets == nil || d.Accounts == nil || d.Businesses == nil || d.Works == nil || d.Heard == nil || d.Bodies == nil || d.Push == nil || d.Metrics == nil || d.Log == nil {
		return nil, errors.New("ingest: channels, desk, assets, accounts, businesses, works, heard, bucket, pusher, metrics and logger are required")
	}
	return &Handler{d}, nil
}

// Routes are the signals that the function handles.
func (h *Handler) Routes() queue.Router { return queue.NewRouter(queue.On(h.received)) }

// received applies one item.
func (h *Handler) received(ctx context.Context, envelope events.Envelope, item events.InboundReceived) error {
	if item.Raw != nil {
		return fault.New(fault.Invalid, "the provider's body could not be split").WithReason(item.State)
	}
	adapter, ok := h.Channels.Of(chat.ChannelType(item.Provider))
	if !ok {
		return fault.New(fault.Invalid, "unknown provider").WithReason("unknown_provider")
	}
	body, err := h.body(ctx, item)
	if err != nil {
		return err
	}
	in, err := adapter.Parse(body, item.ReceivedAt)
	if err != nil {
		return err
	}
	if err := bounds.Apply(&in); err != nil {
		return err
	}
	switch in.Kind { // these name no channel, or need not
	case chat.InboundIgnored:
		h.ignore(ctx, in)
		return nil
	case chat.InboundTemplate:
		return h.applyTemplateStatus(ctx, adapter.Type(), in)
	default:
	}
	ch, account, err := h.channelOf(ctx, Asset{Type: adapter.Type(), ID: item.Asset})
	if err != nil {
		return err
	}
	if err := h.take(obs.With(ctx, slog.String("account_id", string(account.ID)), slog.String("channel_id", string(ch.ID))), adapter, envelope, account, ch, in); err != nil {
		return err
	}
	return h.note(ctx, adapter, ch, in, item)
}

// note records that a channel works, or that its provider called. An hour's items of a channel that works cost one write.
func (h *Handler) note(ctx context.Context, adapter channel.Adapter, ch chat.Channel, in chat.Inbound, item events.InboundReceived) error {
	record := h.Works
	proves := in.Kind == chat.InboundShown || in.Kind == chat.InboundMessage && !in.Preview
	switch state := ch.Health.State; {
	case state == chat.HealthSilent, state == chat.HealthWaiting && proves:
	case !adapter.Capabilities().FirstParty && silence.Heard(ch, item.ReceivedAt):
		record = h.Heard
	default:
		return nil
	}
	h.Assets.Forget(Asset{Type: adapter.Type(), ID: item.Asset})
	if err := record(ctx, ch, item.ReceivedAt); err != nil {
		return fmt.Errorf("record that channel %s was heard: %w", ch.ID, err)
	}
	return nil
}

// applyTemplateStatus applies a template's status to every channel of its business account.
func (h *Handler) applyTemplateStatus(ctx context.Context, t chat.ChannelType, in chat.Inbound) error {
	channels, err := h.Businesses(ctx, t, in.Asset)
	if err != nil {
		return fmt.Errorf("look up the business account's channels: %w", err)
	}
	if len(channels) == 0 {
		in.Ignored = "unknown_business"
		h.ignore(ctx, in)
	}
	for _, ch := range channels {
		account, err := h.Accounts.Get(ctx, ch.AccountID)
		if err != nil {
			return fmt.Errorf("read account %s: %w", ch.AccountID, err)
		}
		if err := h.Desk.ChangeTemplate(ctx, account, ch, in.Template.Name, in.Template.Language, in.Template.Change); err != nil {
			return err
		}
	}
	return nil
}

func (h *Handler) body(ctx context.Context, item events.InboundReceived) ([]byte, error) {
	if item.BodyKey == "" {
		return item.Body, nil
	}
	content, _, _, err := h.Bodies.Open(ctx, item.BodyKey)
	if err != nil {
		return nil, fmt.Errorf("open the body %s: %w", item.BodyKey, err)
	}
	defer content.Close()
	body, err := io.ReadAll(content)
	if err != nil {
		return nil, fmt.Errorf("read the body %s: %w", item.BodyKey, err)
	}
	if item.Kind == "undecodable" {
		return nil, fault.New(fault.Invalid, "the provider's body could not be split").WithReason(item.State)
	}
	return body, nil
}

func (h *Handler) channelOf(ctx context.Context, asset Asset) (chat.Channel, chat.Account, error) {
	ch, err := h.Assets.Get(ctx, asset)
	if fault.Is(err, fault.NotFound) {
		return ch, chat.Account{}, fault.New(fault.NotFound, "no channel for this asset").WithReason("unknown_asset").WithCause(err)
	}
	if err != nil {
		return ch, chat.Account{}, fmt.Errorf("look up the channel: %w", err)
	}
	account, err := h.Accounts.Get(ctx, ch.AccountID)
	if err != nil {
		return ch, account, fmt.Errorf("read account %s: %w", ch.AccountID, err)
	}
	return ch, account, nil
}

func (h *Handler) ignore(ctx context.Context, in chat.Inbound) {
	h.Metrics.Count(ItemsIgnored, 1)
	why := cmp.Or(in.Ignored, string(in.Kind))
	h.Log.LogAttrs(ctx, slog.LevelInfo, "an item is ignored", slog.String("ignored", why), slog.String("asset", in.Asset))
}

func (h *Handler) take(ctx context.Context, adapter channel.Adapter, envelope events.Envelope, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	switch in.Kind {
	case chat.InboundStatus:
		err := h.Desk.UpdateStatus(ctx, account, ch, in)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.NotFound, "unknown message in status").WithReason("unknown_message").WithCause(err)
		}
		return err
	case chat.InboundUpdate:
		return h.Desk.ApplyMessageUpdate(ctx, account, ch, in)
	case chat.InboundEcho:
		return h.Desk.Echo(ctx, account, ch, in)
	case chat.InboundIdentityChange:
		return h.Desk.ChangeIdentity(ctx, account, ch, in)
	case chat.InboundHistory:
		return h.Desk.ImportHistory(ctx, account, ch, in)
	case chat.InboundMarketing:
		return h.Desk.SetMarketingConsent(ctx, account, ch, in)
	case chat.InboundShown:
		return nil
	case chat.InboundTemplate, chat.InboundIgnored: // have been taken: no channel is theirs
	case chat.InboundMessage:
		received, err := h.Desk.Receive(ctx, account, ch, in)
		if err != nil {
			return err
		}
		return h.push(ctx, envelope, received, adapter.Capabilities().Window)
	}
	return fault.New(fault.Invalid, "no handler for %s", in.Kind).WithReason("unknown_kind")
}

// push sends the message to the browsers of the conversation's viewers and its assignee.
func (h *Handler) push(ctx context.Context, cause events.Envelope, received inbound.Received, window time.Duration) error {
	c := received.Conversation
	message, err := present.MessageUpserted(received.Message)
	if err != nil {
		return err
	}
	conversation, err := present.ConversationUpserted(c, window)
	if err != nil {
		return err
	}
	cause.AccountID = string(c.AccountID) // an inbound item has none
	pushes := []push{{id: cause.ID + "-push", at: received.Message.ReceivedAt, cause: cause, pushed: events.Pushed{
		ConversationID: string(c.ID), StoreID: string(c.StoreID), AssigneeID: string(c.AssigneeID),
		Frames: []json.RawMessage{message, conversation},
	}}}
	if received.Message.Visitor != "" { // all browsers of the visitor
		frame, err := present.VisitorMessageUpserted(received.Message)
		if err != nil {
			return err
		}
		pushes = append(pushes, push{id: cause.ID + "-visitor", at: received.Message.ReceivedAt, cause: cause, pushed: events.Pushed{
			VisitorID: string(received.Message.Visitor), Frames: []json.RawMessage{frame},
		}})
	}
	return h.Push.tell(ctx, pushes...)
}
