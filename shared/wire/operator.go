package wire

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/rules/permission"
)

// Operator is a person who answers.
type Operator struct {
	// ID is the operator's id.
	ID string `json:"id"`
	// Name is what the others read.
	Name string `json:"name"`
	// Email is left out for callers who may not manage operators.
	Email string `json:"email,omitempty" jsonschema:"format=email"`
	// EmailVerified says whether the operator proved the email address.
	EmailVerified bool `json:"emailVerified"`
	// Role decides what the operator may do.
	Role chat.Role `json:"role"`
	// Availability says whether the operator takes new conversations.
	Availability chat.Availability `json:"availability"`
	// Capacity is how many conversations the operator is given at once.
	Capacity int `json:"capacity"`
	// OpenConversations is how many the operator has: open and pending ones.
	OpenConversations int `json:"openConversations"`
	// StoreIDs are the stores granted; empty = every store, for the roles that see the whole account.
	StoreIDs []string `json:"storeIds"`
	// Languages are those that the operator answers in.
	Languages []chat.Language `json:"languages" open:"true"`
	// Language is that of the operator's interface.
	Language chat.Language `json:"language"`
	// Picture is a path on this origin that anybody may read; null without a picture.
	Picture *string `json:"picture"`
	// Active says whether the operator may sign in.
	Active bool `json:"active"`
	// Online says whether the operator has the console open.
	Online bool `json:"online"`
	// Version is the version to send with the next change.
	Version int64 `json:"version"`
}

// AssignableRole is a role that may be given to an operator: an account has one owner.
type AssignableRole string

// The roles that may be given.
const (
	AssignAdmin      = AssignableRole(chat.Admin)
	AssignEditor     = AssignableRole(chat.Editor)
	AssignSupervisor = AssignableRole(chat.Supervisor)
	AssignOperator   = AssignableRole(chat.OperatorRole)
	AssignReadOnly   = AssignableRole(chat.ReadOnly)
)

// NewOperator adds an operator.
type NewOperator struct {
	// Name is what the others read.
	Name *string `json:"name" jsonschema:"minLength=1,maxLength=120" nullable:"false"`
	// Email is the address that the operator signs in with. A known one answers conflict with reason exists.
	Email string `json:"email" jsonschema:"format=email"`
	// Role is the operator's role.
	Role *AssignableRole `json:"role" nullable:"false"`
	// Password is the operator's first password, at most 256 bytes.
	Password string `json:"password" jsonschema:"minLength=10,maxLength=256"`
	// Capacity defaults to 20.
	Capacity *int `json:"capacity,omitempty" jsonschema:"minimum=0,maximum=1000"`
	// StoreIDs default to the account's first store, for roles that see only their stores.
	StoreIDs *[]string `json:"storeIds,omitempty"`
	// Languages default to the account's.
	Languages *[]chat.Language `json:"languages,omitempty" jsonschema:"maxItems=20"`
	// Availability defaults to away.
	Availability *chat.Availability `json:"availability,omitempty"`
}

// OperatorChange changes an operator; fields that are left out stay as they are.
type OperatorChange struct {
	// Name is what the others read.
	Name *string `json:"name,omitempty" jsonschema:"minLength=1,maxLength=120"`
	// Role is the new role. The owner's stays owner, and nobody else can become owner.
	Role *chat.Role `json:"role,omitempty"`
	// Capacity is how many conversations the operator is given at once.
	Capacity *int `json:"capacity,omitempty" jsonschema:"minimum=0,maximum=1000"`
	// StoreIDs are the stores granted; an empty list grants every store to roles that see the whole account, and the first store to the others.
	// The owner has every store: naming some answers conflict. A caller who is limited to stores names these alone; the others stay.
	StoreIDs *[]string `json:"storeIds,omitempty"`
	// Languages are those that the operator answers in.
	Languages *[]chat.Language `json:"languages,omitempty" jsonschema:"maxItems=20"`
	// Active says whether the operator may sign in; false ends the operator's sessions.
	Active *bool `json:"active,omitempty"`
	// Availability says whether the operator takes new conversations.
	Availability *chat.Availability `json:"availability,omitempty"`
	// Version is the version that was read; another one answers conflict with reason version_changed.
	Version int64 `json:"version"`
}

// Me is the caller, with what they may do and where.
type Me struct {
	// Operator is the caller.
	Operator Operator `json:"operator"`
	// PictureUpload is the caller's last uploaded picture while it is not shown; left out without one. Until it is ready the picture before it
	// is shown.
	PictureUpload *PictureUpload `json:"pictureUpload,omitempty"`
	// Permissions are what the caller's role includes.
	Permissions []permission.Permission `json:"permissions" open:"true"`
	// Account is the account that the caller belongs to.
	Account Account `json:"account"`
	// Now is the time of the service's clock of stored times: windows close by it.
	Now Time `json:"now"`
}

// PictureUpload is an uploaded picture that is not shown.
type PictureUpload struct {
	// State is pending until the picture is read, and refused when it cannot be shown. The notices picture_ready and picture_refused tell of
	// the outcome.
	State PictureState `json:"state"`
	// Reason says why it was refused: picture_unreadable (damaged, or no JPEG, PNG, GIF or still WebP) or picture_too_large (more than 10,000
	// pixels a side or 12,582,912 in all); left out while it is pending.
	Reason string `json:"reason,omitempty"`
}

// PictureState is the state of an uploaded picture.
type PictureState string

// The states.
const (
	PicturePending PictureState = "pending"
	PictureRefused PictureState = "refused"
)

// Account is the account as every operator sees it.
type Account struct {
	// ID is the account's id.
	ID string `json:"id"`
	// Name is the name of the business.
	Name string `json:"name"`
	// TimeZone is an IANA time zone name.
	TimeZone string `json:"timeZone"`
	// Language is the account's default language.
	Language chat.Language `json:"language"`
	// Version grows with every change of the account.
	Version int64 `json:"version"`
}

// MeChange changes the caller's profile; fields that are left out stay as they are.
type MeChange struct {
	// Name is what the others read.
	Name *string `json:"name,omitempty" jsonschema:"minLength=1,maxLength=120"`
	// Language is that of the caller's interface.
	Language *chat.Language `json:"language,omitempty"`
	// Picture is the id of an upload with the purpose picture, which is shown when it has been made small; null removes the picture.
	Picture Nullable[string] `json:"picture,omitzero"`
	// Version is the operator's version that was read; another one answers conflict with reason version_changed.
	Version int64 `json:"version"`
}

// AvailabilityChange says whether the caller takes new conversations.
type AvailabilityChange struct {
	// Status is the new availability.
	Status chat.Availability `json:"status"`
}

// PasswordChange sets a new password and ends the caller's other sessions.
type PasswordChange struct {
	// Current is the password that is valid now.
	Current string `json:"current"`
	// Password is the new one, at most 256 bytes.
	Password string `json:"password" jsonschema:"minLength=10,maxLength=256"`
}
