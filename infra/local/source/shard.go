package source

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// shard reads one shard in order; it belongs to one goroutine.
type shard struct {
	*StreamSource
	id       string
	iterator *string
	// full says that the last page had as many records as it may have, so that there may be more.
	full bool
	// last is the last record that was read, and leftOut how many were left out since a position was saved.
	last    string
	leftOut int
	// trimmed means that the checkpoint is older than the oldest record of the stream.
	trimmed bool
}

// run delivers the shard from its checkpoint on. It returns nil at the shard's end or when ctx has ended.
func (s *shard) run(ctx context.Context) error {
	if err := s.seek(ctx); err != nil {
		return err
	}
	pause := pollSoon
	for ctx.Err() == nil {
		s.mu.Lock()
		woken, wake, urgent := s.woken, s.wake, s.urgent
		s.mu.Unlock()
		records, err := s.gather(ctx, urgent)
		if err != nil {
			return err
		}
		delivered, err := s.deliverAll(ctx, records)
		if err != nil || !delivered {
			return err
		}
		if s.iterator == nil {
			return s.save(position{Done: true})
		}
		if s.leftOut >= maxLeftOut {
			if err := s.save(position{Sequence: s.last}); err != nil {
				return err
			}
		}
		if s.full || len(records) > 0 && !s.Woken {
			pause = pollSoon
			continue
		}
		s.mu.Lock()
		s.open[s.id] = woken
		s.mu.Unlock()
		if s.Woken {
			pause = pollWoken
		}
		select {
		case <-wake:
			pause = pollSoon
			s.company(ctx, urgent)
		case <-time.After(pause):
			pause = min(2*pause, pollIdle)
		case <-ctx.Done():
		}
	}
	return nil
}

// company waits for the writes that come with the one that woke the shard, unless it is urgent: a window, or the first part of a long one.
func (s *shard) company(ctx context.Context, urgent <-chan struct{}) {
	if !s.Woken || s.Window == 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-urgent:
	case <-time.After(min(s.Window, readWoken)):
	}
}

// seek places the iterator after the checkpoint.
func (s *shard) seek(ctx context.Context) error {
	in := &dynamodbstreams.GetShardIteratorInput{
		StreamArn: &s.StreamARN, ShardId: &s.id, ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	}
	if p := s.Checkpoints.get(s.reader(), s.id); p.Sequence != "" && !s.trimmed {
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, &p.Sequence
	}
	out, err := s.client.GetShardIterator(ctx, in)
	if err != nil {
		return fmt.Errorf("seek in shard %s: %w", s.id, err)
	}
	s.iterator, s.trimmed = out.ShardIterator, false
	return nil
}

// gather reads the available records, or with a window those that arrive until it ends or a batch is full. It asks as rarely as the window
// allows. A shard that is woken has waited for company already.
func (s *shard) gather(ctx context.Context, urgent <-chan struct{}) ([]record, error) {
	records, err := s.get(ctx, s.BatchSize)
	window, every := s.Window, pollIdle
	if s.Woken {
		window, every = s.Window-readWoken, readWoken
	}
	if err != nil || len(records) == 0 || window <= 0 {
		return records, err
	}
	for end := time.Now().Add(window); len(records) < s.BatchSize && s.iterator != nil; {
		left := time.Until(end)
		if left <= 0 {
			break
		}
		select {
		case <-ctx.Done():
			return records, nil
		case <-urgent:
			end = time.Now()
		case <-time.After(min(left, every)):
		}
		more, err := s.get(ctx, s.BatchSize-len(records))
		if err != nil {
			return nil, err
		}
		records = append(records, more...)
	}
	return records, nil
}

// get reads until there is something to deliver, or nothing more: an engine fills a page as long as it has records. The shard is at its
// end when no iterator is left.
func (s *shard) get(ctx context.Context, limit int) ([]record, error) {
	n := int32(min(limit, maxGet))
	var records []record
	for s.full = true; s.full && len(records) == 0 && s.iterator != nil; {
		out, err := s.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: s.iterator, Limit: &n})
		if err != nil {
			return nil, fmt.Errorf("read shard %s: %w", s.id, err)
		}
		if s.full = len(out.Records) == int(n); len(out.Records) > 0 {
			s.mu.Lock()
			s.open[s.id] = neverEmpty
			s.mu.Unlock()
		}
		s.iterator = out.NextShardIterator
		for _, r := range out.Records {
			if r.Dynamodb != nil {
				s.last = aws.ToString(r.Dynamodb.SequenceNumber)
			}
			if unchanged(r) || !s.filter.passes(r) {
				s.leftOut++
				continue
			}
			converted, err := convert(r, s.StreamARN)
			if err != nil {
				return nil, err
			}
			records = append(records, converted)
		}
	}
	return records, nil
}

