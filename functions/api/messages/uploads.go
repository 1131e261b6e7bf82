package messages

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/httpapi/upload"
	"github.com/recado-chat/recado/shared/wire"
)

// readLasts is the lifetime of a download link.
const readLasts = 5 * time.Minute

func (h *Handler) uploads() upload.Uploads {
	return upload.Uploads{Files: h.Files, Keys: h.SigningKeys, Now: h.Now, Wall: h.Wall}
}

// createUpload stores nothing: see package upload.
func (h *Handler) createUpload(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.NewUpload
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	file := upload.File{Name: body.Name, Mime: body.Mime, Size: body.Size}
	switch body.Purpose {
	case "":
	case wire.PurposePicture:
		return announced(h.uploads().Announce(ctx, upload.PictureOwner(c.Account.ID, c.Operator.ID), []channel.Limit{upload.PictureLimit}, file))
	default:
		return httpapi.Response{}, rest.Invalid("purpose", "must be picture or empty")
	}
	limits, err := h.uploadLimits(ctx, c, chat.ConversationID(body.ConversationID))
	if err != nil {
		return httpapi.Response{}, err
	}
	return announced(h.uploads().Announce(ctx, upload.Owner{Account: c.Account.ID, For: body.ConversationID}, limits, file))
}

func announced(shape wire.Upload, err error) (httpapi.Response, error) {
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.Created(shape)
}

// uploadLimits returns the file limits of the conversation's channel, or without a conversation those of all channels that the caller
// sees.
func (h *Handler) uploadLimits(ctx context.Context, c *rest.Call, id chat.ConversationID) ([]channel.Limit, error) {
	var types []chat.ChannelType
	if id != "" {
		v, err := h.Desk.Conversation(ctx, c.Actor(), id)
		if err != nil {
			return nil, err
		}
		types = append(types, v.ChannelType)
	} else {
		channels, err := h.Store.Channels(ctx, c.Account.ID)
		if err != nil {
			return nil, fmt.Errorf("read channels: %w", err)
		}
		for _, ch := range channels {
			if c.Scope().Store(ch.StoreID) {
				types = append(types, ch.Type)
			}
		}
	}
	var limits []channel.Limit
	for _, t := range types {
		capabilities, _ := h.Channels.Capabilities(t)
		for _, limit := range capabilities.Attachments {
			limits = append(limits, limit)
		}
	}
	return limits, nil
}

// attachments resolves the uploads that a message names.
func (h *Handler) attachments(ctx context.Context, c *rest.Call, v chat.Conversation, kind chat.MessageType, ids []string) ([]chat.Attachment, error) {
	capabilities, _ := h.Channels.Capabilities(v.ChannelType)
	return h.uploads().Take(ctx, upload.Owner{Account: c.Account.ID, For: string(v.ID)}, capabilities, kind, ids)
}

// getAttachment redirects to a short-lived link to the file. Only types that cannot run scripts are shown inline.
func (h *Handler) getAttachment(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	m, err := h.message(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	i := slices.IndexFunc(m.Attachments, func(a chat.Attachment) bool { return a.ID == c.Param("attachmentId") })
	if i < 0 || m.Attachments[i].State != chat.AttachmentReady {
		return httpapi.Response{}, fault.New(fault.NotFound, "file not found")
	}
	a := m.Attachments[i]
	inline := blob.Shown(a.Mime) && !strings.EqualFold(c.Query.Get("download"), "true")
	location, err := h.Files.PresignGet(ctx, a.Key, a.Name, a.Mime, inline, readLasts)
	if err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.Redirect(location), nil
}
