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
	rounds, err := measure.Number("ROUNDS", 40)
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
	type load struct{ Paint, Parsed, Load float64 }
	var pairs []struct{ Bare, With load }
	if err := json.Unmarshal(bytes.TrimSpace(out), &pairs); err != nil {
		return fmt.Errorf("read %q: %w", out, err)
	}
	fmt.Printf("Milliseconds from navigation, %d pairs by turns, nothing cached (smallest, median, largest).\n\n", rounds)
	fmt.Print("| a shop's page | without the chat's code | with it | added, pair by pair |\n|---|---|---|---|\n")
	for _, moment := range []struct {
		name string
		of   func(load) float64
	}{
		{"something is seen", func(l load) float64 { return l.Paint }},
		{"the document is parsed", func(l load) float64 { return l.Parsed }},
		{"the load event", func(l load) float64 { return l.Load }},
	} {
		var bare, with, added []float64
		for _, pair := range pairs {
			b, w := moment.of(pair.Bare), moment.of(pair.With)
			bare, with, added = append(bare, b), append(with, w), append(added, w-b)
		}
		fmt.Printf("| %s | %s | %s | %s |\n", moment.name, measure.Spread(bare), measure.Spread(with), measure.Spread(added))
	}
	return nil
}
