package api

import (
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

type templateStore interface {
	Templates(ctx context.Context, account chat.AccountID, channel chat.ChannelID, q dynamo.TemplateQuery, p chat.PageRequest) (chat.Page[chat.Template], error)
}

// listTemplates shows what a channel's provider approved beforehand, or has still to.
func (h *Handler) listTemplates(ctx context.Context, c *call) (httpapi.Response, error) {
	request, err := page(c.Request)
	if err != nil {
		return httpapi.Response{}, err
	}
	asked := dynamo.TemplateQuery{Status: chat.TemplateStatus(c.Query.Get("status"))}
	if asked.Status != "" && !slices.Contains(chat.TemplateStatuses(), asked.Status) {
		return httpapi.Response{}, invalid("status", "one of %q", chat.TemplateStatuses())
	}
	if asked.Q, err = query(c.Request); err != nil {
		return httpapi.Response{}, err
	}
	ch, err := h.channel(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	if able, _ := h.Channels.Capabilities(ch.Type); !able.Templates {
		return httpapi.Response{}, fault.New(fault.Conflict, "this type of channel has no templates").WithReason("unsupported").WithField("type")
	}
	found, err := h.Store.Templates(ctx, c.account.ID, ch.ID, asked, request)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read the templates of channel %s: %w", ch.ID, err)
	}
	return ok(present.List(found.Items, found.Next, present.Template))
}

// syncTemplates lets them be read from the provider.
func (h *Handler) syncTemplates(ctx context.Context, c *call) (httpapi.Response, error) {
	ch, err := h.channel(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Desk.SyncTemplates(ctx, ch); err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.JSON(accepted, wire.Empty{})
}
