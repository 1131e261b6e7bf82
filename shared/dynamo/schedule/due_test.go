package schedule_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
	"github.com/recado-chat/recado/shared/fault"
)

var noon = dynamotest.Noon()

const (
	account = dynamotest.Account
	shop    = dynamotest.Shop
	ana     = dynamotest.Ana
)

// due reads every shard, in small pages.
func due(t *testing.T, db dynamotest.DB, until time.Time) map[string]schedule.DueItem {
	t.Helper()
	found := map[string]schedule.DueItem{}
	for shard := range schedule.DueShards {
		cursor, last := "", time.Time{}
		for {
			page, err := db.Due(t.Context(), shard, until, chat.PageRequest{Limit: 2, Cursor: cursor})
			dynamotest.Must(t, err)
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

func TestDue_ConversationsTimersMailsJobs(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		pooled := dynamotest.NewConversation(t, db, "pooled") // its pool has the timer
		idle := dynamotest.NewConversation(t, db, "idle", dynamotest.Assigned(ana), func(c *chat.Conversation) { c.CloseAt = noon.Add(time.Minute) })
		both := dynamotest.NewConversation(t, db, "both", func(c *chat.Conversation) { c.CloseAt, c.AssignAt = noon.Add(time.Minute), noon.Add(time.Second) })
		dynamotest.NewConversation(t, db, "later", dynamotest.Assigned(ana), func(c *chat.Conversation) { c.CloseAt = noon.Add(time.Hour) })
		dynamotest.NewConversation(t, db, "never", dynamotest.Assigned(ana))
		send := chat.Timer{AccountID: account, Kind: chat.TimerSend, ConversationID: "CNVx", MessageID: "MSG", DueAt: noon}
		dynamotest.Must(t, db.PutTimer(ctx, send))
		mail := chat.Mail{ID: "MAIL", AccountID: account, To: "a@b.c", Template: chat.MailVerify, State: chat.MailQueued, CreatedAt: noon, Params: map[string]string{"link": "x"}}
		dynamotest.Must(t, db.PutMail(ctx, mail))
		job := chat.Job{ID: "JOB", AccountID: account, Kind: chat.JobRearm, CreatedAt: noon}
		dynamotest.Must(t, db.PutJob(ctx, job))

		until := noon.Add(2 * time.Minute)
		pool := schedule.DueItem{AccountID: account, Kind: "pool", Subject: string(shop), DueAt: until}
		dynamotest.Same(t, due(t, db, until), map[string]schedule.DueItem{
			"pool " + string(shop): pool,
			"close CNVidle":        {AccountID: account, Kind: "close", ConversationID: idle.ID, StoreID: shop, DueAt: noon.Add(time.Minute)},
			"assign CNVboth":       {AccountID: account, Kind: "assign", ConversationID: both.ID, StoreID: shop, DueAt: noon.Add(time.Second)},
			"send CNVxMSG":         {AccountID: account, Kind: "send", ConversationID: "CNVx", MessageID: "MSG", DueAt: noon},
			"mail MAIL":            {AccountID: account, Kind: "mail", Subject: "MAIL", DueAt: until},
			"job JOB":              {AccountID: account, Kind: "job", Subject: "JOB", DueAt: until},
		})

		dynamotest.ChangeConversation(t, db, pooled, func(c *chat.Conversation) error { return c.Assign(ana, noon) })
		dynamotest.ChangeConversation(t, db, idle, func(c *chat.Conversation) error { return c.Resolve(noon, chat.Author{Kind: chat.BySystem}) })
		dynamotest.ChangeConversation(t, db, both, func(c *chat.Conversation) error { return c.Assign(ana, noon) })
		dynamotest.Must(t, db.DropTimer(ctx, send))
		mail.Version, job.Version = 1, 1
		sending := mail
		sending.State, sending.Attempt = chat.MailSending, 1
		dynamotest.Must(t, db.UpdateMail(ctx, mail, sending))
		dynamotest.WantFault(t, db.UpdateMail(ctx, mail, sending), fault.Conflict, "version_changed")
		if _, ok := due(t, db, until)["mail MAIL"]; !ok {
			t.Fatal("a mail on its way has lost its timer")
		}
		sending.Version = 2
		sent := sending
		sent.State, sent.Params = chat.MailSent, nil
		dynamotest.Must(t, db.UpdateMail(ctx, sending, sent))
		stored, err := db.Mail(ctx, account, "MAIL")
		dynamotest.Must(t, err)
		sent.Version = 3
		dynamotest.Same(t, stored, sent)
		done := job
		done.Checkpoint, done.Count, done.Done = "x", 7, true
		dynamotest.Must(t, db.UpdateJob(ctx, job, done))
		dynamotest.WantFault(t, db.UpdateJob(ctx, job, done), fault.Conflict, "version_changed")
		storedJob, err := db.Job(ctx, account, "JOB")
		dynamotest.Must(t, err)
		done.Version = 2
		dynamotest.Same(t, storedJob, done)
		dynamotest.Same(t, due(t, db, until), map[string]schedule.DueItem{
			"pool " + string(shop): pool,
			"close CNVboth":        {AccountID: account, Kind: "close", ConversationID: both.ID, StoreID: shop, DueAt: noon.Add(time.Minute)},
		})
	})
}

func TestDue_SpreadOverShards(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		for i := range 60 {
			dynamotest.Must(t, db.PutTimer(t.Context(), chat.Timer{
				AccountID: account, Kind: chat.TimerSend, ConversationID: "CNV", MessageID: chat.MessageID(chat.NewID(noon)), DueAt: noon.Add(time.Duration(i) * time.Second),
			}))
		}
		used := 0
		for shard := range schedule.DueShards {
			page, err := db.Due(t.Context(), shard, noon.Add(time.Hour), chat.PageRequest{})
			dynamotest.Must(t, err)
			if len(page.Items) > 0 {
				used++
			}
		}
		if used < schedule.DueShards/2 {
			t.Fatalf("60 items lie in %d shards", used)
		}
		if got := len(due(t, db, noon.Add(29*time.Second))); got != 30 {
			t.Fatalf("%d are due", got)
		}
	})
}

