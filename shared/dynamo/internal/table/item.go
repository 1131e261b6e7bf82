package table

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/shared/fault"
)

// Item is an item as DynamoDB has it.
type Item = map[string]types.AttributeValue

// schemaVersion is the v of every item written now.
const schemaVersion = 1

// Header is what every item begins with.
type Header struct {
	PK   string `dynamodbav:"pk"`
	SK   string `dynamodbav:"sk"`
	Kind string `dynamodbav:"kind"`
	V    int    `dynamodbav:"v"`
}

func NewHeader(k Key, kind string) Header {
	return Header{PK: k.PK, SK: k.SK, Kind: kind, V: schemaVersion}
}

func (h Header) Key() Key { return Key{h.PK, h.SK} }

// Millis is an instant as stored; zero stands for none and is left out.
type Millis int64

func MillisOf(t time.Time) Millis {
	if t.IsZero() {
		return 0
	}
	return Millis(t.UnixMilli())
}

func (m Millis) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m)).UTC()
}

// Expiry is when the table's TTL may sweep an item up, in seconds as DynamoDB wants it, rounded up.
func Expiry(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Add(time.Second - 1).Unix()
}

func encode(v any) (Item, error) {
	av, err := attributevalue.MarshalMap(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return av, nil
}

// Decode reads an item of one kind.
func Decode[T any](av Item, kind string) (T, error) {
	var out T
	if got := KindOf(av); got != kind {
		return out, fault.New(fault.Invalid, "stored item is of kind %q, not %q", got, kind).WithReason("unknown_kind")
	}
	if err := attributevalue.UnmarshalMap(av, &out); err != nil {
		return out, Damaged(kind, err)
	}
	return out, nil
}

func KindOf(av Item) string { return Text(av["kind"]) }

func Text(av types.AttributeValue) string {
	if s, ok := av.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

func Number(av types.AttributeValue) string {
	if n, ok := av.(*types.AttributeValueMemberN); ok {
		return n.Value
	}
	return ""
}

func (k Key) Item() Item {
	return Item{"pk": &types.AttributeValueMemberS{Value: k.PK}, "sk": &types.AttributeValueMemberS{Value: k.SK}}
}

func KeyOf(av Item) Key { return Key{Text(av["pk"]), Text(av["sk"])} }

// Strings turns typed ids into what is stored, and ids back.
func Strings[T ~string](in []T) []string {
	if len(in) == 0 {
		return nil
	}
	out := make([]string, len(in))
	for i, v := range in {
		out[i] = string(v)
	}
	return out
}

func IDs[T ~string](in []string) []T {
	if len(in) == 0 {
		return nil
	}
	out := make([]T, len(in))
	for i, v := range in {
		out[i] = T(v)
	}
	return out
}

// Key is an item's place in its table.
type Key struct{ PK, SK string }

func HeaderUpdate(kind string) expression.UpdateBuilder {
	return expression.Set(expression.Name("kind"), expression.Value(kind)).
		Set(expression.Name("v"), expression.Value(schemaVersion))
}
