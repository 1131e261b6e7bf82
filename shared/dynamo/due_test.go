package dynamo_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

// due reads every shard, in small pages.
func due(t *testing.T, db dynamotest.DB, until time.Time) map[string]dynamo.DueItem {
	t.Helper()
	found := map[string]dynamo.DueItem{}
	for shard := range dynamo.DueShards {
		cursor, last := "", time.Time{}
		for {
			page, err := db.Due(t.Context(), shard, until, chat.PageRequest{Limit: 2, Cursor: cursor})
			must(t, err)
			for _, d := range page.Items {
				if d.DueAt.Before(last) || d.DueAt.After(until) {
					t.Fatalf("%+v is out of order", d)
				}
				last = d.DueAt
				found[fmt.Sprint(d.Kind, " ", d.ConversationID, d.MessageID, d.Subject)] = d
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
	}
	return found
}

func TestWhatIsDueIsFoundAndNothingElse(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		pooled := open(t, db, "pooled")
		idle := open(t, db, "idle", assigned(ana), func(c *chat.Conversation) { c.CloseAt = noon.Add(time.Minute) })
		both := open(t, db, "both", func(c *chat.Conversation) { c.CloseAt, c.AssignAt = noon.Add(time.Minute), noon.Add(time.Second) })
		open(t, db, "later", assigned(ana), func(c *chat.Conversation) { c.CloseAt = noon.Add(time.Hour) })
		open(t, db, "never", assigned(ana))
		send := chat.Timer{AccountID: account, Kind: chat.TimerSend, ConversationID: "CNVx", MessageID: "MSG", DueAt: noon}
		must(t, db.PutTimer(ctx, send))
		mail := chat.Mail{ID: "MAIL", AccountID: account, To: "a@b.c", Template: chat.MailVerify, State: chat.MailQueued, CreatedAt: noon, Params: map[string]string{"link": "x"}}
		must(t, db.PutMail(ctx, mail))
		job := chat.Job{ID: "JOB", AccountID: account, Kind: chat.JobRearm, CreatedAt: noon}
		must(t, db.PutJob(ctx, job))

		until := noon.Add(2 * time.Minute)
		same(t, due(t, db, until), map[string]dynamo.DueItem{
			"assign CNVpooled": {AccountID: account, Kind: "assign", ConversationID: pooled.ID, StoreID: shop, DueAt: noon.Add(2 * time.Minute)},
			"close CNVidle":    {AccountID: account, Kind: "close", ConversationID: idle.ID, StoreID: shop, DueAt: noon.Add(time.Minute)},
			"assign CNVboth":   {AccountID: account, Kind: "assign", ConversationID: both.ID, StoreID: shop, DueAt: noon.Add(time.Second)},
			"send CNVxMSG":     {AccountID: account, Kind: "send", ConversationID: "CNVx", MessageID: "MSG", DueAt: noon},
			"mail MAIL":        {AccountID: account, Kind: "mail", Subject: "MAIL", DueAt: until},
			"job JOB":          {AccountID: account, Kind: "job", Subject: "JOB", DueAt: until},
		})

		change(t, db, pooled, func(c *chat.Conversation) error { return c.Assign(ana, noon) })
		change(t, db, idle, func(c *chat.Conversation) error { return c.Resolve(noon, chat.Author{Kind: chat.BySystem}) })
		change(t, db, both, func(c *chat.Conversation) error { return c.Assign(ana, noon) })
		must(t, db.DropTimer(ctx, send))
		mail.Version, job.Version = 1, 1
		sending := mail
		sending.State, sending.Attempt = chat.MailSending, 1
		must(t, db.UpdateMail(ctx, mail, sending))
		wantFault(t, db.UpdateMail(ctx, mail, sending), fault.Conflict, "version_changed")
		if _, ok := due(t, db, until)["mail MAIL"]; !ok {
			t.Fatal("a mail on its way has lost its timer")
		}
		sending.Version = 2
		sent := sending
		sent.State, sent.Params = chat.MailSent, nil
		must(t, db.UpdateMail(ctx, sending, sent))
		stored, err := db.Mail(ctx, account, "MAIL")
		must(t, err)
		sent.Version = 3
		same(t, stored, sent)
		done := job
		done.Checkpoint, done.Count, done.Done = "x", 7, true
		must(t, db.UpdateJob(ctx, job, done))
		wantFault(t, db.UpdateJob(ctx, job, done), fault.Conflict, "version_changed")
		storedJob, err := db.Job(ctx, account, "JOB")
		must(t, err)
		done.Version = 2
		same(t, storedJob, done)
		same(t, due(t, db, until), map[string]dynamo.DueItem{
			"close CNVboth": {AccountID: account, Kind: "close", ConversationID: both.ID, StoreID: shop, DueAt: noon.Add(time.Minute)},
		})
	})
}

