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
	for _, item := range []cost.Item{cost.LambdaRequests, cost.SQSFIFO, cost.SQSStandard, cost.HTTPRequests, cost.SocketMessages, cost.LogBytes} {
		if r.Message.Of(item) == 0 {
			t.Errorf("no %s was counted: the meter sees less than it says", item)
		}
	}
	if !r.Kept() {
		t.Skipf("%d messages a second took this machine %s: that is another load than the bar's", r.Rate, r.Settled)
	}
	if usd := usage.Bill().USD; usd > bar {
		t.Errorf("%.2f dollars, and %d are the most", usd, bar)
	}
}
