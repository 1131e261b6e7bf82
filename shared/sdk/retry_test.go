package sdk_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/shared/sdk"
)

// lost is a client whose every connection is lost, and counts the attempts.
type lost struct{ attempts int }

func (l *lost) Do(*http.Request) (*http.Response, error) {
	l.attempts++
	return nil, net.ErrClosed
}

// call lists the tables over an HTTP client, and returns the number of reported retries.
func call(ctx context.Context, over aws.HTTPClient) (retried int, err error) {
	c := dynamodb.New(dynamodb.Options{
		BaseEndpoint: aws.String("http://127.0.0.1:1"), Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient: over, Retryer: sdk.Retryer(func() { retried++ })(),
	})
	_, err = c.ListTables(ctx, &dynamodb.ListTablesInput{})
	return retried, err
}

func TestRetryer_LostConnections_ShortPausesReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		over, began := &lost{}, time.Now()
		retried, err := call(t.Context(), over)
		took := time.Since(began)
		if !errors.Is(err, net.ErrClosed) || over.attempts != sdk.Attempts || retried != sdk.Attempts-1 {
			t.Errorf("%d attempts, %d retries were reported: %v", over.attempts, retried, err)
		}
		// 25, 50, 100, 200 and 200 ms, of which at least half is waited
		if longest := 575 * time.Millisecond; took < longest/2 || took > longest {
			t.Errorf("five retries took %v, want between half and all of %v", took, longest)
		}
	})
}

func TestRetryer_DeadlineNear_NoRetry(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]int{sdk.LongestPause - time.Millisecond: 1, time.Minute: sdk.Attempts} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), left)
			defer cancel()
			over := &lost{}
			retried, err := call(ctx, over)
			if !errors.Is(err, net.ErrClosed) || over.attempts != want || retried != want-1 {
				t.Errorf("%v before the deadline: %d attempts, %d retries were reported: %v", left, over.attempts, retried, err)
			}
		})
	}
}
