package conversation

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

func assignedPartition(account chat.AccountID, operator chat.OperatorID) expression.KeyConditionBuilder {
	return table.InPartition(key.OperatorConversation(account, operator, "x").PK, key.EdgePrefix)
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

// Mine pages through an operator's conversations with the given statuses, by default all that are not resolved. Pages go from the
// newest conversation to the oldest; within a page the rows are sorted by last activity, newest first.
func (s *Store) Mine(ctx context.Context, account chat.AccountID, operator chat.OperatorID, statuses []chat.Status, p chat.PageRequest) (chat.Page[chat.Conversation], error) {
	found, err := table.List(ctx, s.db, account, fmt.Sprintf("mine %q %q", operator, statuses), p, table.Query{
		Table: table.Desk, Condition: assignedPartition(account, operator), Filter: statusIn(statuses), Descending: true,
	}, item.DecodeAssigned)
	if err != nil {
		return chat.Page[chat.Conversation]{}, err
	}
	page := chat.Page[chat.Conversation]{Next: found.Next}
	if page.Items, err = s.Conversations(ctx, account, found.Items); err != nil {
		return page, err
	}
	slices.SortStableFunc(page.Items, func(a, b chat.Conversation) int { return b.LastActivityAt.Compare(a.LastActivityAt) })
	return page, nil
}
