// Package stream reads the records of the tables' streams: which item changed, and what it was before and after.
//
// A kind of item that a table with a stream holds is either decoded or known to be passed over. The package may import the data
// model, and no store.
package stream

import (
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// Change is one item of a table that became another. Old and New hold the noun as a value (a chat.Conversation, chat.Message,
// chat.Event, chat.ReadCursor, chat.Mail, chat.Job, chat.Account, chat.Operator, chat.Load, chat.Contact or
// chat.Channel); nil means that there was none, or that the kind is not decoded.
type Change struct {
	Kind     string
	Old, New any
	Expired  bool // the table's TTL removed it
}

// decoders are the kinds that signals are derived from. The quiet kinds are known and not decoded.
var (
	decoders = map[string]func(table.Item) (any, error){
		item.KindConversation: boxed(item.DecodeConversation),
		item.KindMessage:      boxed(item.DecodeMessage),
		item.KindEvent:        boxed(item.DecodeEvent),
		item.KindReadCursor:   boxed(item.DecodeReadCursor),
		item.KindMail:         boxed(item.DecodeMail),
		item.KindJob:          boxed(item.DecodeJob),
		item.KindAccount:      boxed(item.DecodeAccount),
		item.KindOperator:     boxed(item.DecodeOperator),
		item.KindLoad:         boxed(item.DecodeLoad),
		item.KindContact:      boxed(item.DecodeContact),
		item.KindChannel:      boxed(item.DecodeChannel),
	}
	quiet = map[string]bool{
		item.KindContactConversation: true, item.KindRevision: true, item.KindSearch: true, item.KindIdentity: true, item.KindAlias: true,
		item.KindProviderRef: true, item.KindAssigned: true, item.KindActivity: true, item.KindEmail: true, item.KindAsset: true,
		item.KindTimer: true, item.KindStore: true, item.KindTemplate: true, item.KindBusiness: true,
		item.KindListed: true, item.KindInvitation: true,
	}
)

func boxed[T any](decode func(table.Item) (T, error)) func(table.Item) (any, error) {
	return func(av table.Item) (any, error) {
		v, err := decode(av)
		if err != nil {
			return nil, err
		}
		return v, nil
	}
}

const ttlPrincipal = "dynamodb.amazonaws.com"

// Decode reads a stream record. An unknown kind, or an item that cannot be decoded, is Invalid: a retry does not help.
func Decode(record events.DynamoDBEventRecord) (Change, error) {
	old, err := fromStream(record.Change.OldImage)
	if err != nil {
		return Change{}, unreadable(err)
	}
	new, err := fromStream(record.Change.NewImage)
	if err != nil {
		return Change{}, unreadable(err)
	}
	change := Change{
		Kind:    table.KindOf(new),
		Expired: record.UserIdentity != nil && record.UserIdentity.PrincipalID == ttlPrincipal,
	}
	if change.Kind == "" {
		change.Kind = table.KindOf(old)
	}
	if quiet[change.Kind] {
		return change, nil
	}
	decode, ok := decoders[change.Kind]
	if !ok {
		return Change{}, fault.New(fault.Invalid, "a stored item of unknown kind %q", change.Kind).WithReason("unknown_kind")
	}
	if old != nil {
		if change.Old, err = decode(old); err != nil {
			return Change{}, unreadable(err)
		}
	}
	if new != nil {
		if change.New, err = decode(new); err != nil {
			return Change{}, unreadable(err)
		}
	}
	return change, nil
}

func unreadable(err error) error {
	return fault.New(fault.Invalid, "a stored item cannot be read").WithReason("unreadable_item").WithCause(err)
}

// fromStream converts the image of a record into an item; nil if there is none.
func fromStream(image map[string]events.DynamoDBAttributeValue) (table.Item, error) {
	if len(image) == 0 {
		return nil, nil
	}
	av := make(table.Item, len(image))
	for name, v := range image {
		var err error
		if av[name], err = streamValue(v); err != nil {
			return nil, fmt.Errorf("attribute %s: %w", name, err)
		}
	}
	return av, nil
}

func streamValue(v events.DynamoDBAttributeValue) (types.AttributeValue, error) {
	switch v.DataType() {
	case events.DataTypeString:
		return &types.AttributeValueMemberS{Value: v.String()}, nil
	case events.DataTypeNumber:
		return &types.AttributeValueMemberN{Value: v.Number()}, nil
	case events.DataTypeBoolean:
		return &types.AttributeValueMemberBOOL{Value: v.Boolean()}, nil
	case events.DataTypeBinary:
		return &types.AttributeValueMemberB{Value: v.Binary()}, nil
	case events.DataTypeNull:
		return &types.AttributeValueMemberNULL{Value: true}, nil
	case events.DataTypeMap:
		m, err := fromStream(v.Map())
		return &types.AttributeValueMemberM{Value: m}, err
	case events.DataTypeList:
		list := make([]types.AttributeValue, 0, len(v.List()))
		for _, e := range v.List() {
			ev, err := streamValue(e)
			if err != nil {
				return nil, err
			}
			list = append(list, ev)
		}
		return &types.AttributeValueMemberL{Value: list}, nil
	case events.DataTypeStringSet, events.DataTypeNumberSet, events.DataTypeBinarySet:
	}
	return nil, fmt.Errorf("type %d is one that we never store", v.DataType())
}
