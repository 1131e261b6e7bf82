package push_test

import (
	"fmt"
	"testing"

	"github.com/recado-chat/recado/events"
)

// S1-11: a frame that stands for several tells what the conversation was before the first of them.
func TestBatch_MergedChanges_TellWhatWasBefore(t *testing.T) {
	t.Parallel()
	w := open(t)
	frame := func(version int, was string) string {
		return fmt.Sprintf(`{"conversation":{"id":"A","version":%d},"type":"conversation.upserted"%s}`, version, was)
	}
	w.push(
		w.record(summary, events.Pushed{StoreID: string(shop), Frames: frames(frame(2, `,"was":{"status":"open","assigneeId":null}`))}),
		w.record(summary, events.Pushed{StoreID: string(shop), Frames: frames(frame(3, ""))}),
		w.record(summary, events.Pushed{StoreID: string(shop), Frames: frames(frame(1, `,"was":{"status":null,"assigneeId":null}`))}),
	)
	want := "[" + frame(3, `,"was":{"status":null,"assigneeId":null}`) + "]"
	if got := w.gateway.Frames("ana"); len(got) != 1 || got[0] != want {
		t.Errorf("sent %v\nwant %s", got, want)
	}
}
