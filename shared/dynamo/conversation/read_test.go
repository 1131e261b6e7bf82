package conversation_test

import (
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

func TestReadCursorsAndLoads(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		read := func(upTo chat.MessageID, at time.Time) {
			t.Helper()
			_, err := db.SetRead(ctx, chat.ReadCursor{AccountID: account, OperatorID: ana, ConversationID: "CNV1", ReadUpTo: upTo, At: at})
			dynamotest.Must(t, err)
		}
		read("M5", noon)
		read("", noon.Add(time.Second))    // marked unread afterwards
		read("M9", noon.Add(-time.Second)) // arrives late
		read("M3", noon.Add(2*time.Second))
		read("M2", noon.Add(3*time.Second)) // another browser is behind
		cursors, err := db.ReadCursors(ctx, account, ana, []chat.ConversationID{"CNV1", "CNV2", "CNV1"})
		dynamotest.Must(t, err)
		dynamotest.Same(t, cursors, map[chat.ConversationID]chat.ReadCursor{
			"CNV1": {AccountID: account, OperatorID: ana, ConversationID: "CNV1", ReadUpTo: "M3", At: noon.Add(2 * time.Second)},
		})

		// Of two requests at once the one that read further was stored last. The other one repeated changes nothing.
		further, err := db.SetRead(ctx, chat.ReadCursor{AccountID: account, OperatorID: ana, ConversationID: "CNV1", ReadUpTo: "M7", At: noon})
		dynamotest.Must(t, err)
		want := chat.ReadCursor{
			AccountID: account, OperatorID: ana, ConversationID: "CNV1", ReadUpTo: "M7", At: noon.Add(2*time.Second + time.Millisecond),
		}
		dynamotest.Same(t, further, want)
		stored, err := db.SetRead(ctx, chat.ReadCursor{AccountID: account, OperatorID: ana, ConversationID: "CNV1", ReadUpTo: "M3", At: noon.Add(time.Hour)})
		dynamotest.Must(t, err)
		dynamotest.Same(t, stored, want)

		never, err := db.Load(ctx, account, ana)
		dynamotest.Must(t, err)
		dynamotest.Must(t, db.RepairLoad(ctx, never, 3))
		dynamotest.WantFault(t, db.RepairLoad(ctx, never, 9), fault.Conflict, "version_changed")
		three, err := db.Load(ctx, account, ana)
		dynamotest.Must(t, err)
		c := dynamotest.NewConversation(t, db, "A", dynamotest.Assigned(ana))
		dynamotest.ChangeConversation(t, db, c, func(c *chat.Conversation) error { return c.Resolve(noon, chat.Author{}) })
		dynamotest.WantFault(t, db.RepairLoad(ctx, three, 9), fault.Conflict, "version_changed") // it changed and changed back
		back, err := db.Load(ctx, account, ana)
		if dynamotest.Must(t, err); back.Open != three.Open || back.Moves != three.Moves+2 {
			t.Fatalf("%+v became %+v", three, back)
		}
		dynamotest.Must(t, db.RepairLoad(ctx, back, 1))
		dynamotest.Same(t, openLoads(t, db), map[chat.OperatorID]int{ana: 1})
		if loads, err := db.Loads(ctx, "ACC2"); err != nil || len(loads) != 0 {
			t.Fatalf("%v, %v", loads, err)
		}
	})
}
