package conversation_test

import (
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
)

// The times and the price of statuses are kept, in whatever order they come; the first report of each stands.
func TestAdvanceStatus_TimesAndPrice_Kept(t *testing.T) { // S1-25
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		m := outbound("CNVA", 1)
		m.ProviderID = "wamid.1"
		_, err := db.PutMessage(t.Context(), m)
		dynamotest.Must(t, err)
		price := &chat.Pricing{Category: "utility", Type: "regular", Model: "PMP", Billable: true}
		at := func(second int) time.Time { return noon.Add(time.Duration(second) * time.Second) }
		for _, st := range []chat.StatusUpdate{
			{Status: chat.StatusRead, At: at(3)},
			{Status: chat.StatusDelivered, At: at(2), Pricing: price},
			{Status: chat.StatusDelivered, At: at(9), Pricing: &chat.Pricing{Category: "another"}},
			{Status: chat.StatusSent, At: at(1)},
			{Status: chat.StatusRead, At: at(8)},
		} {
			_, _, err := db.AdvanceStatus(t.Context(), account, "CNVA", m.ID, 1, st, "")
			dynamotest.Must(t, err)
		}
		got, err := db.Message(t.Context(), account, "CNVA", m.ID)
		dynamotest.Must(t, err)
		dynamotest.Same(t, got.StatusTimes, chat.StatusTimes{Sent: at(1), Delivered: at(2), Read: at(3)})
		dynamotest.Same(t, got.Pricing, price)
		if got.Status != chat.StatusRead || got.Version != m.Version+3 {
			t.Errorf("%s, version %d", got.Status, got.Version)
		}
		_, _, err = db.AdvanceStatus(t.Context(), account, "CNVA", m.ID, 2, chat.StatusUpdate{Status: chat.StatusFailed, At: at(4)}, "")
		dynamotest.Must(t, err)
		if got, err = db.Message(t.Context(), account, "CNVA", m.ID); err != nil || !got.StatusTimes.Failed.IsZero() {
			t.Errorf("a status of another attempt was kept: %+v, %v", got, err)
		}
	})
}
