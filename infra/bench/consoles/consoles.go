// Package consoles opens signed-in consoles in Chromium, for what is measured while real browsers look. It runs
// shared/web/bench/consoles.mjs and imports the standard library only.
package consoles

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// Web is the path of shared/web, from the repository's root.
const Web = "shared/web"

// Built is the path of the console that a stack is to serve. The error says that it is not there.
func Built() (string, error) {
	dist, err := filepath.Abs(filepath.Join(Web, "console/dist"))
	if err != nil {
		return "", fmt.Errorf("find the console: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dist, "index.html")); err != nil {
		return "", fmt.Errorf("the console is not built: %w", err)
	}
	return dist, nil
}

// Consoles are open until Close.
type Consoles struct {
	command *exec.Cmd
	input   io.WriteCloser
	output  *json.Decoder
}

// Open signs in at a stack with each e-mail address, in a browser of its own.
func Open(ctx context.Context, url, password string, emails ...string) (*Consoles, error) {
	command := exec.CommandContext(ctx, "node", append([]string{"bench/consoles.mjs", url, password}, emails...)...)
	command.Dir, command.Stderr = Web, os.Stderr
	input, inputErr := command.StdinPipe()
	output, outputErr := command.StdoutPipe()
	if err := errors.Join(inputErr, outputErr); err != nil {
		return nil, fmt.Errorf("open the consoles: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("open the consoles: %w", err)
	}
	return &Consoles{command: command, input: input, output: json.NewDecoder(output)}, nil
}

// Show has each console go to a path, and returns when the server has confirmed to all that it pushes what they show.
func (c *Consoles) Show(paths ...string) error {
	if err := json.NewEncoder(c.input).Encode(paths); err != nil {
		return fmt.Errorf("lead the consoles to %q: %w", paths, err)
	}
	if _, err := c.counts(); err != nil {
		return fmt.Errorf("lead the consoles to %q: %w", paths, err)
	}
	return nil
}

// Close ends them, and returns how often they asked for what and heard and sent what since the last Show, by name.
func (c *Consoles) Close() (map[string]int, error) {
	closed := c.input.Close()
	counts, err := c.counts()
	if err := errors.Join(closed, err, c.command.Wait()); err != nil {
		return nil, fmt.Errorf("close the consoles: %w", err)
	}
	return counts, nil
}

func (c *Consoles) counts() (counts map[string]int, err error) {
	err = c.output.Decode(&counts)
	return counts, err
}
