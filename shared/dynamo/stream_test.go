package dynamo_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/dynamo/stream"
	"github.com/recado-chat/recado/shared/fault"
)

// streamJSON encodes an attribute as stream records do.
func streamJSON(t *testing.T, v types.AttributeValue) any {
	t.Helper()
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": v.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": v.Value}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": v.Value}
	case *types.AttributeValueMemberB:
		return map[string]any{"B": base64.StdEncoding.EncodeToString(v.Value)}
	case *types.AttributeValueMemberM:
		return map[string]any{"M": imageJSON(t, v.Value)}
	case *types.AttributeValueMemberL:
		list := make([]any, len(v.Value))
		for i, e := range v.Value {
			list[i] = streamJSON(t, e)
		}
		return map[string]any{"L": list}
	}
	t.Fatalf("we store no %T", v)
	return nil
}

func imageJSON(t *testing.T, av table.Item) map[string]any {
	t.Helper()
	image := map[string]any{}
	for name, v := range av {
		image[name] = streamJSON(t, v)
	}
	return image
}

// changed are the decoded kinds, each as an item and as a noun without an empty field.
func changed(t *testing.T) map[string][2]any {
	c, message, event := filled[chat.Conversation](t), filled[chat.Message](t), filled[chat.Event](t)
	mail, job, acc := filled[chat.Mail](t), filled[chat.Job](t), filled[chat.Account](t)
	read, operator, ch := filled[chat.ReadCursor](t), filled[chat.Operator](t), filled[chat.Channel](t)
	load, contact := filled[chat.Load](t), filled[chat.Contact](t)
	return map[string][2]any{
		item.KindConversation: {item.Conversation(c), c},
		item.KindMessage:      {item.Message(message), message},
		item.KindEvent:        {item.Event(event), event},
		item.KindReadCursor:   {item.ReadCursor(read), read},
		item.KindMail:         {item.Mail(mail), mail},
		item.KindJob:          {item.Job(job), job},
		item.KindAccount:      {item.Account(acc), acc},
		item.KindOperator:     {item.Operator(operator), operator},
		item.KindLoad:         {item.Load(load), load},
		item.KindChannel:      {item.Channel(ch), ch},
		item.KindContact:      {item.Contact(contact), contact},
	}
}

func TestDecode_EveryKind(t *testing.T) {
	t.Parallel()
	const golden = "testdata/images.golden.json"
	nouns := changed(t)
	if *update {
		images := map[string]any{}
		for kind, pair := range nouns {
			av, err := attributevalue.MarshalMap(pair[0])
			if err != nil {
				t.Fatal(err)
			}
			images[kind] = imageJSON(t, av)
		}
		body, err := json.MarshalIndent(images, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, append(body, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	body, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var images map[string]map[string]events.DynamoDBAttributeValue
	if err := json.Unmarshal(body, &images); err != nil {
		t.Fatal(err)
	}
	for kind := range nouns {
		image := images[kind]
		if image == nil {
			t.Errorf("no record of a %s", kind)
			continue
		}
		want := nouns[kind][1]
		for name, c := range map[string]struct {
			record events.DynamoDBEventRecord
			want   stream.Change
		}{
			"inserted": {record(nil, image), stream.Change{Kind: kind, New: want}},
			"modified": {record(image, image), stream.Change{Kind: kind, Old: want, New: want}},
			"removed":  {record(image, nil), stream.Change{Kind: kind, Old: want}},
		} {
			got, err := stream.Decode(c.record)
			if err != nil {
				t.Errorf("%s %s: %v", kind, name, err)
				continue
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s %s (-want +got):\n%s", kind, name, diff)
			}
		}
	}
}

func record(old, new map[string]events.DynamoDBAttributeValue) events.DynamoDBEventRecord {
	return events.DynamoDBEventRecord{Change: events.DynamoDBStreamRecord{OldImage: old, NewImage: new}}
}

func TestDecode_PassedOverKind(t *testing.T) {
	t.Parallel()
	decoded := changed(t)
	tables := specimens()
	full := []any{item.Identity(filled[chat.Identity](t))} // with every attribute
	for _, specimen := range slices.Concat(tables["desk"], tables["directory"], full) {
		av, err := attributevalue.MarshalMap(specimen)
		if err != nil {
			t.Fatal(err)
		}
		kind := table.KindOf(av)
		if _, ok := decoded[kind]; ok {
			continue
		}
		body, err := json.Marshal(imageJSON(t, av))
		if err != nil {
			t.Fatal(err)
		}
		var image map[string]events.DynamoDBAttributeValue
		if err := json.Unmarshal(body, &image); err != nil {
			t.Fatal(err)
		}
		r := record(image, nil)
		r.UserIdentity = &events.DynamoDBUserIdentity{Type: "Service", PrincipalID: "dynamodb.amazonaws.com"}
		if got, err := stream.Decode(r); err != nil || got != (stream.Change{Kind: kind, Expired: true}) {
			t.Errorf("%s: %+v, %v", kind, got, err)
		}
	}
}

func TestDecode_Unreadable_Invalid(t *testing.T) {
	t.Parallel()
	str := events.NewStringAttribute
	for name, image := range map[string]map[string]events.DynamoDBAttributeValue{
		"nothing at all":       nil,
		"no kind":              {"pk": str("x")},
		"a kind of tomorrow":   {"kind": str("sticker")},
		"a kind of Live":       {"kind": str(item.KindSession)},
		"a key of another one": {"kind": str(item.KindMessage), "pk": str("X#1"), "sk": str("M#1")},
		"a wrong type":         {"kind": str(item.KindMessage), "pk": str("V#A#C"), "sk": str("M#1"), "rank": str("high")},
		"a set":                {"kind": str(item.KindMessage), "tags": events.NewStringSetAttribute([]string{"a"})},
	} {
		if _, err := stream.Decode(record(nil, image)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
