package events

import (
	"reflect"
	"slices"
	"strings"
)

// Queue is the name of a queue, without the stage. Names of FIFO queues end in ".fifo".
type Queue string

// The queues that carry signals. Each feeds one function.
const (
	ToIngest      Queue = "to-ingest.fifo"
	ToAssignment  Queue = "to-assignment.fifo"
	ToSend        Queue = "to-send.fifo"
	ToPush        Queue = "to-push"
	ToPushSummary Queue = "to-push-summary"
	ToMedia       Queue = "to-media"
	ToNotify      Queue = "to-notify"
	ToAutoclose   Queue = "to-autoclose"
	ToJobs        Queue = "to-jobs"
)

// FIFO reports whether the queue keeps the order within a message group.
func (q Queue) FIFO() bool { return strings.HasSuffix(string(q), ".fifo") }

// URLKey is the environment key that holds the queue's URL, such as TO_SEND_QUEUE_URL.
func (q Queue) URLKey() string {
	name := strings.TrimSuffix(string(q), ".fifo")
	return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) + "_QUEUE_URL"
}

// Source is a bit set of the parts of the system that send a signal.
type Source uint8

// The sources.
const (
	FromEdge   Source = 1 << iota // webhook, widget, socket, ingest: what has just arrived
	FromStream                    // fanout: a change of a table
	FromClock                     // clock: a timer
)

// Route says which queue carries a signal and who sends it.
type Route struct {
	Signal  Signal
	Queue   Queue
	Sources Source
}

// Routes lists every signal. fanout, clock, the topology and the consumers' tests read it. A new signal needs its type and an entry here.
var Routes = []Route{
	{Signal: InboundReceived{}, Queue: ToIngest, Sources: FromEdge},
	{Signal: ConversationWaiting{}, Queue: ToAssignment, Sources: FromStream | FromClock},
	{Signal: CapacityFreed{}, Queue: ToAssignment, Sources: FromStream},
	{Signal: PoolDue{}, Queue: ToAssignment, Sources: FromClock},
	{Signal: MessageQueued{}, Queue: ToSend, Sources: FromStream | FromClock},
	{Signal: ReadMarked{}, Queue: ToSend, Sources: FromStream | FromEdge},
	{Signal: Pushed{}, Queue: ToPush, Sources: FromStream | FromEdge},
	{Signal: SummaryPushed{}, Queue: ToPushSummary, Sources: FromStream},
	{Signal: MediaPending{}, Queue: ToMedia, Sources: FromStream | FromClock},
	{Signal: FilesRevoked{}, Queue: ToMedia, Sources: FromStream},
	{Signal: PictureUploaded{}, Queue: ToMedia, Sources: FromStream | FromClock},
	{Signal: MailQueued{}, Queue: ToNotify, Sources: FromStream | FromClock},
	{Signal: JobReady{}, Queue: ToJobs, Sources: FromStream | FromClock},
	{Signal: ContactAdded{}, Queue: ToJobs, Sources: FromStream},
	{Signal: ChannelRestored{}, Queue: ToJobs, Sources: FromStream},
	{Signal: ChannelFailed{}, Queue: ToJobs, Sources: FromStream},
	{Signal: ChannelChanged{}, Queue: ToJobs, Sources: FromStream},
	{Signal: ConversationDue{}, Queue: ToAutoclose, Sources: FromClock},
}

var queues = func() map[reflect.Type]Queue {
	byType := make(map[reflect.Type]Queue, len(Routes))
	for _, route := range Routes {
		byType[reflect.TypeOf(route.Signal)] = route.Queue
	}
	return byType
}()

// QueueOf returns the queue that carries a signal type, or "" for a type without a route.
func QueueOf(s Signal) Queue { return queues[reflect.TypeOf(s)] }

// Queues lists the queues that a source sends to, in the order of Routes.
func Queues(from Source) []Queue {
	var list []Queue
	for _, route := range Routes {
		if route.Sources&from != 0 && !slices.Contains(list, route.Queue) {
			list = append(list, route.Queue)
		}
	}
	return list
}
