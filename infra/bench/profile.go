package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/pprof/profile"
	"golang.org/x/sync/errgroup"

	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/topology"
)

// kinds are what CPU goes to: a sample belongs to the innermost of its frames that is of one of them. The SDK's middlewares call each
// other, so what is outside says little.
var kinds = []struct {
	name   string
	frames []string
}{
	{"collecting garbage", []string{"runtime.gcBgMarkWorker", "runtime.gcAssistAlloc", "runtime.bgsweep", "runtime.bgscavenge", "runtime.gcStart"}},
	{"the scheduler, goroutines that wait and wake", []string{"runtime.mcall", "runtime.mstart", "runtime.goready", "runtime.ready", "runtime.wakep", "runtime.newproc"}},
	{"HTTP over loopback", []string{"net/http.", "net/textproto.", "net.(", "internal/poll.", "bufio."}},
	{"hashes of signatures", []string{"crypto/"}},
	{"JSON", []string{"encoding/json", "smithy-go/encoding/", "_serializeOp", "_deserializeOp", "awsAwsjson", "awsRestjson"}},
	{"DynamoDB's items and expressions", []string{"feature/dynamodb/"}},
	{"the SDK beside these", []string{"aws-sdk-go-v2/", "smithy-go/"}},
	{"the log", []string{"log/slog"}},
	{"the invocation loop", []string{"aws-lambda-go/"}},
	{"our own code", []string{"recado/shared", "recado/functions", "recado/events"}},
}

// profiles shows what the CPU of an inbound message goes to, function by function.
func profiles(ctx context.Context) error {
	seconds, err := measure.Number("SECONDS", 60)
	if err != nil {
		return err
	}
	dir, err := profiled(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is a temporary folder
	s, _, stop, err := warm(ctx, dir)
	if err != nil {
		return err
	}
	defer stop()
	taken := make(chan error, 1)
	found := map[string]*profile.Profile{}
	go func() { taken <- takeProfiles(ctx, dir, seconds, found) }()
	n := seconds * cpuRate
	if err := errors.Join(s.texts(ctx, "profile", n), <-taken); err != nil {
		return err
	}
	printProfiles(found, n)
	return nil
}

// profiled lays the one binary out as if it were every function's.
func profiled(ctx context.Context) (dir string, err error) {
	if dir, err = os.MkdirTemp("", "recado-profile-"); err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "profiled")
	build := exec.CommandContext(ctx, "go", "build", "-tags", "lambda.norpc", "-o", binary, "./infra/bench/profiled")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return dir, fmt.Errorf("build the profiled function: %w", err)
	}
	for _, f := range topology.Functions {
		if err := os.Mkdir(filepath.Join(dir, f.Name), 0o700); err != nil {
			return dir, err
		}
		if err := os.Link(binary, filepath.Join(dir, f.Name, "bootstrap")); err != nil {
			return dir, err
		}
	}
	return dir, nil
}

// takeProfiles asks every process that runs by now, all at once, and adds up those of a function.
func takeProfiles(ctx context.Context, dir string, seconds int, found map[string]*profile.Profile) error {
	doors, err := filepath.Glob(filepath.Join(dir, "*", "*.sock"))
	if err != nil {
		return err
	}
	taken := make([]*profile.Profile, len(doors))
	var group errgroup.Group
	for i, door := range doors {
		group.Go(func() (err error) {
			taken[i], err = takeProfile(ctx, door, seconds)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, door := range doors {
		name := filepath.Base(filepath.Dir(door))
		all := []*profile.Profile{taken[i]}
		if known := found[name]; known != nil {
			all = append(all, known)
		}
		if found[name], err = profile.Merge(all); err != nil {
			return err
		}
	}
	return nil
}

func takeProfile(ctx context.Context, door string, seconds int) (*profile.Profile, error) {
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", door)
	}}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://function/debug/pprof/profile?seconds="+strconv.Itoa(seconds), nil)
	if err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return profile.Parse(response.Body)
}

// printProfiles prints a column for each function that did something, in ms a message.
func printProfiles(found map[string]*profile.Profile, messages int) {
	spent := map[string]map[string]float64{}
	var names []string
	for _, f := range topology.Functions {
		if p := found[f.Name]; p != nil {
			if spent[f.Name] = byKind(p); sum(spent[f.Name]) > 0.02*float64(messages) {
				names = append(names, f.Name)
			}
		}
	}
	fmt.Printf(`CPU profiles (100 Hz) of the functions' processes over %d inbound texts at %d/s, %d sockets of which one looks at each; ms a message. A sample
counts for the line that the innermost of its frames is of.

| what | %s | all |
|---|%s---|
`, messages, cpuRate, cpuSockets, strings.Join(names, " | "), strings.Repeat("---|", len(names)))
	total := map[string]float64{}
	for _, name := range names {
		for kind, ms := range spent[name] {
			total[kind] += ms / float64(messages)
		}
	}
	rows := slices.SortedFunc(maps.Keys(total), func(a, b string) int { return cmp.Compare(total[b], total[a]) })
	for _, kind := range rows {
		fmt.Printf("| %s |", kind)
		for _, name := range names {
			fmt.Printf(" %.2f |", spent[name][kind]/float64(messages))
		}
		fmt.Printf(" %.2f |\n", total[kind])
	}
	fmt.Print("| **all** |")
	for _, name := range names {
		fmt.Printf(" %.2f |", sum(spent[name])/float64(messages))
	}
	fmt.Printf(" **%.2f** |\n", sum(total))
}

// byKind adds up a profile's CPU time in milliseconds.
func byKind(p *profile.Profile) map[string]float64 {
	spent := map[string]float64{}
	for _, sample := range p.Sample {
		spent[kindOf(sample)] += measure.Millis(time.Duration(sample.Value[1])) // the second value of a CPU profile is nanoseconds
	}
	return spent
}

func kindOf(sample *profile.Sample) string {
	for _, location := range sample.Location { // from the innermost out
		for _, line := range location.Line {
			for _, kind := range kinds {
				if slices.ContainsFunc(kind.frames, func(part string) bool { return strings.Contains(line.Function.Name, part) }) {
					return kind.name
				}
			}
		}
	}
	return "the rest"
}
