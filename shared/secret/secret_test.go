package secret_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/recado-chat/recado/shared/secret"
)

// parameters answers every name with the value set last.
type parameters struct {
	value atomic.Value
	calls atomic.Int32
	hold  chan struct{}
}

func (p *parameters) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	p.calls.Add(1)
	<-p.hold
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_, _ = io.WriteString(w, fmt.Sprintf(`{"Parameter":{"Name":"x","Type":"SecureString","Value":%q}}`, p.value.Load()))
}

func TestList_ConcurrentReads_OneCall_SeesRotation(t *testing.T) {
	t.Parallel()
	server := &parameters{hold: make(chan struct{})}
	server.value.Store("old")
	endpoint := httptest.NewServer(server)
	t.Cleanup(endpoint.Close)
	var now atomic.Int64
	source := secret.New(ssm.NewFromConfig(aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		BaseEndpoint: aws.String(endpoint.URL),
	}), func() time.Time { return time.Unix(now.Load(), 0) })

	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if values, err := source.List(t.Context(), "/recado/x"); err != nil || !slices.Equal(values, []string{"old"}) {
				t.Errorf("got %v, %v", values, err)
			}
		})
	}
	close(server.hold)
	group.Wait()
	if calls := server.calls.Load(); calls != 1 {
		t.Errorf("SSM was asked %d times", calls)
	}

	server.value.Store("new,old")
	now.Store(299)
	if values, _ := source.List(t.Context(), "/recado/x"); !slices.Equal(values, []string{"old"}) {
		t.Errorf("before the time is up: %v", values)
	}
	now.Store(300)
	if values, _ := source.List(t.Context(), "/recado/x"); !slices.Equal(values, []string{"new", "old"}) {
		t.Errorf("after five minutes: %v", values)
	}
}
