package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/local/stack"
)

// page prints what the chat's code adds to the load of a page that shows it, in Chromium, from this machine's loopback.
func page(ctx context.Context) error {
	rounds, err := number("ROUNDS", 40)
	if err != nil {
		return err
	}
	const web = "shared/web"
	dist, err := filepath.Abs(filepath.Join(web, "widget/dist"))
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dist, "loader.js")); err != nil {
		return fmt.Errorf("the widget is not built: %w", err)
	}
	dir, err := os.MkdirTemp("", "recado-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is a temporary folder
	s, err := stack.Start(ctx, stack.Options{Dir: dir, Log: io.Discard, Widget: dist})
	if err != nil {
		return err
	}
	defer s.Stop()
	if err := s.Seed(ctx); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, "node", "bench/load.mjs", s.ShopURL(stack.Shops[0]), fmt.Sprint(rounds))
	command.Dir, command.Stderr = web, os.Stderr
	out, err := command.Output()
	if err != nil {
		return fmt.Errorf("load the page: %w", err)
	}
	var pairs []struct{ Bare, With float64 }
	if err := json.Unmarshal(bytes.TrimSpace(out), &pairs); err != nil {
		return fmt.Errorf("read %q: %w", out, err)
	}
	var bare, with, added []float64
	for _, pair := range pairs {
		bare, with, added = append(bare, pair.Bare), append(with, pair.With), append(added, pair.With-pair.Bare)
	}
	fmt.Printf("Milliseconds from navigation to the load event of a shop's page, %d pairs by turns, nothing cached (smallest, median, largest).\n\n", rounds)
	fmt.Print("| page | ms |\n|---|---|\n")
	fmt.Printf("| without the chat's code | %s |\n| with it | %s |\n| added, pair by pair | %s |\n", measure.Spread(bare), measure.Spread(with), measure.Spread(added))
	return nil
}
