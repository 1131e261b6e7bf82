// Package boottest makes the runtime that a function under test is built from: the whole environment that the topology sets for
// it, with AWS replaced by what the test brings.
//
// Only tests import it; it may import infra/topology, which no function may.
package boottest

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/recado-chat/recado/infra/local/sqs"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/infra/testkit/queuetest"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/sdk"
)

// Stage is where functions run. Services that a test does not set have an address at which nothing listens.
type Stage struct {
	Values    topology.Values
	Endpoints map[string]string // by the SDK's names, AWS_ENDPOINT_URL_SQS and the like
	Now       func() time.Time
	Out       io.Writer // takes log lines and metrics
}

// New is a stage without anything.
func New() *Stage {
	const nobody = "http://127.0.0.1:1"
	return &Stage{
		Values: topology.Values{
			Tables:   map[topology.Table]string{},
			QueueURL: func(name string) string { return nobody + "/" + sqs.Account + "/" + name },
			Secret:   func(s topology.Secret) string { return "/recado/test/" + s.Name },
		},
		Endpoints: map[string]string{"AWS_ENDPOINT_URL": nobody},
		Now:       dynamotest.Noon,
		Out:       io.Discard,
	}
}

// Function builds a function as it is deployed, over a test's tables and queues that have the topology's names.
func Function(t testing.TB, name string, build boot.Builder, db dynamotest.DB, now func() time.Time, out io.Writer) (lambda.Handler, *queuetest.Queues) {
	t.Helper()
	s, queues := New(), queuetest.New(t, now)
	s.Now, s.Out = now, out
	s.Values.QueueURL, s.Endpoints["AWS_ENDPOINT_URL_SQS"] = queues.URL, queues.Endpoint
	s.Values.Tables = map[topology.Table]string{
		topology.Directory: db.Tables.Directory, topology.Desk: db.Tables.Desk, topology.Ledger: db.Tables.Ledger, topology.Live: db.Tables.Live,
	}
	s.Endpoints["AWS_ENDPOINT_URL_DYNAMODB"] = aws.ToString(db.Client.Options().BaseEndpoint)
	handler, err := build(t.Context(), s.Runtime(topology.MustFunction(name)))
	if err != nil {
		t.Fatal(err)
	}
	return handler, queues
}

// Environment is all that the topology sets for a function.
func (s *Stage) Environment(f topology.Function) map[string]string {
	environment := f.Environment(s.Values)
	for key, value := range environment {
		if value == "" { // a URL is valid for every kind of setting
			environment[key] = "https://" + strings.ToLower(strings.ReplaceAll(key, "_", "-")) + ".recado.example"
		}
	}
	return environment
}

// Runtime is what the function is built from.
func (s *Stage) Runtime(f topology.Function) *boot.Runtime {
	environment := s.Environment(f)
	maps.Copy(environment, s.Endpoints)
	return &boot.Runtime{
		Environment: environment,
		Now:         s.Now,
		AWS: aws.Config{
			Region: sqs.Region, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
			HTTPClient: sdk.NewHTTPClient(),
		},
		HTTP: &http.Client{Timeout: 10 * time.Second},
		Out:  s.Out,
		Log:  obs.NewLogger(s.Out, f.Name),
	}
}
