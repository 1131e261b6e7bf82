package table

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"golang.org/x/sync/errgroup"
)

// Lane is one partition of a Merge.
type Lane struct {
	PK    string
	Bound string // all entries sort before it; "" = unknown
	rows  []Item // read and not yet used
	ended bool
	batch int // of the next read
}

// Merge reads several partitions of an index as one sorted list. Its position is a sort key, the same for all partitions, and
// stays valid when entries are inserted or moved.
type Merge struct {
	DB         *DB
	Index      string
	HashKey    string
	RangeKey   string
	Descending bool
	Batch      int    // of the last reads of a partition; the first ones are smaller the more partitions there are
	Position   string // the sort key to continue after; "" = from the beginning
	Lanes      []*Lane
	Scanned    int
}

// Next returns the next entry, or nil at the end.
func (m *Merge) Next(ctx context.Context) (Item, error) {
	if err := m.fill(ctx); err != nil {
		return nil, err
	}
	best := m.best()
	if best == nil {
		return nil, nil
	}
	row := best.rows[0]
	best.rows = best.rows[1:]
	m.Position = Text(row[m.RangeKey])
	m.Scanned++
	return row, nil
}

// fill reads ahead in every partition that may hold the next entry. A partition that sorts entirely after the best known entry is
// not read, so that old months stay unread.
func (m *Merge) fill(ctx context.Context) error {
	for {
		var empty []*Lane
		best, bound := m.best(), ""
		for _, l := range m.Lanes {
			if l.ended || len(l.rows) > 0 || m.beyond(l, best) {
				continue
			}
			if l.Bound != "" && m.Descending {
				if bound != "" && bound != l.Bound {
					break // one month at a time
				}
				bound = l.Bound
			}
			empty = append(empty, l)
		}
		if len(empty) == 0 {
			return nil
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(laneReads)
		for _, l := range empty {
			group.Go(func() error { return m.read(ctx, l) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
}

func (m *Merge) beyond(l, best *Lane) bool {
	return l.Bound != "" && m.Descending && best != nil && Text(best.rows[0][m.RangeKey]) >= l.Bound
}

func (m *Merge) best() *Lane {
	var best *Lane
	for _, l := range m.Lanes {
		if len(l.rows) == 0 {
			continue
		}
		if best == nil {
			best = l
			continue
		}
		if a, b := Text(l.rows[0][m.RangeKey]), Text(best.rows[0][m.RangeKey]); a != b && (a > b) == m.Descending {
			best = l
		}
	}
	return best
}

func (m *Merge) read(ctx context.Context, l *Lane) error {
	condition := expression.Key(m.HashKey).Equal(expression.Value(l.PK))
	switch {
	case m.Position == "":
	case m.Descending:
		condition = condition.And(expression.Key(m.RangeKey).LessThan(expression.Value(m.Position)))
	default:
		condition = condition.And(expression.Key(m.RangeKey).GreaterThan(expression.Value(m.Position)))
	}
	if l.batch == 0 {
		l.batch = max(2*m.Batch/len(m.Lanes), firstBatch)
	}
	out, err := m.DB.Query(ctx, Query{
		Table: Desk, Index: m.Index, Condition: condition, Descending: m.Descending, Limit: min(l.batch, m.Batch),
	}, "read the "+m.Index+" index")
	if err != nil {
		return err
	}
	l.rows, l.ended, l.batch = out.Items, len(out.LastEvaluatedKey) == 0, 2*l.batch
	return nil
}

const (
	laneReads  = 16 // partitions read at once
	firstBatch = 4  // entries: those of several rows fit the smallest read that DynamoDB bills
)

// Ended is true when nothing is left, as far as it is known without another read.
func (m *Merge) Ended() bool {
	for _, l := range m.Lanes {
		if !l.ended || len(l.rows) > 0 {
			return false
		}
	}
	return true
}
