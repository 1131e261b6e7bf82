package dynamo_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/pool"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

var update = flag.Bool("update", false, "write the golden files")

// specimens are stored items of every kind, with ids named for what they are.
func specimens() map[string][]any {
	at := time.Date(2026, 11, 22, 12, 30, 0, 0, time.UTC)
	c := chat.Conversation{
		ID: "CONVERSATION", AccountID: "ACCOUNT", StoreID: "STORE", ChannelID: "CHANNEL", ChannelType: "whatsapp",
		ContactID: "CONTACT", ExternalID: "5491155550000", Status: chat.Open, LastActivityAt: at, PoolSince: at,
		AssignAt: at.Add(time.Minute), CreatedAt: at,
	}
	passed := c
	passed.AssignAt, passed.FormerID, passed.Passed = time.Time{}, "FORMER", []chat.OperatorID{"A#1", "B"}
	resolved := c
	resolved.Status, resolved.ResolvedAt, resolved.PoolSince, resolved.AssignAt = chat.Resolved, at.Add(time.Hour), time.Time{}, time.Time{}
	mine := c
	mine.AssigneeID, mine.PoolSince, mine.AssignAt, mine.CloseAt = "OPERATOR", time.Time{}, time.Time{}, at.Add(time.Hour)
	mine.WaitingSince = at
	archived := resolved
	archived.AssigneeID = "OPERATOR"
	contact := chat.Contact{ID: "CONTACT", AccountID: "ACCOUNT", Name: "García", Email: "ana@example.com", Phone: "5491155550000", StoreIDs: []chat.StoreID{"STORE"}}
	changed := contact
	changed.Version = 2
	socket := chat.Connection{ID: "CONNECTION", AccountID: "ACCOUNT", OperatorID: "OPERATOR"}
	visiting := socket
	visiting.Visitor.ID, visiting.Visitor.ChannelID = "VISITOR", "CHANNEL"
	identity := chat.Identity{AccountID: "ACCOUNT", ChannelID: "CHANNEL", ExternalID: "5491155550000"}
	operator := chat.Operator{ID: "OPERATOR", AccountID: "ACCOUNT", Email: "Ana@Example.com"}
	asset := chat.Channel{ID: "CHANNEL", AccountID: "ACCOUNT", Type: "whatsapp", ExternalID: "1055500001"}
	var search []any
	for _, t := range item.Tokens(contact) {
		search = append(search, item.Search(contact, t))
	}
	timer := func(kind chat.TimerKind) any {
		t := chat.Timer{AccountID: "ACCOUNT", Kind: kind, DueAt: at}
		if kind == chat.TimerMail || kind == chat.TimerJob || kind == chat.TimerPicture {
			t.Subject = strings.ToUpper(string(kind))
		} else {
			t.ConversationID, t.MessageID = "CONVERSATION", "MESSAGE"
		}
		return item.Timer(t)
	}
	return map[string][]any{
		"desk": append([]any{
			item.Conversation(c), item.Conversation(passed), item.Conversation(mine), item.Conversation(resolved), item.Conversation(archived),
			item.Message(chat.Message{ID: "MESSAGE", AccountID: "ACCOUNT", ConversationID: "CONVERSATION"}),
			item.Event(chat.Event{ID: "EVENT", AccountID: "ACCOUNT", ConversationID: "CONVERSATION"}),
			timer(chat.TimerSend), item.Timer(chat.Timer{
				AccountID: "ACCOUNT", Kind: chat.TimerSend, ConversationID: "CONVERSATION", MessageID: "MESSAGE", HeldFor: "CHANNEL", DueAt: at,
			}), timer(chat.TimerMedia), timer(chat.TimerMail), timer(chat.TimerJob), timer(chat.TimerPicture),
			item.PoolTimer(pool.Timer{AccountID: "ACCOUNT", StoreID: "STORE", DueAt: at, EnteredAt: at}),
			item.Contact(contact), item.ContactConversation(c), item.Listed("ACCOUNT", "OTHER", "CONTACT"),
			item.Revision(contact, changed, at, "REQUEST"),
			item.Identity(identity), item.Alias(identity, "AR.9#x"),
			item.ProviderRef(chat.ProviderRef{AccountID: "ACCOUNT", Scope: "1055500001", ID: "wamid.HBg=="}),
			item.ProviderRef(chat.ProviderRef{AccountID: "ACCOUNT", Scope: "1055500001", ID: "=BC7A1F00D1E2F3A4B5", Form: "wamid.HBg=="}),
			item.ProviderRef(chat.ProviderRef{AccountID: "ACCOUNT", Scope: "client:OPERATOR", ID: "uuid"}),
			item.Assigned(mine),
			item.ReadCursor(chat.ReadCursor{AccountID: "ACCOUNT", OperatorID: "OPERATOR", ConversationID: "CONVERSATION"}),
			item.Load(chat.Load{AccountID: "ACCOUNT", OperatorID: "OPERATOR"}),
			item.Mail(chat.Mail{ID: "MAIL", AccountID: "ACCOUNT"}), item.Job(chat.Job{ID: "JOB", AccountID: "ACCOUNT"}),
			item.Activity(chat.Activity{AccountID: "ACCOUNT", RequestID: "REQUEST", At: at}),
		}, search...),
		"directory": {
			item.Account(chat.Account{ID: "ACCOUNT"}), item.Store(chat.Store{ID: "STORE", AccountID: "ACCOUNT"}),
			item.Operator(operator), item.Email(operator), item.Channel(asset), item.Asset(asset),
			item.Claim{Header: table.NewHeader(key.Business("whatsapp", "BUSINESS", "ACCOUNT", "CHANNEL"), item.KindBusiness)},
			item.Invitation(chat.Invitation{ID: "INVITATION", AccountID: "ACCOUNT", Email: "ana@example.com"}),
			item.Template(chat.Template{AccountID: "ACCOUNT", ChannelID: "CHANNEL", Name: "pedido_listo", Language: "es_AR"}),
		},
		"live": {
			item.Session(chat.Session{Hash: "HASH"}),
			item.OperatorSession(chat.Session{AccountID: "ACCOUNT", OperatorID: "OPERATOR", Hash: "HASH"}),
			item.Secret{Header: table.NewHeader(key.Ticket("HASH"), item.KindTicket)},
			item.Secret{Header: table.NewHeader(key.Token("verify", "HASH"), item.KindToken)},
			item.ConnectionOwner(socket),
			item.Connection(socket), item.WatchingConnection(socket),
			item.Connection(visiting),
			item.SiteConnection(visiting),
			item.Answer{Header: table.NewHeader(key.Answer("OPERATOR POST /stores KEY"), item.KindAnswer)},
			item.Hit{Header: table.NewHeader(key.Hit("sign-in ana@example.com", at), item.KindHit)},
		},
	}
}

func TestKeys_Golden(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Every kind of item with its keys. Written by go test ./shared/dynamo -run Keys -update\n")
	tables := specimens()
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		fmt.Fprintf(&b, "\n## %s\n", name)
		for _, specimen := range tables[name] {
			av, err := attributevalue.MarshalMap(specimen)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s\n", table.KindOf(av))
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
