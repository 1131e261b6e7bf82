package dynamo

import (
	"context"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

type activityItem struct {
	header
	At        millis      `dynamodbav:"at"`
	RequestID string      `dynamodbav:"requestId"`
	Actor     *authorPart `dynamodbav:"actor,omitempty"`
	Action    string      `dynamodbav:"action"`
	Target    string      `dynamodbav:"target,omitempty"`
	IP        string      `dynamodbav:"ip,omitempty"`
	UserAgent string      `dynamodbav:"userAgent,omitempty"`
}

func toActivityItem(a chat.Activity) activityItem {
	return activityItem{
		header: headed(activityKey(a.AccountID, a.At, a.RequestID), kindActivity),
		At:     millisOf(a.At), RequestID: a.RequestID, Actor: authorOf(a.Actor), Action: a.Action, Target: a.Target, IP: a.IP,
		UserAgent: a.UserAgent,
	}
}

func decodeActivity(av item) (chat.Activity, error) {
	it, err := decode[activityItem](av, kindActivity)
	if err != nil {
		return chat.Activity{}, err
	}
	parts, err := split(it.PK, "A", 2)
	if err != nil {
		return chat.Activity{}, damaged(kindActivity, err)
	}
	return chat.Activity{
		AccountID: chat.AccountID(parts[0]), RequestID: it.RequestID, At: it.At.time(), Actor: it.Actor.author(),
		Action: it.Action, Target: it.Target, IP: it.IP, UserAgent: it.UserAgent,
	}, nil
}

// PutActivity writes a line of the activity log that belongs to no other write.
func (s *Store) PutActivity(ctx context.Context, a chat.Activity) error {
	_, _, err := s.putItem(ctx, Desk, toActivityItem(a), nil, "put a line of the activity log")
	return err
}

// Activities pages through the activity log of one month ("2026-11", UTC), the newest line first.
func (s *Store) Activities(ctx context.Context, account chat.AccountID, month string, p chat.PageRequest) (chat.Page[chat.Activity], error) {
	at, err := time.Parse(monthLayout, month)
	if err != nil {
		return chat.Page[chat.Activity]{}, fault.New(fault.Invalid, "a month is written as 2026-11").WithField("month").WithCause(err)
	}
	return pageOf(ctx, s, account, "activities "+month, p, query{
		table: Desk, condition: inPartition(activityKey(account, at, "x").pk, ""), descending: true,
	}, decodeActivity)
}
