package dynamo

import (
	"crypto/rand"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/cursor"
)

// Tables are the names of the four tables. A function that has no business with one leaves its name empty.
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
func (s *Store) name(t Table) *string {
	return aws.String([...]string{Directory: s.tables.Directory, Desk: s.tables.Desk, Ledger: s.tables.Ledger, Live: s.tables.Live}[t])
}

// Store reads and writes the four tables. It is safe for concurrent use.
type Store struct {
	client  *dynamodb.Client
	tables  Tables
	cursors cursor.Signer
	clock   func() time.Time
}

// Option changes a Store as it is made.
type Option func(*Store)

// WithCursorKeys sets the keys that sign cursors. All processes that page through the same lists share them; without any, a cursor
// is valid only in the process that made it.
func WithCursorKeys(keys cursor.Keys) Option { return func(s *Store) { s.cursors = cursor.New(keys) } }

// WithCursorKey is WithCursorKeys for a key that never changes.
func WithCursorKey(key []byte) Option { return WithCursorKeys(cursor.Static(string(key))) }

// WithClock sets what tells the time; every Store needs one.
func WithClock(now func() time.Time) Option { return func(s *Store) { s.clock = now } }

// New makes a Store over a client. It panics without a clock: which one it is, is never a matter of course.
func New(client *dynamodb.Client, tables Tables, options ...Option) *Store {
	s := &Store{client: client, tables: tables, cursors: cursor.New(cursor.Static(rand.Text()))}
	for _, option := range options {
		option(s)
	}
	if s.clock == nil {
		panic("dynamo: a Store needs WithClock")
	}
	return s
}

const (
	usualLimit = 50
	mostLimit  = 1000
)

func limitOf(p chat.PageRequest) int {
	if p.Limit <= 0 {
		return usualLimit
	}
	return min(p.Limit, mostLimit)
}
