package dynamo

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/shared/fault"
)

// item is an item as DynamoDB has it.
type item = map[string]types.AttributeValue

// The kinds of items, as stored.
const (
	kindConversation        = "conversation"
	kindMessage             = "message"
	kindEvent               = "event"
	kindTimer               = "timer"
	kindContact             = "contact"
	kindContactConversation = "contact_conversation"
	kindRevision            = "revision"
	kindSearch              = "search"
	kindIdentity            = "identity"
	kindAlias               = "alias"
	kindReceipt             = "receipt"
	kindAssigned            = "assigned"
	kindRead                = "read"
	kindLoad                = "load"
	kindMail                = "mail"
	kindJob                 = "job"
	kindActivity            = "activity"
	kindAccount             = "account"
	kindStore               = "store"
	kindChannel             = "channel"
	kindOperator            = "operator"
	kindTemplate            = "template"
	kindEmail               = "email"
	kindAsset               = "asset"
	kindBusiness            = "business"
	kindSession             = "session"
	kindOperatorSession     = "operator_session"
	kindTicket              = "ticket"
	kindToken               = "token"
	kindConnection          = "connection"
	kindAccountConnection   = "account_connection"
	kindVisitorConnection   = "visitor_connection"
	kindAnswer              = "answer"
	kindHit                 = "hit"
)

// schemaVersion is the v of every item written now.
const schemaVersion = 1

// header is what every item begins with.
type header struct {
	PK   string `dynamodbav:"pk"`
	SK   string `dynamodbav:"sk"`
	Kind string `dynamodbav:"kind"`
	V    int    `dynamodbav:"v"`
}

func headed(k key, kind string) header {
	return header{PK: k.pk, SK: k.sk, Kind: kind, V: schemaVersion}
}

func (h header) key() key { return key{h.PK, h.SK} }

// millis is an instant as stored; zero stands for none and is left out.
type millis int64

func millisOf(t time.Time) millis {
	if t.IsZero() {
		return 0
	}
	return millis(t.UnixMilli())
}

func (m millis) time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m)).UTC()
}

// expiry is when the table's TTL may sweep an item up, in seconds as DynamoDB wants it, rounded up.
func expiry(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Add(time.Second - 1).Unix()
}

func encode(v any) (item, error) {
	av, err := attributevalue.MarshalMap(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return av, nil
}

// decode reads an item of one kind.
func decode[T any](av item, kind string) (T, error) {
	var out T
	if got := kindOf(av); got != kind {
		return out, fault.New(fault.Invalid, "stored item is of kind %q, not %q", got, kind).WithReason("unknown_kind")
	}
	if err := attributevalue.UnmarshalMap(av, &out); err != nil {
		return out, damaged(kind, err)
	}
	return out, nil
}

func kindOf(av item) string { return text(av["kind"]) }

func text(av types.AttributeValue) string {
	if s, ok := av.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

func number(av types.AttributeValue) string {
	if n, ok := av.(*types.AttributeValueMemberN); ok {
		return n.Value
	}
	return ""
}

func (k key) item() item {
	return item{"pk": &types.AttributeValueMemberS{Value: k.pk}, "sk": &types.AttributeValueMemberS{Value: k.sk}}
}

func keyOf(av item) key { return key{text(av["pk"]), text(av["sk"])} }

// strs turns typed ids into what is stored, and ids back.
func strs[T ~string](in []T) []string {
	if len(in) == 0 {
		return nil
	}
	out := make([]string, len(in))
	for i, v := range in {
		out[i] = string(v)
	}
	return out
}

func ids[T ~string](in []string) []T {
	if len(in) == 0 {
		return nil
	}
	out := make([]T, len(in))
	for i, v := range in {
		out[i] = T(v)
	}
	return out
}
