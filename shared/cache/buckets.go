package cache

import (
	"sync"

	"golang.org/x/time/rate"
)

// Buckets keeps a bucket for each of many, in the memory of a warm process: other processes have buckets of their own. When there are
// too many, all are forgotten, and so full again. It is safe for concurrent use.
type Buckets[K comparable] struct {
	most int

	mu  sync.Mutex
	all map[K]*rate.Limiter
}

// NewBuckets keeps at most so many.
func NewBuckets[K comparable](most int) *Buckets[K] {
	return &Buckets[K]{most: most, all: map[K]*rate.Limiter{}}
}

// Of is the bucket of a key. One that is not known is full: it holds burst, and so many come back a second.
func (b *Buckets[K]) Of(key K, second rate.Limit, burst int) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if bucket := b.all[key]; bucket != nil {
		return bucket
	}
	if len(b.all) >= b.most {
		clear(b.all)
	}
	made := rate.NewLimiter(second, burst)
	b.all[key] = made
	return made
}
