// Command invoke runs a function with its sample events in a new local stack with the demonstration account: `make invoke
// FUNCTION=webhook`. It prints each payload's answer.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/recado-chat/recado/infra/local/stack"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: invoke FUNCTION")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, function string) error {
	samples, err := filepath.Glob(filepath.Join("events/samples", function, "*.json"))
	if err != nil || len(samples) == 0 {
		return fmt.Errorf("there is no sample in events/samples/%s", function)
	}
	dir, err := os.MkdirTemp("", "recado-invoke-")
	if err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s, err := stack.Start(ctx, stack.Options{Dir: dir, Log: os.Stderr, NoTick: true})
	if err != nil {
		return err
	}
	defer s.Stop()
	if err := s.Seed(ctx); err != nil {
		return err
	}
	for _, sample := range samples {
		payload, err := os.ReadFile(sample)
		if err != nil {
			return fmt.Errorf("read the sample: %w", err)
		}
		answer, err := s.Invoke(ctx, function, payload)
		if err != nil {
			return fmt.Errorf("%s: %w", sample, err)
		}
		fmt.Printf("%s\n%s\n", sample, answer)
	}
	return nil
}
