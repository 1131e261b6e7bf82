package fanout

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/chat"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type nobody struct{}

func (nobody) OperatorConnections(context.Context, chat.AccountID, chat.OperatorID) ([]chat.Connection, error) {
	return nil, nil
}

func handler() *Handler {
	return &Handler{Deps{
		Stores: cache.New(time.Minute, 10, func() time.Time { return noon }, func(context.Context, chat.AccountID) ([]chat.Store, error) {
			return []chat.Store{{ID: "a"}, {ID: "b"}}, nil
		}),
		Connections: nobody{},
		Window:      func(chat.ChannelType) time.Duration { return 24 * time.Hour },
	}}
}

func newEmitter(record string) emitter {
	return emitter{record: record, at: noon, out: make(outbox), freed: make(map[string]int), marked: make(map[string]mark), emitted: make(map[events.Queue]int)}
}

// signals lists what was emitted: the target, the type, and for pushes the frames' types.
func signals(t *testing.T, out outbox) []string {
	t.Helper()
	var list []string
	for target, signals := range out {
		for _, o := range signals {
			line := fmt.Sprintf("%s %s", target, o.Envelope.Type)
			if pushed, ok, err := events.Decode[events.Pushed](o.Envelope); ok && err == nil {
				for _, frame := range pushed.Frames {
					var f struct{ Type string }
					if err := json.Unmarshal(frame, &f); err != nil {
						t.Fatal(err)
					}
					line = fmt.Sprintf("%s %s", target, f.Type)
				}
				if pushed.VisitorID != "" {
					line += " to visitor " + pushed.VisitorID
				}
				if pushed.OperatorID != "" {
					line += " to " + pushed.OperatorID
				}
			}
			list = append(list, line)
		}
	}
	slices.Sort(list)
	return list
}

func TestDerive_Conversations(t *testing.T) {
	t.Parallel()
	pooled := chat.Conversation{ID: "c", AccountID: "account", StoreID: "a", Status: chat.Open, PoolSince: noon, LastActivityAt: noon}
	assigned := pooled
	assigned.AssigneeID, assigned.PoolSince = "ana", time.Time{}
	moved := assigned
	moved.AssigneeID = "bruno"
	resolved := assigned
	resolved.Status = chat.Resolved
	busier := assigned
	busier.LastMessageID = "M"
	past := chat.Conversation{AccountID: "account", StoreID: "a", ChannelID: "ch", ExternalID: "1"}
	past.AdmitPast(noon)
	grown, reopened := past, past
	grown.LastMessageID, reopened.Status, reopened.AssigneeID = "M", chat.Open, "ana"
	held := chat.Conversation{ID: "c", AccountID: "account", StoreID: "a", Status: chat.Held}
	tests := []struct {
		name     string
		old      *chat.Conversation
		now      chat.Conversation
		expected []string
	}{
		{"a new one asks for an operator", nil, pooled, []string{"to-assignment.fifo conversation.waiting.v1", "to-push-summary conversation.upserted"}},
		{"a held one asks for nobody", nil, held, []string{"to-push-summary conversation.upserted"}},
		{"a message in it changes its summary only", &assigned, busier, []string{"to-push-summary conversation.upserted"}},
		{"assigned, it is shown at once", &pooled, assigned, []string{"to-push conversation.upserted", "to-push-summary conversation.upserted"}},
		{"given to another, the first is told and may take one", &assigned, moved, []string{
			"to-assignment.fifo capacity.freed.v1", "to-assignment.fifo capacity.freed.v1",
			"to-push conversation.upserted", "to-push conversation.upserted to ana", "to-push-summary conversation.upserted",
		}},
		{"the past is nobody's news", nil, past, nil},
		{"more of the past neither", &past, grown, nil},
		{"the past that somebody takes up is", &past, reopened, []string{"to-push conversation.upserted", "to-push-summary conversation.upserted"}},
		{"resolved, it frees capacity in every store", &assigned, resolved, []string{
			"to-assignment.fifo capacity.freed.v1", "to-assignment.fifo capacity.freed.v1", "to-push conversation.upserted", "to-push-summary conversation.upserted",
		}},
		{"given back, it waits and frees capacity", &assigned, pooled, []string{
			"to-assignment.fifo capacity.freed.v1", "to-assignment.fifo capacity.freed.v1", "to-assignment.fifo conversation.waiting.v1",
			"to-push conversation.upserted", "to-push conversation.upserted to ana", "to-push-summary conversation.upserted",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := newEmitter("1")
			if err := handler().conversation(t.Context(), e, test.old, test.now); err != nil {
				t.Fatal(err)
			}
			if got := signals(t, e.out); !slices.Equal(got, test.expected) {
				t.Errorf("got %q\nwant %q", got, test.expected)
			}
		})
	}
}

