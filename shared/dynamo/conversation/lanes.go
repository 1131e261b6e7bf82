package conversation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// holders are the operators whose partitions hold conversations of the list, and "" for the partitions of what nobody has.
func (s *Store) holders(ctx context.Context, account chat.AccountID, q Query) ([]chat.OperatorID, error) {
	switch {
	case q.Assignee != "" && q.Unassigned:
		return nil, nil
	case q.Assignee != "":
		return []chat.OperatorID{q.Assignee}, nil
	case q.Unassigned:
		return []chat.OperatorID{""}, nil
	}
	loads, err := s.loads(ctx, account, false) // whoever ever had a conversation has one
	operators := []chat.OperatorID{""}
	for _, l := range loads {
		if !key.IsNobody(l.OperatorID) {
			operators = append(operators, l.OperatorID)
		}
	}
	return operators, err
}

// unresolved are the statuses of the list but resolved; all says whether that is among them.
func (q Query) unresolved() (statuses []chat.Status, all bool) {
	all = slices.Contains(q.statuses(), chat.Resolved)
	return slices.DeleteFunc(slices.Clone(q.statuses()), func(s chat.Status) bool { return s == chat.Resolved }), all
}

// partitions are the partitions of conversations with a status that an operator has, or nobody.
func (q Query) partitions(account chat.AccountID, status chat.Status, holder chat.OperatorID) []string {
	if holder != "" {
		return []string{key.HeldBy(key.InboxPartition(account, status, 0), holder)}
	}
	var list []string
	for shard := range max(q.InboxShards, 1) {
		list = append(list, key.InboxPartition(account, status, shard))
	}
	return list
}

// byActivity are the partitions of the inbox index that hold the list. Those of the months come last, newest first.
func (s *Store) byActivity(ctx context.Context, account chat.AccountID, q Query, holders []chat.OperatorID) ([]*table.Lane, error) {
	var lanes []*table.Lane
	statuses, resolved := q.unresolved()
	for _, status := range statuses {
		for _, holder := range holders {
			for _, pk := range q.partitions(account, status, holder) {
				lanes = append(lanes, &table.Lane{PK: pk})
			}
		}
	}
	if !resolved || len(holders) == 0 {
		return lanes, nil
	}
	months, err := s.months(ctx, account, q)
	if err != nil {
		return nil, err
	}
	for _, month := range months {
		bound := key.Sortable(month.AddDate(0, 1, 0))
		for _, holder := range holders {
			lanes = append(lanes, &table.Lane{PK: key.HeldBy(key.ResolvedPartition(account, key.MonthOf(month)), holder), Bound: bound})
		}
	}
	return lanes, nil
}

// byWait are the partitions of the waiting index that hold those of the list that wait.
func (s *Store) byWait(ctx context.Context, account chat.AccountID, q Query, holders []chat.OperatorID) ([]*table.Lane, error) {
	var lanes []*table.Lane
	statuses, _ := q.unresolved()
	for _, status := range statuses {
		for _, holder := range holders {
			pks := q.partitions(account, status, holder)
			if holder == "" && status == chat.Open {
				stores, err := s.storesOf(ctx, account, q.StoreIDs)
				if err != nil {
					return nil, err
				}
				pks = make([]string, len(stores))
				for i, id := range stores {
					pks[i] = key.WaitingPartition(account, id)
				}
			}
			for _, pk := range pks {
				lanes = append(lanes, &table.Lane{PK: pk})
			}
		}
	}
	return lanes, nil
}

// byClosing are the partitions of the waiting index that hold those of the list that close on their own.
func byClosing(account chat.AccountID, q Query, holders []chat.OperatorID) []*table.Lane {
	var lanes []*table.Lane
	statuses, _ := q.unresolved()
	for _, status := range statuses {
		for _, holder := range holders {
			if pk := key.ClosingPartition(account, status, holder); pk != "" {
				lanes = append(lanes, &table.Lane{PK: pk})
			}
		}
	}
	return lanes
}

// months are the months in which conversations of the list may have been resolved, newest first.
func (s *Store) months(ctx context.Context, account chat.AccountID, q Query) ([]time.Time, error) {
	if q.Month != "" {
		month, err := time.Parse(key.MonthLayout, q.Month)
		if err != nil {
			return nil, fault.New(fault.Invalid, "a month is written as 2026-11").WithField("month").WithCause(err)
		}
		return []time.Time{month}, nil
	}
	since := q.Since
	if since.IsZero() {
		a, err := s.directory.Account(ctx, account)
		if err != nil {
			return nil, fmt.Errorf("find the first month of the account: %w", err)
		}
		since = a.CreatedAt
	}
	var months []time.Time
	now := s.db.Now().UTC()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for first := key.MonthOf(since); key.MonthOf(month) >= first; month = month.AddDate(0, -1, 0) {
		months = append(months, month)
	}
	return months, nil
}
