package api

import (
	"context"
	"maps"
	"slices"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/view"
)

// listCapabilities answers what the kinds of channels can do. The composer asks it, and knows no limit of its own.
func (h *Handler) listCapabilities(context.Context, *call) (httpapi.Response, error) {
	var known []view.CapabilitiesShape
	for _, t := range h.Channels.Types() {
		if able, ok := h.Channels.Capabilities(t); ok {
			known = append(known, capabilityShape(t, able))
		}
	}
	return ok(view.NewList(known, "", func(shape view.CapabilitiesShape) view.CapabilitiesShape { return shape }))
}

func capabilityShape(t chat.ChannelType, able channel.Capabilities) view.CapabilitiesShape {
	shape := view.CapabilitiesShape{
		ChannelType: string(t), MaxText: able.MaxText, MaxCaption: able.MaxCaption, WindowSeconds: int64(able.Window.Seconds()),
		ReplyTo: able.ReplyTo, Attachments: []view.AttachmentLimit{}, Types: []string{},
		Templates: able.Templates, MaxCards: able.MaxCards, ReadReceipts: able.ReadReceipts, Typing: able.Typing > 0,
	}
	for _, kind := range able.Types() {
		shape.Types = append(shape.Types, string(kind))
	}
	if i := able.Interactive; i != nil {
		shape.Interactive = &view.InteractiveLimit{
			MaxBody: i.MaxBody, MaxFooter: i.MaxFooter, MaxButtons: i.MaxButtons, MaxButtonTitle: i.MaxButtonTitle, MaxListButton: i.MaxListButton,
			MaxSections: i.MaxSections, MaxRows: i.MaxRows, MaxRowTitle: i.MaxRowTitle, MaxRowDescription: i.MaxRowDescription,
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(able.Attachments)) {
		limit := able.Attachments[kind]
		shape.Attachments = append(shape.Attachments, view.AttachmentLimit{
			Type: string(kind), Mimes: limit.Mimes, MaxSize: limit.MaxSize, Caption: able.Captions[kind],
		})
	}
	return shape
}