func TestDerive_Messages(t *testing.T) {
	t.Parallel()
	in := chat.Message{ID: "m", ConversationID: "c", Direction: chat.In, Status: chat.StatusReceived}
	past := chat.Message{ID: "m", ConversationID: "c", Direction: chat.Out, Status: chat.StatusSent, Past: true}
	pastImage := past
	pastImage.Attachments = []chat.Attachment{{ID: "1", State: chat.AttachmentPending}}
	image := in
	image.Attachments = []chat.Attachment{{ID: "1", State: chat.AttachmentPending}}
	fetched := in
	fetched.Attachments = []chat.Attachment{{ID: "1", State: chat.AttachmentReady}}
	out := chat.Message{ID: "m", ConversationID: "c", Direction: chat.Out, Status: chat.StatusQueued, Attempt: 1}
	sending, failed, held, again := out, out, out, out
	visited, read, wrote := out, out, in
	visited.Visitor, read.Visitor, wrote.Visitor, read.Status = "V", "V", "V", chat.StatusRead
	sending.Status, failed.Status, held.Status, again.Attempt = chat.StatusSending, chat.StatusFailed, chat.StatusHeld, 2
	tests := []struct {
		name     string
		old      *chat.Message
		now      chat.Message
		expected []string
	}{
		{"an inbound text was pushed by ingest", nil, in, nil},
		{"an inbound image is fetched", nil, image, []string{"to-media media.pending.v1"}},
		{"one of the past is nobody's news", nil, past, nil},
		{"a file of the past is fetched", nil, pastImage, []string{"to-media media.pending.v1"}},
		{"its arrival is shown", &image, fetched, []string{"to-push message.upserted"}},
		{"a reply is sent and shown", nil, out, []string{"to-push message.upserted", "to-send.fifo message.queued.v1"}},
		{"its progress is shown", &out, sending, []string{"to-push message.upserted"}},
		{"put back, it waits for its timer", &sending, out, []string{"to-push message.upserted"}},
		{"held, it waits for its channel", &sending, held, []string{"to-push message.upserted"}},
		{"its channel is back, it is sent", &held, out, []string{"to-push message.upserted", "to-send.fifo message.queued.v1"}},
		{"asked for again, it is sent", &failed, again, []string{"to-push message.upserted", "to-send.fifo message.queued.v1"}},
		{"a reply to a visitor is shown to them too", nil, visited, []string{"to-push message.upserted", "to-push message.upserted to visitor V", "to-send.fifo message.queued.v1"}},
		{"how far it came is not their business", &visited, read, []string{"to-push message.upserted"}},
		{"what the visitor wrote was pushed by ingest", nil, wrote, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := newEmitter("1")
			if err := message(e, test.old, test.now); err != nil {
				t.Fatal(err)
			}
			if got := signals(t, e.out); !slices.Equal(got, test.expected) {
				t.Errorf("got %q, want %q", got, test.expected)
			}
		})
	}
}

func TestDerive_LoadRepaired_CapacityFreed(t *testing.T) { // B-04
	t.Parallel()
	full := chat.Load{AccountID: "account", OperatorID: "ana", Open: 5, Moves: 9}
	fewer, repaired, more := full, full, full
	fewer.Open, fewer.Moves = 4, 10 // its conversation tells of that
	repaired.Open, repaired.RepairedAt = 4, noon
	more.Open, more.RepairedAt = 6, noon
	for name, test := range map[string]struct {
		old  *chat.Load
		now  chat.Load
		asks bool
	}{
		"it moved": {&full, fewer, false}, "repaired to less": {&full, repaired, true}, "repaired to more": {&full, more, false},
		"moved after a repair": {&repaired, func() chat.Load { l := repaired; l.Open--; return l }(), false}, "it is new": {nil, full, false},
	} {
		e := newEmitter("1")
		if err := handler().load(t.Context(), e, test.old, test.now); err != nil {
			t.Fatal(err)
		}
		if got := len(e.out[events.ToAssignment]) > 0; got != test.asks {
			t.Errorf("%s: asks %t", name, got)
		}
	}
}

