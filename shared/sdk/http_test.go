package sdk_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/shared/sdk"
)

// serve answers each call with a list of a hundred names, which takes several reads, and counts the connections.
func serve(t *testing.T) (url string, connections *atomic.Int32) {
	t.Helper()
	names := make([]string, 100)
	for i := range names {
		names[i] = `"` + strings.Repeat(strconv.Itoa(i%10), 200) + `"`
	}
	answer := `{"TableNames":[` + strings.Join(names, ",") + `]}`
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		_, _ = io.WriteString(w, answer)
	}))
	connections = &atomic.Int32{}
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return server.URL, connections
}

func client(url string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		BaseEndpoint: aws.String(url), Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient: sdk.NewHTTPClient(), Retryer: aws.NopRetryer{},
	})
}

// A connection that is closed under an answer fails the call, or is missing for the next one. On a busy machine net/http gives up a few
// for another reason: it waits 50 ms at most for the goroutine that wrote the request.
func TestHTTPClient_QuickAnswers_ConnectionsKept(t *testing.T) {
	t.Parallel()
	url, connections := serve(t)
	c := client(url)
	const calls = 2000
	for i := range calls {
		if _, err := c.ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	if n := connections.Load(); n > calls/200 {
		t.Errorf("%d calls, one after the other, took %d connections", calls, n)
	}
}

func TestHTTPClient_Body_InMemoryOrStream(t *testing.T) {
	t.Parallel()
	var got atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			t.Error(err)
		}
		got.Store(n)
	}))
	t.Cleanup(server.Close)
	for _, size := range []int64{0, 1, 1 << 20, 1<<20 + 1, 5 << 20} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, io.LimitReader(endless{}, size))
		if err != nil {
			t.Fatal(err)
		}
		request.ContentLength = size
		response, err := sdk.NewHTTPClient().Do(request)
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		response.Body.Close()
		if got.Load() != size {
			t.Errorf("%d bytes arrived of %d", got.Load(), size)
		}
		if replayable := request.GetBody != nil; replayable != (size > 0 && size <= 1<<20) {
			t.Errorf("%d bytes: replayable is %t", size, replayable)
		}
	}
}

func TestHTTPClient_BodyFails_ErrorOfBody(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:1", io.MultiReader(strings.NewReader("x"), failing{broken}))
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = 10
	if _, err := sdk.NewHTTPClient().Do(request); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
