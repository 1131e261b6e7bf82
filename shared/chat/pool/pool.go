// Package pool describes what is kept about the waiting conversations of a store: the timer of its pool, and up to where the pool was looked
// through. It imports chat.
package pool

import (
	"maps"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// Timer is the one timer of a store's pool: when its waiting conversations are looked at again, in case a signal was lost. It exists
// as long as the pool is not empty. It is written before the first conversation that enters the pool, and removed when it fires at an
// empty pool.
type Timer struct {
	AccountID chat.AccountID
	StoreID   chat.StoreID
	DueAt     time.Time // zero = there is none
	// EnteredAt is when the last conversation entered that had to be noted: the first one, those shortly before DueAt, and those with a
	// former operator. The timer is not removed, and Formers not cleared, until settles after it, because the index of the pool lags
	// behind writes.
	EnteredAt time.Time
	Formers   bool // one with a former operator may be waiting
	// ReturnedAt is when the last conversation entered whose turn was more than settles before, such as one that an operator gave back.
	ReturnedAt time.Time
	Looked     Look
}

// Look is up to where a pool was looked through, so that no look goes over the same conversations again. It relies on this: whether
// somebody who is free may take a conversation follows from the distribution and from what does not change while the conversation waits.
type Look struct {
	Under chat.Distribution
	// Before has a turn for each operator who was free: they may take none of the conversations with an earlier one.
	Before map[chat.OperatorID]time.Time
}

// mostLooked is for how many operators a look is remembered. With them the timer stays below a write unit.
const mostLooked = 20

const (
	// first is when a pool is looked at after the first conversation entered it.
	first = 2 * time.Minute
	// settles is longer than a write takes, together with the lag of an index.
	settles = time.Minute

	// Served is when a pool is looked at again if operators could take any conversation in it, and Unserved otherwise.
	Served   = 10 * time.Minute
	Unserved = time.Hour
)

// Enters reports whether a change puts a conversation into the pool, again or for the first time, or gives it an earlier turn there.
// One that gives up a timer of its own, which conversations had before pools had one, counts too.
func Enters(before *chat.Conversation, after chat.Conversation) bool {
	return after.InPool() && (before == nil || !before.InPool() || !before.PoolSince.Equal(after.PoolSince) ||
		after.PoolTurn().Before(before.PoolTurn()) || !before.AssignAt.IsZero() && after.AssignAt.IsZero())
}

// Enter is the timer after a conversation entered the pool. changed is false when nothing has to be written.
func (t Timer) Enter(c chat.Conversation, now time.Time) (next Timer, changed bool) {
	former, returned := c.FormerID != "", now.Sub(c.PoolTurn()) > settles
	if next = t; t.DueAt.IsZero() {
		next = Timer{AccountID: c.AccountID, StoreID: c.StoreID, DueAt: now.Add(first)}
	}
	next.Formers = next.Formers || former
	noted := former || !now.Add(settles).Before(t.DueAt)
	if noted && now.Sub(next.EnteredAt) > settles/2 {
		next.EnteredAt = now
	}
	if returned && now.Sub(next.ReturnedAt) > settles/2 {
		next.ReturnedAt = now
	}
	return next, next.Formers != t.Formers || !next.EnteredAt.Equal(t.EnteredAt) || !next.ReturnedAt.Equal(t.ReturnedAt)
}

// Settled reports whether every conversation that has entered is in the index of the pool.
func (t Timer) Settled(now time.Time) bool { return now.Sub(t.EnteredAt) > settles }

// LookedFor is the turn before which nothing in the pool is for operators who are free; zero when that is not known of each of them.
func (t Timer) LookedFor(free []chat.OperatorID, under chat.Distribution) (before time.Time) {
	if t.Looked.Under != under {
		return time.Time{}
	}
	for _, id := range free {
		turn, known := t.Looked.Before[id]
		if !known || t.returnedSince(turn) {
			return time.Time{}
		}
		if before.IsZero() || turn.Before(before) {
			before = turn
		}
	}
	return before
}

// returnedSince reports whether a conversation that the look up to a turn has not seen may have an earlier one.
func (t Timer) returnedSince(turn time.Time) bool { return t.ReturnedAt.After(turn.Add(settles)) }

// Look is the timer after a look that came to the pool's end and found nothing for the operators who were free. The index may not have
// shown what entered within settles before the look began: that has a turn after the one that is noted, or is noted as returned.
func (t Timer) Look(began time.Time, free []chat.OperatorID, under chat.Distribution) Timer {
	turn := began.Add(-2 * settles)
	if t.returnedSince(turn) {
		return t
	}
	before := map[chat.OperatorID]time.Time{}
	for id, earlier := range t.Looked.Before {
		if t.Looked.Under == under && !t.returnedSince(earlier) {
			before[id] = earlier
		}
	}
	for _, id := range free {
		before[id] = turn
	}
	for len(before) > mostLooked {
		delete(before, slices.MinFunc(slices.Collect(maps.Keys(before)), func(a, b chat.OperatorID) int { return before[a].Compare(before[b]) }))
	}
	t.Looked = Look{Under: under, Before: before}
	return t
}
