package assignment

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/pool"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/assignment"
)

const (
	// headRows is how many of the longest waiting conversations are looked at when another one enters the pool. They are one read unit.
	headRows = 20
	// walkRows is how many are read at once when a pool is looked through, after the head.
	walkRows = 500
)

// stopBefore is how much of the invocation's time is left when a walk through a pool stops: the pool's timer goes on with it.
const stopBefore = 5 * time.Second

// Place decides about a conversation that entered the pool. No operator who is free now could take one that waits longer, because each of
// those was decided about when it entered and whenever an operator became free. Only an operator whose signal is still on its way may: so
// the head of the pool goes first, as far as its conversations have takers.
func (a *Assigner) Place(ctx context.Context, account chat.Account, id chat.ConversationID) error {
	c, err := a.store.Conversation(ctx, account.ID, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read conversation %s: %w", id, err)
	}
	if !c.InPool() {
		return nil
	}
	r, err := a.round(ctx, account)
	if err != nil {
		return err
	}
	if r.choose(c).Operator != nil {
		head, _, err := a.store.Waiting(ctx, account.ID, c.StoreID, "", headRows)
		if err != nil {
			return fmt.Errorf("read the pool: %w", err)
		}
		for _, older := range head {
			if older.ID == c.ID || older.PoolTurn().After(c.PoolTurn()) {
				break
			}
			if _, err := a.try(ctx, r, older); err != nil {
				return err
			}
		}
	}
	_, waits, err := a.decide(ctx, r, c)
	if err != nil || waits == nil {
		return err
	}
	return a.explain(ctx, c, *waits)
}

// Distribute gives the waiting conversations of a store to operators who are free, the oldest first, until nobody can take more.
func (a *Assigner) Distribute(ctx context.Context, account chat.Account, store chat.StoreID) error {
	r, err := a.round(ctx, account)
	if err != nil {
		return err
	}
	takers := r.takers(store)
	if takers == assignment.NoTakers {
		return nil
	}
	var known *pool.Timer
	if takers == assignment.FormerTakers {
		timer, err := a.timer(ctx, account.ID, store)
		if err != nil || !timer.DueAt.IsZero() && !timer.Formers {
			return err
		}
		known = &timer
	}
	seen, err := a.walk(ctx, r, store, known)
	if err != nil || !seen.late {
		return err
	}
	timer, err := a.timer(ctx, account.ID, store)
	if err != nil {
		return err
	}
	next := timer
	next.DueAt = a.now()
	return a.setTimer(ctx, timer, next)
}

// Watch looks through a store's pool because its timer was due, and sets the timer again; that of an empty pool is removed. due is the time
// of the timer that fired: when the stored one has another by now, it was dealt with.
func (a *Assigner) Watch(ctx context.Context, account chat.Account, store chat.StoreID, due time.Time) error {
	began := a.now()
	timer, err := a.timer(ctx, account.ID, store)
	if err != nil {
		return err
	}
	if timer.DueAt.IsZero() || !timer.DueAt.Equal(due) {
		return nil
	}
	r, err := a.round(ctx, account)
	if err != nil {
		return err
	}
	takers, free := r.takers(store), r.free(store)
	var seen walked
	if takers == assignment.AllTakers || takers == assignment.FormerTakers && timer.Formers {
		seen, err = a.walk(ctx, r, store, &timer)
	} else {
		seen, err = a.peek(ctx, account.ID, store)
	}
	if err != nil {
		return err
	}
	now, next := a.now(), timer
	if seen.ended && !r.again {
		next = timer.Look(began, free, account.Distribution)
	}
	settled := timer.Settled(now)
	switch {
	case seen.late:
		next.DueAt = now
	case seen.empty && settled:
		err := a.store.DropPoolTimer(ctx, timer)
		if desk.Conflict(err, chat.ConflictVersionChanged) {
			return nil // a conversation entered meanwhile: the timer is due still, and fires again
		}
		return err
	case account.Mode == chat.DistributeToAccount || takers == assignment.AllTakers:
		next.DueAt = now.Add(pool.Served)
	default:
		next.DueAt = now.Add(pool.Unserved)
	}
	if seen.ended && !seen.skipped && !seen.formers && settled {
		next.Formers = false
	}
	return a.setTimer(ctx, timer, next)
}

