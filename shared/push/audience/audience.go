// Package audience finds the connections of an account, knows what each is viewing, and broadcasts to them.
//
// An Audience is the result of one query for connections. An operator with a connection is online. Broadcasts are ephemeral: failures are
// logged and not retried. A connection that is gone is deleted, and the others are notified. It imports cache, chat, push, rules/permission
// and the frames of wire.
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
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// Lifetime is how long a stored connection is valid: API Gateway closes a connection after two hours.
const Lifetime = 2*time.Hour + 10*time.Minute

// newborn is the age below which a connection is not deleted as gone: API Gateway also returns Gone while its $connect is being
// handled.
const newborn = 30 * time.Second

// Store reads connections and operators, and deletes connections.
type Store interface {
	Connections(ctx context.Context, account chat.AccountID) ([]chat.Connection, error)
	VisitorConnections(ctx context.Context, account chat.AccountID, visitor chat.VisitorID) ([]chat.Connection, error)
	// DeleteConnection returns NotFound when there is no such connection.
	DeleteConnection(ctx context.Context, id string) (chat.Connection, error)
	Operators(ctx context.Context, account chat.AccountID) ([]chat.Operator, error)
}

// Poster writes to sockets; push.Poster implements it.
type Poster interface {
	Deliver(ctx context.Context, deliveries []push.Delivery) push.Outcome
}

// Broadcaster finds the connections of an account and posts frames to them.
type Broadcaster struct {
	store  Store
	poster Poster
	now    func() time.Time // the wall clock, by which connections expire
	log    *slog.Logger
	people *cache.Cache[chat.AccountID, People]
}

// People are an account's operators by id. They are cached for peopleKept, to avoid a query per frame, so pushes show changes of an
// operator with that delay.
type People map[chat.OperatorID]chat.Operator

const (
	peopleKept    = 5 * time.Second
	peopleKeptMax = 512
)

// New makes a broadcaster; every argument is required.
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
func (r *Broadcaster) People(ctx context.Context, audience Audience) (People, error) {
	people, err := r.people.Get(ctx, audience.Account)
	if err != nil {
		return nil, err
	}
	for _, c := range audience.Connections {
		if _, ok := people[c.OperatorID]; !ok {
			r.people.Forget(audience.Account)
			return r.people.Get(ctx, audience.Account)
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

// OfVisitor reads the connections of one visitor's browsers.
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

// Without returns the audience without the connections of these ids.
func (r Audience) Without(ids ...string) Audience {
	return r.filter(func(c chat.Connection) bool { return !slices.Contains(ids, c.ID) })
}

// With returns the audience with one more connection.
func (r Audience) With(c chat.Connection) Audience {
	return Audience{Account: r.Account, Connections: append(slices.Clone(r.Connections), c)}
}

// Online says whether the operator has any connection.
func (r Audience) Online(operator chat.OperatorID) bool {
	return slices.ContainsFunc(r.Connections, func(c chat.Connection) bool { return c.OperatorID == operator })
}

// Operators returns the audience's operators, sorted and without duplicates.
func (r Audience) Operators() []chat.OperatorID {
	operators := make([]chat.OperatorID, 0, len(r.Connections))
	for _, c := range r.Connections {
		if c.OperatorID != "" { // a visitor's connection has no operator
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

// Items are the items to send, by connection id.
type Items map[string][]json.RawMessage

// Add appends an item for every connection of the audience.
func (i Items) Add(to Audience, item json.RawMessage) {
	for _, c := range to.Connections {
		i[c.ID] = append(i[c.ID], item)
	}
}

// Broadcast delivers the items, deletes the connections that are gone, and notifies the rest of the audience of their departure.
func (r *Broadcaster) Broadcast(ctx context.Context, audience Audience, items Items) push.Outcome {
	outcome := r.deliver(ctx, items)
	ended := r.forget(ctx, audience, outcome.Gone)
	if len(ended) == 0 {
		return outcome
	}
	left := audience.Without(outcome.Gone...)
	second := r.deliver(ctx, r.Departure(ctx, left, ended))
	r.forget(ctx, left, second.Gone)
	return outcome
}

// forget deletes the connections that are gone and returns those that it deleted.
func (r *Broadcaster) forget(ctx context.Context, audience Audience, gone []string) []chat.Connection {
	var ended []chat.Connection
	for _, c := range audience.Connections {
		if !slices.Contains(gone, c.ID) || r.now().Before(c.ExpiresAt.Add(newborn-Lifetime)) {
			continue
		}
		deleted, err := r.store.DeleteConnection(ctx, c.ID)
		switch {
		case err == nil:
			ended = append(ended, deleted)
		case !fault.Is(err, fault.NotFound): // NotFound: $disconnect deleted it, and notifies the others
			r.log.WarnContext(ctx, "a gone connection was not deleted", slog.String("connection_id", c.ID), slog.Any("error", err))
		}
	}
	return ended
}

// Departure returns the items for the remaining connections after others have ended: the operators who are now offline, and the
// remaining viewers of the conversations that the ended connections viewed.
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

// AddPresence adds an item for the audience that an operator is now online or offline.
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

// Viewers returns the connections of the audience that are viewing a conversation, of operators who may: one who has lost the store's grant
// since they began is none. They are nobody if the operators cannot be read.
func (r *Broadcaster) Viewers(ctx context.Context, audience Audience, conversation chat.ConversationID) Audience {
	viewers := audience.filter(func(c chat.Connection) bool { return c.Viewing.ConversationID == conversation })
	if len(viewers.Connections) == 0 {
		return viewers
	}
	people, err := r.People(ctx, viewers)
	if err != nil {
		r.log.WarnContext(ctx, "the viewers were not told", slog.Any("error", err))
		return Audience{Account: audience.Account}
	}
	return viewers.filter(func(c chat.Connection) bool { return Shows(people[c.OperatorID], c.Viewing.StoreID) })
}

// Shows reports whether frames about a store's conversations go to an operator.
func Shows(o chat.Operator, store chat.StoreID) bool {
	return o.Active && permission.Has(o.Role, permission.ConversationRead) && permission.ScopeOf(o).Store(store)
}

// AddViewing adds, for the viewers of a conversation in the audience, an item that lists these viewers.
func (r *Broadcaster) AddViewing(ctx context.Context, items Items, audience Audience, conversation chat.ConversationID) {
	viewers := r.Viewers(ctx, audience, conversation)
	item, err := present.Viewing(conversation, viewers.Operators())
	if err != nil {
		r.log.ErrorContext(ctx, "viewing was not sent", slog.Any("error", err))
		return
	}
	items.Add(viewers, item)
}

// deliver packs the items into frames and posts them. An item that is too long for a frame is left out: the browser fetches it when it
// reconnects.
func (r *Broadcaster) deliver(ctx context.Context, items Items) push.Outcome {
	deliveries := make([]push.Delivery, 0, len(items))
	for connection, list := range items {
		frames, err := present.Frames(slices.DeleteFunc(slices.Clone(list), tooLong))
		if err != nil {
			r.log.ErrorContext(ctx, "frames were not encoded", slog.Any("error", err))
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
