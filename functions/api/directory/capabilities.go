package directory

import (
	"context"
	"maps"
	"slices"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// listCapabilities answers what the kinds of channels can do. The composer asks it, and knows no limit of its own.
func (h *Handler) listCapabilities(context.Context, *rest.Call) (httpapi.Response, error) {
	var known []wire.Capabilities
	for _, t := range h.Channels.Types() {
		if able, ok := h.Channels.Capabilities(t); ok {
			known = append(known, capabilityShape(t, able))
		}
	}
	return rest.OK(present.List(known, "", func(shape wire.Capabilities) wire.Capabilities { return shape }))
}

func capabilityShape(t chat.ChannelType, able channel.Capabilities) wire.Capabilities {
	shape := wire.Capabilities{
		ChannelType: t, MaxText: able.MaxText, MaxCaption: able.MaxCaption, WindowSeconds: int64(able.Window.Seconds()),
		ReplyTo: able.ReplyTo, Attachments: []wire.AttachmentLimit{}, Types: []chat.MessageType{},
		Templates: able.Templates, MaxCards: able.MaxCards, ReadReceipts: able.ReadReceipts, Typing: able.Typing > 0,
	}
	shape.Types = append(shape.Types, able.Types()...)
	if i := able.Interactive; i != nil {
		shape.Interactive = &wire.InteractiveLimit{
			MaxBody: i.MaxBody, MaxFooter: i.MaxFooter, MaxButtons: i.MaxButtons, MaxButtonTitle: i.MaxButtonTitle, MaxListButton: i.MaxListButton,
			MaxSections: i.MaxSections, MaxRows: i.MaxRows, MaxRowTitle: i.MaxRowTitle, MaxRowDescription: i.MaxRowDescription,
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(able.Attachments)) {
		limit := able.Attachments[kind]
		shape.Attachments = append(shape.Attachments, wire.AttachmentLimit{
			Type: wire.FileType(kind), Mimes: limit.Mimes, MaxSize: limit.MaxSize, Caption: able.Captions[kind],
		})
	}
	return shape
}
