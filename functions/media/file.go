package media

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// maxSize is the largest file in bytes, above every provider's limit for inbound files.
const maxSize = 100 << 20

// limit returns the largest inbound file in bytes. The capabilities hold the limits of outbound files; providers allow at least as
// much inbound.
func limit(c channel.Capabilities, t chat.MessageType) int64 {
	return max(c.Attachments[t].MaxSize, maxSize)
}

// file is a downloaded file on the local disk.
type file struct {
	*os.File
	size int64
}

// spool copies the provider's stream to disk, so that its length is known and the file is not held in memory. A file larger than
// the limit returns TooLarge, which is permanent. A stream that breaks, or is shorter than announced, is retryable.
func spool(from channel.Media, most int64) (*file, error) {
	if from.Size > most {
		return nil, tooLarge(most)
	}
	target, err := os.CreateTemp("", "media-*")
	if err != nil {
		return nil, fmt.Errorf("make a file: %w", err)
	}
	f := &file{File: target}
	f.size, err = io.Copy(target, io.LimitReader(from, most+1))
	switch {
	case err != nil:
		err = fault.New(fault.Unavailable, "the download was interrupted").WithReason("media_broken").WithCause(err)
	case f.size > most:
		err = tooLarge(most)
	case from.Size > 0 && f.size != from.Size:
		err = fault.New(fault.Unavailable, "the file has %d bytes instead of %d", f.size, from.Size).WithReason("media_broken")
	default:
		_, err = target.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.discard()
		return nil, err
	}
	return f, nil
}

func tooLarge(most int64) error {
	return fault.New(fault.TooLarge, "the file is larger than %d bytes", most).WithReason("media_too_large")
}

// discard deletes the file from the disk. A failure only costs disk space until the environment ends.
func (f *file) discard() {
	_ = errors.Join(f.Close(), os.Remove(f.Name()))
}

// sniff returns the file's type: the declared one unless the content contradicts it, else the detected one.
func (f *file) sniff(declared string) (string, error) {
	found, err := mimetype.DetectReader(f)
	if err != nil {
		return "", fmt.Errorf("read the file's head: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("go back to the file's head: %w", err)
	}
	return judge(declared, found), nil
}

// octets is the type of unrecognised content.
const octets = "application/octet-stream"

// judge returns the declared type if it is the same as the detected one or more specific: a codec, a document in a zip container,
// audio in a container that can also hold video. A declared type that browsers would render is accepted only if the detected type
// is of the same family.
func judge(declared string, found *mimetype.MIME) string {
	base, _, err := mime.ParseMediaType(declared)
	if err != nil || base == octets {
		return found.String()
	}
	if found.Is(base) {
		return declared
	}
	family, _, _ := strings.Cut(base, "/")
	seen, _, _ := strings.Cut(found.String(), "/")
	timed := func(s string) bool { return s == "audio" || s == "video" }
	switch {
	case timed(family) && (timed(seen) || found.Is("application/ogg")):
		return declared
	case found.Is(octets):
		if family == "image" || family == "text" {
			return octets
		}
		return declared
	case narrows(base, found):
		return declared
	}
	return found.String()
}

// narrows reports whether base is a more specific type than the detected one, as a document type is of zip.
func narrows(base string, found *mimetype.MIME) bool {
	if found.Is(octets) || found.Is("text/plain") {
		return false
	}
	for kind := mimetype.Lookup(base); kind != nil; kind = kind.Parent() {
		if kind.Is(found.String()) {
			return true
		}
	}
	return false
}
