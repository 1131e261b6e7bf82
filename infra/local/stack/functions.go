package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/recado-chat/recado/functions/api"
	"github.com/recado-chat/recado/functions/assignment"
	"github.com/recado-chat/recado/functions/autoclose"
	"github.com/recado-chat/recado/functions/clock"
	"github.com/recado-chat/recado/functions/fanout"
	"github.com/recado-chat/recado/functions/ingest"
	"github.com/recado-chat/recado/functions/jobs"
	"github.com/recado-chat/recado/functions/media"
	"github.com/recado-chat/recado/functions/notify"
	"github.com/recado-chat/recado/functions/push"
	"github.com/recado-chat/recado/functions/send"
	"github.com/recado-chat/recado/functions/socket"
	"github.com/recado-chat/recado/functions/webhook"
	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/obs"
)

// Builders are the functions' own: what runs here is what runs on Lambda.
var Builders = map[string]boot.Builder{
	"api":        api.Build,
	"assignment": assignment.Build,
	"autoclose":  autoclose.Build,
	"clock":      clock.Build,
	"fanout":     fanout.Build,
	"ingest":     ingest.Build,
	"jobs":       jobs.Build,
	"media":      media.Build,
	"notify":     notify.Build,
	"push":       push.Build,
	"send":       send.Build,
	"socket":     socket.Build,
	"webhook":    webhook.Build,
}

// runtime is what a function of the stack is built from.
func (s *Stack) runtime(f topology.Function) *boot.Runtime {
	environment := f.Environment(s.values())
	maps.Copy(environment, s.endpoints())
	var out io.Writer = s.options.Log
	rt := &boot.Runtime{
		Environment: environment,
		Now:         s.Clock.Now,
		AWS: aws.Config{
			Region:      engine.Region,
			Credentials: credentials.NewStaticCredentialsProvider(engine.AccessKey, engine.SecretKey, ""),
			HTTPClient: awshttp.NewBuildableClient().WithTimeout(10 * time.Second).WithTransportOptions(func(t *http.Transport) {
				t.MaxIdleConnsPerHost = 64
			}),
		},
		HTTP: &http.Client{Timeout: 20 * time.Second},
		Out:  out,
		Log:  obs.NewLogger(out, f.Name),
	}
	if s.options.Runtime != nil {
		s.options.Runtime(f.Name, rt)
	}
	return rt
}

// build makes every function's handler.
func (s *Stack) build(ctx context.Context) error {
	s.handlers = make(map[string]lambda.Handler)
	for _, f := range topology.Functions {
		builder, ok := Builders[f.Name]
		if !ok {
			return fmt.Errorf("function %s of the topology has no builder", f.Name)
		}
		handler, err := builder(ctx, s.runtime(f))
		if err != nil {
			return err
		}
		s.handlers[f.Name] = handler
	}
	return nil
}

// Invoke runs a function once, as its trigger would.
func (s *Stack) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	handler, ok := s.handlers[function]
	if !ok {
		return nil, fmt.Errorf("there is no function %q", function)
	}
	ctx, cancel := context.WithTimeout(ctx, topology.MustFunction(function).Timeout)
	defer cancel()
	answer, err := handler.Invoke(ctx, payload)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("%s took longer than its time-out: %w", function, err)
	}
	return answer, err
}
