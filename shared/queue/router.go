package queue

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/fault"
)

// Route is the handler of one type of signal.
type Route struct {
	eventType string
	handle    Handle
}

// On routes the signals of type T to a handler. The route returns a permanent fault with reason undecodable when the data does not decode.
func On[T events.Signal](handle func(ctx context.Context, envelope events.Envelope, signal T) error) Route {
	var zero T
	return Route{zero.EventType(), func(ctx context.Context, envelope events.Envelope) error {
		signal, _, err := events.Decode[T](envelope)
		if err != nil {
			return fault.New(fault.Invalid, "undecodable signal").WithReason("undecodable").WithCause(err)
		}
		return handle(ctx, envelope, signal)
	}}
}

// Router hands each envelope to the handler of its type.
type Router map[string]Handle

// NewRouter makes a router. It panics when two routes have the same type, which is a programming error.
func NewRouter(routes ...Route) Router {
	r := make(Router, len(routes))
	for _, route := range routes {
		if r[route.eventType] != nil {
			panic("queue: two handlers for " + route.eventType)
		}
		r[route.eventType] = route.handle
	}
	return r
}

// Handle calls the handler of the envelope's type. It returns a permanent fault with reason unknown_type when there is none.
func (r Router) Handle(ctx context.Context, envelope events.Envelope) error {
	if handle := r[envelope.Type]; handle != nil {
		return handle(ctx, envelope)
	}
	return fault.New(fault.Invalid, "no handler for %s", envelope.Type).WithReason("unknown_type")
}

// Types lists the types that have a route, sorted.
func (r Router) Types() []string { return slices.Sorted(maps.Keys(r)) }

// Senders makes a sender for each queue that a source sends signals to, with their URLs from the environment. The error names all
// missing URLs.
func Senders(rt *boot.Runtime, from events.Source) (map[events.Queue]*Sender, error) {
	client := sqs.NewFromConfig(rt.Client("sqs"))
	senders := make(map[events.Queue]*Sender)
	var missing []string
	for _, q := range events.Queues(from) {
		url := rt.Environment[q.URLKey()]
		if url == "" {
			missing = append(missing, fmt.Sprintf("%q", q.URLKey()))
			continue
		}
		senders[q] = &Sender{client: client, url: url}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("missing queue URLs in the environment: %v", missing)
	}
	return senders, nil
}
