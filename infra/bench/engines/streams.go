package main

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/recado-chat/recado/infra/bench/measure"
)

// tail reads the shards of a stream.
type tail struct {
	client *dynamodbstreams.Client
	arn    string
}

func (t tail) shards(ctx context.Context) ([]types.Shard, error) {
	out, err := t.client.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: &t.arn})
	if err != nil {
		return nil, fmt.Errorf("describe the stream: %w", err)
	}
	return out.StreamDescription.Shards, nil
}

// iterator begins in a stream's last shard.
func (t tail) iterator(ctx context.Context, kind types.ShardIteratorType, sequence *string) (*string, error) {
	shards, err := t.shards(ctx)
	if err != nil {
		return nil, err
	}
	out, err := t.client.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{
		StreamArn: &t.arn, ShardId: shards[len(shards)-1].ShardId, ShardIteratorType: kind, SequenceNumber: sequence,
	})
	if err != nil {
		return nil, fmt.Errorf("iterator %s: %w", kind, err)
	}
	return out.ShardIterator, nil
}

// read returns records until there are at least so many, or none came for a while.
func (t tail) read(ctx context.Context, iterator *string, atLeast int) ([]types.Record, *string, error) {
	var records []types.Record
	patience := time.Now().Add(3 * time.Second)
	for len(records) < atLeast && time.Now().Before(patience) && iterator != nil {
		out, err := t.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator})
		if err != nil {
			return nil, nil, fmt.Errorf("get records: %w", err)
		}
		records, iterator = append(records, out.Records...), out.NextShardIterator
		if len(out.Records) > 0 {
			patience = time.Now().Add(3 * time.Second)
		}
	}
	return records, iterator, nil
}

// streams measures how soon a record is readable, and tries what consumers rely on.
func streams(ctx context.Context) error {
	for _, subject := range subjects {
		b, err := subject.start(ctx)
		if err != nil {
			return err
		}
		err = streamsOf(ctx, subject, b)
		b.stop()
		if err != nil {
			return fmt.Errorf("%s: %w", subject.name, err)
		}
	}
	return nil
}

