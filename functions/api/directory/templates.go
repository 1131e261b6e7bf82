package directory

import (
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/wire/present"
)

// listTemplates lists a channel's message templates, approved or pending.
func (h *Handler) listTemplates(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	request, err := rest.Page(c.Request)
	if err != nil {
		return httpapi.Response{}, err
	}
	asked := dynamo.TemplateQuery{Status: chat.TemplateStatus(c.Query.Get("status"))}
	if asked.Status != "" && !slices.Contains(chat.TemplateStatuses(), asked.Status) {
		return httpapi.Response{}, rest.Invalid("status", "one of %q", chat.TemplateStatuses())
	}
	if asked.Q, err = rest.SearchText(c.Request); err != nil {
		return httpapi.Response{}, err
	}
	ch, err := rest.FindChannel(ctx, h.Store, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	if capabilities, _ := h.Channels.Capabilities(ch.Type); !capabilities.Templates {
		return httpapi.Response{}, fault.New(fault.Conflict, "this channel type has no templates").WithReason("unsupported").WithField("type")
	}
	return rest.List(request, func(p chat.PageRequest) (chat.Page[chat.Template], error) {
		found, err := h.Store.Templates(ctx, c.Account.ID, ch.ID, asked, p)
		if err != nil {
			return found, fmt.Errorf("read the templates of channel %s: %w", ch.ID, err)
		}
		return found, nil
	}, present.Template)
}
