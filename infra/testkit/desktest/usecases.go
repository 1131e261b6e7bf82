package desktest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk/assignment"
	"github.com/recado-chat/recado/shared/desk/contacts"
	"github.com/recado-chat/recado/shared/desk/inbound"
	"github.com/recado-chat/recado/shared/desk/lifecycle"
	"github.com/recado-chat/recado/shared/desk/merge"
	"github.com/recado-chat/recado/shared/desk/outbound"
	"github.com/recado-chat/recado/shared/desk/templates"
	"github.com/recado-chat/recado/shared/desk/tracking"
)

// Store is what all use cases together need of the data layer.
type Store interface {
	inbound.Store
	outbound.Store
	assignment.Store
	lifecycle.Store
	contacts.Store
	templates.Store
}

// UseCases are all use cases. Functions build only those that they need.
type UseCases struct {
	*inbound.Receiver
	*tracking.Tracker
	*outbound.Sender
	*assignment.Assigner
	*lifecycle.Operations
	*lifecycle.Closer
	*contacts.Updater
	*templates.Syncer
	*merge.Merger

	mu    sync.Mutex
	taken []chat.ContactID
}

// Reassigned are the contacts of whom it was reported that their number is somebody else's.
func (u *UseCases) Reassigned() []chat.ContactID {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.taken)
}

// NewUseCases makes all use cases on one store.
func NewUseCases(t testing.TB, store Store, capabilities func(chat.ChannelType) (chat.Capabilities, bool), now func() time.Time) *UseCases {
	t.Helper()
	u := &UseCases{
		Tracker:    made(tracking.New(store, capabilities, now))(t),
		Sender:     made(outbound.New(store, capabilities, now))(t),
		Assigner:   made(assignment.New(store, now))(t),
		Operations: made(lifecycle.New(store, capabilities, now))(t),
		Closer:     made(lifecycle.NewCloser(store, now))(t),
		Updater:    made(contacts.New(store, now))(t),
		Syncer:     made(templates.New(store, capabilities, now))(t),
		Merger:     made(merge.New(store, now))(t),
	}
	u.Receiver = made(inbound.New(store, capabilities, func(_ context.Context, had chat.ContactID) {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.taken = append(u.taken, had)
	}, now))(t)
	return u
}

func made[T any](it T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return it
	}
}
