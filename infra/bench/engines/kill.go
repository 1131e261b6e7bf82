package main

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

const (
	kills   = 5
	writers = 4
)

// kill kills dynoxide under load, again and again on the same data, and looks for what it had acknowledged.
func kill(ctx context.Context) error {
	b, err := dynoxide.start(ctx)
	if err != nil {
		return err
	}
	defer b.stop()
	arn, err := createTable(ctx, b.Client(), "desk", true)
	if err != nil {
		return err
	}
	var acknowledged []string
	for round := range kills {
		written, err := writeUntilKilled(ctx, b, round)
		if err != nil {
			return err
		}
		acknowledged = append(acknowledged, written...)
		began := time.Now()
		if err := b.run(ctx, dynoxide.kind); err != nil {
			return err
		}
		back := time.Since(began)
		there, err := everything(ctx, b.Client())
		if err != nil {
			return err
		}
		t := tail{b.Streams(), arn}
		iterator, err := t.iterator(ctx, streamtypes.ShardIteratorTypeTrimHorizon, nil)
		if err != nil {
			return err
		}
		records, _, err := t.read(ctx, iterator, 10*len(there))
		if err != nil {
			return err
		}
		missing, halves := compare(acknowledged, there)
		fmt.Printf("- kill %d: %d writes acknowledged in all, %d missing, %d transactions half there; %d writes there, %d stream records; answers again after %s\n",
			round+1, len(acknowledged), missing, halves, len(there), len(records), back.Round(time.Millisecond))
	}
	return nil
}

// writeUntilKilled writes from several sides, kills the engine in the midst of it, and returns what was acknowledged.
// Every second write is a transaction of two items.
func writeUntilKilled(ctx context.Context, b *bench, round int) ([]string, error) {
	db := dynamodb.New(b.Client().Options(), func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	var mu sync.Mutex
	var written []string
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := 0; ; i++ {
				k := fmt.Sprintf("%d-%d-%d", round, w, i)
				if writePair(ctx, db, k, i%2 == 1) != nil {
					return // the engine is dead, or on its way
				}
				mu.Lock()
				written = append(written, k)
				mu.Unlock()
			}
		})
	}
	select {
	case <-time.After(1500 * time.Millisecond):
	case <-ctx.Done():
	}
	if err := syscall.Kill(b.PID, syscall.SIGKILL); err != nil {
		return nil, fmt.Errorf("kill the engine: %w", err)
	}
	<-b.Exited()
	all.Wait()
	return written, nil
}

func writePair(ctx context.Context, db *dynamodb.Client, k string, both bool) error {
	if !both {
		_, err := db.PutItem(ctx, put("desk", with(key(k, "single"), "text", k)))
		return err
	}
	half := func(sk string) types.TransactWriteItem {
		return types.TransactWriteItem{Put: &types.Put{TableName: aws.String("desk"), Item: with(key(k, sk), "text", k)}}
	}
	_, err := db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{half("first"), half("second")}})
	return err
}

// everything maps each partition of the table to the sort keys in it.
func everything(ctx context.Context, db *dynamodb.Client) (map[string][]string, error) {
	there := map[string][]string{}
	pages := dynamodb.NewScanPaginator(db, &dynamodb.ScanInput{TableName: aws.String("desk"), ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
		for _, i := range page.Items {
			there[number(i, "pk")] = append(there[number(i, "pk")], number(i, "sk"))
		}
	}
	return there, nil
}

// compare counts what was acknowledged and is not there, and the transactions of which only one item is.
func compare(acknowledged []string, there map[string][]string) (missing, halves int) {
	for _, k := range acknowledged {
		if len(there[k]) == 0 {
			missing++
		}
	}
	for _, sks := range there {
		if len(sks) == 1 && sks[0] != "single" {
			halves++
		}
	}
	return missing, halves
}
