// Command local runs the whole of Recado on this machine: `make run`. It reads its options from the environment, all optional:
// PORT, DATA_DIR, SEED=none, CLOCK, CONSOLE_DIR, WIDGET_DIR, LAMBDA=process, CONCURRENCY, META_APP_SECRET, META_VERIFY_TOKEN, GRAPH_URL.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/local/stack"
	"github.com/recado-chat/recado/shared/boot"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	boot.CollectLate() // as the functions do that run in this process
	if err := run(ctx, boot.Environment()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, env map[string]string) error {
	options, err := optionsFrom(env)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return fmt.Errorf("make %s: %w", options.Dir, err)
	}
	log, err := os.OpenFile(filepath.Join(options.Dir, "functions.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	defer func() { _ = log.Close() }()
	options.Log = log
	s, err := stack.Start(ctx, options)
	if err != nil {
		return err
	}
	defer s.Stop()
	if env["SEED"] != "none" {
		if err := s.Seed(ctx); err != nil {
			return fmt.Errorf("make the demonstration account: %w", err)
		}
	}
	fmt.Printf(`
  Recado runs at %[1]s

    console         %[1]s/            sign in as %[2]s, password %[3]s
%[6]s    shop            %[5]s
    mail box        %[1]s/local/mail
    clock, cost     %[1]s/local/

  Data and logs are in %[4]s. Ctrl-C stops it.

`, s.URL, stack.DemoEmail, stack.DemoPassword, options.Dir, s.ShopURL(stack.Shops[0]), pages(s))
	<-ctx.Done()
	if options.Concurrency > 0 {
		load, err := json.MarshalIndent(s.Load(), "  ", "  ")
		if err != nil {
			return fmt.Errorf("print the load: %w", err)
		}
		fmt.Printf("  %s\n", load)
	}
	return nil
}

// pages lists the simulated providers' pages in the form of the lines around them.
func pages(s *stack.Stack) string {
	var lines strings.Builder
	for _, p := range s.Pages() {
		fmt.Fprintf(&lines, "    %-15s %s%s\n", p.Title, s.URL, p.Path)
	}
	return lines.String()
}

func optionsFrom(env map[string]string) (stack.Options, error) {
	or := func(key, otherwise string) string {
		if value := env[key]; value != "" {
			return value
		}
		return otherwise
	}
	options := stack.Options{
		Dir:       or("DATA_DIR", ".local"),
		Address:   net.JoinHostPort("127.0.0.1", or("PORT", "8080")),
		Console:   or("CONSOLE_DIR", "shared/web/console/dist"),
		Widget:    or("WIDGET_DIR", "shared/web/widget/dist"),
		Secrets:   env,
		Providers: env,
		// The delays of a real phone, so that each status is visible.
		Statuses: whatsapp.Timing{Sent: 300 * time.Millisecond, Delivered: 700 * time.Millisecond},
	}
	switch env["LAMBDA"] {
	case "":
	case "process":
		options.Binaries = or("BINARIES_DIR", filepath.Join("bin", runtime.GOARCH))
	default:
		return options, fmt.Errorf("LAMBDA is empty or process, not %q", env["LAMBDA"])
	}
	if limit := env["CONCURRENCY"]; limit != "" {
		n, err := strconv.Atoi(limit)
		if err != nil || n < 1 {
			return options, fmt.Errorf("CONCURRENCY is a number of executions such as 10, not %q", limit)
		}
		options.Concurrency = n
	}
	if start := env["CLOCK"]; start != "" {
		at, err := time.Parse(time.RFC3339, start)
		if err != nil {
			return options, fmt.Errorf("CLOCK is an instant such as 2026-11-22T09:00:00Z: %w", err)
		}
		options.Start = at
	}
	return options, nil
}
