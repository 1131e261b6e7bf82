package chat

import (
	"slices"
	"time"
)

// Role is a preset of permissions.
type Role string

// The roles. Supervisor is the chat administrator: every conversation, nothing else of the administration.
const (
	Owner        Role = "owner"
	Admin        Role = "admin"
	Editor       Role = "editor"
	Supervisor   Role = "supervisor"
	OperatorRole Role = "operator"
	ReadOnly     Role = "readonly"
)

// Availability is what an operator says of himself; distribution asks it, an open socket does not matter.
type Availability string

// The two of them.
const (
	Available Availability = "available"
	Away      Availability = "away"
)

// DefaultCapacity is how many conversations a new operator carries at once.
const DefaultCapacity = 20

// Operator is a person who answers.
type Operator struct {
	ID            OperatorID
	AccountID     AccountID
	Name          string
	Email         string
	EmailVerified bool
	Role          Role
	Availability  Availability
	Capacity      int
	StoreIDs      []StoreID // grants; empty = every store for owner, admin and supervisor, none otherwise
	Languages     []Language
	Language      Language // of the interface
	Picture       string   // what visitors see, by the name of its file; "" = none
	Active        bool
	Subject       string    // the identity provider's name for the person
	PasswordAt    time.Time // when a mailed link last set the password: older links are dead
	CreatedAt     time.Time
	Version       int64
}

// ServesStore says whether the operator has the store's grant.
func (o Operator) ServesStore(id StoreID) bool {
	if len(o.StoreIDs) == 0 {
		return o.Role == Owner || o.Role == Admin || o.Role == Supervisor
	}
	return slices.Contains(o.StoreIDs, id)
}

// Load is what an operator carries now. It changes in the transaction of every decision that changes it.
type Load struct {
	AccountID      AccountID
	OperatorID     OperatorID
	Open           int
	LastAssignedAt time.Time
	Moves          int64     // how often it changed: a repair is for what was counted, and for nothing later
	RepairedAt     time.Time // by a recount
}
