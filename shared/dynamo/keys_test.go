package dynamo

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/recado-chat/recado/shared/chat"
)

var update = flag.Bool("update", false, "write the golden files anew")

// specimens is one stored item of every kind, with ids that tell what they are.
func specimens() map[string][]any {
	at := time.Date(2026, 11, 22, 12, 30, 0, 0, time.UTC)
	c := chat.Conversation{
		ID: "CONVERSATION", AccountID: "ACCOUNT", StoreID: "STORE", ChannelID: "CHANNEL", ChannelType: chat.WhatsApp,
		ContactID: "CONTACT", ExternalID: "5491155550000", Status: chat.Open, LastActivityAt: at, PoolSince: at,
		AssignAt: at.Add(time.Minute), CreatedAt: at,
	}
	resolved := c
	resolved.Status, resolved.ResolvedAt, resolved.PoolSince, resolved.AssignAt = chat.Resolved, at.Add(time.Hour), time.Time{}, time.Time{}
	mine := c
	mine.AssigneeID, mine.PoolSince, mine.AssignAt, mine.CloseAt = "OPERATOR", time.Time{}, time.Time{}, at.Add(time.Hour)
	contact := chat.Contact{ID: "CONTACT", AccountID: "ACCOUNT", Name: "García", Email: "ana@example.com", Phone: "5491155550000"}
	identity := chat.Identity{AccountID: "ACCOUNT", ChannelID: "CHANNEL", ExternalID: "5491155550000"}
	operator := chat.Operator{ID: "OPERATOR", AccountID: "ACCOUNT", Email: "Ana@Example.com"}
	asset := chat.Channel{ID: "CHANNEL", AccountID: "ACCOUNT", Type: chat.WhatsApp, ExternalID: "1055500001"}
	var search []any
	for _, t := range tokensOf(contact) {
		search = append(search, toSearchItem(contact, t))
	}
	timer := func(kind chat.TimerKind) any {
		t := chat.Timer{AccountID: "ACCOUNT", Kind: kind, DueAt: at}
		if kind == chat.TimerMail || kind == chat.TimerJob {
			t.Subject = strings.ToUpper(string(kind))
		} else {
			t.ConversationID, t.MessageID = "CONVERSATION", "MESSAGE"
		}
		return toTimerItem(t)
	}
	return map[string][]any{
		"desk": append([]any{
			toConversationItem(c), toConversationItem(mine), toConversationItem(resolved),
			toMessageItem(chat.Message{ID: "MESSAGE", AccountID: "ACCOUNT", ConversationID: "CONVERSATION"}),
			toEventItem(chat.Event{ID: "EVENT", AccountID: "ACCOUNT", ConversationID: "CONVERSATION"}),
			timer(chat.TimerSend), toTimerItem(chat.Timer{
				AccountID: "ACCOUNT", Kind: chat.TimerSend, ConversationID: "CONVERSATION", MessageID: "MESSAGE", HeldFor: "CHANNEL", DueAt: at,
			}), timer(chat.TimerMedia), timer(chat.TimerMail), timer(chat.TimerJob),
			toContactItem(contact), toContactConversationItem(c),
			revisionItem{header: headed(revisionKey("ACCOUNT", "CONTACT", 2), kindRevision)},
			toIdentityItem(identity), toAliasItem(identity, "AR.9#x"),
			toReceiptItem(chat.ProviderRef{AccountID: "ACCOUNT", Scope: "1055500001", ID: "wamid.HBg=="}),
			toReceiptItem(chat.ProviderRef{AccountID: "ACCOUNT", Scope: "client:OPERATOR", ID: "uuid"}),
			toAssignedItem(mine),
			readItem{header: headed(readKey("ACCOUNT", "OPERATOR", "CONVERSATION"), kindRead)},
			loadItem{header: headed(loadKey("ACCOUNT", "OPERATOR"), kindLoad)},
			toMailItem(chat.Mail{ID: "MAIL", AccountID: "ACCOUNT"}), toJobItem(chat.Job{ID: "JOB", AccountID: "ACCOUNT"}),
			toActivityItem(chat.Activity{AccountID: "ACCOUNT", RequestID: "REQUEST", At: at}),
		}, search...),
		"directory": {
			toAccountItem(chat.Account{ID: "ACCOUNT"}), toStoreItem(chat.Store{ID: "STORE", AccountID: "ACCOUNT"}),
			toOperatorItem(operator), toEmailItem(operator), toChannelItem(asset), toAssetItem(asset), claimItem{headed(businessKey(chat.WhatsApp, "BUSINESS", "ACCOUNT", "CHANNEL"), kindBusiness), "", ""},
			toTemplateItem(chat.Template{AccountID: "ACCOUNT", ChannelID: "CHANNEL", Name: "pedido_listo", Language: "es_AR"}),
		},
		"live": {
			sessionItem{header: headed(sessionKey("HASH"), kindSession)},
			toOperatorSessionItem(chat.Session{AccountID: "ACCOUNT", OperatorID: "OPERATOR", Hash: "HASH"}),
			secretItem{header: headed(ticketKey("HASH"), kindTicket)}, secretItem{header: headed(tokenKey("verify", "HASH"), kindToken)},
			connectionItem{header: headed(connectionKey("CONNECTION"), kindConnection)},
			connectionItem{header: headed(accountConnectionKey("ACCOUNT", "CONNECTION"), kindAccountConnection)},
			connectionItem{header: headed(visitorConnectionKey("ACCOUNT", "VISITOR", "CONNECTION"), kindVisitorConnection)},
			answerItem{header: headed(answerKey("OPERATOR POST /stores KEY"), kindAnswer)},
			hitItem{header: headed(hitKey("sign-in ana@example.com", at), kindHit)},
		},
	}
}

