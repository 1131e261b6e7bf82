// Command report prints what Recado costs: the bill of a month without traffic, and that of a million inbound messages, metered
// on a run of the local stack. `make cost` runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/recado-chat/recado/infra/cost"
	"github.com/recado-chat/recado/infra/cost/inbound"
	"github.com/recado-chat/recado/infra/topology"
)

const million = 1_000_000

// runs are metered one after the other, those that mostly wait before them and at the same time. The first is printed line by line.
var (
	runs = []inbound.Options{
		{Texts: 2000, Conversations: 12, Rate: 25},
		{Texts: 1000, Conversations: 1, Rate: 25},
		{Texts: 1000, Conversations: 12, Rate: 25, Idle: 200},
		{Texts: 1000, Conversations: 1, Rate: 25, Idle: 200},
	}
	slow = []inbound.Options{
		{Texts: 60, Conversations: 12, Rate: oneIn3s},
		{Texts: 60, Conversations: 1, Rate: oneIn3s},
		{Texts: 60, Conversations: 12, Rate: oneIn3s, Idle: 200},
		{Texts: 60, Conversations: 1, Rate: oneIn3s, Idle: 200},
	}
)

const oneIn3s = 1.0 / 3

func main() {
	var one inbound.Options
	flag.IntVar(&one.Texts, "texts", 0, "meter one run of so many inbound messages, instead of the table")
	flag.IntVar(&one.Conversations, "conversations", 12, "conversations that they are spread over")
	flag.Float64Var(&one.Rate, "rate", 25, "messages a second")
	flag.IntVar(&one.Idle, "idle", 0, "sockets that nobody looks at, beside the three consoles")
	flag.Parse()
	if one.Texts > 0 {
		runs, slow = []inbound.Options{one}, nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := report(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func report(ctx context.Context) error {
	fmt.Printf("List prices of %s in us-east-1, no free tier, in dollars.\n\nA month without traffic\n", cost.PricesOf)
	if err := cost.Idle().Print(os.Stdout); err != nil {
		return err
	}
	metered, err := meterAll(ctx)
	if err != nil {
		return err
	}
	printRuns(metered)
	return printFirst(metered[0])
}

// meterAll meters the runs, and those that are slow side by side.
func meterAll(ctx context.Context) ([]inbound.Result, error) {
	waiting := make([]inbound.Result, len(slow))
	group, groupCtx := errgroup.WithContext(ctx)
	for i, o := range slow {
		group.Go(func() (err error) {
			waiting[i], err = meterOne(groupCtx, o)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var metered []inbound.Result
	for _, o := range runs {
		r, err := meterOne(ctx, o)
		if err != nil {
			return nil, err
		}
		metered = append(metered, r)
	}
	return append(metered, waiting...), nil
}

func meterOne(ctx context.Context, o inbound.Options) (r inbound.Result, err error) {
	if o.Dir, err = os.MkdirTemp("", "recado-cost-"); err != nil {
		return r, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(o.Dir) }() // it is a temporary folder
	o.Chromium, o.Log = true, io.Discard
	return inbound.Run(ctx, o)
}

// printRuns prints the bill of each run, and what its consoles made of a hundred messages.
func printRuns(metered []inbound.Result) {
	fmt.Print("\nA million inbound texts into open conversations, with three consoles in Chromium: one looks at the conversation that is written to\n" +
		"most, one at the list of all, one at another conversation\n\n" +
		"| messages | conversations | idle sockets | dollars | of which minutes of connections | pace |\n|---|---|---|---|---|---|\n")
	for _, r := range metered {
		bill, pace := r.Million().Bill(), "kept"
		if !r.Kept() {
			pace = "not kept: the summary lane's share is too large"
		}
		var minutes float64
		for _, line := range bill.Lines {
			if line.Item == cost.SocketMinutes {
				minutes += line.USD
			}
		}
		fmt.Printf("| %d at %.2f/s | %d | %d | %.2f | %.2f | %s |\n", r.Texts, r.Rate, r.Conversations, r.Idle, bill.USD, minutes, pace)
	}
	fmt.Print("\nWhat the consoles asked for, heard and sent, a hundred messages\n")
	for _, r := range metered {
		fmt.Printf("  %.2f/s, %d conversations, %d idle sockets\n", r.Rate, r.Conversations, r.Idle)
		for _, name := range slices.Sorted(maps.Keys(r.Console)) {
			fmt.Printf("    %8.2f  %s\n", float64(r.Console[name])*100/float64(r.Texts), name)
		}
	}
}

// printFirst prints everything about one run.
func printFirst(r inbound.Result) error {
	fmt.Printf("\nOf %d messages at %.2f a second over %d conversations, item by item\n", r.Texts, r.Rate, r.Conversations)
	bill := r.Million().Bill()
	for _, part := range []struct {
		title string
		bill  cost.Bill
	}{
		{"", bill.ByItem()},
		{"\nby function", bill.ByFunction()},
		{"\nline by line", bill},
		{"\nA thousand conversations opened by a first message, and given to an operator", r.Opening.Times(1000).Bill().ByItem()},
	} {
		if part.title != "" {
			fmt.Println(part.title)
		}
		if err := part.bill.Print(os.Stdout); err != nil {
			return err
		}
	}
	edge := cost.Usage{}
	edge.Add("", cost.CloudFrontRequests, "", million)
	fmt.Printf("\nWebhooks that are posted to the public address, and not to the API's own, cost %.2f more a million.\n", edge.Bill().USD)
	fmt.Printf("\nInvocations as measured here, and as billed above (the model of infra/cost)\n")
	for _, name := range slices.Sorted(maps.Keys(r.Walls)) {
		wall := r.Walls[name]
		fmt.Printf("  %-12s %6d invocations, %7.1f ms measured, %5d MB\n", name, wall.Invocations,
			wall.Total.Seconds()*1e3/float64(wall.Invocations), topology.MustFunction(name).MemoryMB)
	}
	return nil
}