func streamsOf(ctx context.Context, subject subject, b *bench) error {
	db := b.Client()
	arn, err := createTable(ctx, db, "table", true)
	if err != nil {
		return err
	}
	t := tail{b.Streams(), arn}
	lags, err := lag(ctx, db, t)
	if err != nil {
		return err
	}
	shards, err := t.shards(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("- %s: a record is readable %.1f ms after the write is acknowledged (median of %d, at most %.1f); %d shard(s), the last one told to be open: %v\n",
		subject.name, measure.Median(lags), len(lags), maximum(lags), len(shards), shards[len(shards)-1].SequenceNumberRange.EndingSequenceNumber == nil)
	for _, p := range []struct {
		name string
		try  func(context.Context, *dynamodb.Client, tail) error
	}{{"iterators", iterators}, {"order and images", images}, {"a write that changes nothing", unchanged}, {"TTL", expiry}} {
		if err := p.try(ctx, db, t); err != nil {
			fmt.Printf("  - %s: %v\n", p.name, err)
		} else {
			fmt.Printf("  - %s: as DynamoDB\n", p.name)
		}
	}
	return nil
}

func maximum(values []float64) float64 {
	top := values[0]
	for _, v := range values {
		top = max(top, v)
	}
	return top
}

// lag is the time from a write's answer to the first read that returns its record, polled without a pause.
func lag(ctx context.Context, db *dynamodb.Client, t tail) ([]float64, error) {
	iterator, err := t.iterator(ctx, types.ShardIteratorTypeLatest, nil)
	if err != nil {
		return nil, err
	}
	var lags []float64
	for i := range 50 {
		if _, err := db.PutItem(ctx, put("table", message("lag", i))); err != nil {
			return nil, err
		}
		began := time.Now()
		var records []types.Record
		if records, iterator, err = t.read(ctx, iterator, 1); err != nil {
			return nil, err
		}
		if len(records) == 0 {
			return nil, fmt.Errorf("the record of write %d did not come", i)
		}
		lags = append(lags, float64(time.Since(began).Microseconds())/1e3)
	}
	return lags, nil
}

func iterators(ctx context.Context, _ *dynamodb.Client, t tail) error {
	begin, err := t.iterator(ctx, types.ShardIteratorTypeTrimHorizon, nil)
	if err != nil {
		return err
	}
	all, _, err := t.read(ctx, begin, 50)
	if err != nil {
		return err
	}
	if len(all) < 50 {
		return fmt.Errorf("TRIM_HORIZON returned %d of 50", len(all))
	}
	third := all[2].Dynamodb.SequenceNumber
	for kind, want := range map[types.ShardIteratorType]*string{
		types.ShardIteratorTypeAtSequenceNumber: third, types.ShardIteratorTypeAfterSequenceNumber: all[3].Dynamodb.SequenceNumber,
	} {
		at, err := t.iterator(ctx, kind, third)
		if err != nil {
			return err
		}
		got, _, err := t.read(ctx, at, 1)
		if err != nil {
			return err
		}
		if len(got) == 0 || aws.ToString(got[0].Dynamodb.SequenceNumber) != *want {
			return fmt.Errorf("%s begins elsewhere", kind)
		}
	}
	before := new(big.Int)
	for _, r := range all {
		sequence, ok := new(big.Int).SetString(aws.ToString(r.Dynamodb.SequenceNumber), 10)
		if !ok || sequence.Cmp(before) <= 0 {
			return fmt.Errorf("sequence %s does not follow %s", aws.ToString(r.Dynamodb.SequenceNumber), before)
		}
		before = sequence
	}
	return nil
}

// since returns the records of what a function writes.
func since(ctx context.Context, t tail, atLeast int, write func() error) ([]types.Record, error) {
	latest, err := t.iterator(ctx, types.ShardIteratorTypeLatest, nil)
	if err != nil {
		return nil, err
	}
	if err := write(); err != nil {
		return nil, err
	}
	records, _, err := t.read(ctx, latest, atLeast)
	return records, err
}

func images(ctx context.Context, db *dynamodb.Client, t tail) error {
	records, err := since(ctx, t, 3, func() error {
		_, err := db.PutItem(ctx, put("table", conversation("i", 1)))
		if err == nil {
			_, err = db.UpdateItem(ctx, touch("table", "i", 2))
		}
		if err == nil {
			_, err = db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String("table"), Key: key("i", "C")})
		}
		return err
	})
	if err != nil {
		return err
	}
	var told []string
	for _, r := range records {
		told = append(told, fmt.Sprintf("%s %v %v", r.EventName, r.Dynamodb.OldImage != nil, r.Dynamodb.NewImage != nil))
	}
	return equal(told, []string{"INSERT false true", "MODIFY true true", "REMOVE true false"})
}

func unchanged(ctx context.Context, db *dynamodb.Client, t tail) error {
	records, err := since(ctx, t, 2, func() error {
		_, err := db.PutItem(ctx, put("table", message("same", 1)))
		if err == nil {
			_, err = db.PutItem(ctx, put("table", message("same", 1)))
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(records) != 1 {
		return fmt.Errorf("%d records, DynamoDB writes 1", len(records))
	}
	return nil
}

func expiry(ctx context.Context, db *dynamodb.Client, t tail) error {
	_, err := db.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName: aws.String("table"), TimeToLiveSpecification: &dynamodbtypes.TimeToLiveSpecification{AttributeName: aws.String("ttl"), Enabled: aws.Bool(true)},
	})
	if err != nil {
		return err
	}
	latest, err := t.iterator(ctx, types.ShardIteratorTypeLatest, nil)
	if err != nil {
		return err
	}
	past := strconv.FormatInt(time.Now().Add(-time.Minute).Unix(), 10)
	if _, err := db.PutItem(ctx, put("table", with(key("ttl", "1"), "ttl", n(past)))); err != nil {
		return err
	}
	began := time.Now()
	for time.Since(began) < 30*time.Second {
		var records []types.Record
		if records, latest, err = t.read(ctx, latest, 1); err != nil {
			return err
		}
		for _, r := range records {
			if r.EventName != types.OperationTypeRemove {
				continue
			}
			if r.UserIdentity == nil || aws.ToString(r.UserIdentity.PrincipalId) != "dynamodb.amazonaws.com" {
				return fmt.Errorf("removed after %s, but the record does not tell that TTL did it", time.Since(began).Round(time.Second))
			}
			return nil
		}
	}
	return errors.New("an expired item was not removed within 30 s (DynamoDB promises some days)")
}
