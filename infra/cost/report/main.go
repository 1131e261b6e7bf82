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

	"github.com/recado-chat/recado/infra/cost"
	"github.com/recado-chat/recado/infra/cost/inbound"
	"github.com/recado-chat/recado/infra/topology"
)

const million = 1_000_000

func main() {
	texts := flag.Int("texts", 2000, "inbound messages to meter")
	conversations := flag.Int("conversations", 100, "conversations that they are spread over")
	rate := flag.Int("rate", 25, "messages a second")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := report(ctx, inbound.Options{Texts: *texts, Conversations: *conversations, Rate: *rate, Log: io.Discard}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func report(ctx context.Context, o inbound.Options) error {
	fmt.Printf("List prices of %s in us-east-1, no free tier, in dollars.\n\nA month without traffic\n", cost.PricesOf)
	if err := cost.Idle().Print(os.Stdout); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "recado-cost-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	o.Dir = dir
	r, err := inbound.Run(ctx, o)
	if err != nil {
		return err
	}
	fmt.Printf("\nA million inbound texts into open conversations, from %d at %.1f a second over %d conversations;\n"+
		"3 browsers are connected, and the one whose operator has the conversations looks at one of them\n",
		o.Texts, float64(o.Texts)/r.Took.Seconds(), o.Conversations)
	if !r.Kept() {
		fmt.Println("(this machine did not keep the pace, so that the summary lane's share is too large)")
	}
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
