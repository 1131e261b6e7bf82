package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type sessionItem struct {
	table.Header
	AccountID  string       `dynamodbav:"accountId"`
	OperatorID string       `dynamodbav:"operatorId,omitempty"`
	VisitorID  string       `dynamodbav:"visitorId,omitempty"`
	ChannelID  string       `dynamodbav:"channelId,omitempty"`
	Origin     string       `dynamodbav:"origin,omitempty"`
	CreatedAt  table.Millis `dynamodbav:"createdAt,omitempty"`
	LastSeenAt table.Millis `dynamodbav:"lastSeenAt,omitempty"`
	ExpiresAt  table.Millis `dynamodbav:"expiresAt,omitempty"`
	UserAgent  string       `dynamodbav:"userAgent,omitempty"`
	IP         string       `dynamodbav:"ip,omitempty"`
	Expires    int64        `dynamodbav:"expires,omitempty"`
}

// operatorSessionItem is the edge from an operator to a session.
type operatorSessionItem struct {
	table.Header
	Expires int64 `dynamodbav:"expires,omitempty"`
}

func OperatorSession(se chat.Session) operatorSessionItem {
	return operatorSessionItem{
		Header: table.NewHeader(key.OperatorSession(se.AccountID, se.OperatorID, se.Hash), kindOperatorSession), Expires: table.Expiry(se.ExpiresAt),
	}
}

// DecodeOperatorSession returns the session's hash.
func DecodeOperatorSession(av table.Item) (string, error) {
	parts, err := key.Split(table.Text(av["sk"]), "S", 1)
	if err != nil {
		return "", table.Damaged(kindOperatorSession, err)
	}
	return parts[0], nil
}

func Session(se chat.Session) sessionItem {
	return sessionItem{
		Header: table.NewHeader(key.Session(se.Hash), KindSession), AccountID: string(se.AccountID), OperatorID: string(se.OperatorID),
		VisitorID: string(se.Visitor.ID), ChannelID: string(se.Visitor.ChannelID), Origin: se.Visitor.Origin,
		CreatedAt: table.MillisOf(se.CreatedAt), LastSeenAt: table.MillisOf(se.LastSeenAt), ExpiresAt: table.MillisOf(se.ExpiresAt),
		UserAgent: se.UserAgent, IP: se.IP, Expires: table.Expiry(se.ExpiresAt),
	}
}

func DecodeSession(av table.Item) (chat.Session, error) {
	it, err := table.Decode[sessionItem](av, KindSession)
	if err != nil {
		return chat.Session{}, err
	}
	hash, err := key.Split(it.PK, "S", 1)
	if err != nil {
		return chat.Session{}, table.Damaged(KindSession, err)
	}
	return chat.Session{
		Hash: hash[0], AccountID: chat.AccountID(it.AccountID), OperatorID: chat.OperatorID(it.OperatorID),
		Visitor:   chat.Visitor{ID: chat.VisitorID(it.VisitorID), ChannelID: chat.ChannelID(it.ChannelID), Origin: it.Origin},
		CreatedAt: it.CreatedAt.Time(), LastSeenAt: it.LastSeenAt.Time(), ExpiresAt: it.ExpiresAt.Time(),
		UserAgent: it.UserAgent, IP: it.IP,
	}, nil
}
