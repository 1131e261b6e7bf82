package conversation_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/conversation"
	"github.com/recado-chat/recado/shared/fault"
)

func TestTransientErrors_Unavailable(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Default())
	collided := &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{
		{Code: aws.String("ConditionalCheckFailed")}, {Code: aws.String("TransactionConflict")},
	}}
	for name, answer := range map[string]error{
		"a transaction that collided":           collided,
		"a write that met a transaction":        &types.TransactionConflictException{},
		"a throttled partition":                 &types.ProvisionedThroughputExceededException{},
		"a throttled account":                   &types.RequestLimitExceeded{},
		"a throttled item of a transaction":     &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{{Code: aws.String("ThrottlingError")}}},
		"a fault of the service":                &types.InternalServerError{},
		"a transaction that is still under way": &types.TransactionInProgressException{},
	} {
		store := dynamotest.Around(db, func(any, func() (any, error)) (any, error) { return nil, answer })
		if err := store.Commit(t.Context(), dynamotest.Opening("A"), noon); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: a decision answers %v", name, err)
		}
		if _, err := store.PutMessage(t.Context(), text("CNVA", 1, "x")); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: a put answers %v", name, err)
		}
		if _, err := store.Conversation(t.Context(), account, "CNVA"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: a get answers %v", name, err)
		}
	}
	store := dynamotest.Around(db, func(any, func() (any, error)) (any, error) { return nil, &types.ResourceNotFoundException{} })
	if err := store.Commit(t.Context(), dynamotest.Opening("A"), noon); !fault.Is(err, fault.Internal) {
		t.Errorf("a missing table answers %v", err)
	}
}

func TestCommit_Collision_Retried(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Default())
	tries := 0
	store := dynamotest.Around(db, func(input any, call func() (any, error)) (any, error) {
		if _, ok := input.(*dynamodb.TransactWriteItemsInput); !ok {
			return call()
		}
		if tries++; tries < 3 {
			return nil, &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{{Code: aws.String("TransactionConflict")}}}
		}
		return call()
	})
	dynamotest.Must(t, store.Commit(t.Context(), dynamotest.Opening("A"), noon))
	if _, err := db.Conversation(t.Context(), account, "CNVA"); err != nil {
		t.Fatal(err)
	}
}

func TestConversations_UnprocessedKeys_Retried(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Default())
	for _, n := range []string{"A", "B", "C"} {
		dynamotest.NewConversation(t, db, n)
	}
	asked := 0
	store := dynamotest.Around(db, func(input any, call func() (any, error)) (any, error) {
		in, ok := input.(*dynamodb.BatchGetItemInput)
		if !ok {
			return call()
		}
		asked++
		table := in.RequestItems[db.Tables.Desk]
		rest := table.Keys[1:]
		in.RequestItems[db.Tables.Desk] = types.KeysAndAttributes{Keys: table.Keys[:1]}
		out, err := call()
		if len(rest) > 0 && err == nil {
			out.(*dynamodb.BatchGetItemOutput).UnprocessedKeys = map[string]types.KeysAndAttributes{db.Tables.Desk: {Keys: rest}}
		}
		return out, err
	})
	got, err := store.Conversations(t.Context(), account, []chat.ConversationID{"CNVC", "CNVNONE", "CNVA", "CNVB", "CNVA"})
	dynamotest.Must(t, err)
	dynamotest.Same(t, idsOf(got), cnv("C", "A", "B", "A"))
	if asked != 4 {
		t.Errorf("asked %d times", asked)
	}
}

func TestPool_LaggingEntry_LeftOut(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Default())
	c := dynamotest.NewConversation(t, db, "A")
	dynamotest.NewConversation(t, db, "B")
	var lagging any
	store := dynamotest.Around(db, func(input any, call func() (any, error)) (any, error) {
		if _, ok := input.(*dynamodb.QueryInput); !ok {
			return call()
		}
		if lagging != nil {
			return lagging, nil
		}
		out, err := call()
		lagging = out
		return out, err
	})
	pool := func() []chat.ConversationID {
		page, err := store.Pool(t.Context(), account, shop, chat.PageRequest{})
		dynamotest.Must(t, err)
		return idsOf(page.Items)
	}
	dynamotest.Same(t, pool(), cnv("A", "B"))
	dynamotest.ChangeConversation(t, db, c, func(c *chat.Conversation) error { return c.Assign(ana, noon) })
	dynamotest.Same(t, pool(), cnv("B"))
}

// C-04
func TestListConversations_MovedRow_Once(t *testing.T) {
	t.Parallel()
	for _, order := range []conversation.Order{conversation.Newest, conversation.Oldest} {
		db := dynamotest.Open(t, engine.Default())
		dynamotest.NewAccount(t, db, ago(day))
		c := dynamotest.NewConversation(t, db, "A", activeAt(ago(time.Hour)))
		dynamotest.NewConversation(t, db, "B", activeAt(ago(2*time.Hour)))
		moved := make(chan struct{})
		store := dynamotest.Around(db, func(input any, call func() (any, error)) (any, error) {
			in, ok := input.(*dynamodb.QueryInput)
			if !ok || in.IndexName == nil {
				return call()
			}
			if !slices.ContainsFunc(slices.Collect(maps.Values(in.ExpressionAttributeValues)), isText("I#"+string(account)+"#open#0")) {
				<-moved
				return call()
			}
			defer close(moved)
			out, err := call()
			dynamotest.ChangeConversation(t, db, c, func(c *chat.Conversation) error {
				c.LastActivityAt = noon
				return c.Resolve(noon, chat.Author{Kind: chat.ByOperator, ID: string(ana)})
			})
			return out, err
		})
		page, err := store.ListConversations(t.Context(), account, conversation.Query{Order: order}, chat.PageRequest{})
		dynamotest.Must(t, err)
		want := map[chat.ConversationID]chat.Status{"CNVA": chat.Resolved, "CNVB": chat.Open}
		got := map[chat.ConversationID]chat.Status{}
		for _, row := range page.Items {
			got[row.ID] = row.Status
		}
		if dynamotest.Same(t, got, want); len(page.Items) != len(want) {
			t.Errorf("order %q: %v", order, idsOf(page.Items))
		}
	}
}

func isText(want string) func(types.AttributeValue) bool {
	return func(v types.AttributeValue) bool {
		s, ok := v.(*types.AttributeValueMemberS)
		return ok && s.Value == want
	}
}
