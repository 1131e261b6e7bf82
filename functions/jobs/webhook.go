package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// webhook registers the webhook of a channel whose provider requires it, or removes the webhook of a deleted channel.
func (h *Handler) webhook(ctx context.Context, account chat.AccountID, changed events.ChannelChanged) error {
	if changed.Removed != nil {
		return h.unsubscribe(ctx, account, *changed.Removed)
	}
	ch, err := h.Store.Channel(ctx, account, chat.ChannelID(changed.ChannelID))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read channel %s: %w", changed.ChannelID, err)
	}
	adapter, _ := h.Channels.Of(ch.Type)
	subscriber, subscribes := adapter.(channel.Subscriber)
	if !subscribes || !ch.Health.Verified() {
		return nil
	}
	credentials, err := h.Sealer.OpenCredentials(ctx, account, ch.Credentials)
	if err != nil {
		return fmt.Errorf("decrypt the credentials of channel %s: %w", ch.ID, err)
	}
	secrets := all.SecretsOf(ch.Type, h.SecretNames, func(parameter string) ([]string, error) { return h.Secrets.List(ctx, parameter) })
	err = subscriber.Subscribe(ctx, credentials, ch.ExternalID, h.hookAddress(ch.Type), secrets)
	if err != nil && !fault.Permanent(err) {
		return fmt.Errorf("register the webhook of channel %s: %w", ch.ID, err)
	}
	// The channel may have been deleted in the meantime, and its webhook removed before it was registered again here.
	_, gone := h.Store.Channel(ctx, account, ch.ID)
	if fault.Is(gone, fault.NotFound) {
		return h.unsubscribe(ctx, account, events.RemovedChannel{Type: string(ch.Type), ExternalID: ch.ExternalID, Credentials: ch.Credentials})
	}
	if gone != nil {
		return fmt.Errorf("read channel %s: %w", ch.ID, gone)
	}
	return h.subscribed(ctx, ch, err)
}

// hookAddress is the address that providers of a channel type call.
func (h *Handler) hookAddress(t chat.ChannelType) string { return h.WebhookURL + "/" + string(t) }

// subscribed records the result of the webhook registration in the channel's health, which ends a silence. A refused registration is not retried: it
// needs other credentials, and changing them sends a new signal.
func (h *Handler) subscribed(ctx context.Context, ch chat.Channel, refusal error) error {
	after := ch
	if refusal != nil {
		after.Health = refused(ch.Health, refusal, "the provider refused the webhook", h.Now())
	} else if ch.Health.State == chat.HealthSilent {
		after.Health = chat.Health{State: chat.HealthOK, At: h.Now()}
	} else if !ch.Health.Sends() {
		after.Health = ch.Health.Confirmed(h.Now())
	}
	if after.Health.State == ch.Health.State {
		return nil
	}
	err := h.Store.UpdateChannel(ctx, ch, after, nil)
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Unavailable, "concurrent change of the channel").WithReason("channel_changed").WithCause(err)
	}
	return err
}

// refused is the health of a channel whose credentials the provider no longer accepts.
func refused(before chat.Health, refusal error, otherwise string, now time.Time) chat.Health {
	code, message := "", otherwise
	if p := channel.Provider(refusal); p != nil {
		code, message = p.Code, p.Message
	}
	return before.Failed(chat.HealthReauthorise, code, message, now)
}

// unsubscribe removes the webhook of a deleted channel, unless its asset is connected again.
func (h *Handler) unsubscribe(ctx context.Context, account chat.AccountID, removed events.RemovedChannel) error {
	t := chat.ChannelType(removed.Type)
	adapter, _ := h.Channels.Of(t)
	subscriber, subscribes := adapter.(channel.Subscriber)
	if !subscribes || removed.ExternalID == "" { // it was never verified
		return nil
	}
	if _, connected, err := h.connected(ctx, t, removed.ExternalID); err != nil || connected {
		return err
	}
	credentials, err := h.Sealer.OpenCredentials(ctx, account, removed.Credentials)
	if err != nil {
		return fmt.Errorf("decrypt the credentials of a removed channel: %w", err)
	}
	if err := subscriber.Unsubscribe(ctx, credentials); err != nil {
		return fmt.Errorf("remove the webhook of a removed channel: %w", err)
	}
	// The asset may have been connected again in the meantime, and its new webhook removed here.
	ch, connected, err := h.connected(ctx, t, removed.ExternalID)
	if err != nil || !connected {
		return err
	}
	return h.webhook(ctx, ch.AccountID, events.ChannelChanged{ChannelID: string(ch.ID), Version: ch.Version})
}

// connected finds the channel of an asset in any account.
func (h *Handler) connected(ctx context.Context, t chat.ChannelType, asset string) (ch chat.Channel, found bool, err error) {
	ch, err = h.Store.ChannelByAsset(ctx, t, asset)
	if fault.Is(err, fault.NotFound) {
		return ch, false, nil
	}
	if err != nil {
		return ch, false, fmt.Errorf("look up the asset of a removed channel: %w", err)
	}
	return ch, true, nil
}
