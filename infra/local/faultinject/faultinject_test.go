package faultinject_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/recado-chat/recado/infra/local/faultinject"
	"github.com/recado-chat/recado/shared/boot"
)

// world is a provider that notes what it is asked, and forgets what it was asked before.
type world struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{}
	w.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.asked = append(w.asked, r.URL.Path+string(body))
	}))
	t.Cleanup(w.Close)
	return w
}

func (w *world) all() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.asked, " ")
}

// naive asks twice for each record, and does not care whether it has done so before. A careful one asks for the second thing
// only if the first has not been asked for yet.
func naive(w *world, careful bool) boot.Builder {
	return func(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
		return lambda.NewHandler(func(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			var answer events.SQSEventResponse
			for _, record := range batch.Records {
				for _, path := range []string{"/first/", "/second/"} {
					if careful && strings.Contains(w.all(), path+record.MessageId) {
						continue
					}
					request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL+path+record.MessageId, nil)
					if err != nil {
						return answer, err
					}
					response, err := rt.HTTP.Do(request)
					if err != nil {
						answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: record.MessageId})
						break
					}
					if err := response.Body.Close(); err != nil {
						return answer, err
					}
				}
			}
			return answer, nil
		}), nil
	}
}

func batchOf(t *testing.T, group string, ids ...string) []byte {
	t.Helper()
	var batch events.SQSEvent
	for _, id := range ids {
		batch.Records = append(batch.Records, events.SQSMessage{
			MessageId: id, Body: `{"type":"done.v1"}`, EventSource: "aws:sqs", EventSourceARN: "arn:aws:sqs:us-east-1:0:to-naive",
			Attributes: map[string]string{"MessageGroupId": group},
		})
	}
	payload, err := json.Marshal(batch)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func runtime() *boot.Runtime {
	return &boot.Runtime{
		HTTP: &http.Client{Timeout: 5 * time.Second},
		AWS: aws.Config{
			Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), HTTPClient: awshttp.NewBuildableClient(),
		},
	}
}

// deliver hands a batch over until nothing of it fails, and answers how often that was.
func deliver(t *testing.T, handler lambda.Handler, group string, ids ...string) (deliveries int) {
	t.Helper()
	for len(ids) > 0 {
		deliveries++
		if deliveries > 10 {
			t.Fatal("it never ends")
		}
		answer, err := handler.Invoke(t.Context(), batchOf(t, group, ids...))
		if err != nil {
			t.Fatal(err)
		}
		var response events.SQSEventResponse
		if err := json.Unmarshal(answer, &response); err != nil {
			t.Fatal(err)
		}
		ids = nil
		for _, failure := range response.BatchItemFailures {
			ids = append(ids, failure.ItemIdentifier)
		}
	}
	return deliveries
}

// The injector finds the handler that repeats itself, wherever it is stopped, and lets the careful one pass.
func TestStop_DetectsHandlerThatIsNotRepeatable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		careful bool
		number  int
		action  faultinject.Action
		want    string
	}{
		{"undisturbed", false, 0, faultinject.Pass, "/first/a /second/a"},
		{"stopped before the first call, the naive one has done nothing yet", false, 1, faultinject.StopBefore, "/first/a /second/a"},
		{"stopped after the first call, the naive one asks twice", false, 1, faultinject.StopAfter, "/first/a /first/a /second/a"},
		{"stopped before the second call, the naive one asks twice", false, 2, faultinject.StopBefore, "/first/a /first/a /second/a"},
		{"stopped after the second call, the naive one does all of it again", false, 2, faultinject.StopAfter, "/first/a /second/a /first/a /second/a"},
		{"stopped after the first call, the careful one goes on", true, 1, faultinject.StopAfter, "/first/a /second/a"},
		{"stopped after the second call, the careful one is done", true, 2, faultinject.StopAfter, "/first/a /second/a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var once sync.Once
			injector := faultinject.New(faultinject.Options{Cold: true, Plan: func(call faultinject.Call) faultinject.Action {
				action := faultinject.Pass
				if call.Number == c.number {
					once.Do(func() { action = c.action })
				}
				return action
			}})
			handler, err := injector.Builder("naive", naive(w, c.careful))(t.Context(), runtime())
			if err != nil {
				t.Fatal(err)
			}
			deliver(t, handler, "", "a")
			injector.Wait()
			if got := w.all(); got != c.want {
				t.Errorf("the world was asked %q, want %q", got, c.want)
			}
		})
	}
}