func (s *shard) deliverAll(ctx context.Context, records []record) (bool, error) {
	for len(records) > 0 {
		var batch []record
		batch, records = cut(records, s.BatchSize)
		if delivered, err := s.deliver(ctx, batch); err != nil || !delivered {
			return false, err
		}
	}
	return true, nil
}

// deliver hands a batch to the function until all of it is done or discarded. It returns false when ctx ended before.
func (s *shard) deliver(ctx context.Context, batch []record) (bool, error) {
	for retries := 0; len(batch) > 0; {
		if ctx.Err() != nil {
			return false, nil
		}
		done, reason := s.invoke(ctx, batch)
		if done > 0 {
			if err := s.save(position{Sequence: batch[done-1].sequence}); err != nil {
				return false, err
			}
			batch, retries = batch[done:], 0
			if len(batch) > 0 {
				s.pause(ctx, retries)
			}
			continue
		}
		switch {
		case s.Bisect && len(batch) > 1:
			half := len(batch) / 2
			if delivered, err := s.deliver(ctx, batch[:half]); err != nil || !delivered {
				return false, err
			}
			batch, retries = batch[half:], 0
		case s.MaxRetries >= 0 && retries >= s.MaxRetries:
			if !s.discard(ctx, batch, reason) {
				return false, nil
			}
			return true, s.save(position{Sequence: batch[len(batch)-1].sequence})
		default:
			s.pause(ctx, retries)
			retries++
		}
	}
	return true, nil
}

// invoke tells how many records from the first one on are done, and when none is, why. A response that names the first
// record fails the batch as a whole, as Lambda has it.
func (s *shard) invoke(ctx context.Context, batch []record) (done int, reason error) {
	s.function.run(+1)
	defer s.function.run(-1)
	event, err := payload(batch)
	var answer []byte
	if err == nil {
		answer, err = s.function.call(ctx, event, len(batch))
	}
	done = len(batch)
	if err == nil && s.PartialFailures {
		done, err = firstFailure(answer, batch)
	}
	if err == nil && done == 0 {
		err = fmt.Errorf("the function reported record %s", batch[0].sequence)
	}
	if err != nil {
		s.function.failed(ctx, len(batch), err)
		return 0, err
	}
	s.function.add(func(c *Counters) { c.Failed += len(batch) - done })
	return done, nil
}

// firstFailure is the index of the first record that the response names, or the number of records when it names none.
func firstFailure(answer []byte, batch []record) (int, error) {
	ids, err := itemFailures(answer)
	if err != nil {
		return 0, err
	}
	first := len(batch)
	for _, id := range ids {
		i := slices.IndexFunc(batch, func(r record) bool { return r.sequence == id })
		if i < 0 {
			return 0, fmt.Errorf("the batch response names %q, which is not in the batch", id)
		}
		first = min(first, i)
	}
	return first, nil
}

// discard passes a failed batch to OnFailure until that succeeds. It returns false when ctx ended before.
func (s *shard) discard(ctx context.Context, batch []record, reason error) bool {
	var event events.DynamoDBEvent
	for _, r := range batch {
		event.Records = append(event.Records, r.event)
	}
	for tries := 0; s.OnFailure != nil; tries++ {
		err := s.OnFailure(context.WithoutCancel(ctx), event, reason)
		if err == nil {
			break
		}
		s.function.log.ErrorContext(ctx, "records not copied away", "shard", s.id, "records", len(batch), "error", err)
		if s.pause(ctx, tries); ctx.Err() != nil {
			return false
		}
	}
	s.function.add(func(c *Counters) { c.Discarded += len(batch) })
	s.function.log.ErrorContext(ctx, "records discarded", "shard", s.id, "sequence", batch[0].sequence,
		"records", len(batch), "error", reason)
	return true
}

func (s *shard) save(p position) error {
	s.leftOut = 0
	if err := s.Checkpoints.set(s.reader(), s.id, p); err != nil {
		return fmt.Errorf("keep the position in shard %s: %w", s.id, err)
	}
	return nil
}

// pause waits before a retry, longer each time.
func (s *shard) pause(ctx context.Context, retries int) {
	timer := time.NewTimer(min(firstBackoff<<min(retries, 10), longestPause))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