func (a *Assigner) timer(ctx context.Context, account chat.AccountID, store chat.StoreID) (pool.Timer, error) {
	timer, err := a.store.PoolTimer(ctx, account, store)
	if err != nil {
		return timer, fmt.Errorf("read the timer of the pool: %w", err)
	}
	return timer, nil
}

func (a *Assigner) setTimer(ctx context.Context, seen, next pool.Timer) error {
	err := a.store.SetPoolTimer(ctx, seen, next)
	if desk.Conflict(err, chat.ConflictVersionChanged) {
		return nil // a conversation entered meanwhile: the timer is due still, and fires again
	}
	return err
}

// walked is what a walk through a pool found.
type walked struct {
	empty   bool
	late    bool // it stopped for lack of time
	ended   bool // it came to the end of the pool
	skipped bool // it left out what an earlier one had looked at
	formers bool // a conversation with a former operator waits
}

// peek finds out whether a pool is empty.
func (a *Assigner) peek(ctx context.Context, account chat.AccountID, store chat.StoreID) (walked, error) {
	rows, _, err := a.store.Waiting(ctx, account, store, "", 1)
	if err != nil {
		return walked{}, fmt.Errorf("read the pool: %w", err)
	}
	return walked{empty: len(rows) == 0}, nil
}

// walk gives what waits to whoever is free, the oldest first, until nobody is free or the pool ends. Conversations that no free operator
// may take are passed over by the index alone; behind the head, those that were looked at for the same operators are left out. known is the
// pool's timer if it was read already.
func (a *Assigner) walk(ctx context.Context, r *round, store chat.StoreID, known *pool.Timer) (seen walked, err error) {
	seen.empty = true
	for position, limit := "", headRows; ; limit = walkRows {
		rows, next, err := a.store.Waiting(ctx, r.account.ID, store, position, limit)
		if err != nil {
			return seen, fmt.Errorf("read the pool: %w", err)
		}
		for _, row := range rows {
			seen.empty = false
			if late(ctx) {
				seen.late = true
				return seen, nil
			}
			assigned, err := a.try(ctx, r, row)
			if err != nil {
				return seen, err
			}
			if !assigned {
				seen.formers = seen.formers || row.FormerID != ""
				continue
			}
			if err := a.refresh(ctx, r); err != nil {
				return seen, err
			}
			if r.takers(store) == assignment.NoTakers {
				return seen, nil
			}
		}
		if next == "" {
			seen.ended = true
			return seen, nil
		}
		if position == "" {
			from, err := a.lookedAt(ctx, r, store, known)
			if err != nil {
				return seen, err
			}
			seen.skipped = from > next
			next = max(next, from)
		}
		position = next
	}
}

// lookedAt is the position in a pool in front of which nothing is for those who are free, "" when that is not known.
func (a *Assigner) lookedAt(ctx context.Context, r *round, store chat.StoreID, known *pool.Timer) (string, error) {
	if known == nil {
		timer, err := a.timer(ctx, r.account.ID, store)
		if err != nil {
			return "", err
		}
		known = &timer
	}
	turn := known.LookedFor(r.free(store), r.account.Distribution)
	if turn.IsZero() {
		return "", nil
	}
	return a.store.WaitingFrom(turn), nil
}

func late(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) < stopBefore
}

// round are the operators and their loads as they are at the moment of a decision.
type round struct {
	account    chat.Account
	candidates []assignment.Candidate
	outdated   bool // a decision was made by it
	again      bool // they were read more than once
}

func (r *round) choose(c chat.Conversation) assignment.Choice {
	return assignment.Choose(c, r.account.Distribution, r.candidates)
}

func (r *round) takers(store chat.StoreID) assignment.Takers {
	return assignment.TakersOf(store, r.account.Distribution, r.candidates)
}

func (r *round) free(store chat.StoreID) []chat.OperatorID {
	return assignment.Free(store, r.account.Distribution, r.candidates)
}

func (a *Assigner) round(ctx context.Context, account chat.Account) (*round, error) {
	r := &round{account: account, outdated: true}
	return r, a.refresh(ctx, r)
}

