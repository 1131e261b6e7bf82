package permission

import (
	"slices"
	"testing"

	"github.com/recado-chat/recado/shared/chat"
)

// grants are the stores that an operator may have been granted.
var grants = [][]chat.StoreID{nil, {"shop"}, {"other"}, {"shop", "other"}}

// TestScope_EveryRoleAndGrant_OneAnswer compares all questions to a scope with a table that is written out.
func TestScope_EveryRoleAndGrant_OneAnswer(t *testing.T) { // S3-05
	t.Parallel()
	everyWithoutGrant := map[chat.Role]bool{chat.Owner: true, chat.Admin: true, chat.Supervisor: true}
	for _, role := range roles {
		for _, granted := range grants {
			o := chat.Operator{Role: role, StoreIDs: granted, Active: true}
			every := role == chat.Owner || everyWithoutGrant[role] && len(granted) == 0
			scope := ScopeOf(o)
			if scope.Every() != every {
				t.Errorf("%s with %q sees every store: %v", role, granted, scope.Every())
			}
			for _, store := range []chat.StoreID{"shop", "other", "new"} {
				sees := every || slices.Contains(granted, store)
				_, nothing := scope.Stores(store)
				shown := map[string]bool{
					"store":              scope.Store(store),
					"conversation":       scope.Conversation(chat.Conversation{Status: chat.Open, StoreID: store}),
					"contact":            scope.Contact(chat.Contact{StoreIDs: []chat.StoreID{store}}),
					"contact of several": scope.Contact(chat.Contact{StoreIDs: []chat.StoreID{"elsewhere", store}}),
					"list of the store":  !nothing,
					"invitation":         scope.Invitation(chat.Invitation{StoreIDs: []chat.StoreID{store}}),
				}
				for what, got := range shown {
					if got != sees {
						t.Errorf("%s with %q, %s %s: %v, want %v", role, granted, store, what, got, sees)
					}
				}
				if scope.Conversation(chat.Conversation{Status: chat.AwaitingConsent, StoreID: store}) {
					t.Errorf("%s sees a conversation without consent", role)
				}
			}
			stores, nothing := scope.Stores("")
			if nothing != (!every && len(granted) == 0) || !every && !slices.Equal(stores, granted) || every && stores != nil {
				t.Errorf("%s with %q lists the stores %q, nothing %v", role, granted, stores, nothing)
			}
		}
	}
}

// B-04: who cannot answer is given nothing.
func TestRefuses_EveryRoleAndGrant(t *testing.T) {
	t.Parallel()
	for _, role := range roles {
		for _, granted := range grants {
			for _, active := range []bool{true, false} {
				o := chat.Operator{Role: role, StoreIDs: granted, Active: active}
				var want chat.Outcome
				switch {
				case !active:
					want = chat.OutcomeInactive
				case role == chat.ReadOnly:
					want = chat.OutcomeCannotReply
				case !ScopeOf(o).Store("shop"):
					want = chat.OutcomeNotGranted
				}
				if got := Refuses(o, "shop"); got != want {
					t.Errorf("%s with %q, active %v: %q, want %q", role, granted, active, got, want)
				}
			}
		}
	}
}

// TestMayInvite_RoleAndGrants: only who manages operators invites, to no more stores than they see, and nobody invites an owner.
func TestMayInvite_RoleAndGrants(t *testing.T) { // S0-02
	t.Parallel()
	admin := func(stores ...chat.StoreID) chat.Operator {
		return chat.Operator{Role: chat.Admin, StoreIDs: stores, Active: true}
	}
	gone := admin()
	gone.Active = false
	for name, test := range map[string]struct {
		by     chat.Operator
		role   chat.Role
		stores []chat.StoreID
		want   bool
	}{
		"an admin invites an admin":                    {admin(), chat.Admin, nil, true},
		"an owner invites into a store":                {chat.Operator{Role: chat.Owner, Active: true}, chat.ReadOnly, []chat.StoreID{"shop"}, true},
		"nobody invites an owner":                      {admin(), chat.Owner, nil, false},
		"nobody invites to a role that is none":        {admin(), "king", nil, false},
		"an editor":                                    {chat.Operator{Role: chat.Editor, Active: true}, chat.ReadOnly, []chat.StoreID{"shop"}, false},
		"who left":                                     {gone, chat.ReadOnly, []chat.StoreID{"shop"}, false},
		"a limited admin into their store":             {admin("shop"), chat.Admin, []chat.StoreID{"shop"}, true},
		"a limited admin into another store too":       {admin("shop"), chat.Admin, []chat.StoreID{"shop", "other"}, false},
		"a limited admin into every store":             {admin("shop"), chat.Admin, nil, false},
		"an admin of two stores into both":             {admin("shop", "other"), chat.OperatorRole, []chat.StoreID{"other", "shop"}, true},
		"a supervisor, who sees every store all right": {chat.Operator{Role: chat.Supervisor, Active: true}, chat.ReadOnly, nil, false},
	} {
		if got := MayInvite(test.by, chat.Invitation{Role: test.role, StoreIDs: test.stores}); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
