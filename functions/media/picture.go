package media

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi/upload"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/picture"
)

// pictureUploaded makes the small picture of an operator's upload, shows it in place of the one before, and deletes the upload. The small
// one's key is made of the upload's id, so that a retry overwrites the same object. An upload that the operator waits for no more, as it
// is done, or another followed it, is deleted only.
func (h *Handler) pictureUploaded(ctx context.Context, envelope events.Envelope, signal events.PictureUploaded) error {
	ctx = obs.With(ctx, slog.String("operator_id", signal.OperatorID))
	account, id := chat.AccountID(envelope.AccountID), chat.OperatorID(signal.OperatorID)
	before, err := h.Store.Operator(ctx, account, id)
	if err != nil {
		return fmt.Errorf("read operator %s: %w", id, err)
	}
	waiting := before.PictureUpload
	if signal.UploadID == "" {
		signal.UploadID = waiting
	}
	if signal.UploadID == "" {
		return nil
	}
	if waiting == signal.UploadID {
		outcome, err := h.makePicture(ctx, account, waiting)
		if err != nil {
			return err
		}
		if err := h.recordPicture(ctx, before, outcome); err != nil {
			return err
		}
	}
	return h.drop(ctx, []string{upload.PictureUploadKey(account, signal.UploadID)})
}

// madePicture is what became of an upload: the name of a picture, or why it was refused.
type madePicture struct{ name, refused string }

// makePicture stores the small picture of an upload.
func (h *Handler) makePicture(ctx context.Context, account chat.AccountID, id string) (madePicture, error) {
	content, mime, err := h.smallPicture(ctx, upload.PictureUploadKey(account, id))
	if fault.Is(err, fault.Invalid) {
		h.Log.LogAttrs(ctx, slog.LevelWarn, "picture refused", slog.String("reason", fault.Reason(err)), slog.String("error", err.Error()))
		return madePicture{refused: fault.Reason(err)}, nil
	}
	if err != nil {
		return madePicture{}, err
	}
	if err := h.Bucket.Put(ctx, upload.PictureKey(account, id), mime, bytes.NewReader(content), int64(len(content))); err != nil {
		return madePicture{}, fmt.Errorf("store picture %s: %w", id, err)
	}
	return madePicture{name: upload.PictureName(id, mime)}, nil
}

// smallPicture reads an upload, whose link fixed its size, and makes the small one. One that is not there is refused like one that cannot
// be decoded: the operator named it again when it was done.
func (h *Handler) smallPicture(ctx context.Context, key string) (content []byte, mime string, err error) {
	object, _, _, err := h.Bucket.Open(ctx, key)
	if fault.Is(err, fault.NotFound) {
		return nil, "", fault.New(fault.Invalid, "the upload is not there").WithReason(picture.Unreadable).WithCause(err)
	}
	if err != nil {
		return nil, "", fmt.Errorf("open the upload: %w", err)
	}
	defer func() { _ = object.Close() }() // only read
	file, err := io.ReadAll(io.LimitReader(object, upload.PictureLimit.MaxSize))
	if err != nil {
		return nil, "", fault.New(fault.Unavailable, "the upload was not read to its end").WithReason("media_broken").WithCause(err)
	}
	return picture.Small(file)
}

// recordPicture writes what became of the upload that the operator waits for. When the operator changes concurrently, it is written into
// the changed one, unless that does not wait for the upload any more: then no one knows the small picture's name.
func (h *Handler) recordPicture(ctx context.Context, before chat.Operator, outcome madePicture) error {
	for try := 1; ; try++ {
		after := before
		after.PictureUpload, after.PictureRefused = "", outcome.refused
		if outcome.name != "" {
			after.Picture = outcome.name
		}
		err := h.Store.UpdateOperator(ctx, before, after, nil, nil)
		if err == nil {
			return nil
		}
		if !fault.Is(err, fault.Conflict) || try == recordTries {
			return fmt.Errorf("record the picture of operator %s: %w", before.ID, err)
		}
		waiting := before.PictureUpload
		if before, err = h.Store.Operator(ctx, before.AccountID, before.ID); err != nil {
			return fmt.Errorf("read the operator again: %w", err)
		}
		if before.PictureUpload != waiting {
			return nil
		}
	}
}