func TestDueItemsSpreadOverTheShards(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		for i := range 60 {
			must(t, db.PutTimer(t.Context(), chat.Timer{
				AccountID: account, Kind: chat.TimerSend, ConversationID: "CNV", MessageID: chat.MessageID(chat.NewID(noon)), DueAt: noon.Add(time.Duration(i) * time.Second),
			}))
		}
		used := 0
		for shard := range dynamo.DueShards {
			page, err := db.Due(t.Context(), shard, noon.Add(time.Hour), chat.PageRequest{})
			must(t, err)
			if len(page.Items) > 0 {
				used++
			}
		}
		if used < dynamo.DueShards/2 {
			t.Fatalf("60 items lie in %d shards", used)
		}
		if got := len(due(t, db, noon.Add(29*time.Second))); got != 30 {
			t.Fatalf("%d are due", got)
		}
	})
}

func TestReadCursorsAndLoads(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		read := func(upTo chat.MessageID, at time.Time) {
			t.Helper()
			must(t, db.SetRead(ctx, chat.ReadCursor{AccountID: account, OperatorID: ana, ConversationID: "CNV1", ReadUpTo: upTo, At: at}))
		}
		read("M5", noon)
		read("", noon.Add(time.Second))    // marked unread afterwards
		read("M9", noon.Add(-time.Second)) // was on its way for long
		read("M3", noon.Add(2*time.Second))
		read("M2", noon.Add(3*time.Second)) // another browser is behind
		cursors, err := db.ReadCursors(ctx, account, ana, []chat.ConversationID{"CNV1", "CNV2", "CNV1"})
		must(t, err)
		same(t, cursors, map[chat.ConversationID]chat.ReadCursor{
			"CNV1": {AccountID: account, OperatorID: ana, ConversationID: "CNV1", ReadUpTo: "M3", At: noon.Add(2 * time.Second)},
		})

		never, err := db.Load(ctx, account, ana)
		must(t, err)
		must(t, db.RepairLoad(ctx, never, 3))
		wantFault(t, db.RepairLoad(ctx, never, 9), fault.Conflict, "version_changed")
		three, err := db.Load(ctx, account, ana)
		must(t, err)
		c := open(t, db, "A", assigned(ana))
		change(t, db, c, func(c *chat.Conversation) error { return c.Resolve(noon, chat.Author{}) })
		wantFault(t, db.RepairLoad(ctx, three, 9), fault.Conflict, "version_changed") // it moved there and back
		back, err := db.Load(ctx, account, ana)
		if must(t, err); back.Open != three.Open || back.Moves != three.Moves+2 {
			t.Fatalf("%+v became %+v", three, back)
		}
		must(t, db.RepairLoad(ctx, back, 1))
		same(t, openLoads(t, db), map[chat.OperatorID]int{ana: 1})
		if loads, err := db.Loads(ctx, "ACC2"); err != nil || len(loads) != 0 {
			t.Fatalf("%v, %v", loads, err)
		}
	})
}

func TestTheActivityLogIsPagedByMonth(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		var want []string
		for i := range 5 {
			id := fmt.Sprint("REQ", i)
			want = append(want, id)
			must(t, db.PutActivity(t.Context(), chat.Activity{AccountID: account, RequestID: id, At: noon.Add(time.Duration(i) * time.Second), Action: "x"}))
		}
		must(t, db.PutActivity(t.Context(), chat.Activity{AccountID: account, RequestID: "OLD", At: ago(60 * day), Action: "x"}))
		slices.Reverse(want)
		var got []string
		cursor := ""
		for {
			page, err := db.Activities(t.Context(), account, "2026-11", chat.PageRequest{Limit: 2, Cursor: cursor})
			must(t, err)
			for _, a := range page.Items {
				got = append(got, a.RequestID)
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		same(t, got, want)
	})
}

func TestAnEntryThatCannotBeReadHoldsUpNobodysTimer(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		timer := chat.Timer{AccountID: account, Kind: chat.TimerSend, ConversationID: "CNVx", MessageID: "MSG", DueAt: noon}
		must(t, db.PutTimer(ctx, timer))
		var shard string
		for n := range dynamo.DueShards {
			page, err := db.Due(ctx, n, noon, chat.PageRequest{Limit: 10})
			must(t, err)
			if len(page.Items) == 1 {
				shard = fmt.Sprintf("D#%02d", n)
			}
		}
		for i := range 3 { // of a newer version, and earlier than everything else
			_, err := db.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &db.Tables.Desk, Item: map[string]types.AttributeValue{
				"pk": &types.AttributeValueMemberS{Value: fmt.Sprintf("NEW#%d", i)}, "sk": &types.AttributeValueMemberS{Value: "T"},
				"duePk": &types.AttributeValueMemberS{Value: shard}, "dueKind": &types.AttributeValueMemberS{Value: "campaign"},
				"dueAt": &types.AttributeValueMemberN{Value: fmt.Sprint(noon.UnixMilli() - 10 + int64(i))},
			}})
			must(t, err)
		}
		found := false
		for n := range dynamo.DueShards {
			for cursor := ""; ; {
				page, err := db.Due(ctx, n, noon, chat.PageRequest{Limit: 2, Cursor: cursor})
				must(t, err)
				found = found || slices.ContainsFunc(page.Items, func(d dynamo.DueItem) bool { return d.MessageID == "MSG" })
				if cursor = page.Next; cursor == "" {
					break
				}
			}
		}
		if !found {
			t.Error("the message behind them is not found")
		}
	})
}
