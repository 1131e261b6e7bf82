// Package push sends frames to browsers. It consumes two queues: the fast lane, for viewers and the assignee of a conversation, and the
// summary lane, which batches for two seconds the updates of everybody else's lists.
//
// A whole batch is merged: the connections of each account are read once, and each browser gets one frame with the newest state of each
// conversation. A push is a hint: a failed socket never causes a retry; only a failure to read the connections does.
package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/push/audience"
	"github.com/recado-chat/recado/shared/queue"
)

// summaryLane is the suffix of the name of the summary lane's queue.
const summaryLane = "push-summary"

// ConnectionsGone counts connections that ended without $disconnect.
var ConnectionsGone = obs.Counter{Name: "ConnectionsGone"}

// Deps are the handler's dependencies; all are required.
type Deps struct {
	Rooms   *audience.Broadcaster
	Dead    *queue.Retrier
	Log     *slog.Logger
	Metrics *obs.Metrics // registers the queue's counters and ConnectionsGone
	Now     func() time.Time
}

// Handler serves both lanes.
type Handler struct{ Deps }

// New checks the dependencies.
func New(d Deps) (*Handler, error) {
	if d.Rooms == nil || d.Dead == nil || d.Log == nil || d.Metrics == nil || d.Now == nil {
		return nil, errors.New("push: broadcaster, dead letters, logger, metrics and clock are required")
	}
	return &Handler{d}, nil
}

// Routes are the signals that the function handles.
func (h *Handler) Routes() queue.Router { return new(batch).routes() }

func (b *batch) routes() queue.Router { return queue.NewRouter(queue.On(b.add)) }

// Handle merges the records of a batch and sends one frame to each browser.
func (h *Handler) Handle(ctx context.Context, event lambdaevents.SQSEvent) (lambdaevents.SQSEventResponse, error) {
	batch := &batch{rooms: h.Rooms, audiences: map[listeners]*recipients{}}
	if len(event.Records) > 0 {
		batch.summary = strings.HasSuffix(event.Records[0].EventSourceARN, summaryLane)
	}
	begun := h.Now()
	consumer, err := queue.NewBatchConsumer(batch.routes().Handle, h.Dead, h.Log, h.Metrics, h.Now)
	if err != nil {
		return lambdaevents.SQSEventResponse{}, err
	}
	answer, err := consumer.Consume(ctx, event)
	posted, gone := 0, 0
	for _, recipients := range batch.audiences {
		outcome := h.Rooms.Broadcast(ctx, recipients.room, recipients.items())
		posted, gone = posted+outcome.Posted, gone+len(outcome.Gone)
	}
	h.Metrics.Count(ConnectionsGone, gone)
	// The fast lane has a batch for nearly every message. A log line for each successful batch would cost half as much as sending
	// the frames.
	if !batch.summary && len(answer.BatchItemFailures) == 0 && gone == 0 {
		return answer, err
	}
	// Batches of the fast lane usually have one record. Its correlation id links the log line to the request that caused it.
	if len(batch.audiences) == 1 {
		ctx = obs.With(ctx, slog.String("account_id", string(slices.Collect(maps.Keys(batch.audiences))[0].account)))
	}
	if len(event.Records) == 1 {
		ctx = obs.With(ctx, slog.String("correlation_id", batch.cause))
	}
	h.Log.LogAttrs(ctx, slog.LevelInfo, "frames", slog.Bool("summary", batch.summary), slog.Int("records", len(event.Records)),
		slog.Int("failed", len(answer.BatchItemFailures)), slog.Int("posted", posted), slog.Duration("duration", h.Now().Sub(begun)))
	return answer, err
}

// batch collects the records of one invocation.
type batch struct {
	rooms     *audience.Broadcaster
	summary   bool
	cause     string // the correlation id of the newest record
	audiences map[listeners]*recipients
}

// listeners identifies the operators of an account, or one visitor if visitor is set.
type listeners struct {
	account chat.AccountID
	visitor chat.VisitorID
}

// add adds a signal's frames for the connections that may see them.
func (b *batch) add(ctx context.Context, envelope events.Envelope, pushed events.Pushed) error {
	if envelope.AccountID == "" {
		return fault.New(fault.Invalid, "missing account").WithReason("no_account")
	}
	frames := make([]frame, len(pushed.Frames))
	for i, raw := range pushed.Frames {
		var err error
		if frames[i], err = read(raw); err != nil {
			return err
		}
	}
	recipients, err := b.recipients(ctx, listeners{chat.AccountID(envelope.AccountID), chat.VisitorID(pushed.VisitorID)})
	if err != nil {
		return err
	}
	if pushed.VisitorID != "" {
		recipients.addVisitor(frames)
	} else {
		recipients.add(frames, b.listens(pushed))
	}
	b.cause = envelope.CorrelationID
	return nil
}

