// Package cache remembers what was read, for a short time and a bounded number of keys: a warm function lives for hours. It
// imports the standard library and the buckets of x/time/rate.
package cache

import (
	"context"
	"sync"
	"time"
)

// Cache keeps the newest values of a reading function. It is safe for concurrent use. Errors are not kept.
type Cache[K comparable, V any] struct {
	read func(context.Context, K) (V, error)
	ttl  time.Duration
	most int
	now  func() time.Time

	mu      sync.Mutex
	entries map[K]entry[V]
}

type entry[V any] struct {
	value V
	at    time.Time
}

// New makes a cache over read that keeps each value for ttl and at most so many of them.
func New[K comparable, V any](ttl time.Duration, most int, now func() time.Time, read func(context.Context, K) (V, error)) *Cache[K, V] {
	return &Cache[K, V]{read: read, ttl: ttl, most: most, now: now, entries: make(map[K]entry[V])}
}

// Get answers the remembered value, or reads it.
func (c *Cache[K, V]) Get(ctx context.Context, key K) (V, error) {
	c.mu.Lock()
	e, ok := c.entries[key]
	c.mu.Unlock()
	// A clock that was moved back must not keep a value for ever.
	if age := c.now().Sub(e.at); ok && age >= 0 && age < c.ttl {
		return e.value, nil
	}
	begun := c.now() // a value is as old as its reading's begin, however long it took
	value, err := c.read(ctx, key)
	if err != nil {
		return value, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= c.most {
		clear(c.entries)
	}
	c.entries[key] = entry[V]{value: value, at: begun}
	return value, nil
}

// Forget drops a value that is known to have changed.
func (c *Cache[K, V]) Forget(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, key)
}
