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

// Availability is set by the operator; automatic assignment reads it. An open socket does not matter.
type Availability string

// The availabilities.
const (
	Available Availability = "available"
	Away      Availability = "away"
)

// DefaultCapacity is how many conversations a new operator may have at once.
const DefaultCapacity = 20

// Operator is a person who works in the account.
type Operator struct {
	ID                            OperatorID
	AccountID                     AccountID
	Name                          string
	Email                         string
	EmailVerified                 bool
	Role                          Role
	Availability                  Availability
	Capacity                      int
	StoreIDs                      []StoreID // grants; empty = every store for admin and supervisor, none otherwise; an owner has every store
	Languages                     []Language
	Language                      Language // of the interface
	Picture                       string   // file name of the picture that visitors see; "" = none
	PictureUpload, PictureRefused string   // id of the upload that is to become Picture; reason for which the last one did not; "" = none
	Active                        bool
	Subject                       string    // the identity provider's name for the person
	PasswordAt                    time.Time // when a mailed link last set the password: older links are invalid
	CreatedAt                     time.Time
	Version                       int64
}

// ServesStore reports whether the operator has the store's grant.
func (o Operator) ServesStore(id StoreID) bool {
	return o.ServesEveryStore() || slices.Contains(o.StoreIDs, id)
}

// ServesEveryStore reports whether the operator has every store, also those that are added later. Nobody limits an owner.
func (o Operator) ServesEveryStore() bool {
	return o.Role == Owner || len(o.StoreIDs) == 0 && (o.Role == Admin || o.Role == Supervisor)
}

// Load is how many conversations an operator has now. It changes in the transaction of every decision that changes it.
type Load struct {
	AccountID      AccountID
	OperatorID     OperatorID
	Open           int
	LastAssignedAt time.Time
	Moves          int64     // how often it changed: a repair applies only if nothing changed since the count
	RepairedAt     time.Time // by a recount
	Counts         Counts
}

// ReadCursor is how far an operator has read a conversation. Tells is the contact's newest message, if it was read and the channel has
// read receipts.
type ReadCursor struct {
	AccountID      AccountID
	OperatorID     OperatorID
	ConversationID ConversationID
	ReadUpTo       MessageID
	Tells          MessageID
	InboundCount   int // how many of the contact's messages were read
	At             time.Time
}

// Unread reports whether the contact wrote after what was read.
func (r ReadCursor) Unread(c Conversation) bool { return c.LastInboundID > r.ReadUpTo }

// UnreadCount is how many messages the contact wrote after what was read. A position before the contact's last message, and one that was
// stored before messages were counted, count as one message at least.
func (r ReadCursor) UnreadCount(c Conversation) int {
	if !r.Unread(c) {
		return 0
	}
	return max(1, c.InboundCount-r.InboundCount)
}

// CountRead sets how many of the contact's messages were read: all up to the last one, or all but that.
func (r *ReadCursor) CountRead(c Conversation) {
	r.InboundCount = c.InboundCount
	if r.Unread(c) {
		r.InboundCount = max(0, c.InboundCount-1)
	}
}

// Actor is the operator on whose behalf a use case runs, with what the activity log keeps of the request.
type Actor struct {
	Operator  Operator
	RequestID string
	IP        string
	UserAgent string
}

// Author is the actor as messages and Events name it.
func (a Actor) Author() Author {
	return Author{Kind: ByOperator, ID: string(a.Operator.ID), Name: a.Operator.Name}
}
