package chat

import "time"

// PoolTimer is the one timer of a store's pool: when its waiting conversations are looked at again, in case a signal was lost. It exists
// as long as the pool is not empty. It is written before the first conversation that enters the pool, and removed when it fires at an
// empty pool.
type PoolTimer struct {
	AccountID AccountID
	StoreID   StoreID
	DueAt     time.Time // zero = there is none
	// EnteredAt is when the last conversation entered that had to be noted: the first one, those shortly before DueAt, and those with a
	// former operator. The timer is not removed, and Formers not cleared, until poolSettles after it, because the index of the pool lags
	// behind writes.
	EnteredAt time.Time
	Formers   bool // one with a former operator may be waiting
}

const (
	// poolFirst is when a pool is looked at after the first conversation entered it.
	poolFirst = 2 * time.Minute
	// poolSettles is longer than a write takes, together with the lag of an index.
	poolSettles = time.Minute

	// PoolServed is when a pool is looked at again if operators could take any conversation in it, and PoolUnserved otherwise.
	PoolServed   = 10 * time.Minute
	PoolUnserved = time.Hour
)

// EntersPool reports whether a change puts a conversation into the pool, again or for the first time. One that gives up a timer of its
// own, which conversations had before pools had one, counts too.
func EntersPool(before *Conversation, after Conversation) bool {
	return after.InPool() && (before == nil || !before.InPool() || !before.PoolSince.Equal(after.PoolSince) ||
		!before.AssignAt.IsZero() && after.AssignAt.IsZero())
}

// Enter is the timer after a conversation entered the pool. changed is false when nothing has to be written.
func (t PoolTimer) Enter(c Conversation, now time.Time) (next PoolTimer, changed bool) {
	former := c.FormerID != ""
	if t.DueAt.IsZero() {
		return PoolTimer{AccountID: c.AccountID, StoreID: c.StoreID, DueAt: now.Add(poolFirst), EnteredAt: now, Formers: former}, true
	}
	next = t
	next.Formers = t.Formers || former
	noted := former || !now.Add(poolSettles).Before(t.DueAt)
	if noted && now.Sub(t.EnteredAt) > poolSettles/2 {
		next.EnteredAt = now
	}
	return next, next != t
}

// Settled reports whether every conversation that has entered is in the index of the pool.
func (t PoolTimer) Settled(now time.Time) bool { return now.Sub(t.EnteredAt) > poolSettles }
