package conversation

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
)

// Order is how a list is sorted.
type Order string

// The orders.
const (
	Newest  Order = ""        // by last activity, the newest first
	Oldest  Order = "oldest"  // by last activity, the oldest first
	Waiting Order = "waiting" // by the first unanswered message; those without one last, newest first
	Due     Order = "due"     // by when an assigned one closes; those that do not last, newest first
)

// Query says which conversations a list shows.
type Query struct {
	Statuses    []chat.Status // empty = all but awaiting consent
	Assignee    chat.OperatorID
	Unassigned  bool
	StoreIDs    []chat.StoreID // empty = every store
	ChannelID   chat.ChannelID
	Order       Order
	Month       string    // "2026-11": of the resolved ones, those resolved in this month (UTC)
	Since       time.Time // how far back resolved ones lie at most; zero = to the account's creation, which is read
	InboxShards int       // the account's; below one counts as one
}

var listed = []chat.Status{chat.Open, chat.Pending, chat.Snoozed, chat.Held, chat.Resolved}

func (q Query) statuses() []chat.Status {
	if len(q.Statuses) == 0 {
		return listed
	}
	return q.Statuses
}

// name is what a cursor of the list is bound to.
func (q Query) name() string {
	return fmt.Sprintf("conversations %q %q %t %q %q %q %q", q.Statuses, q.Assignee, q.Unassigned, q.StoreIDs, q.ChannelID, q.Order, q.Month)
}

func (q Query) filters() bool {
	return len(q.StoreIDs) > 0 || q.ChannelID != ""
}

func (q Query) matches(c chat.Conversation) bool {
	return (q.Assignee == "" || c.AssigneeID == q.Assignee) &&
		(!q.Unassigned || c.AssigneeID == "") &&
		(len(q.StoreIDs) == 0 || slices.Contains(q.StoreIDs, c.StoreID)) &&
		(q.ChannelID == "" || c.ChannelID == q.ChannelID)
}

// filter is matches as a DynamoDB filter, for counts.
func (q Query) filter() *expression.ConditionBuilder {
	var all []expression.ConditionBuilder
	if q.Assignee != "" {
		all = append(all, expression.Name("assigneeId").Equal(expression.Value(string(q.Assignee))))
	}
	if q.Unassigned {
		all = append(all, expression.AttributeNotExists(expression.Name("assigneeId")))
	}
	if len(q.StoreIDs) > 0 {
		var stores []expression.ConditionBuilder
		for _, id := range q.StoreIDs {
			stores = append(stores, expression.Name("storeId").Equal(expression.Value(string(id))))
		}
		all = append(all, anyOf(stores))
	}
	if q.ChannelID != "" {
		all = append(all, expression.Name("channel.id").Equal(expression.Value(string(q.ChannelID))))
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return &all[0]
	}
	c := expression.And(all[0], all[1], all[2:]...)
	return &c
}

func anyOf(conditions []expression.ConditionBuilder) expression.ConditionBuilder {
	if len(conditions) == 1 {
		return conditions[0]
	}
	return expression.Or(conditions[0], conditions[1], conditions[2:]...)
}
