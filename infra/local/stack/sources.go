package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/infra/local/awscalls"
	"github.com/recado-chat/recado/infra/local/source"
	"github.com/recado-chat/recado/infra/local/sqs"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/boot"
)

// environments is the maximum number of concurrent instances of a function per queue. FIFO groups stay in order at any value.
const environments = 4

// startSources starts what feeds functions from queues, streams and the clock.
func (s *Stack) startSources(ctx context.Context) error {
	if s.options.NoSources {
		return nil
	}
	for _, q := range topology.Queues {
		f := topology.MustFunction(q.Function)
		mapping := source.SQS{
			Queue: q.Name, ARN: sqs.ARN(q.Name), BatchSize: q.BatchSize, Window: q.Window, Concurrency: environments,
			Timeout: f.Timeout, PartialFailures: true, Backoff: s.options.Backoff, Asked: s.meter.Queue(q), Log: s.log,
		}
		if s.options.NoWindow {
			mapping.Window, mapping.BatchSize = 0, min(mapping.BatchSize, sqs.MaxBatch)
		}
		if s.options.Single && q.Window == 0 {
			mapping.BatchSize = 1
		}
		if s.options.Around != nil {
			mapping.Around = s.options.Around(f.Name)
		}
		src, err := source.NewQueue(s.Queues, mapping, s.invoker(f.Name))
		if err != nil {
			return fmt.Errorf("feed %s from %s: %w", f.Name, q.Name, err)
		}
		src.Start(ctx)
		s.queued = append(s.queued, src)
	}
	checkpoints, err := source.OpenCheckpoints(s.path("checkpoints.db"))
	if err != nil {
		return fmt.Errorf("open the checkpoints: %w", err)
	}
	for _, stream := range topology.Streams {
		if err := s.startStream(ctx, stream, checkpoints); err != nil {
			return err
		}
	}
	if !s.options.NoTick {
		s.startTicker()
	}
	return nil
}

func (s *Stack) invoker(function string) source.Invoke {
	return func(ctx context.Context, payload []byte) ([]byte, error) { return s.Invoke(ctx, function, payload) }
}

func (s *Stack) startStream(ctx context.Context, stream topology.Stream, checkpoints *source.Checkpoints) error {
	table, err := s.Engine.Client().DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(tableName(stream.Table))})
	if err != nil {
		return fmt.Errorf("describe the table %s: %w", stream.Table, err)
	}
	mapping := source.Stream{
		Name: string(stream.Table), StreamARN: aws.ToString(table.Table.LatestStreamArn), BatchSize: stream.BatchSize, Window: s.options.StreamWindow,
		Woken:   s.options.Binaries == "", // the functions of this process are watched
		Timeout: topology.MustFunction(stream.Function).Timeout, MaxRetries: stream.Retries, Bisect: true, PartialFailures: true,
		Checkpoints: checkpoints, OnFailure: s.keepFailed, Patterns: stream.Patterns, Log: s.log,
	}
	if stream.Window > 0 && !s.options.NoWindow {
		mapping.Window = stream.Window
	}
	if stream.Function != "fanout" {
		mapping.Name, mapping.Reader = mapping.Name+"-"+stream.Function, stream.Function
	}
	if s.options.Around != nil {
		mapping.Around = s.options.Around(stream.Function)
	}
	src, err := source.NewStream(s.Engine.Streams(), mapping, s.invoker(stream.Function))
	if err != nil {
		return fmt.Errorf("feed %s from the stream of %s: %w", stream.Function, stream.Table, err)
	}
	src.Start(ctx)
	s.streams = append(s.streams, src)
	readers, _ := s.awake.Load(tableName(stream.Table))
	others, _ := readers.([]*source.StreamSource)
	s.awake.Store(tableName(stream.Table), append(slices.Clone(others), src))
	return nil
}

// wakeStreams wakes the streams of the tables that a function writes to.
func (s *Stack) wakeStreams(call awscalls.Call) func(any, error) {
	tables := written(call.In)
	if len(tables) == 0 {
		return nil
	}
	return func(out any, err error) { // a write that failed may have happened
		var known *source.Written
		if err == nil {
			known = writtenBy(call.In, out)
		}
		for _, table := range tables {
			readers, _ := s.awake.Load(table)
			sources, _ := readers.([]*source.StreamSource)
			for _, stream := range sources {
				stream.Wrote(known)
			}
		}
	}
}

