package assignment_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
)

// metered are the use cases on a store that adds up the units of its calls, as the engine answers them.
func metered(b *desktest.Fixture) (u *desktest.UseCases, units func() (read, write float64)) {
	b.Helper()
	var mu sync.Mutex
	var read, write float64
	client := dynamodb.New(b.DB.Client.Options(), func(o *dynamodb.Options) {
		o.APIOptions = append(slices.Clone(o.APIOptions), func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("units", func(
				ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
			) (middleware.InitializeOutput, middleware.Metadata, error) {
				reflect.ValueOf(in.Parameters).Elem().FieldByName("ReturnConsumedCapacity").Set(reflect.ValueOf(types.ReturnConsumedCapacityTotal))
				out, metadata, err := next.HandleInitialize(ctx, in)
				if err != nil {
					return out, metadata, err
				}
				mu.Lock()
				defer mu.Unlock()
				total := &write
				if name := fmt.Sprintf("%T", in.Parameters); strings.Contains(name, "Get") || strings.Contains(name, "Query") {
					total = &read
				}
				switch c := reflect.ValueOf(out.Result).Elem().FieldByName("ConsumedCapacity").Interface().(type) {
				case *types.ConsumedCapacity:
					*total += aws.ToFloat64(c.CapacityUnits)
				case []types.ConsumedCapacity:
					for _, each := range c {
						*total += aws.ToFloat64(each.CapacityUnits)
					}
				}
				return out, metadata, nil
			}), middleware.Before)
		})
	})
	u = b.DeskOn(dynamo.New(client, b.DB.Tables, dynamo.WithClock(b.Now)))
	return u, func() (float64, float64) {
		mu.Lock()
		defer mu.Unlock()
		r, w := read, write
		read, write = 0, 0
		return r, w
	}
}

// TestOpening_CapacityUnits limits what it takes to receive a text that opens a conversation and to decide about it, whatever waits beside
// it. The contact is new; its search tokens, about ten units more, are written by functions/jobs (ADR 0016). The functions around read about
// 5 units more (infra/bench, openings).
func TestOpening_CapacityUnits(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mode        chat.DistributionMode
		free        bool
		read, write float64
	}{
		"nobody can take it":            {chat.DistributeToAccount, false, 7, 19},
		"nobody can take it, by groups": {chat.DistributeToGroups, false, 7, 19},
		"it is assigned":                {chat.DistributeToAccount, true, 8, 33},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := desktest.New(t, func(a *chat.Account) { a.Mode = test.mode })
			bruno := b.Employ("bruno", func(o *chat.Operator) {
				if !test.free {
					o.Availability = chat.Away
				}
			})
			u, units := metered(b)
			var first [2]float64
			for i, pool := range []int{5, 60} {
				passes(b, bruno, pool)
				in := b.Text(fmt.Sprint("opens", i), "hola")
				units()
				received, err := u.Receive(b.Context(), b.Account, b.Channel, in)
				b.Must(err)
				b.Must(u.Place(b.Context(), b.Account, received.Conversation.ID))
				read, write := units()
				if got := b.Conversation(received.Conversation.ID).AssigneeID != ""; got != test.free {
					t.Fatalf("assigned: %t", got)
				}
				t.Logf("%d in the pool: %.1f write units, %.1f read units", pool, write, read)
				if i == 0 {
					first = [2]float64{read, write}
				}
				if read > test.read || write > test.write || read > 1.1*first[0] || write > 1.1*first[1] {
					t.Errorf("%d in the pool: %.1f write units (%.0f allowed) and %.1f read units (%.0f allowed), %v at first", pool, write, test.write, read, test.read, first)
				}
			}
		})
	}
}

// TestWatch_LookedThrough_FlatUnits limits what a pool costs that a free operator has let pass: what its timer takes, and what a
// conversation takes that the operator closes.
func TestWatch_LookedThrough_FlatUnits(t *testing.T) { // B-04
	t.Parallel()
	const looks = 6
	for _, mode := range []chat.DistributionMode{chat.DistributeToAccount, chat.DistributeToGroups} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			var first [2]float64
			for _, pool := range []int{5, 300} {
				b := desktest.New(t, func(a *chat.Account) { a.Mode = mode })
				b.Employ("bruno")
				ana := b.Employ("ana")
				hers := pile(b, pool, "bruno")[pool-1] // by groups, the pool is looked through for former operators
				b.Give(ana, hers)
				alter(b, ana.ID, func(o *chat.Operator) { o.Active = false })
				b.Must(b.Desk.Release(b.Context(), desktest.Account, hers, ana.ID))
				u, units := metered(b)
				b.Advance(time.Hour)
				fire(b, u)
				units()
				for range looks {
					fire(b, u)
				}
				read, write := units()
				b.Must(u.Distribute(b.Context(), b.Account, desktest.Shop))
				freed, _ := units()
				t.Logf("%d in the pool: %d times its timer %.1f write and %.1f read units, one who is free %.1f read units", pool, looks, write, read, freed)
				if first == [2]float64{} {
					first = [2]float64{read + write, freed}
				}
				// Behind the head of a long pool there is one more query.
				if read+write > first[0]+0.5*looks || freed > first[1]+1.5 {
					t.Errorf("%d in the pool: %.1f and %.1f units, %v at first", pool, read+write, freed, first)
				}
				alter(b, ana.ID, func(o *chat.Operator) { o.Active = true })
				b.Must(u.Distribute(b.Context(), b.Account, desktest.Shop))
				if b.LoadOf(ana.ID) == 0 {
					t.Errorf("%d in the pool: she is free beside what was hers", pool)
				}
			}
		})
	}
}
