package source

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

const (
	// An empty shard is asked again after pollSoon, then ever more rarely down to pollIdle. A busy one is asked at once.
	pollSoon = 10 * time.Millisecond
	pollIdle = 80 * time.Millisecond
	// A shard that writers wake is asked for the writes of others only.
	pollWoken = time.Second
	// Within a long window it is read in parts, so that not all the work comes at its end.
	readWoken = 250 * time.Millisecond

	maxGet        = 1000
	maxLeftOut    = 1000 // records that a restart may read again
	firstBackoff  = 50 * time.Millisecond
	longestPause  = 2 * time.Second
	maxBatchItems = 10_000
)

// Stream describes the mapping of a table's stream to a function. It begins at TRIM_HORIZON.
type Stream struct {
	// Name for logs, and the stream itself.
	Name, StreamARN string
	BatchSize       int
	// Window is how long a batch may wait for company, in real time.
	Window time.Duration
	// Reader tells the readers of one stream apart; "" is one of them.
	Reader string
	// Patterns, if there are any, leave out the records that match none of them (FilterCriteria).
	Patterns []string
	// Woken says that writers call Wrote, so that there is no need to ask often.
	Woken bool
	// Timeout of one invocation, in real time.
	Timeout time.Duration
	// MaxRetries of a batch before it is discarded; negative is for ever, as is Lambda's default.
	MaxRetries int
	// Bisect a batch that failed, and try the halves. This costs no retry.
	Bisect bool
	// PartialFailures is ReportBatchItemFailures.
	PartialFailures bool
	Checkpoints     *Checkpoints
	// OnFailure takes what was tried too often. While it fails, the stream waits.
	OnFailure func(ctx context.Context, batch events.DynamoDBEvent, reason error) error
	Around    Around
	Log       *slog.Logger
}

// StreamSource polls the shards of a stream and invokes a function. Start it once.
type StreamSource struct {
	Stream
	client   *dynamodbstreams.Client
	function function
	filter   filter
	stop     context.CancelFunc
	wg       sync.WaitGroup

	mu sync.Mutex
	// woken counts the calls of Wake and Wrote. The next of them closes wake, the next Wake closes urgent.
	woken  int
	wake   chan struct{}
	urgent chan struct{}
	// open holds, for each shard that is read, the value of woken that its last empty poll began under.
	open map[string]int
	// complete is false while shards may be open that are not being read.
	complete bool
	ended    chan struct{}
}

const neverEmpty = -1

// NewStream makes a source; it refuses a mapping that Lambda would not take.
func NewStream(client *dynamodbstreams.Client, mapping Stream, invoke Invoke) (*StreamSource, error) {
	if mapping.BatchSize < 1 || mapping.BatchSize > maxBatchItems || mapping.Timeout <= 0 || mapping.Window < 0 {
		return nil, fmt.Errorf("map stream %s: batch size %d, time-out %v and window %v do not make a mapping",
			mapping.Name, mapping.BatchSize, mapping.Timeout, mapping.Window)
	}
	if mapping.StreamARN == "" || mapping.Checkpoints == nil {
		return nil, fmt.Errorf("map stream %s: the stream's ARN or the checkpoints are missing", mapping.Name)
	}
	filter, err := newFilter(mapping.Patterns)
	if err != nil {
		return nil, fmt.Errorf("map stream %s: %w", mapping.Name, err)
	}
	return &StreamSource{
		Stream: mapping, client: client, filter: filter, stop: func() {},
		function: newFunction(invoke, mapping.Around, mapping.Timeout, mapping.Log, mapping.Name),
		wake:     make(chan struct{}),
		urgent:   make(chan struct{}),
		open:     make(map[string]int),
		ended:    make(chan struct{}, 1),
	}, nil
}

// Start reads the stream until Stop or the end of ctx.
func (s *StreamSource) Start(ctx context.Context) {
	ctx, s.stop = context.WithCancel(ctx)
	s.wg.Go(func() {
		for ctx.Err() == nil {
			reading, err := s.discover(ctx)
			switch {
			case err != nil && ctx.Err() == nil:
				s.function.log.ErrorContext(ctx, "shards not listed", "error", err)
				s.sleep(ctx, firstBackoff)
			case reading == 0:
				s.sleep(ctx, pollIdle)
			default:
				select {
				case <-s.ended:
				case <-ctx.Done():
				}
			}
		}
	})
}

