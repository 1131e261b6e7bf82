package socket_test

import (
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
)

// visit opens a visitor's connection.
func (w *fixture) visit(connection string, visitor chat.Visitor) {
	w.Helper()
	if answer := w.tryVisit(connection, visitor); answer.StatusCode != 200 {
		w.Fatalf("connect answered %d", answer.StatusCode)
	}
}

func (w *fixture) tryVisit(connection string, visitor chat.Visitor) events.APIGatewayProxyResponse {
	w.Helper()
	token := auth.NewToken()
	w.must(w.store.PutTicket(w.Context(), chat.Ticket{
		Hash: auth.Hash(token), AccountID: account, Visitor: visitor, Address: "203.0.113.7", ExpiresAt: w.now.Add(30 * time.Second),
	}))
	return w.answer("$connect", connection, "", map[string]string{"ticket": token})
}

// writes creates a visitor's conversation.
func (w *fixture) writes(visitor chat.VisitorID, id chat.ConversationID) {
	w.Helper()
	w.must(w.store.Commit(w.Context(), chat.Decision{
		After: chat.Conversation{
			ID: id, AccountID: account, StoreID: shop, ChannelID: "WEB", ChannelType: "webchat", ContactID: "CV", ExternalID: string(visitor),
			Status: chat.Open, CreatedAt: w.now, LastActivityAt: w.now, PoolSince: w.now,
		},
		Identity: &chat.Identity{
			AccountID: account, ChannelID: "WEB", ExternalID: string(visitor), ContactID: "CV", ContactName: "Visitor 1", OpenConversationID: id,
		},
	}, w.now))
}

func TestTyping_VisitorAndOperator(t *testing.T) {
	t.Parallel()
	w := open(t)
	visitor := chat.Visitor{ID: "V1", ChannelID: "WEB"}
	w.visit("v1", visitor)
	w.visit("v2", visitor)
	w.visit("w1", chat.Visitor{ID: "V2", ChannelID: "WEB"})
	const typing = `{"action":"typing","on":true}`
	if status := w.say("v1", typing); status != 200 {
		t.Errorf("typing before the first message: %d", status)
	}
	const chatID = chat.ConversationID("01K9S3TJ8W0000000000000003")
	w.writes("V1", chatID)
	w.join("a1", ana)
	w.join("b1", beto)
	if status := w.say("a1", `{"action":"view","conversationId":"`+string(chatID)+`"}`); status != 200 {
		t.Fatalf("view: %d", status)
	}
	if status := w.say("v1", typing); status != 200 {
		t.Errorf("the visitor types: %d", status)
	}
	w.wantHeard("a1", "typing", `{"by":{"id":"CV","kind":"contact","name":"Visitor 1"},"conversationId":"`+string(chatID)+`","on":true}`)
	w.wantHeard("b1", "typing") // does not view the conversation
	if status := w.say("a1", `{"action":"typing","conversationId":"`+string(chatID)+`","on":true}`); status != 200 {
		t.Errorf("the operator types: %d", status)
	}
	const told = `{"by":{"kind":"operator","name":"Ana","picture":null},"on":true}`
	w.wantHeard("v1", "typing", told)
	w.wantHeard("v2", "typing", told)
	w.wantHeard("w1", "typing")
	w.wantHeard("v1", "presence") // visitors do not receive operators' presence
	for body, want := range map[string]int{`{"action":"ping"}`: 200, viewIt: 400} {
		if status := w.say("v1", body); status != want {
			t.Errorf("%s of a visitor: %d, want %d", body, status, want)
		}
	}
	w.gateway.Forget()
	if status := w.send("$disconnect", "v1", "", nil); status != 200 {
		t.Errorf("disconnect answered %d", status)
	}
	w.wantHeard("a1", "presence")
}
