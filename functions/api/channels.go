package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

type channelStore interface {
	Channels(ctx context.Context, account chat.AccountID) ([]chat.Channel, error)
	Channel(ctx context.Context, account chat.AccountID, id chat.ChannelID) (chat.Channel, error)
	// CreateChannel answers Conflict with reason "claimed" when the asset is connected already, here or in another account.
	CreateChannel(ctx context.Context, ch chat.Channel, activity *chat.Activity) error
	UpdateChannel(ctx context.Context, before, after chat.Channel, activity *chat.Activity) error
	DeleteChannel(ctx context.Context, ch chat.Channel, activity *chat.Activity) error
}

// channels are the channel types.
type channels interface {
	Types() []chat.ChannelType
	Of(t chat.ChannelType) (channel.Adapter, bool)
	Capabilities(t chat.ChannelType) (channel.Capabilities, bool)
}

func channelTarget(id chat.ChannelID) string { return "channel/" + string(id) }

// listChannels shows the channels of the stores that the caller sees.
func (h *Handler) listChannels(ctx context.Context, c *call) (httpapi.Response, error) {
	channels, err := h.Store.Channels(ctx, c.account.ID)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read channels: %w", err)
	}
	channels = slices.DeleteFunc(channels, func(ch chat.Channel) bool { return !permission.Sees(c.operator, ch.StoreID) })
	slices.SortFunc(channels, func(a, b chat.Channel) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return ok(present.List(channels, "", present.Channel))
}

// channel reads the channel that the path names, if the caller sees its store.
func (h *Handler) channel(ctx context.Context, c *call) (chat.Channel, error) {
	ch, err := h.Store.Channel(ctx, c.account.ID, chat.ChannelID(c.Param("id")))
	if err != nil {
		return ch, fmt.Errorf("read the channel: %w", err)
	}
	if !permission.Sees(c.operator, ch.StoreID) {
		return chat.Channel{}, fault.New(fault.NotFound, "there is no such channel")
	}
	return ch, nil
}

