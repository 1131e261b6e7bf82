package source

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/enginetest"
)

// table makes a table with a stream on the engine that the local stack runs on.
func table(t *testing.T, db enginetest.DB) (name, streamARN string) {
	t.Helper()
	name = db.Prefix + "Desk"
	out, err := db.Client().CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
		StreamSpecification: &types.StreamSpecification{
			StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages,
		},
	})
	must(t, err)
	return name, aws.ToString(out.TableDescription.LatestStreamArn)
}

func TestStream_OfEngine(t *testing.T) {
	t.Parallel()
	db := enginetest.Shared(t, engine.Default())
	client, streams := db.Client(), db.Streams()
	name, arn := table(t, db)
	put := func(pk string, more map[string]types.AttributeValue) {
		t.Helper()
		item := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: pk}}
		for k, v := range more {
			item[k] = v
		}
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: item})
		must(t, err)
	}
	path := filepath.Join(t.TempDir(), "checkpoints.json")
	var got seen[events.DynamoDBEventRecord]
	note := func(_ context.Context, payload []byte) ([]byte, error) {
		var event events.DynamoDBEvent
		if err := json.Unmarshal(payload, &event); err != nil {
			return nil, err
		}
		got.add(event.Records)
		return nil, nil
	}
	put("before", nil)
	s := startStream(t, streams, Stream{StreamARN: arn, Checkpoints: checkpoints(t, path)}, note)
	rich := map[string]types.AttributeValue{
		"n": &types.AttributeValueMemberN{Value: "1.50"}, "b": &types.AttributeValueMemberB{Value: []byte{1}},
		"t": &types.AttributeValueMemberBOOL{Value: true}, "z": &types.AttributeValueMemberNULL{Value: true},
		"ss": &types.AttributeValueMemberSS{Value: []string{"x"}}, "ns": &types.AttributeValueMemberNS{Value: []string{"2"}},
		"bs": &types.AttributeValueMemberBS{Value: [][]byte{{3}}},
		"l":  &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberS{Value: "in"}}},
		"m":  &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"k": &types.AttributeValueMemberN{Value: "3"}}},
	}
	put("rich", rich)
	put("rich", nil)
	_, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
		TableName: &name, Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "rich"}},
	})
	must(t, err)
	eventually(t, "four changes arrive", func() bool { return len(got.flat()) == 4 })
	settled(t, s)
	s.Stop()
	for range 3 {
		put("after", nil)
	}
	put("last", nil)
	s = startStream(t, streams, Stream{StreamARN: arn, Checkpoints: checkpoints(t, path)}, note)
	settled(t, s)

	var story []string
	for _, r := range got.flat() {
		story = append(story, fmt.Sprintf("%s %s", r.EventName, r.Change.Keys["pk"].String()))
		if r.EventSourceArn != arn || r.EventID == "" || r.Change.SequenceNumber == "" || r.Change.SizeBytes == 0 ||
			r.Change.StreamViewType != "NEW_AND_OLD_IMAGES" || time.Since(r.Change.ApproximateCreationDateTime.Time) > time.Hour {
			t.Errorf("incomplete record %+v", r)
		}
	}
	want := []string{"INSERT before", "INSERT rich", "MODIFY rich", "REMOVE rich", "INSERT after", "INSERT last"}
	if !slices.Equal(story, want) {
		t.Fatalf("the stream told %q, want %q", story, want)
	}
	image := got.flat()[1].Change.NewImage
	if old := got.flat()[2].Change.OldImage; fmt.Sprint(old) != fmt.Sprint(image) || got.flat()[3].Change.NewImage != nil {
		t.Errorf("images do not follow each other: %v, %v", image, old)
	}
	if image["n"].Number() != "1.50" && image["n"].Number() != "1.5" || !image["t"].Boolean() || !image["z"].IsNull() ||
		image["l"].List()[0].String() != "in" || image["m"].Map()["k"].Number() != "3" ||
		!slices.Equal(image["ss"].StringSet(), []string{"x"}) || !slices.Equal(image["ns"].NumberSet(), []string{"2"}) ||
		string(image["bs"].BinarySet()[0]) != "\x03" || string(image["b"].Binary()) != "\x01" {
		t.Errorf("the image was changed on its way: %v", image)
	}
}
