package present

import (
	"net/url"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
)

// OperatorState is what is known of an operator beside the stored value.
type OperatorState struct {
	Open      int
	Online    bool
	ShowEmail bool
}

// Operator builds an operator.
func Operator(o chat.Operator, state OperatorState) wire.Operator {
	shape := wire.Operator{
		ID:                string(o.ID),
		Name:              o.Name,
		EmailVerified:     o.EmailVerified,
		Role:              o.Role,
		Availability:      o.Availability,
		Capacity:          o.Capacity,
		OpenConversations: state.Open,
		StoreIDs:          texts(o.StoreIDs),
		Languages:         orEmpty(o.Languages),
		Language:          o.Language,
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

// picture is the public path of an operator's picture.
func picture(account chat.AccountID, name string) *string {
	if name == "" {
		return nil
	}
	path := "/widget/v1/pictures/" + url.PathEscape(string(account)) + "/" + url.PathEscape(name)
	return &path
}

// Me builds the answer about the caller.
func Me(o chat.Operator, shape wire.Operator, permissions []permission.Permission, a chat.Account, now time.Time) wire.Me {
	return wire.Me{
		Operator:      shape,
		PictureUpload: pictureUpload(o),
		Permissions:   orEmpty(permissions),
		Account: wire.Account{
			ID: string(a.ID), Name: a.Name, TimeZone: a.TimeZone, Language: a.Language, Version: a.Version,
		},
		Now: wire.Time(now),
	}
}

// pictureUpload is what became of an operator's upload; nil when it is shown, or there was none.
func pictureUpload(o chat.Operator) *wire.PictureUpload {
	switch {
	case o.PictureUpload != "":
		return &wire.PictureUpload{State: wire.PicturePending}
	case o.PictureRefused != "":
		return &wire.PictureUpload{State: wire.PictureRefused, Reason: o.PictureRefused}
	}
	return nil
}

// SignedIn builds the answer of sign-up and sign-in; accessToken is empty for browsers.
func SignedIn(o chat.Operator, a chat.Account, accessToken string) wire.SignedIn {
	return wire.SignedIn{
		Operator:    wire.SignedInOperator{ID: string(o.ID), Name: o.Name, Email: o.Email, Role: o.Role},
		Account:     wire.SignedInAccount{ID: string(a.ID), Name: a.Name},
		AccessToken: accessToken,
	}
}

// Session builds a session. Its id is the hash of the token, which opens nothing; current is the hash of the caller's.
func Session(s chat.Session, current string) wire.Session {
	return wire.Session{
		ID: s.Hash, CreatedAt: wire.Time(s.CreatedAt), LastSeenAt: wire.Time(s.LastSeenAt),
		UserAgent: s.UserAgent, IP: s.IP, Current: s.Hash == current,
	}
}

// Contact builds a contact as somebody sees it.
func Contact(c chat.Contact, seen permission.Scope) wire.Contact {
	shape := wire.Contact{
		ID: string(c.ID), Name: c.Name, FirstName: c.FirstName, LastName: c.LastName,
		Email: orNull(c.Email), Phone: orNull(c.Phone), Blocked: c.Blocked,
		Identities: make([]wire.Identity, len(c.Identities)), MarketingOptOutAt: timeOrNull(c.MarketingOptOut()),
		StoreIDs:  texts(slices.DeleteFunc(slices.Clone(c.StoreIDs), func(id chat.StoreID) bool { return !seen.Store(id) })),
		CreatedAt: wire.Time(c.CreatedAt), Version: c.Version,
	}
	for _, m := range c.Merges {
		shape.Merges = append(shape.Merges, wire.ContactMerge{ID: m.ID, At: wire.Time(m.At), ExternalID: m.ExternalID})
	}
	for i, id := range c.Identities {
		shape.Identities[i] = wire.Identity{
			ChannelID: string(id.ChannelID), Type: id.Type, ExternalID: id.ExternalID, Username: id.Username, Phone: id.Phone,
		}
	}
	return shape
}
