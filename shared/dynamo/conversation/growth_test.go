package conversation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
)

// S1-15: what a page of a list and the counts read does not grow with the conversations. make bench BENCH=growth measures it at 200,000.
func TestLists_MoreConversations_SameUnits(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Default())
	dynamotest.NewAccount(t, db, ago(60*day))
	made := 0
	more := func(n int) {
		for ; n > 0; n-- {
			dynamotest.NewConversation(t, db, fmt.Sprintf("%04d", made), func(c *chat.Conversation) {
				at := ago(time.Duration(made%50) * time.Hour)
				c.LastActivityAt, c.WaitingSince, c.PoolSince = at, at, at
				if made%2 == 0 {
					c.AssigneeID, c.PoolSince, c.CloseAt = ana, time.Time{}, noon.Add(time.Hour)
				}
			})
			made++
		}
	}
	const page = 10
	units := func() map[string]float64 {
		list := map[string]float64{}
		for _, q := range queries() {
			if len(q.Statuses) != 1 || q.Statuses[0] != chat.Open || len(q.StoreIDs) > 0 || q.ChannelID != "" || q.Assignee == beto {
				continue
			}
			meter := dynamotest.NewMeter(db)
			found, err := meter.ListConversations(t.Context(), account, q, chat.PageRequest{Limit: page})
			if dynamotest.Must(t, err); len(found.Items) != page || found.Next == "" {
				t.Fatalf("%+v: %d rows", q, len(found.Items))
			}
			list[fmt.Sprintf("%q %q %t", q.Order, q.Assignee, q.Unassigned)] = meter.Read
		}
		meter := dynamotest.NewMeter(db)
		_, err := meter.Counts(t.Context(), account)
		dynamotest.Must(t, err)
		list["counts"] = meter.Read
		return list
	}
	more(50)
	few := units()
	more(250)
	for name, many := range units() {
		if many > 1.2*few[name] {
			t.Errorf("%s reads %.1f units beside %d conversations, %.1f beside 50", name, many, made, few[name])
		}
	}
	if len(few) != 13 {
		t.Errorf("measured %v", few)
	}
}
