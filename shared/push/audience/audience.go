// Package audience finds the connections of an account, knows what each is viewing, and broadcasts to them.
//
// An Audience is the connections as one query found them. An operator with a connection is online. Broadcasts are ephemeral: failures are
// logged and not retried. A connection found to be gone is deleted, and the others are notified. It imports cache, chat, push and the
// frames of wire.
package audience

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/push"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// Lifetime is how long a connection's item counts: API Gateway ends a connection after two hours.
const Lifetime = 2*time.Hour + 10*time.Minute

// newborn is how long a connection is not believed to be gone: API Gateway says so of one whose $connect is still being
// answered.
const newborn = 30 * time.Second

// Store is what is kept of connections and people.
type Store interface {
	Connections(ctx context.Context, account chat.AccountID) ([]chat.Connection, error)
	VisitorConnections(ctx context.Context, account chat.AccountID, visitor chat.VisitorID) ([]chat.Connection, error)
	// DeleteConnection answers NotFound for one that is not there.
	DeleteConnection(ctx context.Context, id string) (chat.Connection, error)
	Operators(ctx context.Context, account chat.AccountID) ([]chat.Operator, error)
}

// Poster writes to sockets; push.Poster does.
type Poster interface {
	Deliver(ctx context.Context, deliveries []push.Delivery) push.Outcome
}

// Broadcaster finds the connections of an account and posts frames to them.
type Broadcaster struct {
	store  Store
	poster Poster
	now    func() time.Time // the wall clock: connections are real
	log    *slog.Logger
	people *cache.Cache[chat.AccountID, People]
}

// People are an account's operators by id. They are remembered for seconds: what changes about a person shows that much later
// in pushes, and no frame costs a query.
type People map[chat.OperatorID]chat.Operator

const (
	peopleKept    = 5 * time.Second
	peopleKeptMax = 512
)

// New names what is missing.
func New(store Store, poster Poster, now func() time.Time, log *slog.Logger) (*Broadcaster, error) {
	if store == nil || poster == nil || now == nil || log == nil {
		return nil, errors.New("audience: store, poster, clock and logger are required")
	}
	r := &Broadcaster{store: store, poster: poster, now: now, log: log}
	r.people = cache.New(peopleKept, peopleKeptMax, now, r.readPeople)
	return r, nil
}

// People are the operators of the audience's account. An operator who has a connection and is not cached is new: the operators are read
// again.
func (r *Broadcaster) People(ctx context.Context, room Audience) (People, error) {
	people, err := r.people.Get(ctx, room.Account)
	if err != nil {
		return nil, err
	}
	for _, c := range room.Connections {
		if _, ok := people[c.OperatorID]; !ok {
			r.people.Forget(room.Account)
			return r.people.Get(ctx, room.Account)
		}
	}
	return people, nil
}

func (r *Broadcaster) readPeople(ctx context.Context, account chat.AccountID) (People, error) {
	operators, err := r.store.Operators(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("read the operators of account %s: %w", account, err)
	}
	people := make(People, len(operators))
	for _, o := range operators {
		people[o.ID] = o
	}
	return people, nil
}

// Audience is the connections of one account's operators, or those of one visitor.
type Audience struct {
	Account     chat.AccountID
	Connections []chat.Connection
}

// Of reads the connections of an account's operators.
func (r *Broadcaster) Of(ctx context.Context, account chat.AccountID) (Audience, error) {
	connections, err := r.store.Connections(ctx, account)
	if err != nil {
		return Audience{}, fmt.Errorf("read the connections of account %s: %w", account, err)
	}
	return r.open(account, connections), nil
}

// OfVisitor reads the room of one visitor's browsers.
func (r *Broadcaster) OfVisitor(ctx context.Context, account chat.AccountID, visitor chat.VisitorID) (Audience, error) {
	connections, err := r.store.VisitorConnections(ctx, account, visitor)
	if err != nil {
		return Audience{}, fmt.Errorf("read the connections of visitor %s: %w", visitor, err)
	}
	return r.open(account, connections), nil
}

func (r *Broadcaster) open(account chat.AccountID, connections []chat.Connection) Audience {
	now := r.now()
	return Audience{Account: account, Connections: slices.DeleteFunc(connections, func(c chat.Connection) bool { return !now.Before(c.ExpiresAt) })}
}

// Without is the room after some connections ended.
func (r Audience) Without(ids ...string) Audience {
	return r.filter(func(c chat.Connection) bool { return !slices.Contains(ids, c.ID) })
}

// With is the room with one connection more.
func (r Audience) With(c chat.Connection) Audience {
	return Audience{Account: r.Account, Connections: append(slices.Clone(r.Connections), c)}
}

// Online says whether the operator has any connection.
func (r Audience) Online(operator chat.OperatorID) bool {
	return slices.ContainsFunc(r.Connections, func(c chat.Connection) bool { return c.OperatorID == operator })
}

// Viewing is the part of the room that looks at a conversation.
func (r Audience) Viewing(conversation chat.ConversationID) Audience {
	return r.filter(func(c chat.Connection) bool { return c.Viewing.ConversationID == conversation })
}

