package dynamo_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
)

// Stored contacts get the tokens of changed rules only when the rules have another version.
func TestTokens_RulesChanged_VersionRaised(t *testing.T) { // S1-08
	t.Parallel()
	var b strings.Builder
	for _, c := range []chat.Contact{
		{Name: "José García-Pérez", FirstName: "Jose", Email: " Jose@Example.com "},
		{Name: "Sinéad O\u2019Connor"}, {Name: "ʻOkina oʼneal"}, {Name: "राम प्रसाद"}, {Name: "காமராஜ்"}, {Name: "李明"}, {Name: "김 민수"}, {Name: "Straße Ørsted"},
		{Name: "Kiosco 24365, 5º B"}, {Name: "👩‍👧 #1"}, {Name: "x"},
		{Name: "a b c d e f g h i j k l m n", Phone: "+54 9 11 5555-1234"},
		{Name: "Ana", Identities: []chat.IdentityRef{{Username: "tienda_luna", Phone: "5215512345678"}, {Phone: "5511987654321"}}},
		{Name: "Ana", MergedInto: "OTHER"},
	} {
		fmt.Fprintf(&b, "%q %v, former %v\n", c.Name, item.Tokens(c), item.FormerTokens(c))
	}
	const golden = "testdata/tokens.golden"
	version := fmt.Sprintf("# The tokens of some contacts by rules %d. Written by go test ./shared/dynamo -run Tokens -update\n", item.TokenRules)
	stored, err := os.ReadFile(golden)
	if *update && err == nil && strings.HasPrefix(string(stored), version) && string(stored) != version+b.String() {
		t.Fatal("the tokens changed: raise item.TokenRules first, and let FormerTokens know what the rules until now made")
	}
	if *update {
		stored, err = []byte(version+b.String()), os.WriteFile(golden, []byte(version+b.String()), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(stored), version+b.String()); diff != "" {
		t.Errorf("the tokens changed; raise item.TokenRules, then run with -update (-want +got):\n%s", diff)
	}
}
