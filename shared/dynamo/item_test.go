package dynamo_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/google/go-cmp/cmp"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/pool"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// filled is a value without an empty field, so that a field that is not stored is detected.
func filled[T any](t *testing.T) T {
	t.Helper()
	var v T
	fill(t, reflect.ValueOf(&v).Elem(), new(int))
	return v
}

func fill(t *testing.T, v reflect.Value, n *int) {
	t.Helper()
	*n++
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.UnixMilli(1_790_000_000_000 + int64(*n)).UTC()))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("V" + string(rune('A'+*n%26)) + string(rune('A'+*n/26)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(float64(*n) + 0.25)
	case reflect.Int64:
		v.SetInt(int64(*n))
		if v.Type() == reflect.TypeFor[time.Duration]() {
			v.SetInt(int64(*n) * int64(time.Second))
		}
	case reflect.Int:
		v.SetInt(int64(*n))
	case reflect.Uint8:
		v.SetUint(uint64(*n % 256))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0), n)
		fill(t, v.Index(1), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, n)
		fill(t, value, n)
		v.SetMapIndex(key, value)
	default:
		t.Fatalf("nothing to fill %s with", v.Type())
	}
}

func keepsEveryField[T any](t *testing.T, toItem func(T) any, decode func(table.Item) (T, error)) {
	t.Helper()
	for _, want := range []T{filled[T](t), emptyButIDs[T](t)} {
		av, err := attributevalue.MarshalMap(toItem(want))
		if err != nil {
			t.Fatal(err)
		}
		got, err := decode(av)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("storing %T changed it (-want +got):\n%s", want, diff)
		}
	}
}

// emptyButIDs has only the fields of its key.
func emptyButIDs[T any](t *testing.T) T {
	t.Helper()
	var v T
	r := reflect.ValueOf(&v).Elem()
	for _, name := range []string{"ID", "AccountID", "StoreID", "ConversationID", "OperatorID", "ChannelID", "ExternalID", "RequestID", "Hash"} {
		if f := r.FieldByName(name); f.IsValid() {
			f.SetString("X")
		}
	}
	return v
}

func TestItems_RoundTrip(t *testing.T) {
	t.Parallel()
	keepsEveryField(t, func(c chat.Conversation) any { return item.Conversation(c) }, item.DecodeConversation)
	keepsEveryField(t, func(m chat.Message) any { return item.Message(m) }, item.DecodeMessage)
	keepsEveryField(t, func(e chat.Event) any { return item.Event(e) }, item.DecodeEvent)
	keepsEveryField(t, func(c chat.Contact) any { return item.Contact(c) }, item.DecodeContact)
	keepsEveryField(t, func(i chat.Identity) any { return item.Identity(i) }, item.DecodeIdentity)
	keepsEveryField(t, func(m chat.Mail) any { return item.Mail(m) }, item.DecodeMail)
	keepsEveryField(t, func(j chat.Job) any { return item.Job(j) }, item.DecodeJob)
	keepsEveryField(t, func(a chat.Activity) any { return item.Activity(a) }, item.DecodeActivity)
	keepsEveryField(t, func(a chat.Account) any { return item.Account(a) }, item.DecodeAccount)
	keepsEveryField(t, func(s chat.Store) any { return item.Store(s) }, item.DecodeStore)
	keepsEveryField(t, func(o chat.Operator) any { return item.Operator(o) }, item.DecodeOperator)
	keepsEveryField(t, func(i chat.Invitation) any { return item.Invitation(i) }, item.DecodeInvitation)
	keepsEveryField(t, func(c chat.Channel) any { return item.Channel(c) }, item.DecodeChannel)
	keepsEveryField(t, func(s chat.Session) any { return item.Session(s) }, item.DecodeSession)
	keepsEveryField(t, func(c chat.Connection) any { return item.Connection(c) }, item.DecodeConnection)
	keepsEveryField(t, func(r chat.ReadCursor) any { return item.ReadCursor(r) }, item.DecodeReadCursor)
	keepsEveryField(t, func(l chat.Load) any { return item.Load(l) }, item.DecodeLoad)
	keepsEveryField(t, func(p pool.Timer) any { return item.PoolTimer(p) }, item.DecodePoolTimer)
}

func TestInboxIndex_HasListRow(t *testing.T) {
	t.Parallel()
	c := filled[chat.Conversation](t)
	av, err := attributevalue.MarshalMap(item.Conversation(c))
	if err != nil {
		t.Fatal(err)
	}
	inbox := dynamo.Schema()["desk"].Indexes[0]
	if len(inbox.Include) > 20 {
		t.Fatalf("an index includes 20 attributes at most, this one %d", len(inbox.Include))
	}
	row := table.Item{"pk": av["pk"], "sk": av["sk"], "inboxPk": av["inboxPk"], "inboxSk": av["inboxSk"]}
	for _, name := range inbox.Include {
		if av[name] == nil {
			t.Errorf("a full conversation has no %s", name)
		}
		row[name] = av[name]
	}
	got, err := item.DecodeRow(row)
	if err != nil {
		t.Fatal(err)
	}
	want := c
	want.LastMessageID = c.Preview.MessageID
	want.ExternalID, want.FormerID, want.Passed, want.ResolvedBy = "", "", nil, chat.Author{}
	want.Moves, want.MergedInto = nil, ""
	want.AssignedAt, want.PoolSince, want.InboxShards = time.Time{}, time.Time{}, 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}