// Operators are those who are in the room, each once, in order.
func (r Audience) Operators() []chat.OperatorID {
	operators := make([]chat.OperatorID, 0, len(r.Connections))
	for _, c := range r.Connections {
		if c.OperatorID != "" { // nobody is told of visitors
			operators = append(operators, c.OperatorID)
		}
	}
	slices.Sort(operators)
	return slices.Compact(operators)
}

func (r Audience) filter(keep func(chat.Connection) bool) Audience {
	kept := Audience{Account: r.Account}
	for _, c := range r.Connections {
		if keep(c) {
			kept.Connections = append(kept.Connections, c)
		}
	}
	return kept
}

// Items are what each connection is to get, by its id.
type Items map[string][]json.RawMessage

// Add gives everybody in the room one more item.
func (i Items) Add(to Audience, item json.RawMessage) {
	for _, c := range to.Connections {
		i[c.ID] = append(i[c.ID], item)
	}
}

// Broadcast delivers the items to their connections, forgets those that are gone, and tells everybody else in the room about that.
func (r *Broadcaster) Broadcast(ctx context.Context, room Audience, items Items) push.Outcome {
	outcome := r.deliver(ctx, items)
	ended := r.forget(ctx, room, outcome.Gone)
	if len(ended) == 0 {
		return outcome
	}
	left := room.Without(outcome.Gone...)
	second := r.deliver(ctx, r.Departure(ctx, left, ended))
	r.forget(ctx, left, second.Gone)
	return outcome
}

// forget deletes the connections that are gone and answers which those were.
func (r *Broadcaster) forget(ctx context.Context, room Audience, gone []string) []chat.Connection {
	var ended []chat.Connection
	for _, c := range room.Connections {
		if !slices.Contains(gone, c.ID) || r.now().Before(c.ExpiresAt.Add(newborn-Lifetime)) {
			continue
		}
		deleted, err := r.store.DeleteConnection(ctx, c.ID)
		switch {
		case err == nil:
			ended = append(ended, deleted)
		case !fault.Is(err, fault.NotFound): // deleted by its own $disconnect, which tells the others itself
			r.log.WarnContext(ctx, "a gone connection was not deleted", slog.String("connection_id", c.ID), slog.Any("error", err))
		}
	}
	return ended
}

// Departure is what those who stay are told when connections have ended: who is no longer online, and who still looks at
// what they looked at.
func (r *Broadcaster) Departure(ctx context.Context, left Audience, ended []chat.Connection) Items {
	items := Items{}
	for _, operator := range (Audience{Connections: ended}).Operators() {
		if !left.Online(operator) {
			r.AddPresence(ctx, items, left, operator, false)
		}
	}
	var seen []chat.ConversationID
	for _, c := range ended {
		if viewed := c.Viewing.ConversationID; viewed != "" && !slices.Contains(seen, viewed) {
			seen = append(seen, viewed)
			r.AddViewing(ctx, items, left, viewed)
		}
	}
	return items
}

// AddPresence tells the room that an operator came or left.
func (r *Broadcaster) AddPresence(ctx context.Context, items Items, to Audience, operator chat.OperatorID, online bool) {
	if len(to.Connections) == 0 {
		return
	}
	availability := chat.Away
	people, err := r.People(ctx, to)
	if err != nil {
		r.log.WarnContext(ctx, "presence was not sent", slog.Any("error", err))
		return
	}
	if person := people[operator]; person.Availability != "" {
		availability = person.Availability
	}
	item, err := present.Presence(operator, online, availability)
	if err != nil {
		r.log.ErrorContext(ctx, "presence was not sent", slog.Any("error", err))
		return
	}
	items.Add(to, item)
}

// AddViewing tells those in the room who look at a conversation who they are.
func (r *Broadcaster) AddViewing(ctx context.Context, items Items, room Audience, conversation chat.ConversationID) {
	viewers := room.Viewing(conversation)
	item, err := present.Viewing(conversation, viewers.Operators())
	if err != nil {
		r.log.ErrorContext(ctx, "viewing was not sent", slog.Any("error", err))
		return
	}
	items.Add(viewers, item)
}

// deliver puts the items into frames. An item that fits no frame is left out: its reader fetches what it misses.
func (r *Broadcaster) deliver(ctx context.Context, items Items) push.Outcome {
	deliveries := make([]push.Delivery, 0, len(items))
	for connection, list := range items {
		frames, err := present.Frames(slices.DeleteFunc(slices.Clone(list), tooLong))
		if err != nil {
			r.log.ErrorContext(ctx, "items make no frames", slog.Any("error", err))
			continue
		}
		if len(frames) > 0 {
			deliveries = append(deliveries, push.Delivery{Connection: connection, Frames: frames})
		}
	}
	outcome := r.poster.Deliver(ctx, deliveries)
	if outcome.Failed > 0 {
		r.log.WarnContext(ctx, "frames were not delivered", slog.Int("connections", outcome.Failed), slog.Any("error", outcome.Err))
	}
	return outcome
}

func tooLong(item json.RawMessage) bool { return len(item) > wire.MaxFrame-len("[]") }
