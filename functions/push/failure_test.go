package push_test

import (
	"context"
	"slices"
	"testing"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/push/audience"
)

// blind is a store that fails to read the connections once.
type blind struct {
	*dynamo.Store
	failed bool
}

func (b *blind) WatchingConnections(ctx context.Context, a chat.AccountID) ([]chat.Connection, error) {
	if !b.failed {
		b.failed = true
		return nil, fault.New(fault.Unavailable, "throttled")
	}
	return b.Store.WatchingConnections(ctx, a)
}

// C-03
func TestPush_ConnectionsUnreadable_Retried(t *testing.T) {
	t.Parallel()
	w := open(t)
	rooms, err := audience.New(&blind{Store: w.store}, w.gateway, w.handler.Now, w.handler.Log)
	w.must(err)
	w.handler.Rooms = rooms
	record := w.record(fast, events.Pushed{OperatorID: string(ana), Frames: frames(upserted("A", 1))})
	if again := w.push(record); !slices.Equal(again, []string{record.MessageId}) || w.listeners() != nil {
		t.Errorf("records %v failed, %v received frames", again, w.listeners())
	}
	if again := w.push(record, record); again != nil || len(w.gateway.Items(t, "ana")) != 1 {
		t.Errorf("records %v failed, Ana received %v", again, w.gateway.Items(t, "ana"))
	}
}
