package permission

import (
	"slices"

	"github.com/recado-chat/recado/shared/chat"
)

// Scope is what an operator sees of their account: the stores granted to them, or every store. It is the one decision about what is
// shown to whom: every list, count, search, single read and frame asks it. The zero Scope sees nothing.
type Scope struct {
	every  bool
	stores []chat.StoreID
}

// ScopeOf is the scope of an operator.
func ScopeOf(o chat.Operator) Scope {
	if len(presets[o.Role]) == 0 {
		return Scope{}
	}
	return Scope{every: o.ServesEveryStore(), stores: o.StoreIDs}
}

// Every reports whether every store is seen, also those that are added later.
func (s Scope) Every() bool { return s.every }

// Store reports whether a store is seen, with its channels.
func (s Scope) Store(id chat.StoreID) bool { return s.every || slices.Contains(s.stores, id) }

// Conversation reports whether a conversation is seen, with its messages and its timeline. Nobody sees it before its contact consented.
func (s Scope) Conversation(c chat.Conversation) bool {
	return c.Status != chat.AwaitingConsent && s.Store(c.StoreID)
}

// Contact reports whether a contact is seen: by whoever sees one of the stores in which the contact has a conversation.
func (s Scope) Contact(c chat.Contact) bool {
	return s.every || slices.ContainsFunc(c.StoreIDs, s.Store)
}

// Invitation reports whether an invitation is seen: by whoever sees every store that it grants.
func (s Scope) Invitation(i chat.Invitation) bool {
	return s.every || len(i.StoreIDs) > 0 && !slices.ContainsFunc(i.StoreIDs, func(id chat.StoreID) bool { return !s.Store(id) })
}

// MayInvite reports whether an operator may give what an invitation gives. It is asked again when the invitation is accepted.
func MayInvite(o chat.Operator, i chat.Invitation) bool {
	return o.Active && Has(o.Role, OperatorManage) && ScopeOf(o).Invitation(i) && i.Role != chat.Owner && len(presets[i.Role]) > 0
}

// Stores are the stores that a query must name; store is the one that the caller asks for, "" for all that are seen. No stores and not
// nothing means that the query need not name any.
func (s Scope) Stores(store chat.StoreID) (stores []chat.StoreID, nothing bool) {
	switch {
	case store != "":
		return []chat.StoreID{store}, !s.Store(store)
	case s.every:
		return nil, false
	}
	return slices.Clone(s.stores), len(s.stores) == 0
}

// Refuses is why an operator may not have conversations of a store; empty means that they may. It holds for assigning by hand and by
// rule, and for what they have already.
func Refuses(o chat.Operator, store chat.StoreID) chat.Outcome {
	switch {
	case !o.Active:
		return chat.OutcomeInactive
	case !Has(o.Role, ConversationReply):
		return chat.OutcomeCannotReply
	case !o.ServesStore(store):
		return chat.OutcomeNotGranted
	}
	return ""
}
