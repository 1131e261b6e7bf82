package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/recado-chat/recado/infra/bench/measure"
)

const (
	pileStep  = 20_000
	pileSteps = 5
)

// pile writes items and looks after every 20,000 at how fast single puts and the end of the stream are. The last
// two show dynoxide without the index that infra/local/engine adds to its stream records.
func pile(ctx context.Context) error {
	for _, c := range []struct {
		subject
		stream bool
		steps  int
	}{{dynoxide, true, pileSteps}, {amazons, true, pileSteps}, {asComes, true, 1}, {asComes, false, 1}} {
		if err := pileOf(ctx, c.subject, c.stream, c.steps); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

func pileOf(ctx context.Context, subject subject, stream bool, steps int) error {
	b, err := subject.start(ctx)
	if err != nil {
		return err
	}
	defer b.stop()
	db := b.Client()
	arn, err := createTable(ctx, db, "desk", stream)
	if err != nil {
		return err
	}
	fmt.Printf("%s, stream %v\n\n| items | puts/s | write to record, ms | MB on disk |\n|---|---|---|---|\n", subject.name, stream)
	t := tail{b.Streams(), arn}
	for step := range steps + 1 {
		var rates []float64
		for range rounds {
			r, err := rate(ctx, db, calls[0].call, 1, roundFor)
			if err != nil {
				return err
			}
			rates = append(rates, r)
		}
		readable := "–"
		if stream {
			if readable, err = latestAfter(ctx, db, t); err != nil {
				return err
			}
		}
		fmt.Printf("| %d | %.0f | %s | %d |\n", step*pileStep, measure.Median(rates), readable, b.diskBytes()>>20)
		if step < steps {
			if err := fill(ctx, db, pileStep); err != nil {
				return err
			}
		}
	}
	fmt.Println()
	if !stream {
		return nil
	}
	return horizon(ctx, t, steps*pileStep)
}

// latestAfter is the median time from a put to its record, through an iterator that follows the end.
func latestAfter(ctx context.Context, db *dynamodb.Client, t tail) (string, error) {
	iterator, err := t.iterator(ctx, types.ShardIteratorTypeLatest, nil)
	if err != nil {
		return "", err
	}
	var lags []float64
	for range 15 {
		if err := calls[0].call(ctx, db, int(sequence.Add(1))); err != nil {
			return "", err
		}
		began := time.Now()
		var records []types.Record
		if records, iterator, err = t.read(ctx, iterator, 1); err != nil {
			return "", err
		}
		if len(records) == 0 {
			return "none came", nil
		}
		lags = append(lags, float64(time.Since(began).Microseconds())/1e3)
	}
	return fmt.Sprintf("%.1f", measure.Median(lags)), nil
}

// fill writes items in batches, as fast as that goes.
func fill(ctx context.Context, db *dynamodb.Client, count int) error {
	for range count / 25 {
		var requests []dynamodbtypes.WriteRequest
		for range 25 {
			i := int(sequence.Add(1))
			requests = append(requests, dynamodbtypes.WriteRequest{PutRequest: &dynamodbtypes.PutRequest{Item: message(fmt.Sprintf("F#%d", i%1000), i)}})
		}
		out, err := db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]dynamodbtypes.WriteRequest{"desk": requests}})
		if err != nil {
			return err
		}
		if len(out.UnprocessedItems) > 0 {
			return errors.New("the engine left items unprocessed")
		}
	}
	return nil
}

// horizon counts what is still there from the stream's beginning.
func horizon(ctx context.Context, t tail, written int) error {
	shards, err := t.shards(ctx)
	if err != nil {
		return err
	}
	iterator, err := t.iterator(ctx, types.ShardIteratorTypeTrimHorizon, nil)
	if err != nil {
		return err
	}
	began := time.Now()
	records, _, err := t.read(ctx, iterator, written)
	if err != nil {
		return err
	}
	fmt.Printf("%d shards; from TRIM_HORIZON of the last %d records come, in %s\n\n", len(shards), len(records), time.Since(began).Round(100*time.Millisecond))
	return nil
}
