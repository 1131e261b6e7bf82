package key

import (
	"slices"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

func TestKeys_EmptyPart_EmptyKey(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]table.Key{
		"conversation without account": Conversation("", "C"),
		"message without id":           Message("A", "C", ""),
		"identity without address":     Identity("A", "C", ""),
		"receipt without scope":        ProviderRef("A", "", "ID"),
	} {
		if k.PK != "" && k.SK != "" {
			t.Errorf("%s is stored under %+v", name, k)
		}
	}
}

// FuzzKeys: any ids can be read back from their keys, and different ids have different keys.
func FuzzKeys(f *testing.F) {
	f.Add("A", "C", "M", "scope", "wamid.HBgN==")
	f.Add("a#b", "c%23", "~d", "é👩‍👧", "\x00\xff#")
	f.Add("A", "B#C", "A#B", "C", strings.Repeat("x", 300))
	f.Fuzz(func(t *testing.T, a, b, c, scope, id string) {
		if slices.Contains([]string{a, b, c, scope, id}, "") {
			return
		}
		account, conv, message := chat.AccountID(a), chat.ConversationID(b), chat.MessageID(c)
		kept := func(s string) bool { return !strings.HasPrefix(escape(s), "~") }

		k := Message(account, conv, message)
		gotAccount, gotConv, err := ParseConversation(k.PK)
		if err != nil {
			t.Fatal(err)
		}
		gotMessage, err := Split(k.SK, "M", 1)
		if err != nil {
			t.Fatal(err)
		}
		if kept(a) && gotAccount != account || kept(b) && gotConv != conv || kept(c) && gotMessage[0] != c {
			t.Fatalf("%+v leads to %q %q %q", k, gotAccount, gotConv, gotMessage)
		}
		timer := chat.Timer{AccountID: account, Kind: chat.TimerSend, ConversationID: conv, MessageID: message}
		if got, err := ParseTimer(Timer(timer)); err != nil || kept(a) && kept(b) && kept(c) && got != timer {
			t.Fatalf("timer %+v became %+v, %v", timer, got, err)
		}
		for _, kind := range []chat.TimerKind{chat.TimerMail, chat.TimerJob, chat.TimerPool, chat.TimerPicture} {
			timer := chat.Timer{AccountID: account, Kind: kind, Subject: b}
			if got, err := ParseTimer(Timer(timer)); err != nil || kept(a) && kept(b) && got != timer {
				t.Fatalf("timer %+v became %+v, %v", timer, got, err)
			}
		}
		if scope != id && ProviderRef(account, scope, id) == ProviderRef(account, id, scope) {
			t.Fatalf("%q and %q are confused", scope, id)
		}
		for _, part := range strings.Split(ProviderRef(account, scope, id).PK, "#") {
			if len(part) > longestPart {
				t.Fatalf("a part of %d bytes", len(part))
			}
		}
	})
}
