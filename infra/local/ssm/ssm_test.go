package ssm_test

import (
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awsssm "github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/recado-chat/recado/infra/local/ssm"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/secret"
)

// clock is moved by the test.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	endpoint := httptest.NewServer(ssm.New(map[string]string{"/recado/meta": "new-secret, old-secret,", "/recado/empty": ""}))
	client := awsssm.NewFromConfig(aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		BaseEndpoint: aws.String(endpoint.URL),
		Retryer:      func() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(), 1) },
	})
	at := &clock{now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	source := secret.New(client, at.Now)

	list := func(name string) []string {
		t.Helper()
		values, err := source.List(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	both := []string{"new-secret", "old-secret"}
	if got := list("/recado/meta"); !slices.Equal(got, both) {
		t.Errorf("got %v, want %v", got, both)
	}
	for _, name := range []string{"/recado/empty", "/recado/absent"} {
		if got := list(name); len(got) != 0 {
			t.Errorf("%s: got %v, want none", name, got)
		}
	}

	endpoint.Close() // SSM is gone
	at.advance(time.Hour)
	if got := list("/recado/meta"); !slices.Equal(got, both) {
		t.Errorf("when SSM fails: got %v, want the stale %v", got, both)
	}
	if _, err := source.List(t.Context(), "/recado/never-read"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("when SSM fails and nothing is known: got %v, want unavailable", err)
	}
}
