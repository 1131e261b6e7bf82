package conversation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

func TestPutMessage_KeepsText(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		for i, words := range []string{
			"", " ", "ñandú ÁÉÍ", "👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈", "e\u0301 ≠ é", "\u202eright to left مرحبا", "a\x00b", strings.Repeat("長", 4096),
		} {
			m := text("CNVA", i, words)
			_, err := db.PutMessage(t.Context(), m)
			dynamotest.Must(t, err)
			got, err := db.Message(t.Context(), account, "CNVA", m.ID)
			dynamotest.Must(t, err)
			dynamotest.Same(t, got, m)
		}
	})
}

func TestMessages_ThousandPaged(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		var want []chat.MessageID
		var d chat.Decision
		c := dynamotest.NewConversation(t, db, "A")
		for i := range 1000 {
			m := text(c.ID, i, fmt.Sprintf("mensaje %d", i))
			want = append(want, m.ID)
			if d.Messages = append(d.Messages, m); len(d.Messages) == 90 || i == 999 {
				before := c
				d.Before, d.After = &before, c
				dynamotest.Must(t, db.Commit(ctx, d, noon))
				d = chat.Decision{}
				c.Version++
			}
		}
		var got []chat.MessageID
		cursor, pages := "", 0
		for {
			page, err := db.Messages(ctx, account, c.ID, chat.PageRequest{Limit: 70, Cursor: cursor})
			dynamotest.Must(t, err)
			if pages++; pages == 3 { // a message that arrives while paging is newer than the rest of the pages
				_, err = db.PutMessage(ctx, text(c.ID, 2000, "nuevo"))
				dynamotest.Must(t, err)
			}
			var ids []chat.MessageID
			for _, m := range page.Items {
				ids = append(ids, m.ID)
			}
			if !slices.IsSorted(ids) {
				t.Fatal("a page is not oldest first")
			}
			got = append(ids, got...)
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if dynamotest.Same(t, got, want); pages != 15 {
			t.Fatalf("%d pages", pages)
		}
	})
}

func TestAdvanceStatus_OnlyForward(t *testing.T) {
	steps := []chat.MessageStatus{chat.StatusSending, chat.StatusSent, chat.StatusDelivered, chat.StatusRead}
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		n := 0
		permute(steps, func(order []chat.MessageStatus) {
			n++
			m := outbound("CNVA", n)
			_, err := db.PutMessage(t.Context(), m)
			dynamotest.Must(t, err)
			for _, status := range order {
				want := m.Advance(status, nil)
				got, applied, err := db.AdvanceStatus(t.Context(), account, "CNVA", m.ID, 1, chat.StatusUpdate{Status: status}, "")
				if dynamotest.Must(t, err); applied != want || got.Status != m.Status {
					t.Fatalf("%v: at %s applied %t, status %s, want %s", order, status, applied, got.Status, m.Status)
				}
			}
			if m.Status != chat.StatusRead {
				t.Fatalf("%v ends with %s", order, m.Status)
			}
		})
	})
}

func permute(s []chat.MessageStatus, f func([]chat.MessageStatus)) {
	if len(s) == 1 {
		f(s)
		return
	}
	for i := range s {
		rest := slices.Delete(slices.Clone(s), i, i+1)
		permute(rest, func(tail []chat.MessageStatus) { f(append([]chat.MessageStatus{s[i]}, tail...)) })
	}
}

func TestAdvanceStatus_AttemptAndProviderID(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		m := outbound("CNVA", 1)
		m.Attempt = 2
		_, err := db.PutMessage(ctx, m)
		dynamotest.Must(t, err)
		advance := func(attempt int, to chat.MessageStatus, reason *chat.MessageError, providerID string) (chat.Message, bool) {
			t.Helper()
			got, applied, err := db.AdvanceStatus(ctx, account, "CNVA", m.ID, attempt, chat.StatusUpdate{Status: to, Error: reason}, providerID)
			dynamotest.Must(t, err)
			return got, applied
		}
		if _, applied := advance(1, chat.StatusSent, nil, "wamid.1"); applied {
			t.Fatal("a status of an earlier attempt counted")
		}
		if got, applied := advance(2, chat.StatusSent, nil, "wamid.2"); applied || got.ProviderID != "" {
			t.Fatalf("a provider id that has no receipt was taken: %+v", got)
		}
		if got, applied := advance(0, chat.StatusSent, nil, "wamid.2"); !applied || got.ProviderID != "wamid.2" || got.Version != 2 {
			t.Fatalf("the first provider id was refused: %+v", got)
		}
		if _, applied := advance(0, chat.StatusDelivered, nil, "wamid.1"); applied {
			t.Fatal("another provider id counted")
		}
		if _, applied := advance(2, chat.StatusDelivered, nil, "wamid.2"); !applied {
			t.Fatal("a status of the attempt that has its provider id was refused")
		}
		reason := &chat.MessageError{Code: "131026", Message: "undeliverable"}
		got, applied := advance(2, chat.StatusFailed, reason, "")
		if !applied {
			t.Fatal("a failure was refused")
		}
		dynamotest.Same(t, got.Error, reason)
		_, _, err = db.AdvanceStatus(ctx, account, "CNVA", "NONE", 1, chat.StatusUpdate{Status: chat.StatusSent}, "")
		dynamotest.WantFault(t, err, fault.NotFound, "")
	})
}

