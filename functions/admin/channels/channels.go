// Package channels is the REST routes that connect, change and disconnect channels.
package channels

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// Store is what the routes read and write.
type Store interface {
	Channel(ctx context.Context, account chat.AccountID, id chat.ChannelID) (chat.Channel, error)
	Store(ctx context.Context, account chat.AccountID, id chat.StoreID) (chat.Store, error)
	DeleteChannel(ctx context.Context, ch chat.Channel, activity *chat.Activity) error
	// PutJob returns Conflict when the job exists.
	PutJob(ctx context.Context, j chat.Job) error
}

// Claimer stores channels with their claims; see desk/claims.
type Claimer interface {
	// Connect returns Conflict with reason claimed when the asset is another channel's, in this or another account.
	Connect(ctx context.Context, ch chat.Channel, activity *chat.Activity) error
	Change(ctx context.Context, before, after chat.Channel, activity *chat.Activity) error
}

// Sealer encrypts a channel's credentials.
type Sealer interface {
	SealCredentials(ctx context.Context, account chat.AccountID, credentials chat.Credentials) (chat.Secret, error)
}

// Desk is the use cases on channels.
type Desk interface {
	// SyncTemplates returns Conflict with reason unsupported or no_business_account for a channel without templates.
	SyncTemplates(ctx context.Context, ch chat.Channel) error
}

// Channels are the channel types.
type Channels interface {
	Of(t chat.ChannelType) (channel.Adapter, bool)
	Capabilities(t chat.ChannelType) (channel.Capabilities, bool)
}

// Handler answers the routes.
type Handler struct {
	*rest.Server
	Store    Store
	Desk     Desk
	Claims   Claimer
	Sealer   Sealer
	Channels Channels
}

// Routes are the routes that connect, change and disconnect channels.
func (h *Handler) Routes() []rest.Route {
	return []rest.Route{
		{
			Method: http.MethodPost, Pattern: "/api/v1/channels", Access: rest.May(permission.ChannelManage), Handle: h.createChannel,
			Status: http.StatusCreated, Summary: "Connect a channel", Body: wire.NewChannel{}, Answer: wire.Channel{}, Creates: true,
		},
		{
			Method: http.MethodPatch, Pattern: "/api/v1/channels/{id}", Access: rest.May(permission.ChannelManage), Handle: h.patchChannel,
			Status: http.StatusOK, Summary: "Change or reconnect a channel", Body: wire.ChannelChange{}, Answer: wire.Channel{},
		},
		{
			Method: http.MethodDelete, Pattern: "/api/v1/channels/{id}", Access: rest.May(permission.ChannelManage), Handle: h.deleteChannel,
			Status: http.StatusNoContent, Summary: "Disconnect a channel",
		},
		{
			Method: http.MethodPost, Pattern: "/api/v1/channels/{id}/verify", Access: rest.May(permission.ChannelManage), Handle: h.verifyChannel,
			Status: http.StatusAccepted, Summary: "Ask the provider again whether the credentials open the asset", Answer: wire.Empty{},
		},
		{
			Method: http.MethodPost, Pattern: "/api/v1/channels/{id}/templates/sync", Access: rest.May(permission.ChannelManage), Handle: h.syncTemplates,
			Status: http.StatusAccepted, Summary: "Read the templates from the provider", Answer: wire.Empty{},
		},
	}
}

func channelTarget(id chat.ChannelID) string { return "channel/" + string(id) }

// settingsMax is the size limit of a channel's settings in bytes: they are read with every message.
const settingsMax = 8 << 10

// applyChannel validates the body and writes it into ch.
func (h *Handler) applyChannel(ctx context.Context, c *rest.Call, body wire.ChannelChange, ch *chat.Channel) error {
	before := *ch
	var err error
	if body.Name != nil {
		if ch.Name, err = rest.Name("name", *body.Name); err != nil {
			return err
		}
	}
	if body.DisplayPhone != nil {
		if ch.DisplayPhone, err = rest.OptionalName("displayPhone", *body.DisplayPhone); err != nil {
			return err
		}
	}
	if body.Settings != nil {
		if ch.Settings, err = json.Marshal(body.Settings); err != nil || len(ch.Settings) > settingsMax {
			return rest.Invalid("settings", "must be an object of at most 8 KB")
		}
	}
	adapter, _ := h.Channels.Of(ch.Type)
	if configurer, ok := adapter.(channel.Configurer); ok {
		if ch.Settings, err = configurer.Settings(ch.Settings); err != nil {
			return err
		}
	}
	if body.StoreID != nil && *body.StoreID != "" {
		ch.StoreID = chat.StoreID(*body.StoreID)
	}
	if !c.Scope().Store(ch.StoreID) {
		return rest.NoStore()
	}
	if _, err := h.Store.Store(ctx, c.Account.ID, ch.StoreID); err != nil {
		return fmt.Errorf("read store %s: %w", ch.StoreID, err)
	}
	return h.connectChannel(ctx, c, body, before, ch)
}

