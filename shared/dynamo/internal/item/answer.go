package item

import (
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// Answer is the answer of a request with an idempotency key.
type Answer struct {
	table.Header
	Status    int          `dynamodbav:"status,omitempty"`
	Body      []byte       `dynamodbav:"body,omitempty"`
	Digest    string       `dynamodbav:"digest"`
	LockedAt  table.Millis `dynamodbav:"lockedAt,omitempty"` // until when it is in progress; none once it is done
	ExpiresAt table.Millis `dynamodbav:"expiresAt"`
	Expires   int64        `dynamodbav:"expires"`
}

// Hit counts tries in a window of time.
type Hit struct {
	table.Header
	Count   int   `dynamodbav:"count"`
	Expires int64 `dynamodbav:"expires,omitempty"`
}