func TestUpdateMessage_WithTimerAndEvent(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		first, second := outbound("CNVA", 1), outbound("CNVA", 2)
		var timers []chat.Timer
		for _, m := range []chat.Message{second, first} {
			_, err := db.PutMessage(ctx, m)
			dynamotest.Must(t, err)
			timer := chat.Timer{AccountID: account, Kind: chat.TimerSend, ConversationID: "CNVA", MessageID: m.ID, DueAt: noon.Add(time.Minute)}
			dynamotest.Must(t, db.PutTimer(ctx, timer))
			timers = append([]chat.Timer{timer}, timers...)
		}
		dynamotest.Must(t, db.PutTimer(ctx, chat.Timer{AccountID: account, Kind: chat.TimerMedia, ConversationID: "CNVA", MessageID: first.ID, DueAt: noon}))
		pending := func() []chat.Timer {
			t.Helper()
			got, err := db.PendingTimers(ctx, account, "CNVA", chat.TimerSend)
			dynamotest.Must(t, err)
			return got
		}
		dynamotest.Same(t, pending(), timers)

		after := first
		after.Status, after.ProviderID = chat.StatusSent, "wamid.1"
		event := chat.Event{ID: "EVT", AccountID: account, ConversationID: "CNVA", Type: chat.EventMessageFailed, At: noon, Actor: chat.Author{Kind: chat.BySystem}, Data: chat.EventData{MessageID: first.ID, Code: "x"}}
		dynamotest.Must(t, db.UpdateMessage(ctx, first, after, chat.MessageEffects{DropTimer: &timers[0], Event: &event}))
		dynamotest.Same(t, pending(), timers[1:])
		dynamotest.WantFault(t, db.UpdateMessage(ctx, first, after, chat.MessageEffects{PutTimer: &timers[0]}), fault.Conflict, "version_changed")
		dynamotest.WantFault(t, db.UpdateMessage(ctx, first, after, chat.MessageEffects{}), fault.Conflict, "version_changed")
		dynamotest.Same(t, pending(), timers[1:])
		stored, err := db.Message(ctx, account, "CNVA", first.ID)
		dynamotest.Must(t, err)
		after.Version = 2
		dynamotest.Same(t, stored, after)
		if _, applied, err := db.AdvanceStatus(ctx, account, "CNVA", first.ID, 1, chat.StatusUpdate{Status: chat.StatusSending}, ""); err != nil || applied {
			t.Fatalf("the stored rank did not move: %t, %v", applied, err)
		}
		replaced := timers[1]
		replaced.DueAt = replaced.DueAt.Add(-time.Millisecond)
		dynamotest.Must(t, db.DropTimer(ctx, replaced))
		dynamotest.Same(t, pending(), timers[1:])
		dynamotest.Must(t, db.DropTimer(ctx, timers[1]))
		dynamotest.Must(t, db.DropTimer(ctx, timers[1]))
		dynamotest.Same(t, pending(), nil)
	})
}

func TestMessage_UnknownKind_Error(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		c := dynamotest.NewConversation(t, db, "A")
		key, err := attributevalue.MarshalMap(map[string]string{"pk": "V#ACC1#CNVA", "sk": "C", "kind": "conversation_of_tomorrow"})
		dynamotest.Must(t, err)
		_, err = db.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(db.Tables.Desk), Item: map[string]types.AttributeValue(key)})
		dynamotest.Must(t, err)
		_, err = db.Conversation(t.Context(), account, c.ID)
		dynamotest.WantFault(t, err, fault.Invalid, "unknown_kind")
	})
}

func TestPutMessage_KeepsInteractive(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		buttons, list, filled := outbound("CNVA", 1), outbound("CNVA", 2), outbound("CNVA", 3)
		buttons.Type, buttons.Interactive = chat.TypeInteractive, &chat.Interactive{
			Footer: "pie", Buttons: []chat.Button{{ID: "a", Title: "Sí"}, {ID: "b", Title: "No"}},
		}
		list.Type, list.Interactive = chat.TypeInteractive, &chat.Interactive{Button: "Ver", Sections: []chat.Section{
			{Title: "Uno", Rows: []chat.Row{{ID: "1", Title: "Envío", Description: "24 h"}, {ID: "2", Title: "Retiro"}}}, {Rows: []chat.Row{{ID: "3", Title: "Otro"}}},
		}}
		filled.Type, filled.Template = chat.TypeTemplate, &chat.TemplateRef{
			Name: "aviso", Language: "es_AR", Format: chat.HeaderText, Header: []chat.TemplateParameter{{Text: "Ana"}},
			Body:    []chat.TemplateParameter{{Name: "pedido", Text: "42"}},
			Buttons: []chat.TemplateButtonParameter{{Index: 1, Type: chat.ButtonURL, Text: "x"}},
			Heading: "Hola Ana", Footer: "Tienda", Shown: []chat.TemplateButton{{Type: chat.ButtonQuickReply, Text: "Sí"}, {Type: chat.ButtonURL, Text: "Ver", Parameter: true}},
		}
		for _, m := range []chat.Message{buttons, list, filled} {
			_, err := db.PutMessage(t.Context(), m)
			dynamotest.Must(t, err)
			got, err := db.Message(t.Context(), account, "CNVA", m.ID)
			dynamotest.Must(t, err)
			dynamotest.Same(t, got, m)
		}
	})
}