func (b *batch) recipients(ctx context.Context, who listeners) (*recipients, error) {
	if found := b.audiences[who]; found != nil {
		return found, nil
	}
	present, err := b.present(ctx, who)
	if err != nil {
		return nil, err
	}
	a := &recipients{room: present, frames: map[string][]frame{}}
	if len(present.Connections) > 0 && who.visitor == "" {
		if a.people, err = b.rooms.People(ctx, present); err != nil {
			return nil, err
		}
	}
	b.audiences[who] = a
	return a, nil
}

func (b *batch) present(ctx context.Context, who listeners) (audience.Audience, error) {
	if who.visitor != "" {
		return b.rooms.OfVisitor(ctx, who.account, who.visitor)
	}
	return b.rooms.Of(ctx, who.account)
}

// listens returns the connections that a signal is for. An operator who may not see a store gets nothing about its conversations, even
// while viewing one.
func (b *batch) listens(p events.Pushed) func(chat.Connection, chat.Operator) bool {
	named := func(o chat.Operator) bool { return p.StoreID == "" || audience.Shows(o, chat.StoreID(p.StoreID)) }
	switch {
	case p.OperatorID != "":
		return func(c chat.Connection, o chat.Operator) bool {
			return c.OperatorID == chat.OperatorID(p.OperatorID) && named(o)
		}
	case p.Everyone:
		return func(chat.Connection, chat.Operator) bool { return true }
	case b.summary:
		return func(_ chat.Connection, o chat.Operator) bool { return audience.Shows(o, chat.StoreID(p.StoreID)) }
	}
	return func(c chat.Connection, o chat.Operator) bool {
		looks := p.ConversationID != "" && c.Viewing.ConversationID == chat.ConversationID(p.ConversationID) && audience.Shows(o, c.Viewing.StoreID)
		has := p.AssigneeID != "" && c.OperatorID == chat.OperatorID(p.AssigneeID)
		return (looks || has) && named(o)
	}
}

// recipients holds the browsers that listen and the frames for each.
type recipients struct {
	room   audience.Audience
	people audience.People
	frames map[string][]frame
}

func (a *recipients) add(frames []frame, listens func(chat.Connection, chat.Operator) bool) {
	for _, c := range a.room.Connections {
		if operator := a.people[c.OperatorID]; operator.Active && listens(c, operator) {
			a.frames[c.ID] = append(a.frames[c.ID], frames...)
		}
	}
}

// addVisitor adds frames for each of the visitor's browsers.
func (a *recipients) addVisitor(frames []frame) {
	for _, c := range a.room.Connections {
		a.frames[c.ID] = append(a.frames[c.ID], frames...)
	}
}

func (a *recipients) items() audience.Items {
	items := make(audience.Items, len(a.frames))
	for connection, frames := range a.frames {
		items[connection] = newest(frames)
	}
	return items
}

// frame is one item for a browser. Of the frames with one subject only the newest is sent.
type frame struct {
	raw     json.RawMessage
	subject string // "" = never replaced by another frame
	version int64
}

// read decodes a frame's subject and version. The producers are our own functions, so an undecodable frame is a bug.
func read(raw json.RawMessage) (frame, error) {
	var head struct {
		Type         string `json:"type"`
		Conversation struct {
			ID      string `json:"id"`
			Version int64  `json:"version"`
		} `json:"conversation"`
		Message struct {
			ID      string `json:"id"`
			Version int64  `json:"version"`
		} `json:"message"`
		OperatorID string `json:"operatorId"`
	}
	if err := json.Unmarshal(raw, &head); err != nil || head.Type == "" {
		// The decoder's error may contain the frame, which holds customers' text, so it is not kept.
		return frame{}, fault.New(fault.Invalid, "undecodable frame").WithReason("undecodable")
	}
	f := frame{raw: raw}
	switch head.Type {
	case "conversation.upserted":
		f.subject, f.version = fmt.Sprintf("%s %s", head.Type, head.Conversation.ID), head.Conversation.Version
	case "message.upserted":
		f.subject, f.version = fmt.Sprintf("%s %s", head.Type, head.Message.ID), head.Message.Version
	case "presence":
		f.subject = fmt.Sprintf("%s %s", head.Type, head.OperatorID)
	}
	return f, nil
}

// newest keeps, for each subject, the frame with the highest version (the later one if equal), in the original order.
func newest(frames []frame) []json.RawMessage {
	best := make(map[string]int, len(frames))
	for i, f := range frames {
		if had, ok := best[f.subject]; !ok || f.version >= frames[had].version {
			best[f.subject] = i
		}
	}
	items := make([]json.RawMessage, 0, len(frames))
	for i, f := range frames {
		if f.subject == "" || best[f.subject] == i {
			items = append(items, f.raw)
		}
	}
	return items
}
