// Package contact stores contacts with the tokens that find them, their revisions, and the identities that lead from a channel's
// addresses to a contact and its open conversation.
//
// Add puts a new contact into another package's transaction. The package may import the core of the data layer, activity and
// schedule.
package contact

import "github.com/recado-chat/recado/shared/dynamo/internal/table"

// Store reads and writes contacts and their identities. It is safe for concurrent use.
type Store struct{ db *table.DB }

// New makes a Store over the tables.
func New(tables *table.Handle) *Store { return &Store{table.Open(tables)} }
