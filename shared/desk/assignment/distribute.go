package assignment

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/assignment"
)

// poolPage is how many waiting conversations are read at once.
const poolPage = 25

// stopBefore is how much of the invocation's time is left when Distribute stops: the conversations' own AssignAt tries again.
const stopBefore = 5 * time.Second

// Distribute gives the waiting conversations of a store to operators, the oldest first, until nobody can take more. hint is a
// conversation that may not be in the pool's index yet; it may be empty.
func (a *Assigner) Distribute(ctx context.Context, account chat.Account, store chat.StoreID, hint chat.ConversationID) error {
	waiting, next, err := a.waiting(ctx, account.ID, store, hint)
	if err != nil {
		return err
	}
	// Once a conversation has to wait, those behind it are judged by the same operators and loads: capacity that becomes free meanwhile
	// belongs to the oldest one, and sends a signal of its own.
	var seen rule
	for {
		assigned, waits := 0, 0
		for _, w := range waiting {
			if late(ctx) {
				return nil
			}
			result, saw, err := a.distribute(ctx, account, w, seen)
			if err != nil {
				return err
			}
			switch result {
			case resultAssigned:
				assigned++
			case resultWaits:
				waits, seen = waits+1, saw
			case resultGone:
			}
		}
		// If nobody could take any of a whole page, the later pages wait too. A page that had only left the pool says nothing about
		// them: the index lags.
		if next == "" || assigned == 0 && waits > 0 {
			return nil
		}
		page, err := a.store.Pool(ctx, account.ID, store, chat.PageRequest{Limit: poolPage, Cursor: next})
		if err != nil {
			return fmt.Errorf("read the pool: %w", err)
		}
		waiting, next = fromIndex(page.Items), page.Next
	}
}

func late(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) < stopBefore
}

// candidate is a conversation that may be waiting.
type candidate struct {
	chat.Conversation
	fresh bool // it was read itself; a row of the index is not the whole conversation, and may be outdated
}

func fromIndex(rows []chat.Conversation) []candidate {
	list := make([]candidate, len(rows))
	for i, c := range rows {
		list[i] = candidate{Conversation: c}
	}
	return list
}

// waiting is the first page of the pool, with the hint at its place.
func (a *Assigner) waiting(ctx context.Context, account chat.AccountID, store chat.StoreID, hint chat.ConversationID) ([]candidate, string, error) {
	page, err := a.store.Pool(ctx, account, store, chat.PageRequest{Limit: poolPage})
	if err != nil {
		return nil, "", fmt.Errorf("read the pool: %w", err)
	}
	waiting := fromIndex(page.Items)
	if hint == "" || slices.ContainsFunc(waiting, func(c candidate) bool { return c.ID == hint }) {
		return waiting, page.Next, nil
	}
	c, err := a.store.Conversation(ctx, account, hint)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, "", fmt.Errorf("read conversation %s: %w", hint, err)
	}
	if err == nil && c.InPool() {
		waiting = append(waiting, candidate{Conversation: c, fresh: true})
		slices.SortFunc(waiting, func(a, b candidate) int {
			return cmp.Or(a.PoolSince.Compare(b.PoolSince), cmp.Compare(a.ID, b.ID))
		})
	}
	return waiting, page.Next, nil
}

// rule chooses among the operators as they were at one moment.
type rule func(chat.Conversation) assignment.Choice

// result is what became of a waiting conversation.
type result int

const (
	resultAssigned result = iota
	resultWaits           // nobody is eligible
	resultGone            // it had left the pool
)

// distribute decides about one conversation by the rule seen, or by the operators of now when that is nil. It returns what became of the
// conversation and the rule that was used. That nobody was eligible is written too, once for each stay in the pool, so that the
// timeline explains the waiting.
func (a *Assigner) distribute(ctx context.Context, account chat.Account, w candidate, seen rule) (became result, choose rule, err error) {
	var last error
	for range desk.Tries {
		if choose = seen; seen == nil {
			if choose, err = a.candidates(ctx, account); err != nil {
				return resultGone, nil, err
			}
		}
		change := func(c chat.Conversation) (*chat.Decision, error) {
			if !c.InPool() {
				became = resultGone
				return nil, nil
			}
			choice := choose(c)
			if choice.Operator == nil {
				became = resultWaits
				return a.wait(c, account.Distribution, choice.Reason), nil
			}
			became = resultAssigned
			return a.claim(account, c, choice)
		}
		if w.fresh {
			w.fresh = false // after a conflict it is read again
			_, err = desk.DecideFrom(ctx, a.store, a.now, w.Conversation, change)
		} else {
			_, err = desk.Decide(ctx, a.store, a.now, account.ID, w.ID, change)
		}
		if !desk.Conflict(err, chat.ConflictAtCapacity) {
			return became, choose, err
		}
		if seen != nil {
			return resultWaits, seen, nil // the operator's capacity is used up meanwhile; when it becomes free, a signal comes
		}
		last = err
	}
	return resultGone, nil, fmt.Errorf("capacity moved %d times: %w", desk.Tries, last)
}

// candidates reads the account's operators with their loads and returns the rule over them.
func (a *Assigner) candidates(ctx context.Context, account chat.Account) (rule, error) {
	operators, err := a.store.Operators(ctx, account.ID)
	if err != nil {
		return nil, fmt.Errorf("read the operators: %w", err)
	}
	loads, err := a.store.Loads(ctx, account.ID)
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

func (a *Assigner) claim(account chat.Account, c chat.Conversation, choice assignment.Choice) (*chat.Decision, error) {
	now, after := a.now(), c
	if err := after.Assign(choice.Operator.ID, now); err != nil {
		return nil, err
	}
	after.CloseAt = desk.CloseAt(account, after)
	return &chat.Decision{
		Before: &c, After: after, Capacity: choice.Capacity,
		Events: []chat.Event{desk.NewEvent(after, chat.EventAssigned, desk.System, now, &choice.Reason)},
	}, nil
}

// wait sets when a conversation that nobody can take is tried again, and writes the reason the first time. Where nobody is assigned
// automatically it is not tried again.
func (a *Assigner) wait(c chat.Conversation, distribution chat.Distribution, reason chat.Reason) *chat.Decision {
	now, after := a.now(), c
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
		decision.Events = []chat.Event{desk.NewEvent(after, chat.EventWaiting, desk.System, now, &reason)}
	}
	return decision
}
