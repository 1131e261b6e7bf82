package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/infra/bench/measure"
)

const (
	rounds   = 3
	roundFor = 700 * time.Millisecond
)

// call is one request; i is different in every call.
type call func(ctx context.Context, db *dynamodb.Client, i int) error

var calls = []struct {
	name string
	call call
}{
	{"put", func(ctx context.Context, db *dynamodb.Client, i int) error {
		_, err := db.PutItem(ctx, put("desk", message("P#"+strconv.Itoa(i%100), i)))
		return err
	}},
	{"put if absent", func(ctx context.Context, db *dynamodb.Client, i int) error {
		in := put("desk", message("Q#"+strconv.Itoa(i%100), i))
		in.ConditionExpression = aws.String("attribute_not_exists(pk)")
		_, err := db.PutItem(ctx, in)
		return err
	}},
	{"update, indexed", func(ctx context.Context, db *dynamodb.Client, i int) error {
		_, err := db.UpdateItem(ctx, touch("desk", "C#"+strconv.Itoa(i%100), i))
		return err
	}},
	{"transaction of 4", func(ctx context.Context, db *dynamodb.Client, i int) error {
		t, pk := touch("desk", "C#"+strconv.Itoa(i%100), i), "T#"+strconv.Itoa(i%100)
		write := func(k item) types.TransactWriteItem {
			return types.TransactWriteItem{Put: &types.Put{TableName: aws.String("desk"), Item: k, ConditionExpression: aws.String("attribute_not_exists(pk)")}}
		}
		_, err := db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			write(message(pk, i)), write(with(key(pk, fmt.Sprintf("E#%012d", i)), "kind", "event")), write(key("W#"+strconv.Itoa(i), "W")),
			{Update: &types.Update{
				TableName: t.TableName, Key: t.Key, UpdateExpression: t.UpdateExpression,
				ConditionExpression: t.ConditionExpression, ExpressionAttributeValues: t.ExpressionAttributeValues,
			}},
		}})
		return err
	}},
	{"query of 50", func(ctx context.Context, db *dynamodb.Client, i int) error {
		_, err := db.Query(ctx, &dynamodb.QueryInput{
			TableName: aws.String("desk"), KeyConditionExpression: aws.String("pk = :p AND begins_with(sk, :m)"),
			ExpressionAttributeValues: item{":p": s("S#" + strconv.Itoa(i%10)), ":m": s("M#")},
			ScanIndexForward:          aws.Bool(false), Limit: aws.Int32(50),
		})
		return err
	}},
	{"get", func(ctx context.Context, db *dynamodb.Client, i int) error {
		_, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("desk"), Key: key("C#"+strconv.Itoa(i%100), "C"), ConsistentRead: aws.Bool(true)})
		return err
	}},
}

// prepare makes the table and what updates and queries work on.
func prepare(ctx context.Context, db *dynamodb.Client) error {
	if _, err := createTable(ctx, db, "desk", true); err != nil {
		return err
	}
	for i := range 100 {
		if _, err := db.PutItem(ctx, put("desk", conversation("C#"+strconv.Itoa(i), i))); err != nil {
			return fmt.Errorf("put a conversation: %w", err)
		}
	}
	for i := range 1000 {
		if _, err := db.PutItem(ctx, put("desk", message("S#"+strconv.Itoa(i%10), i))); err != nil {
			return fmt.Errorf("put a message: %w", err)
		}
	}
	return nil
}

var sequence atomic.Int64

// rate runs a call over and over for a while and returns calls per second.
func rate(ctx context.Context, db *dynamodb.Client, c call, workers int, during time.Duration) (float64, error) {
	var done atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	began := time.Now()
	for range workers {
		all.Go(func() {
			for time.Since(began) < during && failed.Load() == nil {
				if err := c(ctx, db, int(sequence.Add(1))); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(began).Seconds(), nil
}

func speed(ctx context.Context) error {
	fmt.Printf("%s\n\n", measure.Machine())
	fmt.Printf("Calls per second through aws-sdk-go-v2, median of %d rounds of %s; the spread in brackets.\n\n", rounds, roundFor)
	benches := make([]*bench, len(subjects))
	for i, subject := range subjects {
		b, err := subject.start(ctx)
		if err != nil {
			return err
		}
		defer b.stop()
		if err := prepare(ctx, b.Client()); err != nil {
			return fmt.Errorf("%s: %w", subject.name, err)
		}
		benches[i] = b
	}
	fmt.Print("| call | at once |")
	for _, subject := range subjects {
		fmt.Printf(" %s |", subject.name)
	}
	fmt.Println("\n|---|---|---|---|")
	for _, c := range calls {
		for _, workers := range []int{1, 8} {
			rates := make([][]float64, len(subjects))
			for round := range rounds + 1 {
				for i, b := range benches {
					r, err := rate(ctx, b.Client(), c.call, workers, roundFor)
					if err != nil {
						return fmt.Errorf("%s on %s: %w", c.name, subjects[i].name, err)
					}
					if round > 0 { // the first warms up, which matters to Java
						rates[i] = append(rates[i], r)
					}
				}
			}
			fmt.Printf("| %s | %d |", c.name, workers)
			for _, r := range rates {
				fmt.Printf(" %.0f (%.0f–%.0f) |", measure.Median(r), slices.Min(r), slices.Max(r))
			}
			fmt.Println()
		}
	}
	return nil
}

// cpu tells what a call costs this process: the engine is another one.
func cpu(ctx context.Context) error {
	const perRound = 1500
	b, err := dynoxide.start(ctx)
	if err != nil {
		return err
	}
	defer b.stop()
	db := b.Client()
	if err := prepare(ctx, db); err != nil {
		return err
	}
	fmt.Printf("CPU of the calling process (user and system) a call, one after the other, median of 5 rounds of %d.\n\n", perRound)
	fmt.Println("| call | user µs | system µs | together | allocations | KB |\n|---|---|---|---|---|")
	for _, c := range calls {
		var user, system, allocations, bytes []float64
		for round := range 6 {
			var memory, memoryAfter runtime.MemStats
			runtime.ReadMemStats(&memory)
			before := usage()
			for range perRound {
				if err := c.call(ctx, db, int(sequence.Add(1))); err != nil {
					return fmt.Errorf("%s: %w", c.name, err)
				}
			}
			after := usage()
			runtime.ReadMemStats(&memoryAfter)
			if round == 0 {
				continue
			}
			user = append(user, float64(after.Utime.Nano()-before.Utime.Nano())/1e3/perRound)
			system = append(system, float64(after.Stime.Nano()-before.Stime.Nano())/1e3/perRound)
			allocations = append(allocations, float64(memoryAfter.Mallocs-memory.Mallocs)/perRound)
			bytes = append(bytes, float64(memoryAfter.TotalAlloc-memory.TotalAlloc)/1e3/perRound)
		}
		fmt.Printf("| %s | %.0f | %.0f | %.0f | %.0f | %.0f |\n", c.name, measure.Median(user), measure.Median(system), measure.Median(user)+measure.Median(system), measure.Median(allocations), measure.Median(bytes))
	}
	return nil
}

func usage() syscall.Rusage {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it fails for bad arguments only
	return u
}
