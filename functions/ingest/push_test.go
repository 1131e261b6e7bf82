package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/obs"
	sockets "github.com/recado-chat/recado/shared/push"
	"github.com/recado-chat/recado/shared/push/audience"
	"github.com/recado-chat/recado/shared/push/dispatch"
	"github.com/recado-chat/recado/shared/queue"
)

// watched is a store with one browser that views conversation C, and counts its reads.
type watched struct {
	audience.Store
	err   error
	reads int
}

func (w *watched) WatchingConnections(context.Context, chat.AccountID) ([]chat.Connection, error) {
	w.reads++
	return []chat.Connection{{
		ID: "browser", AccountID: "A", OperatorID: "ana", Watching: true, Viewing: chat.Viewed{ConversationID: "C"}, ExpiresAt: time.Now().Add(time.Hour),
	}}, w.err
}

func (w *watched) Operators(context.Context, chat.AccountID) ([]chat.Operator, error) {
	return []chat.Operator{{ID: "ana", AccountID: "A", Role: chat.Owner, Active: true}}, nil
}

// posted keeps the frames of the one browser, or takes longer than anybody waits.
type posted struct {
	frames []string
	slow   bool
}

func (p *posted) Deliver(ctx context.Context, deliveries []sockets.Delivery) (outcome sockets.Outcome) {
	if p.slow {
		<-ctx.Done()
		return sockets.Outcome{Failed: len(deliveries), Err: ctx.Err()}
	}
	for _, d := range deliveries {
		for _, frame := range d.Frames {
			p.frames = append(p.frames, string(frame))
		}
	}
	return sockets.Outcome{Posted: len(p.frames)}
}

// left is the queue of the function push.
func (*watched) VisitorConnections(context.Context, chat.AccountID, chat.VisitorID) ([]chat.Connection, error) {
	return nil, nil
}

type left struct {
	ids []string
	err error
}

func (l *left) Send(_ context.Context, out ...queue.Message) error {
	if l.err != nil {
		return l.err
	}
	for _, o := range out {
		l.ids = append(l.ids, fmt.Sprintf("%s %s by %s", o.Envelope.AccountID, o.Envelope.ID, o.Envelope.CausationID))
	}
	return nil
}

// told runs an invocation of n records, each of which tells of a message; it returns the records that failed.
func told(t *testing.T, n int, store *watched, poster *posted, later *left) (failed []string) {
	t.Helper()
	metrics, err := obs.NewMetrics(io.Discard, time.Now, "ingest", queue.RecordsFailed, dispatch.ConnectionsGone)
	if err != nil {
		t.Fatal(err)
	}
	log := obs.NewLogger(io.Discard, "ingest")
	rooms, err := audience.New(store, poster, time.Now, log)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPusher(rooms, later, metrics, log, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	var event lambdaevents.SQSEvent
	for i := range n {
		event.Records = append(event.Records, lambdaevents.SQSMessage{MessageId: fmt.Sprint(i)})
	}
	answer, err := p.Around(func(ctx context.Context, event lambdaevents.SQSEvent) (answer lambdaevents.SQSEventResponse, _ error) {
		for _, record := range event.Records {
			frame := json.RawMessage(`{"type":"message.upserted","message":{"id":"` + record.MessageId + `"}}`)
			if err := p.tell(ctx, push{
				id: record.MessageId + "-push", cause: events.Envelope{ID: record.MessageId, AccountID: "A"},
				pushed: events.Pushed{ConversationID: "C", Frames: []json.RawMessage{frame}},
			}); err != nil {
				answer.BatchItemFailures = append(answer.BatchItemFailures, lambdaevents.SQSBatchItemFailure{ItemIdentifier: record.MessageId})
			}
		}
		return answer, nil
	})(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	for _, failure := range answer.BatchItemFailures {
		failed = append(failed, failure.ItemIdentifier)
	}
	return failed
}

func TestPusher_Batch_OneReadOneFrame(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 3} {
		store, poster, later := &watched{}, &posted{}, &left{}
		if failed := told(t, n, store, poster, later); failed != nil || later.ids != nil {
			t.Errorf("%d records: %v failed, %v were left to push", n, failed, later.ids)
		}
		if store.reads != 1 || len(poster.frames) != 1 || strings.Count(poster.frames[0], "message.upserted") != n {
			t.Errorf("%d records: the connections were read %d times, frames %v", n, store.reads, poster.frames)
		}
	}
}

// C-03: what cannot be told directly is left to the function push, and without that the records are tried again.
func TestPusher_Failure_LeftToPushOrTriedAgain(t *testing.T) {
	t.Parallel()
	unreadable := func() *watched { return &watched{err: errors.New("throttled")} }
	for name, c := range map[string]struct {
		n      int
		store  *watched
		poster *posted
		later  *left
		left   []string
		failed []string
	}{
		"connections that cannot be read, one record": {1, unreadable(), &posted{}, &left{}, []string{"A 0-push by 0"}, nil},
		"connections that cannot be read, a batch":    {2, unreadable(), &posted{}, &left{}, []string{"A 0-push by 0", "A 1-push by 1"}, nil},
		"a socket that is slow":                       {1, &watched{}, &posted{slow: true}, &left{}, []string{"A 0-push by 0"}, nil},
		"neither way, one record":                     {1, unreadable(), &posted{}, &left{err: errors.New("no")}, nil, []string{"0"}},
		"neither way, a batch":                        {2, unreadable(), &posted{}, &left{err: errors.New("no")}, nil, []string{"0", "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				failed := told(t, c.n, c.store, c.poster, c.later)
				if !slices.Equal(failed, c.failed) || !slices.Equal(c.later.ids, c.left) {
					t.Errorf("%v failed, %v were left to push; want %v and %v", failed, c.later.ids, c.failed, c.left)
				}
				if took := time.Since(began); took > postWithin {
					t.Errorf("the next message of the customer waited %v", took)
				}
			})
		})
	}
}
