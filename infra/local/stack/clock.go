package stack

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/recado-chat/recado/shared/boot"
)

// Clock is the injected clock: the wall clock, moved forward by what was asked for. The distance is kept across restarts, as
// stored times must not lie in the future.
type Clock struct {
	file   string
	offset atomic.Int64
}

// openClock reads the distance that an earlier run had. start, if set, is what a new stack begins at.
func openClock(dir string, start time.Time) (*Clock, error) {
	c := &Clock{file: filepath.Join(dir, "clock")}
	kept, err := os.ReadFile(c.file)
	switch {
	case err == nil:
		offset, err := strconv.ParseInt(strings.TrimSpace(string(kept)), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read the clock: %w", err)
		}
		c.offset.Store(offset)
	case !os.IsNotExist(err):
		return nil, fmt.Errorf("read the clock: %w", err)
	case !start.IsZero():
		return c, c.set(start.Sub(boot.Now()))
	}
	return c, nil
}

// Now is the stack's time, in the grain that is stored.
func (c *Clock) Now() time.Time {
	return boot.Now().Add(time.Duration(c.offset.Load())).Truncate(time.Millisecond)
}

// Advance moves the clock forward.
func (c *Clock) Advance(d time.Duration) error {
	return c.set(time.Duration(c.offset.Load()) + d)
}

func (c *Clock) set(offset time.Duration) error {
	c.offset.Store(int64(offset))
	if err := os.WriteFile(c.file, []byte(strconv.FormatInt(int64(offset), 10)), 0o600); err != nil {
		return fmt.Errorf("keep the clock: %w", err)
	}
	return nil
}