// refresh reads the operators and their loads again after a decision was made by them.
func (a *Assigner) refresh(ctx context.Context, r *round) error {
	if !r.outdated {
		return nil
	}
	operators, err := a.store.Operators(ctx, r.account.ID)
	if err != nil {
		return fmt.Errorf("read the operators: %w", err)
	}
	loads, err := a.store.Loads(ctx, r.account.ID)
	if err != nil {
		return fmt.Errorf("read the loads: %w", err)
	}
	byOperator := make(map[chat.OperatorID]chat.Load, len(loads))
	for _, load := range loads {
		byOperator[load.OperatorID] = load
	}
	r.again = r.candidates != nil
	r.candidates, r.outdated = make([]assignment.Candidate, 0, len(operators)), false
	for _, operator := range operators {
		r.candidates = append(r.candidates, assignment.Candidate{Operator: operator, Load: byOperator[operator.ID]})
	}
	return nil
}

// try assigns a row of the pool's index, if somebody can take it.
func (a *Assigner) try(ctx context.Context, r *round, row chat.Conversation) (assigned bool, err error) {
	if err := a.refresh(ctx, r); err != nil {
		return false, err
	}
	if r.choose(row).Operator == nil {
		return false, nil
	}
	c, err := a.store.Conversation(ctx, r.account.ID, row.ID)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read conversation %s: %w", row.ID, err)
	}
	assigned, _, err = a.decide(ctx, r, c)
	return assigned, err
}

// decide assigns a conversation that was read just now. The write's condition is the load of the chosen operator, so that the reason that
// is stored was true when it was written; when the load changed, the operators are read again. waits is the reason why nobody was eligible;
// it is nil when the conversation was assigned or had left the pool.
func (a *Assigner) decide(ctx context.Context, r *round, c chat.Conversation) (assigned bool, waits *chat.Reason, err error) {
	var last error
	for range desk.Tries {
		if err := a.refresh(ctx, r); err != nil {
			return false, nil, err
		}
		_, err := desk.DecideFrom(ctx, a.store, a.now, c, func(c chat.Conversation) (*chat.Decision, error) {
			assigned, waits = false, nil
			if !c.InPool() {
				return nil, nil
			}
			choice := r.choose(c)
			if choice.Operator == nil {
				waits = &choice.Reason
				return a.wait(c), nil
			}
			assigned, r.outdated = true, true
			return a.claim(r.account, c, choice)
		})
		if !desk.Conflict(err, chat.ConflictLoadChanged) {
			return assigned && err == nil, waits, err
		}
		last = err
	}
	return false, nil, fmt.Errorf("the load moved %d times: %w", desk.Tries, last)
}

func (a *Assigner) claim(account chat.Account, c chat.Conversation, choice assignment.Choice) (*chat.Decision, error) {
	now, after := a.now(), c
	if err := after.Assign(choice.Operator.ID, now); err != nil {
		return nil, err
	}
	after.CloseAt = desk.CloseAt(account, after)
	return &chat.Decision{
		Before: &c, After: after, Load: &choice.Load,
		Events: []chat.Event{desk.NewEvent(after, chat.EventAssigned, desk.System, now, &choice.Reason)},
	}, nil
}

// wait takes from a conversation the timer that it had of its own before pools had one; the pool's replaces it. Any other conversation
// that nobody can take stays as it is.
func (a *Assigner) wait(c chat.Conversation) *chat.Decision {
	if c.AssignAt.IsZero() {
		return nil
	}
	after := c
	after.AssignAt = time.Time{}
	return &chat.Decision{Before: &c, After: after}
}

// firstWatch is how long after it entered the pool a conversation's own timer fired first; a later one had been explained already.
const firstWatch = 2 * time.Minute

// explain writes to the timeline why a conversation waits, once for each stay in the pool: the line's id follows from its beginning.
func (a *Assigner) explain(ctx context.Context, c chat.Conversation, reason chat.Reason) error {
	if !c.AssignAt.IsZero() && !c.AssignAt.Equal(c.PoolSince.Add(firstWatch)) {
		return nil
	}
	event := desk.NewEvent(c, chat.EventWaiting, desk.System, a.now(), &reason)
	event.ID = chat.EventID(chat.DeterministicID(c.PoolSince, math.MaxUint32, string(c.ID), string(chat.EventWaiting)))
	if err := a.store.PutEvent(ctx, event); err != nil {
		return fmt.Errorf("explain why conversation %s waits: %w", c.ID, err)
	}
	return nil
}
