package sdk

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// The retries of every call: five, after 25, 50, 100, 200 and 200 ms at most. DynamoDB and SQS recover from a lost connection or a full
// partition within that, while the SDK's own pauses are drawn from up to two seconds (aws/retry/jitter_backoff.go).
const (
	Attempts     = 6
	FirstPause   = 25 * time.Millisecond
	LongestPause = 200 * time.Millisecond
)

// errNoTime ends the retries of a call near the invocation's deadline; the record of the queue is then tried again.
var errNoTime = errors.New("no time left for another attempt")

// Retryer makes the retry policy of a client. Each retry is reported to retried.
func Retryer(retried func()) func() aws.Retryer {
	return func() aws.Retryer {
		return retryer{
			Standard: retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts, o.Backoff = Attempts, retry.BackoffDelayerFunc(pause)
			}),
			retried: retried,
		}
	}
}

// pause is between half and all of the pause before the attempt after this one, which counts from 1.
func pause(attempt int, _ error) (time.Duration, error) {
	longest := min(FirstPause<<min(attempt-1, 10), LongestPause)
	return longest - rand.N(longest/2), nil
}

type retryer struct {
	*retry.Standard
	retried func()
}

// GetRetryToken allows another attempt if the call's deadline leaves time for it.
func (r retryer) GetRetryToken(ctx context.Context, cause error) (func(error) error, error) {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < LongestPause {
		return nil, errNoTime
	}
	release, err := r.Standard.GetRetryToken(ctx, cause)
	if err == nil {
		r.retried()
	}
	return release, err
}