func TestStop_Record_HoldsBackItsGroupOnly(t *testing.T) {
	t.Parallel()
	for group, want := range map[string]string{
		"":  "/first/b /second/b /first/a /second/a",
		"g": "/first/a /second/a /first/b /second/b",
	} {
		w := newWorld(t)
		var once sync.Once
		injector := faultinject.New(faultinject.Options{Plan: func(faultinject.Call) faultinject.Action {
			action := faultinject.Pass
			once.Do(func() { action = faultinject.StopBefore })
			return action
		}})
		handler, err := injector.Builder("naive", naive(w, false))(t.Context(), runtime())
		if err != nil {
			t.Fatal(err)
		}
		if n := deliver(t, handler, group, "a", "b"); n != 2 {
			t.Errorf("group %q: %d deliveries, want 2", group, n)
		}
		if got := w.all(); got != want {
			t.Errorf("group %q: the world was asked %q, want %q", group, got, want)
		}
	}
}

func TestRepeat_RecordDeliveredTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var triggers []string
	injector := faultinject.New(faultinject.Options{Repeat: func(i *faultinject.Invocation) bool { triggers = append(triggers, i.Trigger); return true }})
	handler, err := injector.Builder("naive", naive(w, false))(t.Context(), runtime())
	if err != nil {
		t.Fatal(err)
	}
	deliver(t, handler, "", "a")
	if got, want := w.all(), "/first/a /second/a /first/a /second/a"; got != want {
		t.Errorf("the world was asked %q, want %q", got, want)
	}
	if got, want := fmt.Sprint(triggers), "[to-naive done.v1]"; got != want {
		t.Errorf("triggers %s, want %s", got, want)
	}
}

// What the injector answers in AWS's place is what the SDK takes for it.
func TestActions_AnswersMatchSDK(t *testing.T) {
	t.Parallel()
	transact := func(ctx context.Context, client *dynamodb.Client) error {
		put := types.TransactWriteItem{Put: &types.Put{TableName: aws.String("t"), Item: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "x"}}}}
		_, err := client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{put, put}})
		return err
	}
	query := func(ctx context.Context, client *dynamodb.Client) error {
		out, err := client.Query(ctx, &dynamodb.QueryInput{TableName: aws.String("t"), IndexName: aws.String("i"), KeyConditionExpression: aws.String("pk = :x")})
		if err == nil && len(out.Items)+int(out.Count) > 0 {
			err = errors.New("the answer is not empty")
		}
		return err
	}
	for _, c := range []struct {
		name   string
		action faultinject.Action
		do     func(context.Context, *dynamodb.Client) error
		want   func(error) bool
		tries  int
	}{
		{"a transaction meets another one", faultinject.Conflict, transact, func(err error) bool {
			var canceled *types.TransactionCanceledException
			return errors.As(err, &canceled) && len(canceled.CancellationReasons) == 2 && aws.ToString(canceled.CancellationReasons[1].Code) == "TransactionConflict"
		}, 1},
		{"a table is asked too much", faultinject.Throttle, query, func(err error) bool {
			var api smithy.APIError
			return errors.As(err, &api) && strings.Contains("ProvisionedThroughputExceededException ThrottlingException", api.ErrorCode())
		}, 3},
		{"a service is out of order", faultinject.Refuse, query, func(err error) bool {
			var response *awshttp.ResponseError
			return errors.As(err, &response) && response.HTTPStatusCode() == http.StatusServiceUnavailable
		}, 3},
		{"an index lags", faultinject.Empty, query, func(err error) bool { return err == nil }, 1},
		{"an answer is lost", faultinject.LoseAnswer, query, func(err error) bool { return err != nil && !errors.Is(err, faultinject.ErrStopped) }, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, calls, failure := newWorld(t), 0, error(nil)
			injector := faultinject.New(faultinject.Options{Plan: func(faultinject.Call) faultinject.Action { calls++; return c.action }})
			handler, err := injector.Builder("asking", func(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
				config := rt.AWS.Copy()
				config.BaseEndpoint = aws.String(w.URL)
				client := dynamodb.NewFromConfig(config)
				return lambda.NewHandler(func(ctx context.Context) { failure = c.do(ctx, client) }), nil
			})(t.Context(), runtime())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := handler.Invoke(t.Context(), []byte(`{}`)); err != nil {
				t.Fatal(err)
			}
			if !c.want(failure) {
				t.Errorf("the SDK answered %v", failure)
			}
			if calls < c.tries {
				t.Errorf("%d tries, want at least %d", calls, c.tries)
			}
		})
	}
}
