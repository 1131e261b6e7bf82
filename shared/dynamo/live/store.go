// Package live stores what expires soon: sessions, WebSocket connections, tickets and tokens that are used once, answers of
// repeated requests, and counters of tries.
//
// Secrets are found by their hashes. Expiry is checked by the caller or against a time passed in; the table's TTL only removes
// what has expired. The package may import the core of the data layer, and no other noun.
package live

import "github.com/recado-chat/recado/shared/dynamo/internal/table"

// Store reads and writes sessions, connections, tickets, tokens, answers and counters. It is safe for concurrent use.
type Store struct{ db *table.DB }

// New makes a Store over the tables.
func New(tables *table.Handle) *Store { return &Store{table.Open(tables)} }
