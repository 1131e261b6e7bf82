package httpapi

// Operation describes a route for the published document.
type Operation struct {
	Method  string
	Pattern string // wildcards in braces
	Summary string
	Session Session
	// Permission is what the caller's role must include; empty = none.
	Permission string
	Status     int // of the usual answer
	Body       any // zero value of the body's type in package wire; nil = none
	Answer     any // zero value of the answer's type in package wire; nil = none
	Query      any // zero value of the type in package wire whose fields are the query parameters; nil = none
	// Idempotent says that the route takes an Idempotency-Key.
	Idempotent bool
}

// Session is whose session a route requires.
type Session string

// The sessions.
const (
	NoSession       Session = ""
	OperatorSession Session = "operator" // cookie or bearer token
	VisitorSession  Session = "visitor"  // bearer token
)

// IdempotencyHeader names a creating request, so that repeating it answers what the first one made.
const IdempotencyHeader = "Idempotency-Key"
