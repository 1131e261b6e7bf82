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
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/shared/boot"
)

type part struct {
	name    string
	measure func(context.Context) error
}

var parts = []part{
	{"size", size}, {"cold", cold}, {"ack", ack}, {"latency", latency}, {"reply", reply}, {"whole", whole}, {"capacity", capacity}, {"cpu", cpu}, {"profile", profiles}, {"lists", lists}, {"growth", growth}, {"openings", openings}, {"fixture", fill}, {"page", page},
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

// verdict says whether a bar is met.
func verdict(met bool) string {
	if met {
		return "met"
	}
	return "**not met**"
}

// number is a size of the environment, or the default.
func number(name string, otherwise int) (int, error) {
	text := os.Getenv(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s is a number above 0, not %q", name, text)
	}
	return n, nil
}

// binaries builds every function, and the minimal one, with the Makefile, and returns their folder.
func binaries(ctx context.Context, arch string) (string, error) {
	dir, err := filepath.Abs(filepath.Join("bin", arch))
	if err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, "make", "-s", "build", dir+"/minimal/bootstrap", "ARCH="+arch, "BIN="+dir)
	build.Env = slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "MAKE") || strings.HasPrefix(entry, "MFLAGS=") // of the make that runs this
	})
	build.Stdout, build.Stderr = io.Discard, os.Stderr
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("build the functions: %w", err)
	}
	return dir, nil
}

// here builds the functions for this machine.
func here(ctx context.Context) (string, error) {
	if runtime.GOOS != "linux" {
		return "", errors.New("the binaries are Lambda's: they run on Linux")
	}
	return binaries(ctx, runtime.GOARCH)
}
