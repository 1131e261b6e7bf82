package view

import (
	"net/url"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// OperatorShape is a person who answers. Email is left out for those who may not manage operators.
type OperatorShape struct {
	ID                string   `json:"id"`
	Name              string   `json:"name"`
	Email             string   `json:"email,omitempty"`
	EmailVerified     bool     `json:"emailVerified"`
	Role              string   `json:"role"`
	Availability      string   `json:"availability"`
	Capacity          int      `json:"capacity"`
	OpenConversations int      `json:"openConversations"`
	StoreIDs          []string `json:"storeIds"`
	Languages         []string `json:"languages"`
	Language          string   `json:"language"`
	Picture           *string  `json:"picture"` // where it is, on our own origin
	Active            bool     `json:"active"`
	Online            bool     `json:"online"`
	Version           int64    `json:"version"`
}

// OperatorState is what an operator's own item does not hold.
type OperatorState struct {
	Open      int
	Online    bool
	ShowEmail bool
}

// Operator shows an operator.
func Operator(o chat.Operator, state OperatorState) OperatorShape {
	shape := OperatorShape{
		ID:                string(o.ID),
		Name:              o.Name,
		EmailVerified:     o.EmailVerified,
		Role:              string(o.Role),
		Availability:      string(o.Availability),
		Capacity:          o.Capacity,
		OpenConversations: state.Open,
		StoreIDs:          texts(o.StoreIDs),
		Languages:         texts(o.Languages),
		Language:          string(o.Language),
		Picture:           picture(o.AccountID, o.Picture),
		Active:            o.Active,
		Online:            state.Online,
		Version:           o.Version,
	}
	if state.ShowEmail {
		shape.Email = o.Email
	}
	return shape
}

// picture is where an operator's picture is found: by anybody, as visitors see it.
func picture(account chat.AccountID, name string) *string {
	if name == "" {
		return nil
	}
	path := "/widget/v1/pictures/" + url.PathEscape(string(account)) + "/" + url.PathEscape(name)
	return &path
}

// MeShape is who asks, with what they may do and where.
type MeShape struct {
	Operator    OperatorShape `json:"operator"`
	Permissions []string      `json:"permissions"`
	Account     AccountShape  `json:"account"`
	Now         Time          `json:"now"` // of the server's clock, by which windows close
}

// AccountShape is the account as every operator sees it.
type AccountShape struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	TimeZone string `json:"timeZone"`
	Language string `json:"language"`
	Version  int64  `json:"version"`
}

// Me shows the operator who asks.
func Me[P ~string](o OperatorShape, permissions []P, a chat.Account, now time.Time) MeShape {
	return MeShape{
		Operator:    o,
		Permissions: texts(permissions),
		Account: AccountShape{
			ID: string(a.ID), Name: a.Name, TimeZone: a.TimeZone, Language: string(a.Language), Version: a.Version,
		},
		Now: Time(now),
	}
}

// SignedInShape answers sign-up and sign-in. AccessToken is for clients that keep no cookie.
type SignedInShape struct {
	Operator    SignedInOperator `json:"operator"`
	Account     SignedInAccount  `json:"account"`
	AccessToken string           `json:"accessToken,omitempty"`
}

// SignedInOperator is who signed in.
type SignedInOperator struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Role  string `json:"role"`
}

// SignedInAccount is where they signed in.
type SignedInAccount struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// SignedIn shows who signed in, and the token of those who asked for one.
func SignedIn(o chat.Operator, a chat.Account, accessToken string) SignedInShape {
	return SignedInShape{
		Operator:    SignedInOperator{ID: string(o.ID), Name: o.Name, Email: o.Email, Role: string(o.Role)},
		Account:     SignedInAccount{ID: string(a.ID), Name: a.Name},
		AccessToken: accessToken,
	}
}

// SessionShape is one place where an operator is signed in.
type SessionShape struct {
	ID         string `json:"id"`
	CreatedAt  Time   `json:"createdAt"`
	LastSeenAt Time   `json:"lastSeenAt"`
	UserAgent  string `json:"userAgent"`
	IP         string `json:"ip"`
	Current    bool   `json:"current"`
}

// Session shows a session; its hash serves as its id, and lets nobody in.
func Session(s chat.Session, current string) SessionShape {
	return SessionShape{
		ID: s.Hash, CreatedAt: Time(s.CreatedAt), LastSeenAt: Time(s.LastSeenAt),
		UserAgent: s.UserAgent, IP: s.IP, Current: s.Hash == current,
	}
}

// ContactShape is a person who writes to the account.
type ContactShape struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	FirstName  string          `json:"firstName"`
	LastName   string          `json:"lastName"`
	Email      *string         `json:"email"`
	Phone      *string         `json:"phone"`
	Blocked    bool            `json:"blocked"`
	Identities []IdentityShape `json:"identities"`
	// MarketingOptOutAt is since when they want no advertising; left out for those who take it.
	MarketingOptOutAt *Time `json:"marketingOptOutAt,omitempty"`
	CreatedAt         Time  `json:"createdAt"`
	Version           int64 `json:"version"`
}

// IdentityShape is a contact's address on a channel.
type IdentityShape struct {
	ChannelID  string `json:"channelId"`
	Type       string `json:"type"`
	ExternalID string `json:"externalId"`
	Username   string `json:"username,omitempty"`
	Phone      string `json:"phone,omitempty"`
}

// Contact shows a contact.
func Contact(c chat.Contact) ContactShape {
	shape := ContactShape{
		ID: string(c.ID), Name: c.Name, FirstName: c.FirstName, LastName: c.LastName,
		Email: orNull(c.Email), Phone: orNull(c.Phone), Blocked: c.Blocked,
		Identities: make([]IdentityShape, len(c.Identities)), MarketingOptOutAt: timeOrNull(c.MarketingOptOut()),
		CreatedAt: Time(c.CreatedAt), Version: c.Version,
	}
	for i, id := range c.Identities {
		shape.Identities[i] = IdentityShape{
			ChannelID: string(id.ChannelID), Type: string(id.Type), ExternalID: id.ExternalID, Username: id.Username, Phone: id.Phone,
		}
	}
	return shape
}
