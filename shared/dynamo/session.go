package dynamo

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

type sessionItem struct {
	header
	AccountID  string `dynamodbav:"accountId"`
	OperatorID string `dynamodbav:"operatorId,omitempty"`
	VisitorID  string `dynamodbav:"visitorId,omitempty"`
	ChannelID  string `dynamodbav:"channelId,omitempty"`
	Origin     string `dynamodbav:"origin,omitempty"`
	CreatedAt  millis `dynamodbav:"createdAt,omitempty"`
	LastSeenAt millis `dynamodbav:"lastSeenAt,omitempty"`
	ExpiresAt  millis `dynamodbav:"expiresAt,omitempty"`
	UserAgent  string `dynamodbav:"userAgent,omitempty"`
	IP         string `dynamodbav:"ip,omitempty"`
	Expires    int64  `dynamodbav:"expires,omitempty"`
}

// operatorSessionItem leads from an operator to a session.
type operatorSessionItem struct {
	header
	Expires int64 `dynamodbav:"expires,omitempty"`
}

func toOperatorSessionItem(se chat.Session) operatorSessionItem {
	return operatorSessionItem{
		header: headed(operatorSessionKey(se.AccountID, se.OperatorID, se.Hash), kindOperatorSession), Expires: expiry(se.ExpiresAt),
	}
}

// decodeOperatorSession gives the session's hash.
func decodeOperatorSession(av item) (string, error) {
	parts, err := split(text(av["sk"]), "S", 1)
	if err != nil {
		return "", damaged(kindOperatorSession, err)
	}
	return parts[0], nil
}

func toSessionItem(se chat.Session) sessionItem {
	return sessionItem{
		header: headed(sessionKey(se.Hash), kindSession), AccountID: string(se.AccountID), OperatorID: string(se.OperatorID),
		VisitorID: string(se.Visitor.ID), ChannelID: string(se.Visitor.ChannelID), Origin: se.Visitor.Origin,
		CreatedAt: millisOf(se.CreatedAt), LastSeenAt: millisOf(se.LastSeenAt), ExpiresAt: millisOf(se.ExpiresAt),
		UserAgent: se.UserAgent, IP: se.IP, Expires: expiry(se.ExpiresAt),
	}
}

func decodeSession(av item) (chat.Session, error) {
	it, err := decode[sessionItem](av, kindSession)
	if err != nil {
		return chat.Session{}, err
	}
	hash, err := split(it.PK, "S", 1)
	if err != nil {
		return chat.Session{}, damaged(kindSession, err)
	}
	return chat.Session{
		Hash: hash[0], AccountID: chat.AccountID(it.AccountID), OperatorID: chat.OperatorID(it.OperatorID),
		Visitor:   chat.Visitor{ID: chat.VisitorID(it.VisitorID), ChannelID: chat.ChannelID(it.ChannelID), Origin: it.Origin},
		CreatedAt: it.CreatedAt.time(), LastSeenAt: it.LastSeenAt.time(), ExpiresAt: it.ExpiresAt.time(),
		UserAgent: it.UserAgent, IP: it.IP,
	}, nil
}

// PutSession begins a session. Only an operator's are listed.
func (s *Store) PutSession(ctx context.Context, se chat.Session) error {
	if se.OperatorID == "" {
		_, _, err := s.putItem(ctx, Live, toSessionItem(se), nil, "put a visitor's session")
		return err
	}
	var t tx
	t.put(Live, toSessionItem(se), nil, "")
	t.put(Live, toOperatorSessionItem(se), nil, "")
	return s.commit(ctx, &t, "put a session")
}

// Session finds one by the hash of its token, consistently. Whether it has expired is the caller's to ask.
func (s *Store) Session(ctx context.Context, hash string) (chat.Session, error) {
	av, err := s.get(ctx, Live, sessionKey(hash), true, kindSession)
	if err != nil {
		return chat.Session{}, err
	}
	return decodeSession(av)
}

// TouchSession notes that a session is in use and until when it holds now. NotFound means that it was ended.
func (s *Store) TouchSession(ctx context.Context, hash string, lastSeen, expires time.Time) error {
	there := present()
	update := expression.Set(expression.Name("lastSeenAt"), expression.Value(millisOf(lastSeen))).
		Set(expression.Name("expiresAt"), expression.Value(millisOf(expires))).
		Set(expression.Name(ttlAttribute), expression.Value(expiry(expires)))
	av, refused, err := s.updateItem(ctx, Live, sessionKey(hash), update, &there, "touch a session")
	if err != nil {
		return err
	}
	if refused {
		return notFound(kindSession)
	}
	se, err := decodeSession(av)
	if err != nil || se.OperatorID == "" {
		return err
	}
	se.ExpiresAt = expires
	_, _, err = s.putItem(ctx, Live, toOperatorSessionItem(se), nil, "touch a session")
	return err
}

// Sessions are those of an operator, the newest first.
func (s *Store) Sessions(ctx context.Context, account chat.AccountID, operator chat.OperatorID) ([]chat.Session, error) {
	hashes, err := s.sessionHashes(ctx, account, operator)
	if err != nil {
		return nil, err
	}
	keys := make([]key, len(hashes))
	for i, hash := range hashes {
		keys[i] = sessionKey(hash)
	}
	found, err := s.batchGet(ctx, Live, keys)
	if err != nil {
		return nil, err
	}
	sessions := make([]chat.Session, 0, len(found))
	for _, av := range found {
		se, err := decodeSession(av)
		if err != nil {
			return nil, err
		}
		sessions = append(sessions, se)
	}
	slices.SortFunc(sessions, func(a, b chat.Session) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return sessions, nil
}

func (s *Store) sessionHashes(ctx context.Context, account chat.AccountID, operator chat.OperatorID) ([]string, error) {
	items, err := s.all(ctx, query{
		table: Live, consistent: true,
		condition: inPartition(operatorSessionKey(account, operator, "x").pk, sessionPrefix),
	}, "read an operator's sessions")
	if err != nil {
		return nil, err
	}
	return decodeAll(items, decodeOperatorSession)
}

// DeleteSession ends a session of an operator, and the sockets that were opened with it. NotFound means that it is not theirs,
// or ended already.
func (s *Store) DeleteSession(ctx context.Context, account chat.AccountID, operator chat.OperatorID, hash string) error {
	edge := operatorSessionKey(account, operator, hash)
	if edge.sk == "" {
		return notFound(kindSession)
	}
	there := present()
	var t tx
	t.remove(Live, edge, &there, ReasonExists)
	t.remove(Live, sessionKey(hash), nil, "")
	if err := s.addEnded(ctx, &t, account, hash); err != nil {
		return err
	}
	err := s.commit(ctx, &t, "delete a session")
	if fault.Is(err, fault.Conflict) {
		return notFound(kindSession)
	}
	if err != nil {
		return err
	}
	// No socket comes in with the session from here on; one may have between the look and the end.
	var late tx
	if err := s.addEnded(ctx, &late, account, hash); err != nil {
		return err
	}
	return s.commit(ctx, &late, "end a late connection")
}

// DeleteSessions ends all sessions of an operator but one; an empty exceptHash spares none.
func (s *Store) DeleteSessions(ctx context.Context, account chat.AccountID, operator chat.OperatorID, exceptHash string) error {
	hashes, err := s.sessionHashes(ctx, account, operator)
	if err != nil {
		return err
	}
	for _, hash := range hashes {
		if hash == exceptHash {
			continue
		}
		if err := s.DeleteSession(ctx, account, operator, hash); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}
