package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/assignment"
	"github.com/recado-chat/recado/shared/rules/autoclose"
)

// poolPage is how many waiting conversations are looked at in one go.
const poolPage = 25

// Distribute gives the waiting conversations of a store to operators, the oldest first, until nobody can take more. hint is a
// conversation that may not be in the pool's index yet; it may be empty.
func (d *Desk) Distribute(ctx context.Context, account chat.Account, store chat.StoreID, hint chat.ConversationID) error {
	waiting, next, err := d.waiting(ctx, account.ID, store, hint)
	if err != nil {
		return err
	}
	// Once one has to wait, those behind it see what it saw: capacity that frees meanwhile is the oldest one's, and asks on its own.
	var seen rule
	for {
		took, waits := 0, 0
		for _, c := range waiting {
			if late(ctx) {
				return nil // their watches ask again
			}
			became, saw, err := d.distribute(ctx, account, c.ID, seen)
			if err != nil {
				return err
			}
			switch became {
			case taken:
				took++
			case stays:
				waits, seen = waits+1, saw
			case gone:
			}
		}
		// With nobody left to take one of a whole page, the later ones wait too; they have their turn when capacity frees. A page that
		// the index showed late, and of which nobody waits any more, says nothing about them.
		if next == "" || took == 0 && waits > 0 {
			return nil
		}
		page, err := d.store.Pool(ctx, account.ID, store, chat.PageRequest{Limit: poolPage, Cursor: next})
		if err != nil {
			return fmt.Errorf("read the pool: %w", err)
		}
		waiting, next = page.Items, page.Next
	}
}

// late says that the time of this run is nearly over.
func late(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) < 5*time.Second
}

func (d *Desk) waiting(ctx context.Context, account chat.AccountID, store chat.StoreID, hint chat.ConversationID) ([]chat.Conversation, string, error) {
	page, err := d.store.Pool(ctx, account, store, chat.PageRequest{Limit: poolPage})
	if err != nil {
		return nil, "", fmt.Errorf("read the pool: %w", err)
	}
	waiting := page.Items
	if hint == "" || slices.ContainsFunc(waiting, func(c chat.Conversation) bool { return c.ID == hint }) {
		return waiting, page.Next, nil
	}
	c, err := d.store.Conversation(ctx, account, hint)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, "", fmt.Errorf("read conversation %s: %w", hint, err)
	}
	if err == nil && c.InPool() {
		waiting = append(waiting, c)
		slices.SortFunc(waiting, func(a, b chat.Conversation) int {
			return cmp.Or(a.PoolSince.Compare(b.PoolSince), cmp.Compare(a.ID, b.ID))
		})
	}
	return waiting, page.Next, nil
}

// rule is the choice among the operators as they were at one moment.
type rule func(chat.Conversation) assignment.Choice

// turn is what became of a conversation when its turn came.
type turn int

const (
	taken turn = iota
	stays      // nobody is eligible
	gone       // it had left the pool
)

// distribute decides about one conversation and says what became of it, and what it went by: seen, or when that is nil what is so
// now. That nobody was eligible is written too, once for each stay in the pool, so that the timeline explains the waiting.
func (d *Desk) distribute(ctx context.Context, account chat.Account, id chat.ConversationID, seen rule) (became turn, choose rule, err error) {
	var last error
	for range tries {
		if choose = seen; seen == nil {
			if choose, err = d.candidates(ctx, account); err != nil {
				return gone, nil, err
			}
		}
		_, err = d.decide(ctx, account.ID, id, func(c chat.Conversation) (*chat.Decision, error) {
			if !c.InPool() {
				became = gone
				return nil, nil
			}
			choice := choose(c)
			if choice.Operator == nil {
				became = stays
				return d.wait(c, account.Distribution, choice.Reason), nil
			}
			became = taken
			return d.claim(account, c, choice)
		})
		if !conflict(err, atCapacity) {
			return became, choose, err
		}
		if seen != nil {
			return stays, seen, nil // filled meanwhile: what frees it again asks anew
		}
		last = err
	}
	return gone, nil, fmt.Errorf("capacity moved %d times: %w", tries, last)
}

// candidates reads the account's operators with their loads and gives the rule over them.
func (d *Desk) candidates(ctx context.Context, account chat.Account) (rule, error) {
	operators, err := d.store.Operators(ctx, account.ID)
	if err != nil {
		return nil, fmt.Errorf("read the operators: %w", err)
	}
	loads, err := d.store.Loads(ctx, account.ID)
	if err != nil {
		return nil, fmt.Errorf("read the loads: %w", err)
	}
	byOperator := make(map[chat.OperatorID]chat.Load, len(loads))
	for _, load := range loads {
		byOperator[load.OperatorID] = load
	}
	candidates := make([]assignment.Candidate, 0, len(operators))
	for _, operator := range operators {
		candidates = append(candidates, assignment.Candidate{Operator: operator, Load: byOperator[operator.ID]})
	}
	return func(c chat.Conversation) assignment.Choice {
		return assignment.Choose(c, account.Distribution, candidates)
	}, nil
}

func (d *Desk) claim(account chat.Account, c chat.Conversation, choice assignment.Choice) (*chat.Decision, error) {
	now, after := d.now(), c
	if err := after.Assign(choice.Operator.ID, now); err != nil {
		return nil, err
	}
	after.CloseAt, _ = autoclose.Deadline(after, account.Closing, Zone(account))
	return &chat.Decision{
		Before: &c, After: after, Capacity: choice.Capacity,
		Events: []chat.Event{d.event(after, chat.EventAssigned, system, now, &choice.Reason)},
	}, nil
}

// wait re-arms the watch of a conversation that nobody can take now, and tells why the first time. Where nobody is assigned
// automatically there is nothing to watch for.
func (d *Desk) wait(c chat.Conversation, distribution chat.Distribution, reason chat.Reason) *chat.Decision {
	now, after := d.now(), c
	first := c.FirstWait()
	if !first && now.Before(c.AssignAt) {
		return nil
	}
	after.Wait(now)
	if distribution.Mode == chat.DistributeToGroups {
		after.AssignAt = time.Time{}
	}
	decision := &chat.Decision{Before: &c, After: after}
	if first {
		decision.Events = []chat.Event{d.event(after, chat.EventWaiting, system, now, &reason)}
	}
	return decision
}
