// Package item is the data model: the kinds of items, and how each noun is encoded and decoded.
//
// The functions named for a noun encode it, Decode functions decode it; neither does I/O. Stored data outlives the code: attribute
// names and kinds do not change. The package may import chat, key and table.
package item

// The kinds of items, as stored.
const (
	KindConversation        = "conversation"
	KindMessage             = "message"
	KindEvent               = "event"
	KindTimer               = "timer"
	KindContact             = "contact"
	KindContactConversation = "contact_conversation"
	KindListed              = "listed"
	KindRevision            = "revision"
	KindSearch              = "search"
	KindIdentity            = "identity"
	KindAlias               = "alias"
	KindProviderRef         = "receipt"
	KindAssigned            = "assigned"
	KindReadCursor          = "read"
	KindLoad                = "load"
	KindMail                = "mail"
	KindJob                 = "job"
	KindActivity            = "activity"
	KindAccount             = "account"
	KindStore               = "store"
	KindChannel             = "channel"
	KindOperator            = "operator"
	KindTemplate            = "template"
	KindInvitation          = "invitation"
	KindEmail               = "email"
	KindAsset               = "asset"
	KindBusiness            = "business"
	KindSession             = "session"
	kindOperatorSession     = "operator_session"
	KindTicket              = "ticket"
	KindToken               = "token"
	KindConnection          = "connection"
	kindAccountConnection   = "account_connection"
	kindWatchingConnection  = "watching_connection"
	kindVisitorConnection   = "visitor_connection"
	kindSiteConnection      = "site_connection"
	KindAnswer              = "answer"
	KindHit                 = "hit"
)

// ReaderAttribute names the reader of the stream for whom a write of a conversation or a message is. It is a mark of one write: an update
// expression that changes a conversation sets it. Its name and values are short, because a conversation is written in one unit, 1,024 bytes,
// with every inbound message.
const ReaderAttribute = "for"

// The readers.
const (
	ReaderSignals = "s" // fanout
	ReaderLists   = "l" // push: a conversation with one more inbound message
	ReaderNone    = "n" // an inbound message as it was written first, without a file to fetch: ingest pushes it
)
