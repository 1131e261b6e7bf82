// Package directory stores accounts and what they set up: stores, operators, channels and message templates.
//
// An address that signs somebody in, and an asset that is connected as a channel, are unique over all accounts: a claim item is
// written in the same transaction. A change's activity line, job and mail are in its transaction too. The package may import the
// core of the data layer, activity and schedule.
package directory

import "github.com/recado-chat/recado/shared/dynamo/internal/table"

// Store reads and writes accounts and what they set up. It is safe for concurrent use.
type Store struct{ db *table.DB }

// New makes a Store over the tables.
func New(tables *table.Handle) *Store { return &Store{table.Open(tables)} }
