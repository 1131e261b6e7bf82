package source

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
)

const fakeARN = "arn:aws:dynamodb:us-east-1:000000000000:table/Desk/stream/1"

// fakeStream speaks the protocol of DynamoDB Streams, so that tests can make of a stream what no engine does on demand:
// splits, trimming and expired iterators.
type fakeStream struct {
	mu     sync.Mutex
	shards []*fakeShard
	// fail, if set, answers this error to the next call of an operation.
	fail map[string]string
	asks int
}

type fakeShard struct {
	id, parent string
	records    []map[string]any
	// trimmed is how many records are gone.
	trimmed int
	closed  bool
}

func newFake(t *testing.T) (*fakeStream, *dynamodbstreams.Client) {
	t.Helper()
	f := &fakeStream{fail: make(map[string]string)}
	web := httptest.NewServer(f)
	t.Cleanup(web.Close)
	return f, dynamodbstreams.New(dynamodbstreams.Options{
		Region: "us-east-1", BaseEndpoint: &web.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
}

// shard finds or makes a shard.
func (f *fakeStream) shard(id string) *fakeShard {
	for _, s := range f.shards {
		if s.id == id {
			return s
		}
	}
	s := &fakeShard{id: id}
	f.shards = append(f.shards, s)
	return s
}

// put appends records whose key, and sequence number in its last digits, is the number given.
func (f *fakeStream) put(shard string, numbers ...int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.shard(shard)
	for _, n := range numbers {
		s.records = append(s.records, map[string]any{
			"eventID": fmt.Sprint("e", n), "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
			"dynamodb": map[string]any{
				"ApproximateCreationDateTime": 1_790_000_000, "SequenceNumber": number(n), "SizeBytes": 10,
				"StreamViewType": "NEW_AND_OLD_IMAGES", "Keys": map[string]any{"pk": map[string]any{"S": fmt.Sprint(n)}},
			},
		})
	}
}

func number(n int) string { return fmt.Sprintf("1%020d", n) }

// split closes a shard and opens its children.
func (f *fakeStream) split(parent string, children ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.shard(parent).closed = true
	for _, id := range children {
		f.shard(id).parent = parent
	}
}

func (f *fakeStream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var in struct {
		ShardId, ShardIteratorType, SequenceNumber, ShardIterator, ExclusiveStartShardId string
		Limit                                                                            int
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "DynamoDBStreams_20120810.")
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	var out any
	code := f.fail[operation]
	delete(f.fail, operation)
	if code == "" {
		switch operation {
		case "DescribeStream":
			out = f.describe(in.ExclusiveStartShardId)
		case "GetShardIterator":
			out, code = f.seek(in.ShardId, in.SequenceNumber)
		case "GetRecords":
			f.asks++
			out = f.get(in.ShardIterator, in.Limit)
		}
	}
	if code != "" {
		w.WriteHeader(http.StatusBadRequest)
		out = map[string]string{"__type": "com.amazonaws.dynamodb.v20120810#" + code}
	}
	_ = json.NewEncoder(w).Encode(out)
}

// describe answers one shard per page.
func (f *fakeStream) describe(after string) any {
	description := map[string]any{"StreamArn": fakeARN, "Shards": []any{}}
	for i, s := range f.shards {
		if after == "" || i > 0 && f.shards[i-1].id == after {
			shard := map[string]any{"ShardId": s.id}
			if s.parent != "" {
				shard["ParentShardId"] = s.parent
			}
			description["Shards"] = []any{shard}
			if i < len(f.shards)-1 {
				description["LastEvaluatedShardId"] = s.id
			}
			break
		}
	}
	return map[string]any{"StreamDescription": description}
}

func (f *fakeStream) seek(id, after string) (any, string) {
	s := f.shard(id)
	at := s.trimmed
	if after != "" {
		for i, r := range s.records {
			if r["dynamodb"].(map[string]any)["SequenceNumber"] == after {
				at = i + 1
			}
		}
		if at <= s.trimmed && s.trimmed > 0 {
			return nil, "TrimmedDataAccessException"
		}
	}
	return map[string]string{"ShardIterator": fmt.Sprintf("%s|%d", id, at)}, ""
}

func (f *fakeStream) get(iterator string, limit int) any {
	id, from, _ := strings.Cut(iterator, "|")
	at, err := strconv.Atoi(from)
	if err != nil {
		panic(err)
	}
	s := f.shard(id)
	end := min(at+limit, len(s.records))
	out := map[string]any{"Records": s.records[at:end]}
	if !s.closed || end < len(s.records) {
		out["NextShardIterator"] = fmt.Sprintf("%s|%d", id, end)
	}
	return out
}
