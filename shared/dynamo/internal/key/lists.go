package key

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// Index inbox: the conversations of an account with one status and one holder, by last activity; resolved ones by the month of their
// resolution, too. The holder is the assignee; the partitions without one are of the conversations that nobody has.

func InboxPartition(account chat.AccountID, status chat.Status, shard int) string {
	return join("I", string(account), string(status), strconv.Itoa(shard))
}

func ResolvedPartition(account chat.AccountID, month string) string {
	return join("I", string(account), string(chat.Resolved), month)
}

// HeldBy is the partition of an operator beside a partition without one.
func HeldBy(partition string, operator chat.OperatorID) string {
	if operator == "" || partition == "" {
		return partition
	}
	return partition + "#" + escape(string(operator))
}

// MonthOf is the month of a time, in UTC.
func MonthOf(t time.Time) string { return t.UTC().Format(MonthLayout) }

// MonthLayout is the layout of months.
const MonthLayout = "2006-01"

// Inbox is a conversation's key in the inbox index. A resolved one sorts at its resolution at the latest, so that a month's
// partition holds nothing later than the month. One that is part of another conversation is in no list, but in a partition of its own by month.
func Inbox(c chat.Conversation) table.Key {
	if c.Status != chat.Resolved {
		return table.Key{PK: unresolved(c), SK: ActivitySort(c.LastActivityAt, c.ID)}
	}
	at := c.LastActivityAt
	if c.ResolvedAt.Before(at) {
		at = c.ResolvedAt
	}
	pk := HeldBy(ResolvedPartition(c.AccountID, MonthOf(c.ResolvedAt)), c.AssigneeID)
	if c.MergedInto != "" {
		pk = join("I", string(c.AccountID), "merged", MonthOf(c.ResolvedAt))
	}
	return table.Key{PK: pk, SK: ActivitySort(at, c.ID)}
}

// unresolved is a conversation's partition of the inbox index. Only what nobody has is spread over shards.
func unresolved(c chat.Conversation) string {
	if c.AssigneeID != "" {
		return HeldBy(InboxPartition(c.AccountID, c.Status, 0), c.AssigneeID)
	}
	return InboxPartition(c.AccountID, c.Status, shardOf(string(c.ID), c.InboxShards))
}

func ActivitySort(at time.Time, id chat.ConversationID) string {
	return Sortable(at) + "#" + escape(string(id))
}

// Index waiting: the pool of a store, longest waiting first. Beside it, in partitions named as those of the inbox index, every other
// conversation with a message that nobody has answered.

func WaitingPartition(account chat.AccountID, store chat.StoreID) string {
	return join("W", string(account), string(store))
}

// Waiting is a conversation's key in the waiting index, empty for one that is not in it. In the pool, behind time and id it names the former
// operator and who was unassigned from it: all that choosing an operator asks of the conversation, so that a pool is looked through without
// reading its conversations.
func Waiting(c chat.Conversation) table.Key {
	switch {
	case c.InPool():
		return table.Key{PK: WaitingPartition(c.AccountID, c.StoreID), SK: ActivitySort(c.PoolTurn(), c.ID) + poolOperators(c)}
	case c.WaitingSince.IsZero() || c.Status == chat.Resolved:
		return table.Key{}
	}
	return table.Key{PK: unresolved(c), SK: ActivitySort(c.WaitingSince, c.ID)}
}

// poolOperators is the end of a pool's key, empty when it would be too long.
func poolOperators(c chat.Conversation) string {
	parts := []string{escape(string(c.FormerID))}
	for _, id := range c.Passed {
		parts = append(parts, escape(string(id)))
	}
	operators := strings.Join(parts, "#")
	if len(operators) > longestOperators || strings.Contains(operators, "~") {
		return ""
	}
	return "#" + operators
}

// longestOperators keeps sort keys below DynamoDB's limit of 1,024 bytes.
const longestOperators = 600

// ParseWaiting reads what Waiting wrote of a conversation in the pool; PoolSince becomes its turn. ok is false for a key that does not name the operators: an older one, or one with too many.
func ParseWaiting(k table.Key, c *chat.Conversation) (ok bool, err error) {
	parts := strings.Split(k.SK, "#")
	for i, part := range parts {
		if parts[i], err = unescape(part); err != nil {
			return false, fmt.Errorf("key %q: %w", k.SK, err)
		}
	}
	if len(parts) < 3 {
		return false, nil
	}
	millis, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return false, fmt.Errorf("key %q: %w", k.SK, err)
	}
	c.PoolSince, c.FormerID = time.UnixMilli(millis).UTC(), chat.OperatorID(parts[2])
	for _, id := range parts[3:] {
		c.Passed = append(c.Passed, chat.OperatorID(id))
	}
	return true, nil
}

// PoolTimer is the key of the timer of a store's pool.
func PoolTimer(account chat.AccountID, store chat.StoreID) table.Key {
	return table.Key{PK: WaitingPartition(account, store), SK: "T"}
}

// ClosingPartition holds the edges to the conversations of an operator with one status, the next to close first. It is in the waiting
// index.
func ClosingPartition(account chat.AccountID, status chat.Status, operator chat.OperatorID) string {
	return join("C", string(account), string(status), string(operator))
}

// Closing is the key of an assigned conversation's edge in the waiting index, empty for one that does not close on its own.
func Closing(c chat.Conversation) table.Key {
	if c.ClosesAt().IsZero() {
		return table.Key{}
	}
	return table.Key{PK: ClosingPartition(c.AccountID, c.Status, c.AssigneeID), SK: ActivitySort(c.ClosesAt(), c.ID)}
}
