// Package team shows and changes operators for the functions that do both: api for one's own profile, admin for everybody's.
//
// It may import what package rest may, and wire.
package team

import (
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// Store is what operators are read from and written to.
type Store interface {
	Operator(ctx context.Context, account chat.AccountID, id chat.OperatorID) (chat.Operator, error)
	// UpdateOperator answers Conflict when before is no longer what is stored.
	UpdateOperator(ctx context.Context, before, after chat.Operator, activity *chat.Activity, job *chat.Job) error
	Loads(ctx context.Context, account chat.AccountID) ([]chat.Load, error)
	Connections(ctx context.Context, account chat.AccountID) ([]chat.Connection, error)
	DeleteSessions(ctx context.Context, account chat.AccountID, operator chat.OperatorID, exceptHash string) error
}

// Team is the operators of accounts.
type Team struct {
	server *rest.Server
	store  Store
}

// New makes a Team.
func New(server *rest.Server, store Store) *Team { return &Team{server: server, store: store} }

// Target names an operator in the activity log.
func Target(id chat.OperatorID) string { return "operator/" + string(id) }

// Update reads an operator, changes and writes them. A change that gives no activity leaves everything as it is. One
// after which they may serve less starts, in the same write, the job that gives back what they do not serve any more.
func (t *Team) Update(ctx context.Context, account chat.AccountID, id chat.OperatorID, change func(*chat.Operator) (*chat.Activity, error)) (chat.Operator, error) {
	before, err := t.store.Operator(ctx, account, id)
	if err != nil {
		return before, fmt.Errorf("read operator %s: %w", id, err)
	}
	after := before
	after.StoreIDs, after.Languages = slices.Clone(before.StoreIDs), slices.Clone(before.Languages)
	activity, err := change(&after)
	if err != nil || activity == nil {
		return before, err
	}
	if err := t.store.UpdateOperator(ctx, before, after, activity, t.released(before, after)); err != nil {
		return before, fmt.Errorf("write operator %s: %w", id, err)
	}
	t.server.Forget()
	after.Version = before.Version + 1
	return after, nil
}

// released is the job for an operator who may serve less than before, or nil.
func (t *Team) released(before, after chat.Operator) *chat.Job {
	if !before.Active || after.Active && before.Role == after.Role && slices.Equal(before.StoreIDs, after.StoreIDs) {
		return nil
	}
	now := t.server.Now()
	return &chat.Job{
		ID: chat.NewID(now), AccountID: after.AccountID, Kind: chat.JobRelease, Subject: string(after.ID), CreatedAt: now, Version: 1,
	}
}

// Change is Update for changes that do not depend on what was read.
func (t *Team) Change(ctx context.Context, account chat.AccountID, id chat.OperatorID, change func(*chat.Operator) (*chat.Activity, error)) (o chat.Operator, err error) {
	err = rest.Retry(func() error {
		o, err = t.Update(ctx, account, id, change)
		return err
	})
	return o, err
}

// state is what is known of an account's operators besides themselves.
type State struct {
	open   map[chat.OperatorID]int
	online map[chat.OperatorID]bool
}

func (t *Team) ReadState(ctx context.Context, account chat.AccountID) (State, error) {
	loads, err := t.store.Loads(ctx, account)
	if err != nil {
		return State{}, fmt.Errorf("read loads: %w", err)
	}
	connections, err := t.store.Connections(ctx, account)
	if err != nil {
		return State{}, fmt.Errorf("read connections: %w", err)
	}
	s := State{open: map[chat.OperatorID]int{}, online: map[chat.OperatorID]bool{}}
	for _, load := range loads {
		s.open[load.OperatorID] = load.Open
	}
	now := t.server.Wall()
	for _, connection := range connections {
		if now.Before(connection.ExpiresAt) {
			s.online[connection.OperatorID] = true
		}
	}
	return s, nil
}

func (s State) Show(o chat.Operator, email bool) wire.Operator {
	return present.Operator(o, present.OperatorState{Open: s.open[o.ID], Online: s.online[o.ID], ShowEmail: email})
}

func (t *Team) Show(ctx context.Context, o chat.Operator, email bool) (wire.Operator, error) {
	s, err := t.ReadState(ctx, o.AccountID)
	if err != nil {
		return wire.Operator{}, err
	}
	return s.Show(o, email), nil
}

// EndSessions ends all sessions of an operator except one, "" for none.
func (t *Team) EndSessions(ctx context.Context, o chat.Operator, except string) error {
	if err := t.store.DeleteSessions(ctx, o.AccountID, o.ID, except); err != nil {
		return fmt.Errorf("end the sessions of operator %s: %w", o.ID, err)
	}
	t.server.Forget()
	return nil
}
