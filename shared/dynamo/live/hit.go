package live

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// Hit counts a try and returns the number of tries in the current window.
func (s *Store) Hit(ctx context.Context, id string, window time.Duration, now time.Time) (count int, err error) {
	return s.HitTimes(ctx, id, 1, window, now)
}

// HitTimes counts several tries with one write, and returns the number of tries in the current window.
func (s *Store) HitTimes(ctx context.Context, id string, times int, window time.Duration, now time.Time) (count int, err error) {
	start := now.Truncate(window)
	update := table.HeaderUpdate(item.KindHit).Add(expression.Name("count"), expression.Value(times)).
		Set(expression.Name(table.TTLAttribute), expression.Value(table.Expiry(start.Add(window))))
	av, _, err := s.db.Update(ctx, table.Live, key.Hit(id, start), update, nil, "count a try")
	if err != nil {
		return 0, err
	}
	hits, err := table.Decode[item.Hit](av, item.KindHit)
	return hits.Count, err
}

// Forgive takes back a try that was counted at a time.
func (s *Store) Forgive(ctx context.Context, id string, window time.Duration, at time.Time) error {
	there := table.Present()
	update := expression.Add(expression.Name("count"), expression.Value(-1))
	_, _, err := s.db.Update(ctx, table.Live, key.Hit(id, at.Truncate(window)), update, &there, "forgive a try")
	return err
}
