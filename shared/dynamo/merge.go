package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"golang.org/x/sync/errgroup"
)

// mergeScan is how many entries one request reads at most: a list row has less than a kilobyte, so it stays below 1 MB.
const mergeScan = 1000

// lane is one partition of an index on its way through a merge.
type lane struct {
	pk    string
	bound string // everything in it sorts before this; "" = unknown
	rows  []item // read and not yet used
	ended bool
}

// merge walks through several partitions of an index as if they were one. The position in it is a sort key: the same for all
// partitions, and it stays right whatever is inserted or moved meanwhile.
type merge struct {
	store      *Store
	index      string
	pkName     string
	skName     string
	descending bool
	batch      int
	position   string // exclusive; "" = the beginning
	lanes      []*lane
	scanned    int
}

// next gives the next entry, or nil when the partitions have ended.
func (m *merge) next(ctx context.Context) (item, error) {
	if err := m.fill(ctx); err != nil {
		return nil, err
	}
	best := m.best()
	if best == nil {
		return nil, nil
	}
	row := best.rows[0]
	best.rows = best.rows[1:]
	m.position = text(row[m.skName])
	m.scanned++
	return row, nil
}

// fill reads ahead in every partition that may hold the next entry. A partition whose bound lies beyond the best entry known
// is left alone: that is what keeps old months unread.
func (m *merge) fill(ctx context.Context) error {
	for {
		var empty []*lane
		best := m.best()
		for _, l := range m.lanes {
			if l.ended || len(l.rows) > 0 || m.beyond(l, best) {
				continue
			}
			empty = append(empty, l)
			if l.bound != "" && m.descending {
				break // one month at a time
			}
		}
		if len(empty) == 0 {
			return nil
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(8)
		for _, l := range empty {
			group.Go(func() error { return m.read(ctx, l) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
}

func (m *merge) beyond(l, best *lane) bool {
	return l.bound != "" && m.descending && best != nil && text(best.rows[0][m.skName]) >= l.bound
}

func (m *merge) best() *lane {
	var best *lane
	for _, l := range m.lanes {
		if len(l.rows) == 0 {
			continue
		}
		if best == nil {
			best = l
			continue
		}
		if a, b := text(l.rows[0][m.skName]), text(best.rows[0][m.skName]); a != b && (a > b) == m.descending {
			best = l
		}
	}
	return best
}

func (m *merge) read(ctx context.Context, l *lane) error {
	condition := expression.Key(m.pkName).Equal(expression.Value(l.pk))
	switch {
	case m.position == "":
	case m.descending:
		condition = condition.And(expression.Key(m.skName).LessThan(expression.Value(m.position)))
	default:
		condition = condition.And(expression.Key(m.skName).GreaterThan(expression.Value(m.position)))
	}
	out, err := m.store.run(ctx, query{
		table: Desk, index: m.index, condition: condition, descending: m.descending, limit: m.batch,
	}, "read the "+m.index+" index")
	if err != nil {
		return err
	}
	l.rows, l.ended = out.Items, len(out.LastEvaluatedKey) == 0
	return nil
}

// ended says that nothing is left, as far as one can tell without reading on.
func (m *merge) ended() bool {
	for _, l := range m.lanes {
		if !l.ended || len(l.rows) > 0 {
			return false
		}
	}
	return true
}
