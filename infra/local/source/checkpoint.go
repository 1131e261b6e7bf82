package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"sync"
)

// Checkpoints keep the positions in all streams in one small file, which is replaced as a whole: it survives kill -9 in
// one of the two states.
type Checkpoints struct {
	path    string
	mu      sync.Mutex
	streams map[string]map[string]position
}

// position in a shard: the last sequence number that is done with, or the whole shard.
type position struct {
	Sequence string `json:"sequence,omitempty"`
	Done     bool   `json:"done,omitempty"`
}

// OpenCheckpoints reads the file at path; one that does not exist is empty.
func OpenCheckpoints(path string) (*Checkpoints, error) {
	c := &Checkpoints{path: path, streams: make(map[string]map[string]position)}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	if err := json.Unmarshal(raw, &c.streams); err != nil {
		return nil, fmt.Errorf("decode checkpoints in %s: %w", path, err)
	}
	return c, nil
}

func (c *Checkpoints) get(stream, shard string) position {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.streams[stream][shard]
}

func (c *Checkpoints) set(stream, shard string, p position) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.streams[stream] == nil {
		c.streams[stream] = make(map[string]position)
	}
	c.streams[stream][shard] = p
	return c.write()
}

// keep forgets the shards of a stream that are no longer listed.
func (c *Checkpoints) keep(stream string, listed map[string]bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.streams[stream])
	maps.DeleteFunc(c.streams[stream], func(shard string, _ position) bool { return !listed[shard] })
	if len(c.streams[stream]) == before {
		return nil
	}
	return c.write()
}

func (c *Checkpoints) write() error {
	raw, err := json.Marshal(c.streams)
	if err != nil {
		return fmt.Errorf("encode checkpoints: %w", err)
	}
	fresh := c.path + ".new"
	if err := os.WriteFile(fresh, raw, 0o600); err != nil {
		return fmt.Errorf("write checkpoints: %w", err)
	}
	if err := os.Rename(fresh, c.path); err != nil {
		return fmt.Errorf("replace checkpoints: %w", err)
	}
	return nil
}