func (h *Handler) createChannel(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.NewChannel
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	capabilities, ok := h.Channels.Capabilities(body.Type)
	switch {
	case !ok:
		return httpapi.Response{}, rest.Invalid("type", "this channel type cannot be connected")
	case capabilities.FirstParty && body.ExternalID != "":
		return httpapi.Response{}, rest.Invalid("externalId", "must be empty for this channel type")
	case capabilities.FirstParty && body.Credentials != nil:
		return httpapi.Response{}, rest.Invalid("credentials", "this channel type has no credentials")
	case !capabilities.FirstParty && body.Credentials == nil:
		return httpapi.Response{}, rest.Invalid(tokenField, "access token is required")
	}
	if body.Name == "" {
		return httpapi.Response{}, rest.Invalid("name", "name is required")
	}
	if capabilities.FirstParty {
		body.ExternalID = h.siteCode(c)
	}
	ch := chat.Channel{
		ID: chat.ChannelID(h.NewID(c, "channel")), AccountID: c.Account.ID, StoreID: c.Account.StoreID,
		Type: body.Type, CreatedAt: h.Now(), Version: 1,
	}
	if capabilities.FirstParty {
		ch.ExternalID, ch.Health = body.ExternalID, ch.Health.Confirmed(h.Now())
	}
	change := wire.ChannelChange{ExternalID: &body.ExternalID, Name: &body.Name, StoreID: body.StoreID, DisplayPhone: body.DisplayPhone, Settings: body.Settings, Credentials: body.Credentials}
	if err := h.applyChannel(ctx, c, change, &ch); err != nil {
		return httpapi.Response{}, err
	}
	err := h.Claims.Connect(ctx, ch, h.Activity(c, "channel.created", channelTarget(ch.ID)))
	if fault.Is(err, fault.Conflict) {
		// A repeated call may find the channel that its first attempt created.
		if made, readErr := h.Store.Channel(ctx, c.Account.ID, ch.ID); readErr == nil && made.ExternalID == ch.ExternalID {
			return rest.Created(present.Channel(made))
		}
		return httpapi.Response{}, err
	}
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("create channel %s: %w", ch.ID, err)
	}
	return rest.Created(present.Channel(ch))
}

// siteCode makes the public id of a web-chat channel, which customers' pages embed.
func (h *Handler) siteCode(c *rest.Call) string {
	id := h.NewID(c, "site")
	return id[len(id)-20:]
}

func (h *Handler) patchChannel(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.ChannelChange
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	before, err := rest.FindChannel(ctx, h.Store, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := rest.CheckVersion(body.Version, before.Version); err != nil {
		return httpapi.Response{}, err
	}
	after := before
	if err := h.applyChannel(ctx, c, body, &after); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Claims.Change(ctx, before, after, h.Activity(c, "channel.edited", channelTarget(before.ID))); err != nil {
		return httpapi.Response{}, fmt.Errorf("write channel %s: %w", before.ID, err)
	}
	after.Version = before.Version + 1
	return rest.OK(present.Channel(after))
}

func (h *Handler) deleteChannel(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	ch, err := rest.FindChannel(ctx, h.Store, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Store.DeleteChannel(ctx, ch, h.Activity(c, "channel.deleted", channelTarget(ch.ID))); err != nil {
		return httpapi.Response{}, fmt.Errorf("delete channel %s: %w", ch.ID, err)
	}
	return httpapi.Empty(http.StatusNoContent), nil
}

// verifyChannel starts asking the provider about the stored credentials, which only the functions that call providers can decrypt.
func (h *Handler) verifyChannel(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	ch, err := rest.FindChannel(ctx, h.Store, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	if _, err := h.connector(ch.Type); err != nil {
		return httpapi.Response{}, err
	}
	job := chat.NewVerifyJob(ch, h.Now(), "asked", strconv.FormatInt(h.Now().Truncate(verifyEvery).Unix(), 10))
	if err := h.Store.PutJob(ctx, job); err != nil && !fault.Is(err, fault.Conflict) {
		return httpapi.Response{}, fmt.Errorf("verify channel %s: %w", ch.ID, err)
	}
	return httpapi.JSON(http.StatusAccepted, wire.Empty{})
}

// syncTemplates starts reading the channel's templates from the provider.
func (h *Handler) syncTemplates(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	ch, err := rest.FindChannel(ctx, h.Store, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Desk.SyncTemplates(ctx, ch); err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.JSON(http.StatusAccepted, wire.Empty{})
}
