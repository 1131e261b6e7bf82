// Command bench measures the figures for which the design sets limits, and prints each with its limit, its spread and how it was taken.
// infra/bench/README.md records them.
//
//	go run ./infra/bench              everything, about 15 minutes
//	go run ./infra/bench cold size    some of it
//
// The machine may be shared: read ratios first, and the load average beside every figure. It may import all below
// infra/local, infra/topology and the functions' packages.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/recado-chat/recado/infra/bench/binary"
	"github.com/recado-chat/recado/infra/bench/console"
	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/shared/boot"
)

type part struct {
	name    string
	measure func(context.Context) error
}

var parts = []part{
	{"size", binary.Size}, {"cold", binary.Cold}, {"ack", ack}, {"latency", latency}, {"reply", reply}, {"whole", whole}, {"capacity", capacity}, {"cpu", cpu}, {"profile", profiles}, {"lists", lists}, {"growth", growth}, {"openings", openings}, {"concurrency", concurrency}, {"fixture", fill}, {"page", page}, {"inbox", console.Inbox},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	boot.CollectLate() // as make run does
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, wanted []string) error {
	for _, name := range wanted {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.name == name }) {
			return fmt.Errorf("there is no benchmark %q", name)
		}
	}
	fmt.Println(measure.Machine())
	for _, p := range parts {
		if len(wanted) > 0 && !slices.Contains(wanted, p.name) {
			continue
		}
		fmt.Printf("\n## %s (%s, load average %s)\n\n", p.name, time.Now().UTC().Format(time.DateOnly), measure.Load())
		if err := p.measure(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		fmt.Printf("\nLoad average at the end: %s\n", measure.Load())
	}
	return nil
}
