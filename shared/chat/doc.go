// Package chat holds the nouns of Recado: accounts, stores, channels, operators, contacts, conversations, messages and the
// Events of a timeline, with their ids, states and legal transitions.
//
// Invariants:
//   - Values are plain data without storage or wire tags.
//   - A conversation's or message's status changes only by its methods, which refuse illegal transitions (conversation_state.go,
//     message_state.go; shared/arch checks that nobody else assigns it).
//   - Every stored instant is UTC in whole milliseconds.
//
// It imports the standard library and fault.
package chat
