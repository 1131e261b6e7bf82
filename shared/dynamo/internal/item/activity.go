package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type activityItem struct {
	table.Header
	At        table.Millis `dynamodbav:"at"`
	RequestID string       `dynamodbav:"requestId"`
	Actor     *authorPart  `dynamodbav:"actor,omitempty"`
	Action    string       `dynamodbav:"action"`
	Target    string       `dynamodbav:"target,omitempty"`
	IP        string       `dynamodbav:"ip,omitempty"`
	UserAgent string       `dynamodbav:"userAgent,omitempty"`
}

func Activity(a chat.Activity) activityItem {
	return activityItem{
		Header: table.NewHeader(key.Activity(a.AccountID, a.At, a.RequestID), KindActivity),
		At:     table.MillisOf(a.At), RequestID: a.RequestID, Actor: authorOf(a.Actor), Action: a.Action, Target: a.Target, IP: a.IP,
		UserAgent: a.UserAgent,
	}
}

func DecodeActivity(av table.Item) (chat.Activity, error) {
	it, err := table.Decode[activityItem](av, KindActivity)
	if err != nil {
		return chat.Activity{}, err
	}
	parts, err := key.Split(it.PK, "A", 2)
	if err != nil {
		return chat.Activity{}, table.Damaged(KindActivity, err)
	}
	return chat.Activity{
		AccountID: chat.AccountID(parts[0]), RequestID: it.RequestID, At: it.At.Time(), Actor: it.Actor.author(),
		Action: it.Action, Target: it.Target, IP: it.IP, UserAgent: it.UserAgent,
	}, nil
}
