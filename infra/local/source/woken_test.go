package source

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// A stream that writers wake is asked once for the writes of a window, and rarely without any.
func TestStream_Woken_AskedOncePerWindow(t *testing.T) {
	t.Parallel()
	fake, client := newFake(t)
	fake.put("a")
	var got seen[int]
	s := startStream(t, client, Stream{Woken: true, Window: 100 * time.Millisecond}, func(_ context.Context, payload []byte) ([]byte, error) {
		var event events.DynamoDBEvent
		must(t, json.Unmarshal(payload, &event))
		got.add(numbersOf(event))
		return nil, nil
	})
	settled(t, s)
	asked := func() int {
		fake.mu.Lock()
		defer fake.mu.Unlock()
		return fake.asks
	}
	before := asked()
	for _, n := range []int{1, 2, 3} { // the writes of one message
		fake.put("a", n)
		s.Wrote(nil)
	}
	eventually(t, "the records are handled", func() bool { return len(got.flat()) == 3 && s.Idle() })
	if all := got.all(); len(all) != 1 || !slices.Equal(all[0], []int{1, 2, 3}) {
		t.Errorf("batches %v, want one", all)
	}
	// One request for the writes, and at most one more that was begun before or fell due meanwhile.
	if n := asked() - before; n > 3 {
		t.Errorf("asked %d times for three writes", n)
	}
	fake.put("a", 4) // by somebody who does not say so
	eventually(t, "the record is handled", func() bool { return slices.Contains(got.flat(), 4) })
}
