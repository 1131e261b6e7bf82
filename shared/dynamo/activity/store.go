// Package activity stores the activity log: who changed what in an account, by month.
//
// Add puts a line into another package's transaction, so that the line exists exactly when the change does. The package may import
// the core of the data layer, and no other noun.
package activity

import "github.com/recado-chat/recado/shared/dynamo/internal/table"

// Store reads and writes the activity log. It is safe for concurrent use.
type Store struct{ db *table.DB }

// New makes a Store over the tables.
func New(tables *table.Handle) *Store { return &Store{table.Open(tables)} }
