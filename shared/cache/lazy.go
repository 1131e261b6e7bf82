package cache

import (
	"context"
	"sync"
)

// Lazy is a value that is made when it is first needed, and kept; one that could not be made is tried again. It is safe for concurrent
// use.
type Lazy[T any] struct {
	make func(context.Context) (T, error)

	mu    sync.Mutex
	made  bool
	value T
}

// NewLazy makes a value of a function later.
func NewLazy[T any](of func(context.Context) (T, error)) *Lazy[T] { return &Lazy[T]{make: of} }

// Get answers the value.
func (l *Lazy[T]) Get(ctx context.Context) (T, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.made {
		return l.value, nil
	}
	value, err := l.make(ctx)
	if err != nil {
		return value, err
	}
	l.value, l.made = value, true
	return value, nil
}
