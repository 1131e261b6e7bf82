// Package upload is how a file comes with a message: it is announced, put straight into the bucket, and then named by the message
// that carries it. What it is, is decided by its first bytes when the message names it; the object cannot be written again.
//
// What an announcement promises is signed and handed out as the file's id, so that nothing is stored until a message carries it.
// It imports auth, the channel port, blob, sniff and wire.
package upload

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/filetype"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/sniff"
	"github.com/recado-chat/recado/shared/wire"
)

const (
	lasts    = 24 * time.Hour   // until a message must have carried it
	putLasts = 15 * time.Minute // until its bytes must be on their way
	idMax    = 2048

	purpose = "upload"
)

// Files puts and finds objects; blob.Bucket does.
type Files interface {
	// Start reads an object's first bytes, at most n. It answers NotFound for an object that is not there.
	Start(ctx context.Context, key string, n int) ([]byte, error)
	PresignPut(ctx context.Context, key, mime string, size int64, expires time.Duration) (url string, headers map[string]string, err error)
}

// Uploads announces and finds files; everything is needed. Keys sign the ids: the first signs, all are accepted. Wall is the clock of
// links, Now the one of stored times.
type Uploads struct {
	Files Files
	Keys  func(context.Context) ([]string, error)
	Now   func() time.Time
	Wall  func() time.Time
}

// File is what somebody wants to upload.
type File struct {
	Name string
	Mime string
	Size int64
}

// Owner says whose an upload is. For says what it is for; "" lets any message of the account carry it. Folder is where it lies among
// the account's files; "" is that of what messages carry.
type Owner struct {
	Account chat.AccountID
	For     string
	Folder  string
}

// announced is a file that was announced. Its id is this, signed.
type announced struct {
	Account chat.AccountID `json:"a"`
	For     string         `json:"c,omitempty"`
	Folder  string         `json:"f,omitempty"`
	ID      string         `json:"i"`
	Name    string         `json:"n"`
	Mime    string         `json:"m"`
	Size    int64          `json:"s"`
	Expires time.Time      `json:"e"`
}

// key is the object that holds the bytes.
func (a announced) key() string {
	return fmt.Sprintf("%s/%s/%s", a.Account, cmp.Or(a.Folder, "out"), a.ID)
}

// Announce checks a file against what a channel takes, before a byte of it moves, and makes a link for it that is good for minutes.
func (u Uploads) Announce(ctx context.Context, owner Owner, limits []channel.Limit, file File) (wire.Upload, error) {
	switch {
	case strings.TrimSpace(file.Name) == "":
		return wire.Upload{}, invalid("name", "name is required")
	case file.Size < 1:
		return wire.Upload{}, invalid("size", "must be at least 1 byte")
	}
	name := channel.FileName(file.Name, unnamed)
	mime, err := admit(limits, filetype.Of(file.Mime, name), file.Size)
	if err != nil {
		return wire.Upload{}, err
	}
	a := announced{
		Account: owner.Account, For: owner.For, Folder: owner.Folder, ID: chat.NewID(u.Now()),
		Name: name, Mime: mime, Size: file.Size, Expires: u.Wall().Add(lasts),
	}
	keys, err := u.Keys(ctx)
	if err != nil {
		return wire.Upload{}, err
	}
	id, err := auth.Sign(keys, purpose, a)
	if err != nil {
		return wire.Upload{}, err
	}
	url, headers, err := u.Files.PresignPut(ctx, a.key(), a.Mime, a.Size, putLasts)
	if err != nil {
		return wire.Upload{}, err
	}
	return wire.Upload{ID: id, URL: url, Headers: headers}, nil
}

// admit returns the type as which one of the limits lets a file through: Invalid for its type, TooLarge for its size.
func admit(limits []channel.Limit, mime string, size int64) (as string, err error) {
	var most int64
	for _, limit := range limits {
		if among := filetype.Among(limit.Mimes, mime); among != "" && limit.MaxSize > most {
			as, most = among, limit.MaxSize
		}
	}
	switch {
	case most == 0:
		return "", invalid("mime", "this channel does not accept this file type")
	case size > most:
		return "", fault.New(fault.TooLarge, "this channel accepts at most %d bytes", most).WithField("size")
	}
	return as, nil
}

// Take reads the files that a message is to carry. Each must be the owner's, there, and by its content of a type that the message may have:
// otherwise Conflict with reason WrongType. A name whose extension is not of that type gets one more.
func (u Uploads) Take(ctx context.Context, owner Owner, capabilities channel.Capabilities, kind chat.MessageType, ids []string) ([]chat.Attachment, error) {
	keys, err := u.Keys(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]chat.Attachment, 0, len(ids))
	for _, id := range ids {
		a, err := u.open(keys, id)
		if err != nil {
			return nil, err
		}
		if a.Account != owner.Account || a.Folder != owner.Folder || a.For != "" && a.For != owner.For {
			return nil, fault.New(fault.NotFound, "upload not found").WithField(field)
		}
		limit, limited := capabilities.Attachments[kind]
		limits := []channel.Limit{limit}
		if limited {
			if _, err := admit(limits, a.Mime, a.Size); err != nil {
				return nil, err
			}
		}
		head, err := u.Files.Start(ctx, a.key(), sniff.Head)
		if fault.Is(err, fault.NotFound) {
			return nil, invalid(field, "the file is not uploaded yet")
		}
		if err != nil {
			return nil, err
		}
		mime := filetype.Of(sniff.Type(a.Mime, head), "")
		if limited {
			if mime, err = admit(limits, mime, a.Size); err != nil {
				return nil, fault.New(fault.Conflict, "the file does not contain what its type says").WithField(field).WithReason(WrongType).WithCause(err)
			}
		}
		name := a.Name
		if !filetype.Fits(name, mime) {
			name = channel.WithExtension(name, filetype.Extension(mime))
		}
		list = append(list, chat.Attachment{ID: a.ID, Name: name, Mime: mime, Size: a.Size, Key: a.key(), State: chat.AttachmentReady})
	}
	return list, nil
}

// field is where a message names its files.
const (
	field   = "attachments"
	unnamed = "file"

	// WrongType is the reason of the Conflict of a file whose bytes are of a type that the message may not carry, whatever was announced.
	WrongType = "file_type"
)

func (u Uploads) open(keys []string, id string) (announced, error) {
	var a announced
	if len(id) > idMax {
		return a, invalid(field, "invalid upload id")
	}
	err := auth.Verify(keys, purpose, id, &a)
	if errors.Is(err, auth.ErrForged) {
		return a, invalid(field, "unknown or expired upload id")
	}
	if err == nil && !u.Wall().Before(a.Expires) {
		err = invalid(field, "upload expired, upload the file again")
	}
	return a, err
}

func invalid(field, message string, args ...any) error {
	return fault.New(fault.Invalid, message, args...).WithField(field)
}
