// Package schedule stores what is to be done at a time: timers, and the jobs and mails that have one.
//
// A job and a mail are written together with their timer, so that a step that was lost is found again in the index of due items.
// AddJob and AddMail put them into another package's transaction. The package may import the core of the data layer, and no other
// noun.
package schedule

import "github.com/recado-chat/recado/shared/dynamo/internal/table"

// Store reads and writes timers, jobs and mails. It is safe for concurrent use.
type Store struct{ db *table.DB }

// New makes a Store over the tables.
func New(tables *table.Handle) *Store { return &Store{table.Open(tables)} }
