package rest

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/live"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
)

type answerStore interface {
	// BeginAnswer reserves a key. It answers nil when the work is to be done now, what was stored when it has been done, and
	// an answer in progress when another request is at it.
	BeginAnswer(ctx context.Context, key, digest string, now, inProgressUntil time.Time) (*dynamo.Answer, error)
	FinishAnswer(ctx context.Context, key string, a dynamo.Answer, now time.Time) error
	AbandonAnswer(ctx context.Context, key string) error
}

const (
	idempotencyHeader = httpapi.IdempotencyHeader
	idempotencyMax    = 128
	// answerTakes is longer than the function may run: a request that died does not lock its key for hours.
	answerTakes = 30 * time.Second
)

// once does a creating route at most once for an Idempotency-Key: the same caller with the same body gets the first answer
// again. A request that dies between creating and remembering is caught by the id that newID gives it.
func (s *Server) once(ctx context.Context, c *Call, r Route) (httpapi.Response, error) {
	key := c.Header.Get(idempotencyHeader)
	if key == "" {
		return r.Handle(ctx, c)
	}
	if len(key) > idempotencyMax {
		return httpapi.Response{}, fault.New(fault.Invalid, "the idempotency key is longer than %d characters", idempotencyMax).WithField(idempotencyHeader)
	}
	name := fmt.Sprintf("%s %s %s %s %s", c.Account.ID, c.Operator.ID, r.Method, r.Pattern, auth.Hash(key))
	now := s.Wall()
	stored, err := s.beginAnswer(ctx, c, name, now)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("reserve the idempotency key: %w", err)
	}
	if stored != nil {
		return replay(*stored, c.digest)
	}
	response, err := r.Handle(ctx, c)
	if err != nil {
		if abandonErr := s.Store.AbandonAnswer(ctx, name); abandonErr != nil {
			return response, fmt.Errorf("give the idempotency key back: %w", abandonErr)
		}
		return response, err
	}
	answer := dynamo.Answer{Status: response.Status, Body: response.Body, Digest: c.digest}
	if err := s.Store.FinishAnswer(ctx, name, answer, s.Wall()); err != nil {
		return response, fmt.Errorf("remember the answer: %w", err)
	}
	return response, nil
}

func replay(stored dynamo.Answer, digest string) (httpapi.Response, error) {
	switch {
	case stored.Digest != digest:
		return httpapi.Response{}, fault.New(fault.Conflict, "idempotency key already used with another body").WithField(idempotencyHeader)
	case stored.InProgress:
		return httpapi.Response{}, fault.New(fault.Unavailable, "the same request is still in progress").WithReason("in_progress")
	}
	return httpapi.Response{
		Status: stored.Status, Body: stored.Body,
		Header: map[string]string{"Content-Type": "application/json", "Idempotency-Replayed": "true"},
	}, nil
}

// beginAnswer reserves the key for the body of the call, which it digests. The first try may have been digested with a key that is
// not the newest any more: the same body goes on under the digest that it had, and so makes what the first try would have made.
func (s *Server) beginAnswer(ctx context.Context, c *Call, name string, now time.Time) (stored *dynamo.Answer, err error) {
	keys, err := s.SigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		digest := digest(key, c.Body)
		stored, err = s.Store.BeginAnswer(ctx, name, digest, now, now.Add(answerTakes))
		if err == nil {
			c.digest = digest
			return stored, nil
		}
		if fault.As(err).Reason != live.ReasonDigestChanged {
			return nil, err
		}
	}
	return nil, err
}

// digest names a body without giving it away: it may hold a password.
func digest(key string, body []byte) string { return hex.EncodeToString(auth.MAC(key, body)) }

// NewID is the id of what a call creates. With an Idempotency-Key it follows from the key and the body, so that a repeated call
// meets what it has made already, and the same key with something else to say, after its answer was forgotten, does not.
func (s *Server) NewID(c *Call, kind string) string {
	if key := c.Header.Get(idempotencyHeader); key != "" {
		return chat.DeterministicID(time.Time{}, 0, kind, string(c.Account.ID), string(c.Operator.ID), key, c.digest)
	}
	return chat.NewID(s.Now())
}
