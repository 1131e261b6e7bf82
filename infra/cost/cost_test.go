package cost_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/cost"
)

// bar is DESIGN §11's for a stage without traffic, in dollars a month.
const bar = 7

// C-01: nothing costs while idle, but for what is listed here line by line.
func TestIdle_UnderSevenDollars(t *testing.T) {
	t.Parallel()
	bill := cost.Idle()
	var table strings.Builder
	if err := bill.Print(&table); err != nil {
		t.Fatal(err)
	}
	t.Logf("a month without traffic:\n%s", &table)
	if bill.USD > bar {
		t.Errorf("%.2f dollars a month, and %d are the most", bill.USD, bar)
	}
	if len(bill.Lines) < 10 {
		t.Errorf("%d lines: every kind of cost has one", len(bill.Lines))
	}
}

// A queue that Lambda polls costs 26 cents a month while it is empty: DESIGN §3 counts on it.
func TestIdle_EmptyQueue_CostsTwentySixCents(t *testing.T) {
	t.Parallel()
	for _, l := range cost.Idle().Lines {
		if l.Item != cost.SQSStandard {
			continue
		}
		if each := l.USD / float64(cost.Stage().Polled); each < 0.255 || each > 0.265 {
			t.Errorf("%.4f dollars", each)
		}
	}
}

func TestPrices_HaveUnitAndSource(t *testing.T) {
	t.Parallel()
	var seen []cost.Item
	for _, p := range cost.Prices {
		if p.Page == "" || p.Unit == "" || p.Per <= 0 || p.USD < 0 || slices.Contains(seen, p.Item) {
			t.Errorf("%+v", p)
		}
		if p.USD == 0 && p.Note == "" {
			t.Errorf("%s is free, and nothing says why", p.Item)
		}
		seen = append(seen, p.Item)
	}
}

func TestUsage_AddMergeSinceTimes(t *testing.T) {
	t.Parallel()
	before := cost.Usage{}
	before.Add("push", cost.SocketMessages, "", 10)
	after := cost.Usage{}
	after.Merge(before)
	after.Add("push", cost.SocketMessages, "", 30)
	after.Add("push", cost.SQSStandard, "to-push receive", 5)
	after.Add("ingest", cost.SQSStandard, "to-push send", 5)
	bill := after.Since(before).Times(100_000).Bill()
	if want := 3 + 0.4; bill.USD < want-1e-9 || bill.USD > want+1e-9 {
		t.Errorf("%f dollars, want %f", bill.USD, want)
	}
	if items := bill.ByItem().Lines; len(items) != 2 || items[0].Item != cost.SQSStandard || items[0].Quantity != 1_000_000 {
		t.Errorf("by item: %+v", items)
	}
	if functions := bill.ByFunction().Lines; len(functions) != 2 || functions[0].Function != "ingest" {
		t.Errorf("by function: %+v", functions)
	}
}
