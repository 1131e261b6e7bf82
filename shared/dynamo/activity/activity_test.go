package activity_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
)

var noon = dynamotest.Noon()

const (
	account = dynamotest.Account
)

func TestActivities_PagedByMonth(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		var want []string
		for i := range 5 {
			id := fmt.Sprint("REQ", i)
			want = append(want, id)
			dynamotest.Must(t, db.PutActivity(t.Context(), chat.Activity{AccountID: account, RequestID: id, At: noon.Add(time.Duration(i) * time.Second), Action: "x"}))
		}
		dynamotest.Must(t, db.PutActivity(t.Context(), chat.Activity{AccountID: account, RequestID: "OLD", At: noon.AddDate(0, 0, -60), Action: "x"}))
		slices.Reverse(want)
		var got []string
		cursor := ""
		for {
			page, err := db.Activities(t.Context(), account, "2026-11", chat.PageRequest{Limit: 2, Cursor: cursor})
			dynamotest.Must(t, err)
			for _, a := range page.Items {
				got = append(got, a.RequestID)
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		dynamotest.Same(t, got, want)
	})
}
