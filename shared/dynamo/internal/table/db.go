// Package table is the core of the data layer: how items of the four tables are read, written, queried and paged through.
//
// It knows keys as two strings and items as attributes; which kinds there are is in package item. A DynamoDB error that a caller
// can act on becomes a fault, everything else stays internal. Writes that collide with a transaction are retried. The package may
// import chat, cursor and fault.
package table

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/shared/cursor"
)

// TTLAttribute holds the expiry of an item in seconds, for the tables that have a TTL.
const TTLAttribute = "expires"

// Tables are the names of the four tables. A function that does not use one leaves its name empty.
type Tables struct{ Directory, Desk, Ledger, Live string }

// Table is one of the four tables.
type Table int

// The tables.
const (
	Directory Table = iota
	Desk
	Ledger
	Live
)

// name is the table's name in this deployment.
func (db *DB) name(t Table) *string {
	return aws.String([...]string{Directory: db.tables.Directory, Desk: db.tables.Desk, Ledger: db.tables.Ledger, Live: db.tables.Live}[t])
}

// DB is an open set of tables. It is safe for concurrent use.
type DB struct {
	client  *dynamodb.Client
	tables  Tables
	Now     func() time.Time
	Cursors cursor.Signer
}

// Handle holds a DB for those who open the tables and do not use them: only packages of the data layer can call Open.
type Handle struct{ db *DB }

// New makes a DB over a client.
func New(client *dynamodb.Client, tables Tables, now func() time.Time, cursors cursor.Signer) *Handle {
	return &Handle{&DB{client: client, tables: tables, Now: now, Cursors: cursors}}
}

// Open returns the DB of a Handle.
func Open(h *Handle) *DB { return h.db }
