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
	Status string `dynamodbav:"status"`
}

func toAssignedItem(c chat.Conversation) assignedItem {
	return assignedItem{
		header: headed(operatorConversationKey(c.AccountID, c.AssigneeID, c.ID), kindAssigned),
		Status: string(c.Status),
	}
}

func decodeAssigned(av item) (chat.ConversationID, error) {
	return conversationOfEdge(av, kindAssigned)
}

// decodeCarried reads what an operator's edge tells of the conversation that it leads to.
func decodeCarried(av item) (chat.Conversation, error) {
	it, err := decode[assignedItem](av, kindAssigned)
	if err != nil {
		return chat.Conversation{}, err
	}
	owner, err := split(it.PK, "O", 2)
	if err != nil {
		return chat.Conversation{}, damaged(kindAssigned, err)
	}
	id, err := decodeAssigned(av)
	return chat.Conversation{
		ID: id, AccountID: chat.AccountID(owner[0]), AssigneeID: chat.OperatorID(owner[1]), Status: chat.Status(it.Status),
	}, err
}

func assignedPartition(account chat.AccountID, operator chat.OperatorID) expression.KeyConditionBuilder {
	return inPartition(operatorConversationKey(account, operator, "x").pk, edgePrefix)
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
func (s *Store) Mine(ctx context.Context, account chat.AccountID, operator chat.OperatorID, statuses []chat.Status, p chat.PageRequest) (chat.Page[chat.Conversation], error) {
	found, err := pageOf(ctx, s, account, fmt.Sprintf("mine %q %q", operator, statuses), p, query{
		table: Desk, condition: assignedPartition(account, operator), filter: statusIn(statuses), descending: true,
	}, decodeAssigned)
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

// ConversationsOfOperator are the next open conversations of an operator after one, in the order of their ids, consistently.
func (s *Store) ConversationsOfOperator(ctx context.Context, account chat.AccountID, operator chat.OperatorID, after chat.ConversationID, limit int) ([]chat.ConversationID, error) {
	return edgesAfter(ctx, s, operatorConversationKey(account, operator, "x").pk, after, limit, decodeAssigned)
}

// Carried is the same list with all that a load follows from: id, assignee and status. The rest of each conversation is empty.
func (s *Store) Carried(ctx context.Context, account chat.AccountID, operator chat.OperatorID, after chat.ConversationID, limit int) ([]chat.Conversation, error) {
	return edgesAfter(ctx, s, operatorConversationKey(account, operator, "x").pk, after, limit, decodeCarried)
}
