package wire

import "github.com/recado-chat/recado/shared/chat"

// Client is who signs in.
type Client string

// ClientAPI gets an access token in the answer instead of a cookie.
const ClientAPI Client = "api"

// SignUp makes an account with its first store and its owner.
type SignUp struct {
	// AccountName is the name of the business, and of its first store.
	AccountName string `json:"accountName" jsonschema:"minLength=1,maxLength=120"`
	// Name is the owner's name.
	Name string `json:"name" jsonschema:"minLength=1,maxLength=120"`
	// Email is the address that the owner signs in with. A known one answers conflict with reason exists.
	Email string `json:"email" jsonschema:"format=email"`
	// Password has at most 256 bytes.
	Password string `json:"password" jsonschema:"minLength=10,maxLength=256"`
	// Language defaults to es.
	Language chat.Language `json:"language,omitempty"`
	// TimeZone is an IANA time zone name and defaults to UTC.
	TimeZone string `json:"timeZone,omitempty"`
	// Client is left out by browsers.
	Client Client `json:"client,omitempty"`
}

// SignIn begins a session.
type SignIn struct {
	// Email is the address that the operator signs in with.
	Email string `json:"email" jsonschema:"format=email"`
	// Password is the operator's password.
	Password string `json:"password" jsonschema:"minLength=1,maxLength=256"`
	// Client is left out by browsers.
	Client Client `json:"client,omitempty"`
}

// SignedIn is who signed in.
type SignedIn struct {
	// Operator is who signed in.
	Operator SignedInOperator `json:"operator"`
	// Account is the account that the operator belongs to.
	Account SignedInAccount `json:"account"`
	// AccessToken goes into the Authorization header; left out for browsers, which get a cookie.
	AccessToken string `json:"accessToken,omitempty"`
}

// SignedInOperator is the operator who signed in.
type SignedInOperator struct {
	// ID is the operator's id.
	ID string `json:"id"`
	// Name is the operator's name.
	Name string `json:"name"`
	// Email is the address that the operator signed in with.
	Email string `json:"email" jsonschema:"format=email"`
	// Role decides what the operator may do.
	Role chat.Role `json:"role"`
}

// SignedInAccount is the account that the operator belongs to.
type SignedInAccount struct {
	// ID is the account's id.
	ID string `json:"id"`
	// Name is the name of the business.
	Name string `json:"name"`
}

// Token is the token of a link that was mailed. It works once.
type Token struct {
	// Token is the token of the link.
	Token string `json:"token"`
}

// Forgot asks for a link to set a new password. The answer does not depend on whether the address is known.
type Forgot struct {
	// Email is the address that the operator signs in with.
	Email string `json:"email" jsonschema:"format=email"`
}

// Reset sets a new password with a link that was mailed, and ends all sessions.
type Reset struct {
	// Token is the token of the link.
	Token string `json:"token"`
	// Password is the new one, at most 256 bytes.
	Password string `json:"password" jsonschema:"minLength=10,maxLength=256"`
}

// Session is one place where an operator is signed in. Its times are of the wall clock.
type Session struct {
	// ID ends the session and does not open it.
	ID string `json:"id"`
	// CreatedAt is when the operator signed in.
	CreatedAt Time `json:"createdAt"`
	// LastSeenAt is exact to five minutes.
	LastSeenAt Time `json:"lastSeenAt"`
	// UserAgent is what the client called itself, at most 300 characters.
	UserAgent string `json:"userAgent"`
	// IP is the address that the operator signed in from.
	IP string `json:"ip"`
	// Current says that it is the session of this request.
	Current bool `json:"current"`
}

// SocketTicket opens one socket, once.
type SocketTicket struct {
	// URL is the socket's address, ticket included.
	URL string `json:"url" widget:"strict"`
	// ExpiresIn is in seconds.
	ExpiresIn int `json:"expiresIn" widget:"-"`
}
