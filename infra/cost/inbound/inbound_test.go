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

// bar is DESIGN §11's, in dollars; the others are §5's budget of units.
const (
	bar       = 10
	mostWrite = 5
	mostRead  = 2
)

func TestAMillionInboundMessagesStayUnderTenDollars(t *testing.T) {
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
	if usd := usage.Bill().USD; usd > bar {
		t.Errorf("%.2f dollars, and %d are the most", usd, bar)
	}
	if writes := r.Message.Of(cost.DynamoWrites); writes > mostWrite {
		t.Errorf("%.2f write units a message, and %d are the most", writes, mostWrite)
	}
	if reads := r.Message.Of(cost.DynamoReads); reads > mostRead {
		t.Errorf("%.2f read units a message, and %d are the most", reads, mostRead)
	}
	for _, item := range []cost.Item{cost.LambdaRequests, cost.SQSFIFO, cost.SQSStandard, cost.HTTPRequests, cost.SocketMessages, cost.LogBytes} {
		if r.Message.Of(item) == 0 {
			t.Errorf("no %s was counted: the meter sees less than it says", item)
		}
	}
}
