package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/fault"
)

// Answer is what a repeated request gets: the first one's answer, or, while that is still at work, the word that it is.
type Answer struct {
	Status     int
	Body       []byte
	Digest     string
	InProgress bool
}

// answerKept is how long a request may be repeated.
const answerKept = 24 * time.Hour

// ReasonDigestChanged is the Conflict of a key that came again with another body.
const ReasonDigestChanged = "digest_changed"

type answerItem struct {
	header
	Status    int    `dynamodbav:"status,omitempty"`
	Body      []byte `dynamodbav:"body,omitempty"`
	Digest    string `dynamodbav:"digest"`
	LockedAt  millis `dynamodbav:"lockedAt,omitempty"` // until when it is in progress; none once it is done
	ExpiresAt millis `dynamodbav:"expiresAt"`
	Expires   int64  `dynamodbav:"expires"`
}

// BeginAnswer takes a key for a request that may be repeated, without reading first. Nil means go ahead: the key is new, its
// answer has expired, or who took it was to be done by now and is not. Otherwise it gives what is stored: the answer, or one
// InProgress. The same key for another body is Conflict "digest_changed".
func (s *Store) BeginAnswer(ctx context.Context, id, digest string, now, inProgressUntil time.Time) (*Answer, error) {
	expires := now.Add(answerKept)
	name, value := expression.Name, expression.Value
	free := expression.AttributeNotExists(name("pk")).
		Or(name("expiresAt").LessThanEqual(value(millisOf(now))),
			name("lockedAt").LessThanEqual(value(millisOf(now))).And(name("digest").Equal(value(digest))))
	old, refused, err := s.putItem(ctx, Live, answerItem{
		header: headed(answerKey(id), kindAnswer), Digest: digest, LockedAt: millisOf(inProgressUntil),
		ExpiresAt: millisOf(expires), Expires: expiry(expires),
	}, &free, "begin an answer")
	if err != nil || !refused {
		return nil, err
	}
	it, err := decode[answerItem](old, kindAnswer)
	if err != nil {
		return nil, err
	}
	if it.Digest != digest {
		return nil, fault.New(fault.Conflict, "the same key was used for another request").WithReason(ReasonDigestChanged)
	}
	return &Answer{Status: it.Status, Body: it.Body, Digest: it.Digest, InProgress: it.LockedAt != 0}, nil
}

// FinishAnswer stores the answer of a request that BeginAnswer let go ahead.
func (s *Store) FinishAnswer(ctx context.Context, id string, a Answer, now time.Time) error {
	expires := now.Add(answerKept)
	_, _, err := s.putItem(ctx, Live, answerItem{
		header: headed(answerKey(id), kindAnswer), Status: a.Status, Body: a.Body, Digest: a.Digest,
		ExpiresAt: millisOf(expires), Expires: expiry(expires),
	}, nil, "finish an answer")
	return err
}

// AbandonAnswer frees the key of a request that failed, so that it may be tried again.
func (s *Store) AbandonAnswer(ctx context.Context, id string) error {
	return s.deleteItem(ctx, Live, answerKey(id), "abandon an answer")
}

// hitItem counts tries within a window of time.
type hitItem struct {
	header
	Count   int   `dynamodbav:"count"`
	Expires int64 `dynamodbav:"expires,omitempty"`
}

// Hit counts one try under a key and says how many there were in the present window of time.
func (s *Store) Hit(ctx context.Context, id string, window time.Duration, now time.Time) (count int, err error) {
	start := now.Truncate(window)
	update := headedUpdate(kindHit).Add(expression.Name("count"), expression.Value(1)).
		Set(expression.Name(ttlAttribute), expression.Value(expiry(start.Add(window))))
	av, _, err := s.updateItem(ctx, Live, hitKey(id, start), update, nil, "count a try")
	if err != nil {
		return 0, err
	}
	hits, err := decode[hitItem](av, kindHit)
	return hits.Count, err
}

// Forgive takes one try back that Hit counted at the time given.
func (s *Store) Forgive(ctx context.Context, id string, window time.Duration, at time.Time) error {
	there := present()
	update := expression.Add(expression.Name("count"), expression.Value(-1))
	_, _, err := s.updateItem(ctx, Live, hitKey(id, at.Truncate(window)), update, &there, "forgive a try")
	return err
}
