// Package enroll sets passwords in the identity provider before people are written to the directory: owners at sign-up, operators when
// they are added.
package enroll

import (
	"context"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

// Vault keeps passwords.
type Vault interface {
	// Create returns Conflict with reason "exists" for an address that already has a password.
	Create(ctx context.Context, email, password string) (subject string, err error)
	// Check returns Unauthenticated both for a wrong password and for an unknown address.
	Check(ctx context.Context, email, password string) (subject string, err error)
	SetPassword(ctx context.Context, email, password string) error
}

// Store is what an Enroller reads and reserves.
type Store interface {
	OperatorByEmail(ctx context.Context, email string) (chat.Operator, error)
	BeginAnswer(ctx context.Context, key, digest string, now, inProgressUntil time.Time) (*dynamo.Answer, error)
	AbandonAnswer(ctx context.Context, key string) error
}

// Enroller sets first passwords.
type Enroller struct {
	store Store
	vault Vault
	wall  func() time.Time
}

// New makes an Enroller. wall is the wall clock.
func New(store Store, vault Vault, wall func() time.Time) *Enroller {
	return &Enroller{store: store, vault: vault, wall: wall}
}

// reservedFor is how long an address stays reserved: longer than the function's time limit.
const reservedFor = 30 * time.Second

// Reserve prevents two concurrent sign-ups with one address. Without it, the second one's password could open the first one's account.
func (e *Enroller) Reserve(ctx context.Context, address string) (release func() error, err error) {
	key := "sign-up " + auth.Hash(address)
	now := e.wall()
	stored, err := e.store.BeginAnswer(ctx, key, "", now, now.Add(reservedFor))
	if err != nil {
		return nil, fmt.Errorf("reserve an address: %w", err)
	}
	if stored != nil {
		return nil, fault.New(fault.Unavailable, "another sign-up with this address is in progress").WithReason("in_progress")
	}
	return func() error {
		if err := e.store.AbandonAnswer(ctx, key); err != nil {
			return fmt.Errorf("release an address: %w", err)
		}
		return nil
	}, nil
}

// SetPassword sets the password of an address without an operator, whether or not the vault already has the address.
func (e *Enroller) SetPassword(ctx context.Context, address, password string) (subject string, err error) {
	subject, err = e.vault.Create(ctx, address, password)
	if err == nil || !fault.Is(err, fault.Conflict) {
		return subject, err
	}
	if err := e.vault.SetPassword(ctx, address, password); err != nil {
		return "", err
	}
	return e.vault.Check(ctx, address, password)
}

// UnlessOurs ignores a conflict with the operator that this call itself created in an earlier attempt whose response was lost.
func (e *Enroller) UnlessOurs(ctx context.Context, o chat.Operator, refusal error) error {
	existing, err := e.store.OperatorByEmail(ctx, o.Email)
	if err == nil && existing.AccountID == o.AccountID && existing.ID == o.ID {
		return nil
	}
	return refusal
}
