// Command compare drives two builds of the local stack with the same traffic and compares what they answer, what they send to
// the provider and the browsers, and what they leave in the tables. README.md says how to run it.
//
// It speaks HTTP to the stacks and DynamoDB's protocol to a copy of their data. It imports infra/local/engine and none of the
// product's packages: the builds may be of commits whose Go types differ.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
)

// maxPrinted bounds the differences printed of each kind.
const maxPrinted = 200

func main() {
	before := flag.String("before", "", "binary of the earlier commit (go build -o X ./infra/local)")
	after := flag.String("after", "", "binary of the later commit")
	dir := flag.String("dir", "", "folder that keeps both stacks' data and logs; empty uses a temporary one")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	differences, err := compare(ctx, *before, *after, *dir)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(2)
	case differences > 0:
		os.Exit(1)
	}
}

// compare returns how many differences remain that the table of expected ones does not explain.
func compare(ctx context.Context, before, after, dir string) (int, error) {
	if before == "" || after == "" {
		return 0, errors.New("-before and -after are needed")
	}
	if dir == "" {
		made, err := os.MkdirTemp("", "recado-compare-")
		if err != nil {
			return 0, fmt.Errorf("make a folder: %w", err)
		}
		defer func() { _ = os.RemoveAll(made) }()
		dir = made
	}
	var results []*result
	for _, side := range []struct{ name, binary string }{{"before", before}, {"after", after}} {
		r, err := record(ctx, side.name, side.binary, dir)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", side.name, err)
		}
		results = append(results, r)
	}
	return report(results[0], results[1]), nil
}

// result is all that one stack did, normalised.
type result struct {
	steps  []step
	calls  []entry            // of the provider
	frames []entry            // of the sockets
	tables map[string][]entry // by table
	routes map[string]*covered
}

func report(a, b *result) int {
	total, expectedCount := 0, map[string]int{}
	print := func(kind string, list []difference) {
		shown := 0
		for _, d := range list {
			if why := expectedWhy(d); why != "" {
				expectedCount[why]++
				continue
			}
			if total++; shown < maxPrinted {
				fmt.Printf("%s: %s\n", kind, d)
			}
			shown++
		}
		if shown > maxPrinted {
			fmt.Printf("%s: %d more\n", kind, shown-maxPrinted)
		}
	}
	print("answer", diffSteps(a.steps, b.steps))
	print("provider", diffEntries("", a.calls, b.calls))
	print("frame", diffEntries("", a.frames, b.frames))
	tables := maps.Clone(a.tables)
	maps.Copy(tables, b.tables)
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		print("table", diffEntries(table+" ", a.tables[table], b.tables[table]))
	}
	for _, r := range []struct {
		name string
		*result
	}{{"before", a}, {"after", b}} {
		for _, route := range slices.Sorted(maps.Keys(r.routes)) {
			if c := r.routes[route]; c.succeeded == 0 || c.failed == 0 && !alwaysWorks[route] {
				total++
				fmt.Printf("coverage: %s: %s was answered %d times with success and %d times with a failure\n", r.name, route, c.succeeded, c.failed)
			}
		}
	}
	fmt.Printf("\n%-28s %8s %8s\n", "", "before", "after")
	fmt.Printf("%-28s %8d %8d\n", "answers", len(a.steps), len(b.steps))
	fmt.Printf("%-28s %8d %8d\n", "routes, each called", len(a.routes), len(b.routes))
	fmt.Printf("%-28s %8d %8d\n", "calls of the provider", len(a.calls), len(b.calls))
	fmt.Printf("%-28s %8d %8d\n", "items of socket frames", len(a.frames), len(b.frames))
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		fmt.Printf("%-28s %8d %8d\n", "items of "+table, len(a.tables[table]), len(b.tables[table]))
		fmt.Printf("    %s\n", strings.Join(kinds(a.tables[table]), ", "))
	}
	for _, why := range slices.Sorted(maps.Keys(expectedCount)) {
		fmt.Printf("expected, %d times: %s\n", expectedCount[why], why)
	}
	fmt.Printf("differences: %d\n", total)
	return total
}

// kinds counts entries by kind.
func kinds(entries []entry) []string {
	count := map[string]int{}
	for _, e := range entries {
		count[e.kind]++
	}
	var list []string
	for _, kind := range slices.Sorted(maps.Keys(count)) {
		list = append(list, fmt.Sprintf("%s %d", kind, count[kind]))
	}
	return list
}
