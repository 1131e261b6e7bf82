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
