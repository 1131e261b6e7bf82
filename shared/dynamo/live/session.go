package live

import (
	"context"
	"sort"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// PutSession starts a session. Only operators' sessions are listed.
func (s *Store) PutSession(ctx context.Context, se chat.Session) error {
	if se.OperatorID == "" {
		_, _, err := s.db.Put(ctx, table.Live, item.Session(se), nil, "put a visitor's session")
		return err
	}
	var t table.Tx
	t.Put(table.Live, item.Session(se), nil, "")
	t.Put(table.Live, item.OperatorSession(se), nil, "")
	return s.db.Commit(ctx, &t, "put a session")
}

// Session finds one by the hash of its token, with a consistent read. It may have expired.
func (s *Store) Session(ctx context.Context, hash string) (chat.Session, error) {
	av, err := s.db.Get(ctx, table.Live, key.Session(hash), true, item.KindSession)
	if err != nil {
		return chat.Session{}, err
	}
	return item.DecodeSession(av)
}

// TouchSession stores when a session was last used and when it expires. NotFound means that it was ended.
func (s *Store) TouchSession(ctx context.Context, hash string, lastSeen, expires time.Time) error {
	there := table.Present()
	update := expression.Set(expression.Name("lastSeenAt"), expression.Value(table.MillisOf(lastSeen))).
		Set(expression.Name("expiresAt"), expression.Value(table.MillisOf(expires))).
		Set(expression.Name(table.TTLAttribute), expression.Value(table.Expiry(expires)))
	av, refused, err := s.db.Update(ctx, table.Live, key.Session(hash), update, &there, "touch a session")
	if err != nil {
		return err
	}
	if refused {
		return table.NotFound(item.KindSession)
	}
	se, err := item.DecodeSession(av)
	if err != nil || se.OperatorID == "" {
		return err
	}
	se.ExpiresAt = expires
	_, _, err = s.db.Put(ctx, table.Live, item.OperatorSession(se), nil, "touch a session")
	return err
}

// Sessions are the sessions of an operator, newest first.
func (s *Store) Sessions(ctx context.Context, account chat.AccountID, operator chat.OperatorID) ([]chat.Session, error) {
	hashes, err := s.sessionHashes(ctx, account, operator)
	if err != nil {
		return nil, err
	}
	keys := make([]table.Key, len(hashes))
	for i, hash := range hashes {
		keys[i] = key.Session(hash)
	}
	found, err := s.db.BatchGet(ctx, table.Live, keys)
	if err != nil {
		return nil, err
	}
	sessions := make([]chat.Session, 0, len(found))
	for _, av := range found {
		se, err := item.DecodeSession(av)
		if err != nil {
			return nil, err
		}
		sessions = append(sessions, se)
	}
	sort.Slice(sessions, func(i, j int) bool { return sessions[i].CreatedAt.After(sessions[j].CreatedAt) })
	return sessions, nil
}

func (s *Store) sessionHashes(ctx context.Context, account chat.AccountID, operator chat.OperatorID) ([]string, error) {
	items, err := s.db.All(ctx, table.Query{
		Table: table.Live, Consistent: true,
		Condition: table.InPartition(key.OperatorSession(account, operator, "x").PK, key.SessionPrefix),
	}, "read an operator's sessions")
	if err != nil {
		return nil, err
	}
	return table.DecodeAll(items, item.DecodeOperatorSession)
}

// DeleteSession ends a session of an operator and its connections. NotFound means that there is no such session of theirs.
func (s *Store) DeleteSession(ctx context.Context, account chat.AccountID, operator chat.OperatorID, hash string) error {
	edge := key.OperatorSession(account, operator, hash)
	if edge.SK == "" {
		return table.NotFound(item.KindSession)
	}
	there := table.Present()
	var t table.Tx
	t.Remove(table.Live, edge, &there, table.ReasonExists)
	t.Remove(table.Live, key.Session(hash), nil, "")
	if _, err := s.addEnded(ctx, &t, account, operator, hash); err != nil {
		return err
	}
	err := s.db.Commit(ctx, &t, "delete a session")
	if fault.Is(err, fault.Conflict) {
		return table.NotFound(item.KindSession)
	}
	if err != nil {
		return err
	}
	// No connection can start with the session from here on, but one may have since the read above.
	for {
		var late table.Tx
		ended, err := s.addEnded(ctx, &late, account, operator, hash)
		if err != nil || ended == 0 {
			return err
		}
		if err := s.db.Commit(ctx, &late, "end the other connections"); err != nil {
			return err
		}
	}
}

// DeleteSessions ends all sessions of an operator except one; an empty exceptHash spares none.
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