func TestKeysAreTheDocumentedOnes(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Every kind of item with its keys. Written by go test ./shared/dynamo -run Keys -update\n")
	tables := specimens()
	seen := map[string]bool{}
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		fmt.Fprintf(&b, "\n## %s\n", table)
		for _, specimen := range tables[table] {
			av, err := encode(specimen)
			if err != nil {
				t.Fatal(err)
			}
			seen[kindOf(av)] = true
			fmt.Fprintf(&b, "%s\n", kindOf(av))
			for _, name := range []string{"pk", "sk", "inboxPk", "inboxSk", "waitingPk", "waitingSk", "duePk", "dueAt", "expires"} {
				switch v := av[name].(type) {
				case *types.AttributeValueMemberS:
					fmt.Fprintf(&b, "    %-9s %s\n", name, v.Value)
				case *types.AttributeValueMemberN:
					fmt.Fprintf(&b, "    %-9s %s\n", name, v.Value)
				}
			}
		}
	}
	for kind := range decoders {
		if !seen[kind] {
			t.Errorf("the golden file has no %s", kind)
		}
	}
	for kind := range quiet {
		if !seen[kind] {
			t.Errorf("the golden file has no %s", kind)
		}
	}
	const golden = "testdata/keys.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Fatalf("the data model changed; if that is meant, run with -update (-want +got):\n%s", diff)
	}
}

func TestAnItemIsStoredUnderNoEmptyKey(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]key{
		"conversation without account": conversationKey("", "C"),
		"message without id":           messageKey("A", "C", ""),
		"identity without address":     identityKey("A", "C", ""),
		"receipt without scope":        receiptKey("A", "", "ID"),
	} {
		if k.pk != "" && k.sk != "" {
			t.Errorf("%s is stored under %+v", name, k)
		}
	}
}

// FuzzKeys shows that whatever ids hold, keys lead back to them, and different ids to different keys.
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

		k := messageKey(account, conv, message)
		gotAccount, gotConv, err := parseConversationKey(k.pk)
		if err != nil {
			t.Fatal(err)
		}
		gotMessage, err := split(k.sk, "M", 1)
		if err != nil {
			t.Fatal(err)
		}
		if kept(a) && gotAccount != account || kept(b) && gotConv != conv || kept(c) && gotMessage[0] != c {
			t.Fatalf("%+v leads to %q %q %q", k, gotAccount, gotConv, gotMessage)
		}
		timer := chat.Timer{AccountID: account, Kind: chat.TimerSend, ConversationID: conv, MessageID: message}
		if got, err := parseTimerKey(timerKey(timer)); err != nil || kept(a) && kept(b) && kept(c) && got != timer {
			t.Fatalf("timer %+v became %+v, %v", timer, got, err)
		}
		mail := chat.Timer{AccountID: account, Kind: chat.TimerMail, Subject: b}
		if got, err := parseTimerKey(timerKey(mail)); err != nil || kept(a) && kept(b) && got != mail {
			t.Fatalf("timer %+v became %+v, %v", mail, got, err)
		}
		if scope != id && receiptKey(account, scope, id) == receiptKey(account, id, scope) {
			t.Fatalf("%q and %q are confused", scope, id)
		}
		for _, part := range strings.Split(receiptKey(account, scope, id).pk, "#") {
			if len(part) > longestPart {
				t.Fatalf("a part of %d bytes", len(part))
			}
		}
	})
}
