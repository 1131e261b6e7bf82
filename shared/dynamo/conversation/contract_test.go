package conversation_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
)

var noon = dynamotest.Noon()

const (
	account = dynamotest.Account
	channel = dynamotest.Channel
	shop    = dynamotest.Shop
	ana     = dynamotest.Ana
	beto    = dynamotest.Beto
)

func activeAt(at time.Time) func(*chat.Conversation) {
	return func(c *chat.Conversation) { c.LastActivityAt = at }
}

func tryChange(ctx context.Context, db dynamotest.DB, c chat.Conversation, f func(*chat.Conversation) error) error {
	after := c
	if err := f(&after); err != nil {
		return err
	}
	return db.Commit(ctx, chat.Decision{Before: &c, After: after}, noon)
}

// text is an inbound message of a conversation, n seconds after noon.
func text(conv chat.ConversationID, n int, words string) chat.Message {
	at := noon.Add(time.Duration(n) * time.Second)
	return chat.Message{
		ID: chat.NewMessageID(at, at, fmt.Sprint(conv, n)), AccountID: account, ConversationID: conv, Direction: chat.In,
		Type: chat.TypeText, Text: words, Author: chat.Author{Kind: chat.ByContact, ID: "CON"}, Status: chat.StatusReceived,
		ProviderID: fmt.Sprintf("wamid.%s.%d", conv, n), SentAt: at, ReceivedAt: at, Version: 1,
	}
}

// outbound is a queued outbound message.
func outbound(conv chat.ConversationID, n int) chat.Message {
	m := text(conv, n, "Hola, ¿en qué ayudo?")
	m.Direction, m.Author, m.ProviderID = chat.Out, chat.Author{Kind: chat.ByOperator, ID: string(ana)}, ""
	m.Status, m.Attempt = chat.StatusQueued, 1
	return m
}

func openLoads(t *testing.T, db dynamotest.DB) map[chat.OperatorID]int {
	t.Helper()
	loads, err := db.Loads(t.Context(), account)
	dynamotest.Must(t, err)
	out := map[chat.OperatorID]int{}
	for _, l := range loads {
		out[l.OperatorID] = l.Open
	}
	return out
}

func idsOf(conversations []chat.Conversation) []chat.ConversationID {
	var ids []chat.ConversationID
	for _, c := range conversations {
		ids = append(ids, c.ID)
	}
	return ids
}

func cnv(names ...string) []chat.ConversationID {
	var ids []chat.ConversationID
	for _, n := range names {
		ids = append(ids, chat.ConversationID("CNV"+n))
	}
	return ids
}
