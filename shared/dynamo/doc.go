// Package dynamo keeps Recado's nouns in DynamoDB. It is the only code that knows keys, indexes and expressions.
//
// There are four tables, split by how long data lives: Directory (the account and what it set up), Desk (conversations and
// everything around them), Ledger (money) and Live (sockets, sessions, tickets). Each is a single-table design; keys.go builds
// every key and testdata/keys.golden lists every kind of item with its keys, which is the data model's documentation.
//
// Invariants: a decision is one write; a version only ever grows by one, and a writer that read an older one gets
// fault.Conflict; times are stored as integer milliseconds; expiry is checked against the time passed in, and the tables' TTL
// only sweeps up; what a caller may act on is a fault, and everything else is internal.
//
// Faults, unless a method says otherwise: what is not there is NotFound; a failed condition is Conflict with a reason
// ("version_changed", "identity_changed", "receipt_exists", "at_capacity", "exists", "claimed"); throttles and transactions
// that collided are Unavailable, after the SDK has tried again; a cursor that was altered or made for another list or account
// is Invalid with the field "cursor".
//
// The package imports chat and fault, the AWS SDK, and the shapes of stream records.
package dynamo
