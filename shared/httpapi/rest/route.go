package rest

import (
	"context"

	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/rules/permission"
)

// Access is what a route requires of its caller: a permission, or one of the two below.
type Access string

const (
	Public   Access = "public"    // anybody
	SignedIn Access = "signed in" // any operator, whatever their role
)

// May requires a permission.
func May(p permission.Permission) Access { return Access(p) }

// Route is one entry of the table. A request that matches no entry is answered with not_found.
type Route struct {
	Method  string
	Pattern string // a path with {wildcards}
	Access  Access
	Handle  func(context.Context, *Call) (httpapi.Response, error)
	Status  int    // of the usual answer
	Summary string // for the published document
	Body    any    // zero value of the body's type in package wire; nil = none
	Answer  any    // zero value of the answer's type in package wire; nil = none
	Query   any    // zero value of the type in package wire whose fields are the query parameters; nil = none
	Creates bool   // takes an Idempotency-Key
}
