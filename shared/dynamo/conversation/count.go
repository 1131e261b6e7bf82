package conversation

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// CountConversations counts a list up to most. more is true when there are more, or when there may be more because a filtered
// count stopped after maxCountScan entries.
func (s *Store) CountConversations(ctx context.Context, account chat.AccountID, q Query, most int) (n int, more bool, err error) {
	var walks []table.Query
	switch {
	case q.onlyPool():
		walks, err = s.countPool(ctx, account, q)
	default:
		walks, err = s.countInbox(ctx, account, q)
	}
	if err != nil {
		return 0, false, err
	}
	scanned := 0
	for _, walk := range walks {
		walk.Table, walk.Count = table.Desk, true
		for {
			walk.Limit = most + 1 - n
			if walk.Filter != nil {
				walk.Limit = maxCountScan
			}
			out, err := s.db.Query(ctx, walk, "count conversations")
			if err != nil {
				return 0, false, err
			}
			n += int(out.Count)
			scanned += int(out.ScannedCount)
			if n > most {
				return most, true, nil
			}
			if len(out.LastEvaluatedKey) == 0 {
				break
			}
			if scanned >= maxCountScan && walk.Filter != nil {
				return n, true, nil
			}
			walk.Start = out.LastEvaluatedKey
		}
	}
	return n, false, nil
}

func (s *Store) countInbox(ctx context.Context, account chat.AccountID, q Query) ([]table.Query, error) {
	holders, err := s.holders(ctx, account, q)
	if err != nil {
		return nil, err
	}
	lanes, err := s.byActivity(ctx, account, q, holders)
	walks := make([]table.Query, len(lanes))
	for i, l := range lanes {
		walks[i] = table.Query{
			Index: key.IndexInbox, Filter: q.filter(), Condition: expression.Key("inboxPk").Equal(expression.Value(l.PK)), Descending: true,
		}
	}
	return walks, err
}

// onlyPool is true when the waiting index can answer the query. Its entries are a quarter of the inbox index's size.
func (q Query) onlyPool() bool {
	return q.Unassigned && q.Assignee == "" && q.ChannelID == "" && len(q.Statuses) == 1 && q.Statuses[0] == chat.Open
}

func (s *Store) countPool(ctx context.Context, account chat.AccountID, q Query) ([]table.Query, error) {
	stores, err := s.storesOf(ctx, account, q.StoreIDs)
	walks := make([]table.Query, len(stores))
	for i, id := range stores {
		walks[i] = table.Query{
			Index: key.IndexWaiting, Condition: expression.Key("waitingPk").Equal(expression.Value(key.WaitingPartition(account, id))),
		}
	}
	return walks, err
}

// maxCountScan is how many entries a filtered count reads at most.
const maxCountScan = 5000