// Stop ends polling and returns when the running invocations have ended.
func (s *StreamSource) Stop() {
	s.stop()
	s.wg.Wait()
}

// Wake makes every shard poll at once.
func (s *StreamSource) Wake() {
	s.poke()
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.urgent)
	s.urgent = make(chan struct{})
}

// Wrote makes every shard poll when the window is over in which other writes may come. Call it after a write; of one
// whose item is known and whose record no pattern lets through, nobody polls. What is not known is nil.
func (s *StreamSource) Wrote(w *Written) {
	if w != nil && !s.filter.mayPass(*w) {
		return
	}
	s.poke()
}

func (s *StreamSource) poke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.woken++
	close(s.wake)
	s.wake = make(chan struct{})
}

// Idle reports whether no invocation is running and every shard was empty when it was last asked, after the last Wake. So
// Wake, then Idle, tells that everything written before is done.
func (s *StreamSource) Idle() bool {
	_, running := s.function.get()
	s.mu.Lock()
	defer s.mu.Unlock()
	if running > 0 || !s.complete {
		return false
	}
	for _, empty := range s.open {
		if empty != s.woken {
			return false
		}
	}
	return true
}

// Counters so far.
func (s *StreamSource) Counters() Counters {
	c, _ := s.function.get()
	return c
}

// reader is under what the positions are kept.
func (s *StreamSource) reader() string { return s.StreamARN + s.Reader }

// discover lists the shards and starts to read those whose parents are done. It answers how many are being read.
func (s *StreamSource) discover(ctx context.Context) (reading int, err error) {
	shards, err := s.shards(ctx)
	if err != nil {
		return 0, err
	}
	listed := make(map[string]bool, len(shards))
	for _, shard := range shards {
		listed[aws.ToString(shard.ShardId)] = true
	}
	if err := s.Checkpoints.keep(s.reader(), listed); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, info := range shards {
		id, parent := aws.ToString(info.ShardId), aws.ToString(info.ParentShardId)
		_, reading := s.open[id]
		if reading || s.Checkpoints.get(s.reader(), id).Done ||
			listed[parent] && !s.Checkpoints.get(s.reader(), parent).Done {
			continue
		}
		s.open[id] = neverEmpty
		s.wg.Go(func() { s.read(ctx, &shard{StreamSource: s, id: id}) })
	}
	s.complete = len(s.ended) == 0
	return len(s.open), nil
}

func (s *StreamSource) shards(ctx context.Context) ([]types.Shard, error) {
	var out []types.Shard
	in := &dynamodbstreams.DescribeStreamInput{StreamArn: &s.StreamARN}
	for {
		page, err := s.client.DescribeStream(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("describe stream %s: %w", s.StreamARN, err)
		}
		out = append(out, page.StreamDescription.Shards...)
		if in.ExclusiveStartShardId = page.StreamDescription.LastEvaluatedShardId; in.ExclusiveStartShardId == nil {
			return out, nil
		}
	}
}

// read reads one shard to its end, and then has its children looked for.
func (s *StreamSource) read(ctx context.Context, sh *shard) {
	for ctx.Err() == nil {
		err := sh.run(ctx)
		if err == nil {
			break
		}
		var trimmed *types.TrimmedDataAccessException
		if errors.As(err, &trimmed) {
			sh.trimmed = true
		}
		var expired *types.ExpiredIteratorException
		if ctx.Err() == nil && !errors.As(err, &expired) {
			s.function.log.ErrorContext(ctx, "shard not read", "shard", sh.id, "error", err)
			s.sleep(ctx, firstBackoff)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, sh.id)
	s.complete = false
	select {
	case s.ended <- struct{}{}:
	default:
	}
}

// sleep waits, until a Wake or the end of ctx at most.
func (s *StreamSource) sleep(ctx context.Context, d time.Duration) {
	s.mu.Lock()
	wake := s.wake
	s.mu.Unlock()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-ctx.Done():
	}
}
