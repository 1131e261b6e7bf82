package widget

import (
	"time"

	"golang.org/x/time/rate"

	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/httpapi"
)

// limit is a token bucket: its capacity, and the tokens added per second. Buckets are in the memory of a process, so with n
// processes the effective limit is n times as high.
type limit struct {
	name   string
	burst  int
	second rate.Limit
}

var (
	framesPerPlace     = limit{"frame", 60, 2}
	sessionsPerPlace   = limit{"session", 30, 0.5}
	callsPerPlace      = limit{"call", 600, 50} // an office shares one address
	messagesPerVisitor = limit{"message", 20, 1}
	readsPerVisitor    = limit{"read", 60, 5}
)

// bucketsMax is the maximum number of buckets in a process.
const bucketsMax = 20_000

type limits struct {
	wall    func() time.Time
	buckets *cache.Buckets[string]
}

func newLimits(wall func() time.Time) *limits {
	return &limits{wall: wall, buckets: cache.NewBuckets[string](bucketsMax)}
}

// take takes one token of the caller's bucket, or returns RateLimited with the time to wait.
func (l *limits) take(of limit, who string) error {
	now := l.wall()
	reservation := l.buckets.Of(of.name+" "+who, of.second, of.burst).ReserveN(now, 1)
	if wait := reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return httpapi.Limited(max(wait, time.Second))
	}
	return nil
}
