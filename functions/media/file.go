package media

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/sniff"
)

// maxSize is the largest file in bytes, above every provider's limit for inbound files.
const maxSize = 100 << 20

// limit returns the largest inbound file in bytes. The capabilities hold the limits of outbound files; providers allow at least as
// much inbound.
func limit(c channel.Capabilities, t chat.MessageType) int64 {
	return max(c.Attachments[t].MaxSize, maxSize)
}

// file is a downloaded file on the local disk. It has no name there, so that nothing is left when the process dies: the environment's
// disk outlives it.
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
	if err := os.Remove(target.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("unlink the file: %w", err), target.Close())
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

// discard gives the file's space back.
func (f *file) discard() {
	_ = f.Close() // nothing of it is needed any more
}

// sniff returns the file's type: the declared one unless the content contradicts it, else the detected one.
func (f *file) sniff(declared string) (string, error) {
	head := make([]byte, sniff.Head)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the file's head: %w", err)
	}
	return sniff.Type(declared, head[:n]), nil
}