func (h *Handler) getChannel(ctx context.Context, c *call) (httpapi.Response, error) {
	ch, err := h.channel(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	return ok(present.Channel(ch))
}

// settingsMax bounds a channel's settings: they are read with every message.
const settingsMax = 8 << 10

// applyChannel checks the body and writes it into ch. New credentials begin a new life: whatever the provider said of the old ones is
// forgotten.
func (h *Handler) applyChannel(ctx context.Context, c *call, body wire.ChannelChange, ch *chat.Channel) error {
	var err error
	if body.Name != nil {
		if ch.Name, err = name("name", *body.Name); err != nil {
			return err
		}
	}
	if body.DisplayPhone != nil {
		if ch.DisplayPhone, err = optionalName("displayPhone", *body.DisplayPhone); err != nil {
			return err
		}
	}
	if body.Settings != nil {
		if ch.Settings, err = json.Marshal(body.Settings); err != nil || len(ch.Settings) > settingsMax {
			return invalid("settings", "an object of at most 8 KB")
		}
	}
	if able, _ := h.Channels.Capabilities(ch.Type); able.Settings != nil {
		if ch.Settings, err = able.Settings(ch.Settings); err != nil {
			return err
		}
	}
	if body.StoreID != nil && *body.StoreID != "" {
		ch.StoreID = chat.StoreID(*body.StoreID)
	}
	if !permission.Sees(c.operator, ch.StoreID) {
		return noStore()
	}
	if _, err := h.Store.Store(ctx, c.account.ID, ch.StoreID); err != nil {
		return fmt.Errorf("read store %s: %w", ch.StoreID, err)
	}
	if body.Credentials == nil {
		return nil
	}
	given, err := json.Marshal(body.Credentials)
	if err != nil {
		return fmt.Errorf("encode credentials: %w", err)
	}
	adapter, _ := h.Channels.Of(ch.Type)
	credentials, err := adapter.Credentials(given)
	if err != nil {
		return err
	}
	if connector, connects := adapter.(channel.Connector); connects {
		if err := connectAsset(ctx, connector, credentials, ch); err != nil {
			return err
		}
	}
	if ch.Credentials, err = h.Sealer.SealCredentials(ctx, c.account.ID, credentials); err != nil {
		return fmt.Errorf("encrypt credentials: %w", err)
	}
	ch.Health = chat.Health{State: chat.HealthUnverified, At: h.Now()}
	return nil
}

// connectAsset asks the provider whose the credentials are. The asset of a connected channel stays the same.
func connectAsset(ctx context.Context, connector channel.Connector, credentials chat.Credentials, ch *chat.Channel) error {
	asset, err := connector.Connect(ctx, credentials, ch.Settings)
	if err != nil {
		return err
	}
	if ch.ExternalID != "" && ch.ExternalID != asset.ExternalID {
		return invalid("credentials", "the credentials belong to another asset")
	}
	ch.ExternalID, ch.Settings = asset.ExternalID, asset.Settings
	return nil
}

func (h *Handler) createChannel(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.NewChannel
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	able, known := h.Channels.Capabilities(body.Type)
	switch {
	case !known:
		return httpapi.Response{}, invalid("type", "this type of channel cannot be connected")
	case able.FirstParty && body.ExternalID != "":
		return httpapi.Response{}, invalid("externalId", "the id of a channel of our own is made here")
	case able.FirstParty && body.Credentials != nil:
		return httpapi.Response{}, invalid("credentials", "a channel of our own has none")
	case able.FirstParty:
		body.ExternalID = h.siteCode(c)
	case body.ExternalID == "" && !h.connects(chat.ChannelType(body.Type)) || len(body.ExternalID) > idMax:
		return httpapi.Response{}, invalid("externalId", "the provider's id of the asset is needed")
	case body.Credentials == nil:
		return httpapi.Response{}, invalid("credentials.accessToken", "the provider's access token is needed")
	}
	if body.Name == "" {
		return httpapi.Response{}, invalid("name", "a name is needed")
	}
	ch := chat.Channel{
		ID: chat.ChannelID(h.newID(c, "channel")), AccountID: c.account.ID, StoreID: c.account.StoreID,
		Type: body.Type, ExternalID: body.ExternalID, CreatedAt: h.Now(), Version: 1,
	}
	if able.FirstParty {
		ch.Health = chat.Health{State: chat.HealthOK, At: h.Now()}
	}
	change := wire.ChannelChange{Name: &body.Name, StoreID: body.StoreID, DisplayPhone: body.DisplayPhone, Settings: body.Settings, Credentials: body.Credentials}
	if err := h.applyChannel(ctx, c, change, &ch); err != nil {
		return httpapi.Response{}, err
	}
	err := h.Store.CreateChannel(ctx, ch, h.activity(c, "channel.created", channelTarget(ch.ID)))
	if fault.Is(err, fault.Conflict) {
		// A repeated call meets what it made before it died.
		if made, readErr := h.Store.Channel(ctx, c.account.ID, ch.ID); readErr == nil && made.ExternalID == ch.ExternalID {
			return created(present.Channel(made))
		}
		return httpapi.Response{}, fault.New(fault.Conflict, "this asset is connected already").WithField("externalId").WithReason("claimed").WithCause(err)
	}
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("create channel %s: %w", ch.ID, err)
	}
	return created(present.Channel(ch))
}

// connects says that a channel type asks its provider for the external id.
func (h *Handler) connects(t chat.ChannelType) bool {
	adapter, _ := h.Channels.Of(t)
	_, connects := adapter.(channel.Connector)
	return connects
}

// siteCode names a channel of our own in the pages that show it.
func (h *Handler) siteCode(c *call) string {
	id := h.newID(c, "site")
	return id[len(id)-20:]
}

func (h *Handler) patchChannel(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.ChannelChange
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	before, err := h.channel(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := stale(body.Version, before.Version); err != nil {
		return httpapi.Response{}, err
	}
	after := before
	if err := h.applyChannel(ctx, c, body, &after); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Store.UpdateChannel(ctx, before, after, h.activity(c, "channel.edited", channelTarget(before.ID))); err != nil {
		return httpapi.Response{}, fmt.Errorf("write channel %s: %w", before.ID, err)
	}
	after.Version = before.Version + 1
	return ok(present.Channel(after))
}

func (h *Handler) deleteChannel(ctx context.Context, c *call) (httpapi.Response, error) {
	ch, err := h.channel(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Store.DeleteChannel(ctx, ch, h.activity(c, "channel.deleted", channelTarget(ch.ID))); err != nil {
		return httpapi.Response{}, fmt.Errorf("delete channel %s: %w", ch.ID, err)
	}
	return httpapi.Empty(http.StatusNoContent), nil
}
