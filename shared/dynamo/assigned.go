package dynamo

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
)

// assignedItem is an operator's way to an open conversation that is theirs.
type assignedItem struct {
	header
	Status  string `dynamodbav:"status"`
	StoreID string `dynamodbav:"storeId,omitempty"`
	Channel string `dynamodbav:"channelId,omitempty"`
}

func toAssignedItem(c chat.Conversation) assignedItem {
	return assignedItem{
		header: headed(operatorConversationKey(c.AccountID, c.AssigneeID, c.ID), kindAssigned),
		Status: string(c.Status), StoreID: string(c.StoreID), Channel: string(c.ChannelID),
	}
}

func decodeAssigned(av item) (chat.ConversationID, error) {
	return conversationOfEdge(av, kindAssigned)
}

func assignedPartition(account chat.AccountID, operator chat.OperatorID) expression.KeyConditionBuilder {
	return inPartition(operatorConversationKey(account, operator, "x").pk, "C#")
}

func statusIn(statuses []chat.Status) *expression.ConditionBuilder {
	if len(statuses) == 0 {
		return nil
	}
	var any []expression.ConditionBuilder
	for _, status := range statuses {
		any = append(any, expression.Name("status").Equal(expression.Value(string(status))))
	}
	c := anyOf(any)
	return &c
}

// Mine pages through the open conversations of an operator, the newest conversations first; within a page they are sorted by
// last activity, the newest first. No statuses means all that are not resolved.
func (s *Store) Mine(ctx context.Context, account chat.AccountID, operator chat.OperatorID, statuses []chat.Status, p PageRequest) (Page[chat.Conversation], error) {
	found, err := pageOf(ctx, s, account, fmt.Sprintf("mine %q %q", operator, statuses), p, query{
		table: s.tables.Desk, condition: assignedPartition(account, operator), filter: statusIn(statuses), descending: true,
	}, decodeAssigned)
	if err != nil {
		return Page[chat.Conversation]{}, err
	}
	page := Page[chat.Conversation]{Next: found.Next}
	if page.Items, err = s.Conversations(ctx, account, found.Items); err != nil {
		return page, err
	}
	slices.SortStableFunc(page.Items, func(a, b chat.Conversation) int { return b.LastActivityAt.Compare(a.LastActivityAt) })
	return page, nil
}

// onlyAssigned says that an operator's own list answers the query.
func (q ConversationQuery) onlyAssigned() bool {
	return q.Assignee != "" && !q.Unassigned && !slices.Contains(q.statuses(), chat.Resolved)
}

func (s *Store) countAssigned(ctx context.Context, account chat.AccountID, q ConversationQuery, most int) (n int, more bool, err error) {
	filter := *statusIn(q.Statuses)
	if len(q.StoreIDs) > 0 {
		var stores []expression.ConditionBuilder
		for _, id := range q.StoreIDs {
			stores = append(stores, expression.Name("storeId").Equal(expression.Value(string(id))))
		}
		filter = filter.And(anyOf(stores))
	}
	if q.ChannelID != "" {
		filter = filter.And(expression.Name("channelId").Equal(expression.Value(string(q.ChannelID))))
	}
	walk := query{table: s.tables.Desk, condition: assignedPartition(account, q.Assignee), filter: &filter, count: true}
	for {
		out, err := s.run(ctx, walk, "count an operator's conversations")
		if err != nil {
			return 0, false, err
		}
		if n += int(out.Count); n > most {
			return most, true, nil
		}
		if len(out.LastEvaluatedKey) == 0 {
			return n, false, nil
		}
		walk.start = out.LastEvaluatedKey
	}
}