func TestDue_UnreadableEntry_DoesNotBlock(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		timer := chat.Timer{AccountID: account, Kind: chat.TimerSend, ConversationID: "CNVx", MessageID: "MSG", DueAt: noon}
		dynamotest.Must(t, db.PutTimer(ctx, timer))
		var shard string
		for n := range schedule.DueShards {
			page, err := db.Due(ctx, n, noon, chat.PageRequest{Limit: 10})
			dynamotest.Must(t, err)
			if len(page.Items) == 1 {
				shard = fmt.Sprintf("D#%02d", n)
			}
		}
		for i := range 3 { // written by a newer version, and due before everything else
			_, err := db.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &db.Tables.Desk, Item: map[string]types.AttributeValue{
				"pk": &types.AttributeValueMemberS{Value: fmt.Sprintf("NEW#%d", i)}, "sk": &types.AttributeValueMemberS{Value: "T"},
				"duePk": &types.AttributeValueMemberS{Value: shard}, "dueKind": &types.AttributeValueMemberS{Value: "campaign"},
				"dueAt": &types.AttributeValueMemberN{Value: fmt.Sprint(noon.UnixMilli() - 10 + int64(i))},
			}})
			dynamotest.Must(t, err)
		}
		found := false
		for n := range schedule.DueShards {
			for cursor := ""; ; {
				page, err := db.Due(ctx, n, noon, chat.PageRequest{Limit: 2, Cursor: cursor})
				dynamotest.Must(t, err)
				found = found || slices.ContainsFunc(page.Items, func(d schedule.DueItem) bool { return d.MessageID == "MSG" })
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
