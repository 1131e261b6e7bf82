package inbound_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/cost"
	"github.com/recado-chat/recado/infra/cost/inbound"
)

// bar is DESIGN §11's, in dollars.
const bar = 10

// most is what a message may use, whatever the machine: §5's budget of units, and of everything else a little more than it does.
var most = map[cost.Item]float64{
	cost.DynamoWrites: 5, cost.DynamoReads: 2, cost.SQSFIFO: 3, cost.HTTPRequests: 1, cost.LogBytes: 900,
}

func TestInbound_Million_UnderTenDollars(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	r, err := inbound.Run(ctx, inbound.Options{Dir: t.TempDir(), Texts: 300, Conversations: 30, Rate: 25, Log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	usage := r.Million()
	var table bytes.Buffer
	if err := usage.Bill().Print(&table); err != nil {
		t.Fatal(err)
	}
	t.Logf("a million messages:\n%s", &table)
	for item, units := range most {
		if used := r.Message.Of(item); used > units+1e-9 {
			t.Errorf("a message used %.2f %s, and %.0f are the most", used, item, units)
		}
	}
	for _, item := range []cost.Item{cost.LambdaRequests, cost.SQSFIFO, cost.HTTPRequests, cost.SocketMessages, cost.LogBytes} {
		if r.Message.Of(item) == 0 {
			t.Errorf("no %s was counted: the meter sees less than it says", item)
		}
	}
	if !r.Kept() {
		t.Skipf("%.0f messages a second took this machine %s: that is another load than the bar's", r.Rate, r.Settled)
	}
	if usd := usage.Bill().USD; usd > bar {
		t.Errorf("%.2f dollars, and %d are the most", usd, bar)
	}
}

// C-01: the cost of a message grows with who looks, not with who is connected. Connection minutes are paid by time, whatever is
// written, and are not compared.
func TestInbound_IdleSockets_AddAFifthAtMost(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	bill := map[int]float64{}
	units := map[int]map[cost.Item]float64{}
	for _, idle := range []int{0, 200} {
		r, err := inbound.Run(ctx, inbound.Options{Dir: t.TempDir(), Texts: 100, Conversations: 10, Rate: 25, Idle: idle, Log: io.Discard})
		if err != nil {
			t.Fatal(err)
		}
		units[idle] = map[cost.Item]float64{}
		for use, n := range r.Message {
			if use.Item != cost.SocketMinutes {
				bill[idle] += cost.Usage{use: n}.Bill().USD * 1e6
				units[idle][use.Item] += n
			}
		}
	}
	for _, item := range []cost.Item{cost.DynamoReads, cost.DynamoWrites, cost.SocketMessages, cost.LambdaRequests} {
		if without, with := units[0][item], units[200][item]; with > 1.2*without {
			t.Errorf("%s: %.2f a message, %.2f with 200 idle sockets", item, without, with)
		}
	}
	t.Logf("a million messages: %.2f dollars, %.2f with 200 idle sockets", bill[0], bill[200])
	if bill[200] > 1.2*bill[0] {
		t.Errorf("%.2f dollars a million, %.2f with 200 idle sockets", bill[0], bill[200])
	}
}
