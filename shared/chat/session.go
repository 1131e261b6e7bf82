package chat

import "time"

// Session is a signed-in browser or API client, or a visitor's browser on a page with our web chat: then it has a Visitor and no
// operator. Its token is stored hashed.
type Session struct {
	Hash       string
	AccountID  AccountID
	OperatorID OperatorID
	Visitor    Visitor
	CreatedAt  time.Time
	LastSeenAt time.Time
	ExpiresAt  time.Time
	UserAgent  string
	IP         string
}

// VisitorID is the external user of our own web chat.
type VisitorID string

// Visitor is what a visitor's session is bound to.
type Visitor struct {
	ID        VisitorID
	ChannelID ChannelID
	Origin    string // of the page: scheme, host and port
}

// Connection is one browser's socket: an operator's, or a visitor's.
type Connection struct {
	ID         string
	AccountID  AccountID
	OperatorID OperatorID
	Visitor    Visitor
	Address    string    // a visitor's network address, as its ticket has it
	Session    string    // the hash of the session with which it ends
	Watching   bool      // somebody looks at the browser, so that its lists are kept up to date
	Own        bool      // the list that it shows is that of the operator's own conversations
	Viewing    Viewed    // nothing unless Watching
	ExpiresAt  time.Time // zero once its session has ended
}

// Viewed is what an operator's browser shows; the zero value is nothing.
type Viewed struct {
	ConversationID ConversationID
	StoreID        StoreID   // the grant may be withdrawn while it is shown
	Visitor        VisitorID // who is told that the operator types, on our own web chat
}

// Ticket lets one socket be opened once, until ExpiresAt.
type Ticket struct {
	Hash       string
	AccountID  AccountID
	OperatorID OperatorID
	Visitor    Visitor
	Address    string // the network address of the visitor who asked for it; of IPv6 its /64
	Session    string // the hash of the session that asked for it
	ExpiresAt  time.Time
}
