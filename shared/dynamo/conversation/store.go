// Package conversation stores conversations: their messages, Events and provider ids, the lists that show them, the operators'
// loads and read positions.
//
// Commit writes a whole decision in one transaction. A version grows by one with each write, and a writer that read an older
// version gets Conflict "version_changed". The package may import the core of the data layer, activity, contact and directory.
package conversation

import (
	"github.com/recado-chat/recado/shared/dynamo/directory"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// Store reads and writes conversations. It is safe for concurrent use.
type Store struct {
	db        *table.DB
	directory *directory.Store // lists over all stores, and over all months, ask it which these are
}

// New makes a Store over the tables.
func New(tables *table.Handle) *Store {
	return &Store{db: table.Open(tables), directory: directory.New(tables)}
}
