package table

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/shared/fault"
)

// Item is an item as DynamoDB returns it.
type Item = map[string]types.AttributeValue

// schemaVersion is the v of every item that is written.
const schemaVersion = 1

// Header is in every item.
type Header struct {
	PK   string `dynamodbav:"pk"`
	SK   string `dynamodbav:"sk"`
	Kind string `dynamodbav:"kind"`
	V    int    `dynamodbav:"v"`
}

// NewHeader is the header of an item of a kind.
func NewHeader(k Key, kind string) Header {
	return Header{PK: k.PK, SK: k.SK, Kind: kind, V: schemaVersion}
}

func (h Header) Key() Key { return Key{h.PK, h.SK} }

// Millis is a time in milliseconds as stored; zero is no time and is left out.
type Millis int64

// MillisOf converts a time.
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

// Expiry is the time at which the TTL may delete an item, in seconds, rounded up.
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

// KindOf is the kind of an item.
func KindOf(av Item) string { return Text(av["kind"]) }

// Text is the value of a string attribute, or empty.
func Text(av types.AttributeValue) string {
	if s, ok := av.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// Number is the value of a number attribute, or empty.
func Number(av types.AttributeValue) string {
	if n, ok := av.(*types.AttributeValueMemberN); ok {
		return n.Value
	}
	return ""
}

func (k Key) Item() Item {
	return Item{"pk": &types.AttributeValueMemberS{Value: k.PK}, "sk": &types.AttributeValueMemberS{Value: k.SK}}
}

// KeyOf is the key of an item.
func KeyOf(av Item) Key { return Key{Text(av["pk"]), Text(av["sk"])} }

// Strings converts typed ids into what is stored.
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

// IDs converts stored ids into typed ones.
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

// HeaderUpdate sets the header of an item that an update may create.
func HeaderUpdate(kind string) expression.UpdateBuilder {
	return expression.Set(expression.Name("kind"), expression.Value(kind)).
		Set(expression.Name("v"), expression.Value(schemaVersion))
}
