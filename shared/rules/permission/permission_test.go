package permission

import (
	"slices"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/chat"
)

var roles = []chat.Role{chat.Owner, chat.Admin, chat.Editor, chat.Supervisor, chat.OperatorRole, chat.ReadOnly}

func TestHas_AdministrationOwnerOnly(t *testing.T) { // S0-06
	t.Parallel()
	for _, role := range roles {
		if Has(role, Administration) != (role == chat.Owner) {
			t.Errorf("%s: administration = %v", role, Has(role, Administration))
		}
	}
}

func TestOf_ReadOnly(t *testing.T) { // S0-03
	t.Parallel()
	for _, p := range Of(chat.ReadOnly) {
		if !strings.HasSuffix(string(p), ".read") {
			t.Errorf("a read-only operator may %s", p)
		}
	}
}

func TestHas_Editor(t *testing.T) { // S0-25
	t.Parallel()
	if !Has(chat.Editor, ChannelManage) || Has(chat.Editor, OperatorManage) || Has(chat.Editor, Administration) {
		t.Errorf("an editor may %v", Of(chat.Editor))
	}
}

func TestOf_UnknownRole(t *testing.T) {
	t.Parallel()
	root := chat.Operator{Role: "root", StoreIDs: []chat.StoreID{"shop"}, Active: true}
	if len(Of("root")) != 0 || ScopeOf(root).Store("shop") || Refuses(root, "shop") == "" {
		t.Error("an unknown role has a permission")
	}
}

func TestOf_ReturnsCopy(t *testing.T) {
	t.Parallel()
	Of(chat.ReadOnly)[0] = Administration
	if slices.Contains(Of(chat.ReadOnly), Administration) {
		t.Error("a caller changed the preset")
	}
}
