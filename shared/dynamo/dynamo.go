// Package dynamo opens the DynamoDB tables. What is below it is the only code that knows keys, indexes and expressions.
//
// There are four tables, split by how long data lives: Directory (accounts and what they set up), Desk (conversations and
// everything around them), Ledger (money) and Live (sockets, sessions, tickets). Each is a single-table design. The packages are:
//
//   - internal/table: the core. Reads, conditional writes, transactions, queries, signed cursors, faults.
//   - internal/item: the data model. Every key, every kind of item, and how nouns are encoded and decoded.
//     testdata/keys.golden lists every kind with its keys.
//   - directory, conversation, contact, schedule, activity, live: the stores, one package for each group of nouns.
//   - stream: the changes that a table's stream carries.
//
// A function opens the tables once with Connect and makes the stores that it uses. Store is all of them together, for the functions
// that use most of them, fixtures and tests.
//
// Invariants: a decision is one write; a version only ever grows by one, and a writer that read an older one gets
// fault.Conflict; times are stored as integer milliseconds; expiry is checked against the time passed in, and the tables' TTL
// only removes what has expired.
//
// Faults, unless a method says otherwise: what is not there is NotFound; a failed condition is Conflict with a reason
// ("version_changed", "identity_changed", "receipt_exists", "load_changed", "exists", "claimed"); throttles and transactions
// that collided are Unavailable, after retries; a cursor that was altered or made for another list or account is Invalid with the
// field "cursor".
//
// The packages import chat, cursor and fault, the AWS SDK, and the shapes of stream records.
package dynamo

import (
	"crypto/rand"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/shared/cursor"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// DB is an open set of tables, from which the stores are made. It has no methods of its own.
type DB = table.Handle

// Tables are the names of the four tables. A function that does not use one leaves its name empty.
type Tables = table.Tables

// Option changes how the tables are opened.
type Option func(*options)

type options struct {
	clock   func() time.Time
	cursors cursor.Keys
}

// WithClock sets the clock. It is required.
func WithClock(now func() time.Time) Option { return func(o *options) { o.clock = now } }

// WithCursorKeys sets the keys that sign cursors. All processes that page through the same lists share them; without any, a cursor
// is valid only in the process that made it.
func WithCursorKeys(keys cursor.Keys) Option { return func(o *options) { o.cursors = keys } }

// WithCursorKey is WithCursorKeys for a key that never changes.
func WithCursorKey(key []byte) Option { return WithCursorKeys(cursor.Static(string(key))) }

// Connect opens the tables. It panics without a clock.
func Connect(client *dynamodb.Client, tables Tables, with ...Option) *DB {
	o := options{cursors: cursor.Static(rand.Text())}
	for _, option := range with {
		option(&o)
	}
	if o.clock == nil {
		panic("dynamo: Connect needs WithClock")
	}
	return table.New(client, tables, o.clock, cursor.New(o.cursors))
}
