package media

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/fault"
)

func TestSpool(t *testing.T) {
	t.Parallel()
	from := func(content string, size int64) channel.Media {
		return channel.Media{Size: size, ReadCloser: io.NopCloser(strings.NewReader(content))}
	}

	t.Run("a file is whole, at its start, and leaves nothing behind", func(t *testing.T) {
		t.Parallel()
		f, err := spool(from("hello", -1), 5)
		if err != nil {
			t.Fatal(err)
		}
		if content, err := io.ReadAll(f); err != nil || string(content) != "hello" || f.size != 5 {
			t.Errorf("read %q of %d: %v", content, f.size, err)
		}
		if _, err := os.Stat(f.Name()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s would outlive the process: %v", f.Name(), err)
		}
		f.discard()
	})

	for name, c := range map[string]struct {
		from channel.Media
		want fault.Code
	}{
		"one byte too many":         {from("hello!", -1), fault.TooLarge},
		"announced as too large":    {from("", 6), fault.TooLarge},
		"shorter than announced":    {from("hell", 5), fault.Unavailable},
		"longer than was announced": {from("hello", 4), fault.Unavailable},
		"broken off":                {channel.Media{Size: -1, ReadCloser: io.NopCloser(io.MultiReader(strings.NewReader("he"), broken{}))}, fault.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := spool(c.from, 5); !fault.Is(err, c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