func TestDerive_ChannelHealthy_ChannelRestored(t *testing.T) { // B-22
	t.Parallel()
	of := func(state chat.HealthState) chat.Channel {
		return chat.Channel{ID: "ch", AccountID: "account", Health: chat.Health{State: state}, Version: 7}
	}
	tests := []struct {
		name     string
		old, now chat.HealthState
		want     bool
	}{
		{"it has another token", chat.HealthReauthorise, chat.HealthOK, true},
		{"its provider took a message after all", chat.HealthStopped, chat.HealthOK, true},
		{"its token died", chat.HealthOK, chat.HealthReauthorise, false},
		{"it is broken in another way", chat.HealthReauthorise, chat.HealthStopped, false},
		{"it was good all along", chat.HealthWaiting, chat.HealthOK, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e, old := newEmitter("1"), of(test.old)
			if err := channel(e, &old, of(test.now)); err != nil {
				t.Fatal(err)
			}
			if got := signals(t, e.out); slices.Equal(got, []string{"to-jobs channel.restored.v1"}) != test.want || len(got) > 1 {
				t.Errorf("got %q", got)
			}
		})
	}
	e := newEmitter("1")
	if err := channel(e, nil, of(chat.HealthUnverified)); err != nil || !slices.Equal(signals(t, e.out), []string{"to-jobs channel.changed.v1"}) {
		t.Errorf("a new channel held nothing: %v, %v", e.out, err)
	}
}

func TestDerive_ChannelChanged_ReadsTemplates(t *testing.T) { // B-12
	t.Parallel()
	was := chat.Channel{ID: "ch", AccountID: "account", Name: "Ventas", Credentials: chat.Secret("a"), Settings: []byte(`{}`), Health: chat.Health{State: chat.HealthOK}, Version: 7}
	renamed, rekeyed, moved, stopped, unverified := was, was, was, was, was
	unverified.Health.State = chat.HealthUnverified
	renamed.Name, rekeyed.Credentials, moved.Settings, stopped.Health.State = "Tienda", chat.Secret("b"), []byte(`{"businessAccountId":"7"}`), chat.HealthStopped
	for name, test := range map[string]struct {
		old  *chat.Channel
		now  chat.Channel
		asks bool
	}{
		"it is new": {nil, was, true}, "another token": {&was, rekeyed, true}, "another account": {&was, moved, true},
		"it became verified": {&unverified, was, true}, "it lost its asset": {&was, unverified, true}, "another name": {&was, renamed, false}, "another health": {&was, stopped, false},
	} {
		e := newEmitter("1")
		if err := channel(e, test.old, test.now); err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(signals(t, e.out), "to-jobs channel.changed.v1"); got != test.asks {
			t.Errorf("%s: asks %t", name, got)
		}
	}
}

func TestChannelRemoved_NamesWhatEndsTheWebhook(t *testing.T) {
	t.Parallel()
	e := newEmitter("1")
	if err := channelRemoved(e, chat.Channel{ID: "ch", AccountID: "account", Type: "pigeon", ExternalID: "7", Credentials: chat.Secret("sealed"), Version: 7}); err != nil {
		t.Fatal(err)
	}
	changed, ok, err := events.Decode[events.ChannelChanged](e.out[events.ToJobs][0].Envelope)
	if err != nil || !ok || changed.Version != 8 || changed.Removed == nil || changed.Removed.Type != "pigeon" || changed.Removed.ExternalID != "7" || string(changed.Removed.Credentials) != "sealed" {
		t.Errorf("got %+v, %v", changed, err)
	}
}

