package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// assignedItem is the edge from an operator to an open conversation of theirs.
type assignedItem struct {
	table.Header
	Status    string `dynamodbav:"status"`
	StoreID   string `dynamodbav:"storeId,omitempty"`
	WaitingPK string `dynamodbav:"waitingPk,omitempty"` // by when the conversation closes
	WaitingSK string `dynamodbav:"waitingSk,omitempty"`
}

func Assigned(c chat.Conversation) assignedItem {
	closing := key.Closing(c)
	return assignedItem{
		Header: table.NewHeader(key.OperatorConversation(c.AccountID, c.AssigneeID, c.ID), KindAssigned),
		Status: string(c.Status), StoreID: string(c.StoreID), WaitingPK: closing.PK, WaitingSK: closing.SK,
	}
}

func DecodeAssigned(av table.Item) (chat.ConversationID, error) {
	return conversationOfEdge(av, KindAssigned)
}

// DecodeCarried reads id, store, assignee and status of a conversation from its edge.
func DecodeCarried(av table.Item) (chat.Conversation, error) {
	it, err := table.Decode[assignedItem](av, KindAssigned)
	if err != nil {
		return chat.Conversation{}, err
	}
	owner, err := key.Split(it.PK, "O", 2)
	if err != nil {
		return chat.Conversation{}, table.Damaged(KindAssigned, err)
	}
	id, err := DecodeAssigned(av)
	return chat.Conversation{
		ID: id, AccountID: chat.AccountID(owner[0]), StoreID: chat.StoreID(it.StoreID), AssigneeID: chat.OperatorID(owner[1]),
		Status: chat.Status(it.Status),
	}, err
}
