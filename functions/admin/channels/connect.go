package channels

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/wire"
)

const (
	tokenField = "credentials.accessToken"
	// verifyEvery bounds how often one channel's credentials are checked by hand.
	verifyEvery = 10 * time.Second
)

// connectChannel connects ch to the asset that the body names, with the credentials of the body. Without credentials only what the
// provider did not confirm may change.
func (h *Handler) connectChannel(ctx context.Context, c *rest.Call, body wire.ChannelChange, before chat.Channel, ch *chat.Channel) error {
	newBusiness := ch.BusinessAccountID() != "" && ch.BusinessAccountID() != before.BusinessAccountID()
	capabilities, _ := h.Channels.Capabilities(ch.Type)
	asset := ""
	if body.ExternalID != nil {
		asset = *body.ExternalID
	}
	switch {
	case capabilities.FirstParty && body.Credentials != nil:
		return rest.Invalid("credentials", "this channel type has no credentials")
	case capabilities.FirstParty && asset != "" && asset != ch.ExternalID:
		return rest.Invalid("externalId", "the code of a site cannot change")
	case capabilities.FirstParty:
		return nil
	case asset == "" && ch.ExternalID == "" && !capabilities.AssetByCredentials:
		return rest.Invalid("externalId", "externalId is required")
	case len(asset) > rest.IDMax || !channel.IsVisibleASCII(asset):
		return rest.Invalid("externalId", "at most %d visible characters", rest.IDMax)
	case asset != "" && asset != ch.ExternalID && ch.Health.Used():
		return rest.Invalid("externalId", "a channel with messages keeps its asset: connect the other one as a channel of its own")
	case body.Credentials == nil && (asset != "" && asset != ch.ExternalID || newBusiness):
		return rest.Invalid(tokenField, "the access token is needed to change what it opens")
	case body.Credentials == nil:
		return nil
	}
	given, err := json.Marshal(body.Credentials)
	if err != nil {
		return fmt.Errorf("encode credentials: %w", err)
	}
	connector, err := h.connector(ch.Type)
	if err != nil {
		return err
	}
	adapter, _ := h.Channels.Of(ch.Type)
	credentials, err := adapter.Credentials(given)
	if err != nil {
		return err
	}
	if err := h.askProvider(ctx, connector, credentials, asset, ch); err != nil {
		return err
	}
	if ch.Credentials, err = h.Sealer.SealCredentials(ctx, c.Account.ID, credentials); err != nil {
		return fmt.Errorf("encrypt credentials: %w", err)
	}
	return nil
}

// connector finds what asks the provider of a channel type.
func (h *Handler) connector(t chat.ChannelType) (channel.Connector, error) {
	adapter, _ := h.Channels.Of(t)
	connector, ok := adapter.(channel.Connector)
	if !ok {
		return nil, rest.Invalid("type", "channels of this type have no provider to ask")
	}
	return connector, nil
}

// askProvider asks the provider which asset the credentials open. asset is what the client gave, "" for what the channel has. When the
// provider cannot say, a channel that never was verified is stored unverified, and one that was stays as it is.
func (h *Handler) askProvider(ctx context.Context, connector channel.Connector, credentials chat.Credentials, asset string, ch *chat.Channel) error {
	capabilities, _ := h.Channels.Capabilities(ch.Type)
	if !capabilities.AssetByCredentials || ch.Health.Used() {
		asset = cmp.Or(asset, ch.ExternalID)
	}
	found, err := connector.Connect(ctx, credentials, asset, ch.Settings)
	switch {
	case err == nil:
		ch.ExternalID, ch.Settings, ch.Health = found.ExternalID, found.Settings, ch.Health.Confirmed(h.Now())
		return nil
	case fault.Permanent(err):
		return err
	case ch.Health.Verified():
		return fault.New(fault.Unavailable, "the provider does not answer; try again").WithReason("provider_unavailable").WithCause(err)
	}
	ch.ExternalID, ch.Health = cmp.Or(asset, ch.ExternalID), channel.Unverified(err, h.Now())
	return nil
}
