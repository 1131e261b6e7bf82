// Package permission says what a role may do (a preset of permissions per role), what an operator sees (Scope), and which conversations
// they may be given (Refuses). It imports chat and the standard library.
package permission

import (
	"slices"

	"github.com/recado-chat/recado/shared/chat"
)

// Permission is what a route requires.
type Permission string

// The permissions. Administration is the section that only the owner sees.
const (
	ConversationRead    Permission = "conversation.read"
	ConversationReply   Permission = "conversation.reply"
	ConversationAssign  Permission = "conversation.assign"
	ConversationResolve Permission = "conversation.resolve"
	ContactRead         Permission = "contact.read"
	ContactEdit         Permission = "contact.edit"
	ContactSplit        Permission = "contact.split" // undo a merge of two contacts
	OperatorRead        Permission = "operator.read"
	OperatorManage      Permission = "operator.manage"
	StoreRead           Permission = "store.read"
	StoreManage         Permission = "store.manage"
	ChannelRead         Permission = "channel.read"
	ChannelManage       Permission = "channel.manage"
	SettingsRead        Permission = "settings.read"
	SettingsManage      Permission = "settings.manage"
	ProfileEdit         Permission = "profile.edit"
	Administration      Permission = "administration"
)

var (
	reading = []Permission{ConversationRead, ContactRead, OperatorRead, StoreRead, ChannelRead, SettingsRead}
	working = append(slices.Clone(reading), ConversationReply, ConversationAssign, ConversationResolve, ContactEdit, ProfileEdit)
	presets = map[chat.Role][]Permission{
		chat.ReadOnly:     reading,
		chat.OperatorRole: working,
		chat.Supervisor:   append(slices.Clone(working), SettingsManage),
		chat.Editor:       append(slices.Clone(working), ChannelManage),
		chat.Admin:        append(slices.Clone(working), SettingsManage, ChannelManage, OperatorManage, StoreManage, ContactSplit),
		chat.Owner:        append(slices.Clone(working), SettingsManage, ChannelManage, OperatorManage, StoreManage, ContactSplit, Administration),
	}
)

// Of lists a role's permissions; an unknown role has none.
func Of(role chat.Role) []Permission { return slices.Clone(presets[role]) }

// Has reports whether a role includes a permission.
func Has(role chat.Role, p Permission) bool { return slices.Contains(presets[role], p) }
