package dynamo

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// streamJSON writes an attribute as the stream's records carry it.
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

func imageJSON(t *testing.T, av item) map[string]any {
	t.Helper()
	image := map[string]any{}
	for name, v := range av {
		image[name] = streamJSON(t, v)
	}
	return image
}

// changed are the nouns that something is derived from, with everything in them filled.
func changed(t *testing.T) map[string][2]any {
	c, message, event := filled[chat.Conversation](t), filled[chat.Message](t), filled[chat.Event](t)
	mail, job, acc := filled[chat.Mail](t), filled[chat.Job](t), filled[chat.Account](t)
	read, operator, ch := filled[chat.ReadCursor](t), filled[chat.Operator](t), filled[chat.Channel](t)
	load := filled[chat.Load](t)
	return map[string][2]any{
		kindConversation: {toConversationItem(c), c},
		kindMessage:      {toMessageItem(message), message},
		kindEvent:        {toEventItem(event), event},
		kindRead:         {toReadItem(read), read},
		kindMail:         {toMailItem(mail), mail},
		kindJob:          {toJobItem(job), job},
		kindAccount:      {toAccountItem(acc), acc},
		kindOperator:     {toOperatorItem(operator), operator},
		kindLoad:         {toLoadItem(load), load},
		kindChannel:      {toChannelItem(ch), ch},
	}
}

func TestStreamRecordsOfEveryKindAreRead(t *testing.T) {
	t.Parallel()
	const golden = "testdata/images.golden.json"
	nouns := changed(t)
	if *update {
		images := map[string]any{}
		for kind, pair := range nouns {
			av, err := encode(pair[0])
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
	for kind := range decoders {
		image := images[kind]
		if image == nil {
			t.Errorf("no record of a %s", kind)
			continue
		}
		want := nouns[kind][1]
		for name, c := range map[string]struct {
			record events.DynamoDBEventRecord
			want   Change
		}{
			"inserted": {record(nil, image), Change{Kind: kind, New: want}},
			"modified": {record(image, image), Change{Kind: kind, Old: want, New: want}},
			"removed":  {record(image, nil), Change{Kind: kind, Old: want}},
		} {
			got, err := DecodeChange(c.record)
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

func TestStreamRecordsThatNothingIsDerivedFromArePassedOver(t *testing.T) {
	t.Parallel()
	for kind := range quiet {
		image := map[string]events.DynamoDBAttributeValue{"kind": events.NewStringAttribute(kind)}
		r := record(image, nil)
		r.UserIdentity = &events.DynamoDBUserIdentity{Type: "Service", PrincipalID: "dynamodb.amazonaws.com"}
		got, err := DecodeChange(r)
		if err != nil || got != (Change{Kind: kind, Expired: true}) {
			t.Errorf("%s: %+v, %v", kind, got, err)
		}
	}
}

func TestEveryKindOfATableWithAStreamIsKnown(t *testing.T) {
	t.Parallel()
	tables := specimens()
	for _, table := range []string{"desk", "directory"} {
		for _, specimen := range tables[table] {
			av, err := encode(specimen)
			if err != nil {
				t.Fatal(err)
			}
			if kind := kindOf(av); decoders[kind] == nil && !quiet[kind] {
				t.Errorf("fanout buries every change of a %s", kind)
			}
		}
	}
}

func TestAStreamRecordThatCannotBeReadIsInvalid(t *testing.T) {
	t.Parallel()
	str := events.NewStringAttribute
	for name, image := range map[string]map[string]events.DynamoDBAttributeValue{
		"nothing at all":       nil,
		"no kind":              {"pk": str("x")},
		"a kind of tomorrow":   {"kind": str("sticker")},
		"a kind of Live":       {"kind": str(kindSession)},
		"a key of another one": {"kind": str(kindMessage), "pk": str("X#1"), "sk": str("M#1")},
		"a wrong type":         {"kind": str(kindMessage), "pk": str("V#A#C"), "sk": str("M#1"), "rank": str("high")},
		"a set":                {"kind": str(kindMessage), "tags": events.NewStringSetAttribute([]string{"a"})},
	} {
		if _, err := DecodeChange(record(nil, image)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
