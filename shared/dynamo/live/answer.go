package live

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// Answer is the stored answer of a request with an idempotency key. InProgress is true while the first request is being
// processed.
type Answer struct {
	Status     int
	Body       []byte
	Digest     string
	InProgress bool
}

// answerKept is how long a request may be repeated.
const answerKept = 24 * time.Hour

// ReasonDigestChanged is the reason of the Conflict when a key is used again with another body.
const ReasonDigestChanged = "digest_changed"

// BeginAnswer reserves a key with one conditional write. It returns nil when the request may proceed: the key is new, its answer
// has expired, or an earlier request did not finish until its deadline. Otherwise it returns the stored answer, or one that is
// InProgress. The same key for another body is Conflict "digest_changed".
func (s *Store) BeginAnswer(ctx context.Context, id, digest string, now, inProgressUntil time.Time) (*Answer, error) {
	expires := now.Add(answerKept)
	name, value := expression.Name, expression.Value
	free := expression.AttributeNotExists(name("pk")).
		Or(name("expiresAt").LessThanEqual(value(table.MillisOf(now))),
			name("lockedAt").LessThanEqual(value(table.MillisOf(now))).And(name("digest").Equal(value(digest))))
	old, refused, err := s.db.Put(ctx, table.Live, item.Answer{
		Header: table.NewHeader(key.Answer(id), item.KindAnswer), Digest: digest, LockedAt: table.MillisOf(inProgressUntil),
		ExpiresAt: table.MillisOf(expires), Expires: table.Expiry(expires),
	}, &free, "begin an answer")
	if err != nil || !refused {
		return nil, err
	}
	it, err := table.Decode[item.Answer](old, item.KindAnswer)
	if err != nil {
		return nil, err
	}
	if it.Digest != digest {
		return nil, fault.New(fault.Conflict, "the same key was used for another request").WithReason(ReasonDigestChanged)
	}
	return &Answer{Status: it.Status, Body: it.Body, Digest: it.Digest, InProgress: it.LockedAt != 0}, nil
}

// FinishAnswer stores the answer of a request that BeginAnswer let proceed.
func (s *Store) FinishAnswer(ctx context.Context, id string, a Answer, now time.Time) error {
	expires := now.Add(answerKept)
	_, _, err := s.db.Put(ctx, table.Live, item.Answer{
		Header: table.NewHeader(key.Answer(id), item.KindAnswer), Status: a.Status, Body: a.Body, Digest: a.Digest,
		ExpiresAt: table.MillisOf(expires), Expires: table.Expiry(expires),
	}, nil, "finish an answer")
	return err
}

// AbandonAnswer releases the key of a request that failed, so that it can be retried.
func (s *Store) AbandonAnswer(ctx context.Context, id string) error {
	return s.db.Delete(ctx, table.Live, key.Answer(id), nil, "abandon an answer")
}
