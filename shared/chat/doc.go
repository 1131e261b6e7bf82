// Package chat holds the nouns of Recado: accounts, stores, channels, operators, contacts, conversations, messages and the
// Events of a timeline, with their ids, states and legal transitions.
//
// Invariants: values are plain data without storage or wire tags; a conversation changes its state only through its methods,
// which refuse illegal transitions; every stored instant is UTC with millisecond grain. The package imports the standard
// library and fault, nothing else.
package chat
