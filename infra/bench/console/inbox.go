// Package console measures how the console answers in Chromium. It may import all below infra/local.
package console

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/local/stack"
)

// bar is the milliseconds from an interaction to the next paint.
const bar = 100

// Inbox measures how an inbox of many conversations answers and whether it stays in place while customers write, in Chromium as on a
// mid-range phone.
func Inbox(ctx context.Context) error {
	conversations, err := measure.Number("CONVERSATIONS", 1000)
	if err != nil {
		return err
	}
	seconds, err := measure.Number("SECONDS", 30)
	if err != nil {
		return err
	}
	const web, rate = "shared/web", 20
	dist, err := filepath.Abs(filepath.Join(web, "console/dist"))
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "recado-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is a temporary folder
	s, err := stack.Start(ctx, stack.Options{Dir: dir, Log: io.Discard, Console: dist})
	if err != nil {
		return err
	}
	defer s.Stop()
	if err := s.Seed(ctx); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, "node", "bench/inbox.mjs", s.URL, stack.DemoEmail, stack.DemoPassword, fmt.Sprint(conversations), fmt.Sprint(rate), fmt.Sprint(seconds))
	command.Dir, command.Stderr = web, os.Stderr
	out, err := command.Output()
	if err != nil {
		return fmt.Errorf("work in the inbox: %w", err)
	}
	var figures struct {
		Took            map[string][]float64
		Shift, Messages float64
		Moved           []string // the classes of what shifted
	}
	if err := json.Unmarshal(bytes.TrimSpace(out), &figures); err != nil {
		return fmt.Errorf("read %q: %w", out, err)
	}
	fmt.Printf(`%d conversations, %.1f messages a second arriving, %d s of work in Chromium: a Pixel 7's screen, the processor slowed four times; the
stack and the browser on this machine. Milliseconds from an interaction to the next paint, in steps of 8; 0 is below 16.

| interaction | ms (min–median–max) | times | all ≤ %d |
|---|---|---|---|
`, conversations, figures.Messages, seconds, bar)
	for _, name := range slices.Sorted(maps.Keys(figures.Took)) {
		took := figures.Took[name]
		fmt.Printf("| %s | %s | %d | %s |\n", name, measure.Spread(took), len(took), measure.Verdict(slices.Max(took) <= bar))
	}
	fmt.Printf("\nLayout shift: %.4f (0: %s) %q\n", figures.Shift, measure.Verdict(figures.Shift == 0), figures.Moved)
	return nil
}