// writtenBy is what a call shows of the one item that it wrote; nil if it does not show all of it.
func writtenBy(in, out any) *source.Written {
	var image map[string]types.AttributeValue
	var w source.Written
	switch in := in.(type) {
	case *dynamodb.PutItemInput:
		image = in.Item
		w.New = strings.HasPrefix(aws.ToString(in.ConditionExpression), "attribute_not_exists (#0)") && in.ExpressionAttributeNames["#0"] == "pk"
	case *dynamodb.UpdateItemInput:
		if answer, ok := out.(*dynamodb.UpdateItemOutput); ok && in.ReturnValues == types.ReturnValueAllNew {
			image = answer.Attributes
		}
	}
	if image == nil {
		return nil
	}
	w.Texts = make(map[string]string, len(image))
	for name, value := range image {
		if text, ok := value.(*types.AttributeValueMemberS); ok {
			w.Texts[name] = text.Value
		}
	}
	return &w
}

// written are the tables that a call writes to.
func written(in any) (tables []string) {
	add := func(table *string) {
		if name := aws.ToString(table); !slices.Contains(tables, name) {
			tables = append(tables, name)
		}
	}
	switch in := in.(type) {
	case *dynamodb.PutItemInput:
		add(in.TableName)
	case *dynamodb.UpdateItemInput:
		add(in.TableName)
	case *dynamodb.DeleteItemInput:
		add(in.TableName)
	case *dynamodb.TransactWriteItemsInput:
		for _, item := range in.TransactItems {
			switch {
			case item.Put != nil:
				add(item.Put.TableName)
			case item.Update != nil:
				add(item.Update.TableName)
			case item.Delete != nil:
				add(item.Delete.TableName)
			}
		}
	}
	return tables
}

// keepFailed is a stream's on-failure destination: the records that its function could not get past, kept whole.
func (s *Stack) keepFailed(ctx context.Context, batch lambdaevents.DynamoDBEvent, reason error) error {
	body, err := json.Marshal(batch)
	if err != nil {
		return fmt.Errorf("encode the failed records: %w", err)
	}
	_, err = s.Queues.Send(ctx, topology.DeadLetters, sqs.Outgoing{Body: string(body), Attributes: map[string]sqs.Attribute{
		"reason": {DataType: "String", StringValue: aws.String(reason.Error())},
	}})
	return err
}

// startTicker starts the clock function every minute.
func (s *Stack) startTicker() {
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		ticker := time.NewTicker(time.Minute)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				if err := s.Tick(context.Background()); err != nil {
					s.log.Error("tick", slog.String("error", err.Error()))
				}
			}
		}
	}()
	s.onStop(func() { close(done); <-stopped })
}

// Tick starts the clock function once, as EventBridge does every minute.
func (s *Stack) Tick(ctx context.Context) error {
	_, err := s.Invoke(ctx, "clock", []byte(`{}`))
	if err != nil {
		return fmt.Errorf("tick: %w", err)
	}
	return nil
}

// Advance moves the clock and fires what has fallen due. Functions that run as processes have the machine's clock: there it
// only fires.
func (s *Stack) Advance(ctx context.Context, d time.Duration) error {
	if s.options.Binaries != "" {
		return s.Tick(ctx)
	}
	if err := s.Clock.Advance(d); err != nil {
		return err
	}
	s.Queues.Wake()
	return s.Tick(ctx)
}

// settledFor is how long the stack must have been idle: a stream takes a moment to show the last write.
const settledFor = 60 * time.Millisecond

// Settle waits until the stack is idle: no record in a queue or a stream, no invocation of a source or a socket running, and none begun
// for a while.
func (s *Stack) Settle(ctx context.Context) error {
	var quietSince time.Time
	begun := -1
	for {
		if s.idle() {
			switch now := s.invocations(); {
			case now != begun:
				begun, quietSince = now, boot.Now() // real time: how long the machine has been quiet
				for _, stream := range s.streams {
					stream.Wake()
				}
			case time.Since(quietSince) > settledFor:
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("still busy: %w", ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// invocations is how many the sources and the sockets have begun.
func (s *Stack) invocations() int {
	n := s.Socket.Invocations()
	for _, src := range s.queued {
		n += src.Counters().Invocations
	}
	for _, src := range s.streams {
		n += src.Counters().Invocations
	}
	return n
}

func (s *Stack) idle() bool {
	if !s.Queues.Idle() || !s.Socket.Quiet() {
		return false
	}
	for _, src := range s.queued {
		if !src.Idle() {
			return false
		}
	}
	for _, src := range s.streams {
		if !src.Idle() {
			return false
		}
	}
	return true
}
