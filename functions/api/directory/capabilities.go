package directory

import (
	"context"
	"maps"
	"slices"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/filetype"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// listCapabilities lists the capabilities of every channel type. The console takes its composer limits from here.
func (h *Handler) listCapabilities(context.Context, *rest.Call) (httpapi.Response, error) {
	var all []wire.Capabilities
	for _, t := range h.Channels.Types() {
		if capabilities, ok := h.Channels.Capabilities(t); ok {
			all = append(all, capabilityShape(t, capabilities))
		}
	}
	return rest.OK(present.List(all, "", func(shape wire.Capabilities) wire.Capabilities { return shape }))
}

func capabilityShape(t chat.ChannelType, capabilities channel.Capabilities) wire.Capabilities {
	shape := wire.Capabilities{
		ChannelType: t, MaxText: capabilities.MaxText, MaxCaption: capabilities.MaxCaption, WindowSeconds: int64(capabilities.Window.Seconds()),
		ReplyTo: capabilities.ReplyTo, Attachments: []wire.AttachmentLimit{}, Types: []chat.MessageType{},
		Templates: capabilities.Templates, MaxCards: capabilities.MaxCards, ReadReceipts: capabilities.ReadReceipts, Typing: capabilities.Typing > 0,
	}
	shape.Types = append(shape.Types, capabilities.Types()...)
	if i := capabilities.Interactive; i != nil {
		shape.Interactive = &wire.InteractiveLimit{
			MaxBody: i.MaxBody, MaxFooter: i.MaxFooter, MaxButtons: i.MaxButtons, MaxButtonTitle: i.MaxButtonTitle, MaxListButton: i.MaxListButton,
			MaxSections: i.MaxSections, MaxRows: i.MaxRows, MaxRowTitle: i.MaxRowTitle, MaxRowDescription: i.MaxRowDescription,
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(capabilities.Attachments)) {
		limit := capabilities.Attachments[kind]
		shape.Attachments = append(shape.Attachments, wire.AttachmentLimit{
			Type: wire.FileType(kind), Mimes: limit.Mimes, Accept: filetype.Accept(limit.Mimes), MaxSize: limit.MaxSize, Caption: capabilities.Captions[kind],
		})
	}
	return shape
}