func TestDerive_ReadCursor_ReadMarked(t *testing.T) { // B-14
	t.Parallel()
	cursor := func(conversation chat.ConversationID, tells chat.MessageID) chat.ReadCursor {
		return chat.ReadCursor{AccountID: "account", OperatorID: "ana", ConversationID: conversation, ReadUpTo: "9", Tells: tells, At: noon}
	}
	first, silent := cursor("c", "1"), cursor("c", "")
	for name, test := range map[string]struct {
		old  *chat.ReadCursor
		now  chat.ReadCursor
		asks bool
	}{
		"read for the first time": {nil, first, true}, "read on": {&first, cursor("c", "2"), true}, "read again": {&first, first, false},
		"marked as not read": {&first, silent, false}, "a channel that does not want to know": {nil, silent, false}, "after that": {&silent, first, true},
	} {
		e := newEmitter("1")
		if err := readCursor(e, test.old, test.now); err != nil {
			t.Fatal(err)
		}
		want := []string{"to-push-summary read to ana"}
		if test.asks {
			want = append(want, "to-send.fifo read.marked.v1")
		}
		if got := signals(t, e.out); !slices.Equal(got, want) {
			t.Errorf("%s: got %q", name, got)
		}
	}
	batch := newEmitter("1")
	for i, now := range []chat.ReadCursor{first, cursor("d", "1"), cursor("c", "2"), cursor("c", "3"), cursor("c", "2")} {
		batch.record, batch.emitted = fmt.Sprint(i), make(map[events.Queue]int)
		if err := readCursor(batch, nil, now); err != nil {
			t.Fatal(err)
		}
	}
	var marks []string
	for _, out := range batch.out[events.ToSend] {
		marks = append(marks, out.Group+" "+string(out.Envelope.Data)+" "+out.Dedup)
	}
	if want := []string{
		`c.read {"conversationId":"c","messageId":"3"} 3-to-send.fifo-1`, `d.read {"conversationId":"d","messageId":"1"} 1-to-send.fifo-1`,
	}; !slices.Equal(marks, want) {
		t.Errorf("one batch marks %q, want %q", marks, want)
	}
}

func TestDerive_Assigned_NotifiesAssignee(t *testing.T) { // S1-17
	t.Parallel()
	event := chat.Event{Type: chat.EventAssigned, ConversationID: "c", Actor: chat.Author{Kind: chat.ByOperator, ID: "ana"}, Data: chat.EventData{AssigneeID: "bruno"}}
	e := newEmitter("1")
	if err := timeline(e, event); err != nil {
		t.Fatal(err)
	}
	if got := signals(t, e.out); !slices.Equal(got, []string{"to-push event.appended", "to-push notice to bruno"}) {
		t.Errorf("got %q", got)
	}
	e, event.Actor.ID = newEmitter("2"), "bruno"
	if err := timeline(e, event); err != nil {
		t.Fatal(err)
	}
	if got := signals(t, e.out); !slices.Equal(got, []string{"to-push event.appended"}) {
		t.Errorf("who took it himself is told: %q", got)
	}
}

// TestDerive_Batch_OneSignalPerPool: and by the id of the last record that freed capacity, so that the batch that comes again with one
// more is not taken for a repetition.
func TestDerive_Batch_OneSignalPerPool(t *testing.T) {
	t.Parallel()
	first := newEmitter("1")
	second := first
	second.record, second.emitted = "2", make(map[events.Queue]int)
	for _, e := range []emitter{first, second} {
		if err := handler().capacityFreed(t.Context(), e, "account", "ana"); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for _, o := range first.out[events.ToAssignment] {
		ids = append(ids, o.Dedup)
	}
	if !slices.Equal(ids, []string{"2-to-assignment.fifo-1", "2-to-assignment.fifo-2"}) {
		t.Errorf("got %q", ids)
	}
}

func TestDerive_OperatorCapacity_CapacityFreed(t *testing.T) {
	t.Parallel()
	here := chat.Operator{ID: "ana", AccountID: "account", Active: true, Availability: chat.Available, Capacity: 5, StoreIDs: []chat.StoreID{"a"}}
	away, small, gone, renamed, granted := here, here, here, here, here
	away.Availability, small.Capacity, gone.Active, renamed.Name, granted.StoreIDs = chat.Away, 4, false, "Ana", []chat.StoreID{"a", "b"}
	awayGranted := granted
	awayGranted.Availability = chat.Away
	tests := []struct {
		name     string
		old, now chat.Operator
		asks     bool
	}{
		{"came online", away, here, true},
		{"went away", here, away, false},
		{"the limit was raised", small, here, true},
		{"the limit was lowered", here, small, false},
		{"became active", gone, here, true},
		{"got a store", here, granted, true},
		{"got a store while away: a fixed manager takes it", away, awayGranted, true},
		{"was renamed", here, renamed, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := newEmitter("1")
			if err := handler().operator(t.Context(), e, &test.old, test.now); err != nil {
				t.Fatal(err)
			}
			if got := len(e.out[events.ToAssignment]) > 0; got != test.asks {
				t.Errorf("asks: %v", got)
			}
		})
	}
}
