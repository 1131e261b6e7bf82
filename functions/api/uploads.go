package api

import (
	"context"
	"fmt"
	"mime"
	"slices"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/view"
)

const (
	uploadLasts = 24 * time.Hour   // until a message must have carried it
	putLasts    = 15 * time.Minute // until its bytes must be on their way
	readLasts   = 5 * time.Minute
	uploadMax   = 2048 // of an upload's id
)

// upload is a file that was announced. Its id is this, signed: nothing is stored until a message carries it.
type upload struct {
	AccountID      chat.AccountID      `json:"a"`
	ConversationID chat.ConversationID `json:"c,omitempty"`
	ID             string              `json:"i"`
	Name           string              `json:"n"`
	Mime           string              `json:"m"`
	Size           int64               `json:"s"`
	Expires        time.Time           `json:"e"`
}

// key is the object that holds the bytes.
func (u upload) key() string { return fmt.Sprintf("%s/out/%s", u.AccountID, u.ID) }

// createUpload checks a file against what the channel takes, before a byte of it moves. It stores nothing, and its link is good
// for minutes.
func (h *Handler) createUpload(ctx context.Context, c *call) (httpapi.Response, error) {
	var body struct {
		Name           string `json:"name"`
		Mime           string `json:"mime"`
		Size           int64  `json:"size"`
		ConversationID string `json:"conversationId"`
	}
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	called, err := name("name", body.Name)
	if err != nil {
		return httpapi.Response{}, err
	}
	if body.Size < 1 {
		return httpapi.Response{}, invalid("size", "a file has at least one byte")
	}
	limits, err := h.uploadLimits(ctx, c, chat.ConversationID(body.ConversationID))
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := admits(limits, body.Mime, body.Size); err != nil {
		return httpapi.Response{}, err
	}
	u := upload{
		AccountID: c.account.ID, ConversationID: chat.ConversationID(body.ConversationID), ID: chat.NewID(h.Now()),
		Name: blob.SafeName(called), Mime: body.Mime, Size: body.Size, Expires: h.Wall().Add(uploadLasts),
	}
	id, err := h.seal(ctx, purposeUpload, u)
	if err != nil {
		return httpapi.Response{}, err
	}
	url, headers, err := h.Files.PresignPut(ctx, u.key(), u.Mime, u.Size, putLasts)
	if err != nil {
		return httpapi.Response{}, err
	}
	return created(view.UploadShape{ID: id, URL: url, Headers: headers})
}

// uploadLimits are what the conversation's channel takes; without a conversation, what any of the account's channels does.
func (h *Handler) uploadLimits(ctx context.Context, c *call, id chat.ConversationID) ([]channel.Limit, error) {
	var types []chat.ChannelType
	if id != "" {
		v, err := h.Desk.Conversation(ctx, c.actor(), id)
		if err != nil {
			return nil, err
		}
		types = append(types, v.ChannelType)
	} else {
		channels, err := h.Store.Channels(ctx, c.account.ID)
		if err != nil {
			return nil, fmt.Errorf("read channels: %w", err)
		}
		for _, ch := range channels {
			types = append(types, ch.Type)
		}
	}
	var limits []channel.Limit
	for _, t := range types {
		able, _ := h.Capabilities(t)
		for _, limit := range able.Attachments {
			limits = append(limits, limit)
		}
	}
	return limits, nil
}

// admits says whether one of the limits lets a file through: Invalid for its type, TooLarge for its size.
func admits(limits []channel.Limit, mimeType string, size int64) error {
	base, _, err := mime.ParseMediaType(mimeType)
	if err != nil {
		return invalid("mime", "this is no media type")
	}
	var most int64
	for _, limit := range limits {
		if slices.Contains(limit.Mimes, base) {
			most = max(most, limit.MaxSize)
		}
	}
	switch {
	case most == 0:
		return invalid("mime", "the channel does not take this type of file")
	case size > most:
		return fault.New(fault.TooLarge, "the channel takes at most %d bytes", most).WithField("size")
	}
	return nil
}

// attachments reads the uploads that a message is to carry. Each must be the account's, for this conversation, of a type that
// the message may have, and there.
func (h *Handler) attachments(ctx context.Context, c *call, v chat.Conversation, kind chat.MessageType, ids []string) ([]chat.Attachment, error) {
	able, _ := h.Capabilities(v.ChannelType)
	list := make([]chat.Attachment, 0, len(ids))
	for _, id := range ids {
		if len(id) > uploadMax {
			return nil, invalid("attachments", "this is no upload's id")
		}
		var u upload
		if err := h.unseal(ctx, purposeUpload, "attachments", id, &u); err != nil {
			return nil, err
		}
		switch {
		case u.AccountID != c.account.ID, u.ConversationID != "" && u.ConversationID != v.ID:
			return nil, fault.New(fault.NotFound, "there is no such upload").WithField("attachments")
		case !h.Wall().Before(u.Expires):
			return nil, invalid("attachments", "the upload is too old: upload the file again")
		}
		if limit, known := able.Attachments[kind]; known { // what fills a template's header, the template knows
			if err := admits([]channel.Limit{limit}, u.Mime, u.Size); err != nil {
				return nil, err
			}
		}
		_, err := h.Files.Head(ctx, u.key())
		if fault.Is(err, fault.NotFound) {
			return nil, invalid("attachments", "the file has not been uploaded yet")
		}
		if err != nil {
			return nil, err
		}
		list = append(list, chat.Attachment{ID: u.ID, Name: u.Name, Mime: u.Mime, Size: u.Size, Key: u.key(), State: chat.AttachmentReady})
	}
	return list, nil
}

// getAttachment leads on to the file, for minutes. A browser shows by itself only what runs no script.
func (h *Handler) getAttachment(ctx context.Context, c *call) (httpapi.Response, error) {
	m, err := h.message(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	i := slices.IndexFunc(m.Attachments, func(a chat.Attachment) bool { return a.ID == c.Param("attachmentId") })
	if i < 0 || m.Attachments[i].State != chat.AttachmentReady {
		return httpapi.Response{}, fault.New(fault.NotFound, "there is no such file")
	}
	a := m.Attachments[i]
	inline := blob.Shown(a.Mime) && !strings.EqualFold(c.Query.Get("download"), "true")
	location, err := h.Files.PresignGet(ctx, a.Key, a.Name, a.Mime, inline, readLasts)
	if err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.Redirect(location), nil
}
