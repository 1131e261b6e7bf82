package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/shared/chat"
)

type timerItem struct {
	header
	Attempt   int    `dynamodbav:"attempt,omitempty"`
	WaitingPK string `dynamodbav:"waitingPk,omitempty"` // of a held message's
	WaitingSK string `dynamodbav:"waitingSk,omitempty"`
	duePart
}

func toTimerItem(t chat.Timer) timerItem {
	waits := string(t.MessageID)
	if waits == "" {
		waits = t.Subject
	}
	it := timerItem{
		header: headed(timerKey(t), kindTimer), Attempt: t.Attempt,
		duePart: duePart{DuePK: dueShard(waits), DueAt: millisOf(t.DueAt), DueKind: string(t.Kind)},
	}
	if t.HeldFor != "" {
		it.WaitingPK, it.WaitingSK = heldPartition(t.AccountID, t.HeldFor), heldSort(t)
	}
	return it
}

// decodeTimer reads a timer. Which channel a message is held for is not read back: whoever sets its timer anew says so again.
func decodeTimer(av item) (chat.Timer, error) {
	it, err := decode[timerItem](av, kindTimer)
	if err != nil {
		return chat.Timer{}, err
	}
	t, err := parseTimerKey(it.key())
	if err != nil {
		return chat.Timer{}, damaged(kindTimer, err)
	}
	t.DueAt, t.Attempt = it.DueAt.time(), it.Attempt
	return t, nil
}

// PutTimer sets a timer, or sets it anew.
func (s *Store) PutTimer(ctx context.Context, t chat.Timer) error {
	_, _, err := s.putItem(ctx, Desk, toTimerItem(t), nil, "put a timer")
	return err
}

// DropTimer removes a timer; one that is not there is fine.
func (s *Store) DropTimer(ctx context.Context, t chat.Timer) error {
	return s.deleteItem(ctx, Desk, timerKey(t), "drop a timer")
}

// PendingTimers are a conversation's timers of one kind, consistently, the oldest message's first.
func (s *Store) PendingTimers(ctx context.Context, account chat.AccountID, conv chat.ConversationID, kind chat.TimerKind) ([]chat.Timer, error) {
	items, err := s.all(ctx, query{
		table: Desk, consistent: true,
		condition: inPartition(conversationKey(account, conv).pk, timerPrefix(kind)),
	}, "read pending timers")
	if err != nil {
		return nil, err
	}
	return decodeAll(items, decodeTimer)
}

// Held pages through the timers of the messages that wait for a channel, the oldest message first. A message that was held a
// moment ago may not be among them yet, and one that has gone on may be.
func (s *Store) Held(ctx context.Context, account chat.AccountID, channel chat.ChannelID, p chat.PageRequest) (chat.Page[chat.Timer], error) {
	m := merge{store: s, index: indexWaiting, pkName: "waitingPk", skName: "waitingSk", batch: limitOf(p) + 1}
	m.lanes = []*lane{{pk: heldPartition(account, channel)}}
	name := fmt.Sprintf("held %q", channel)
	last, err := s.cursors.Verify(ctx, p.Cursor, name, account, 1)
	if err != nil {
		return chat.Page[chat.Timer]{}, err
	}
	if last != nil {
		m.position = last[0]
	}
	page := chat.Page[chat.Timer]{}
	for len(page.Items) < limitOf(p) {
		row, err := m.next(ctx)
		if err != nil {
			return chat.Page[chat.Timer]{}, err
		}
		if row == nil {
			break
		}
		t, err := parseTimerKey(keyOf(row))
		if err != nil {
			return chat.Page[chat.Timer]{}, damaged("held entry", err)
		}
		t.HeldFor = channel
		page.Items = append(page.Items, t)
	}
	if !m.ended() {
		page.Next, err = s.cursors.Sign(ctx, name, account, m.position)
	}
	return page, err
}

func decodeAll[T any](items []item, decode func(item) (T, error)) ([]T, error) {
	out := make([]T, 0, len(items))
	for _, av := range items {
		v, err := decode(av)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// DueShards is how many partitions the due index has.
const DueShards = 16

// The kinds of due conversations; every other DueItem has its timer's kind.
const (
	DueClose  = "close"
	DueAssign = "assign"
)

// DueItem is something that waits for its time.
type DueItem struct {
	AccountID      chat.AccountID
	Kind           string // empty for an entry that this version cannot read
	ConversationID chat.ConversationID
	MessageID      chat.MessageID
	StoreID        chat.StoreID // of a conversation
	Subject        string       // a mail's or a job's id
	DueAt          time.Time
}

// dueEntry is an entry of the due index, of a conversation or a timer.
type dueEntry struct {
	PK      string `dynamodbav:"pk"`
	SK      string `dynamodbav:"sk"`
	StoreID string `dynamodbav:"storeId"`
	duePart
}

func decodeDue(av item) (DueItem, error) {
	var e dueEntry
	if err := attributevalue.UnmarshalMap(av, &e); err != nil {
		return DueItem{}, damaged("due entry", err)
	}
	due := DueItem{Kind: e.DueKind, StoreID: chat.StoreID(e.StoreID), DueAt: e.DueAt.time()}
	if e.DueKind == DueClose || e.DueKind == DueAssign {
		var err error
		due.AccountID, due.ConversationID, err = parseConversationKey(e.PK)
		return due, err
	}
	t, err := parseTimerKey(key{e.PK, e.SK})
	due.AccountID, due.ConversationID, due.MessageID, due.Subject = t.AccountID, t.ConversationID, t.MessageID, t.Subject
	return due, err
}

// Due lists what one shard has until a time, the earliest first. An entry that cannot be read has no kind and stops nobody
// else's.
func (s *Store) Due(ctx context.Context, shard int, until time.Time, p chat.PageRequest) (chat.Page[DueItem], error) {
	pk := duePartition(shard)
	last, err := s.cursors.Verify(ctx, p.Cursor, "due "+pk, "", 3)
	if err != nil {
		return chat.Page[DueItem]{}, err
	}
	q := query{
		table: Desk, index: indexDue, limit: limitOf(p),
		condition: expression.Key("duePk").Equal(expression.Value(pk)).
			And(expression.Key("dueAt").LessThanEqual(expression.Value(millisOf(until)))),
	}
	if last != nil {
		q.start = key{last[0], last[1]}.item()
		q.start["duePk"] = &types.AttributeValueMemberS{Value: pk}
		q.start["dueAt"] = &types.AttributeValueMemberN{Value: last[2]}
	}
	items, more, err := s.page(ctx, q, "read what is due")
	if err != nil {
		return chat.Page[DueItem]{}, err
	}
	page := chat.Page[DueItem]{Items: make([]DueItem, len(items))}
	for i, av := range items {
		if page.Items[i], err = decodeDue(av); err != nil {
			page.Items[i] = DueItem{}
		}
	}
	if !more {
		return page, nil
	}
	end := items[len(items)-1]
	page.Next, err = s.cursors.Sign(ctx, "due "+pk, "", text(end["pk"]), text(end["sk"]), number(end["dueAt"]))
	return page, err
}
