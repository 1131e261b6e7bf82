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
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/recado-chat/recado/infra/local/sqs"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/dynamo/dynamotest"
	"github.com/recado-chat/recado/shared/obs"
)

// Stage is where functions run. What a test does not bring has a made-up name, and nobody answers behind it.
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

// Tables lets the functions read and write a test's tables.
func (s *Stage) Tables(db dynamotest.DB) {
	s.Endpoints["AWS_ENDPOINT_URL_DYNAMODB"] = aws.ToString(db.Client.Options().BaseEndpoint)
	s.Values.Tables = map[topology.Table]string{
		topology.Directory: db.Tables.Directory, topology.Desk: db.Tables.Desk, topology.Ledger: db.Tables.Ledger, topology.Live: db.Tables.Live,
	}
}

// Queues lets the functions send to a test's queues, which have the topology's names.
func (s *Stage) Queues(endpoint string, url func(name string) string) {
	s.Endpoints["AWS_ENDPOINT_URL_SQS"], s.Values.QueueURL = endpoint, url
}

// Environment is all that the topology sets for a function.
func (s *Stage) Environment(f topology.Function) map[string]string {
	environment := f.Environment(s.Values)
	for key, value := range environment {
		if value == "" { // an address is a good name for everything
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
			HTTPClient: awshttp.NewBuildableClient().WithTimeout(10 * time.Second),
		},
		HTTP: &http.Client{Timeout: 10 * time.Second},
		Out:  s.Out,
		Log:  obs.NewLogger(s.Out, f.Name),
	}
}
