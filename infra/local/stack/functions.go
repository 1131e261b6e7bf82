package stack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/recado-chat/recado/functions/admin"
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
	"github.com/recado-chat/recado/functions/widget"
	"github.com/recado-chat/recado/infra/local/awscalls"
	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/local/runtimeapi"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/sdk"
)

// Builders are the functions' own builders, the same as on Lambda.
var Builders = map[string]boot.Builder{
	"admin":      admin.Build,
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
	"widget":     widget.Build,
}

// runtime is what a function of the stack is built from.
func (s *Stack) runtime(f topology.Function) (*boot.Runtime, error) {
	environment := f.Environment(s.values())
	maps.Copy(environment, s.endpoints())
	out := s.meter.Output(f.Name, s.options.Log)
	config, err := boot.AWSConfig(engine.Region, credentials.NewStaticCredentialsProvider(engine.AccessKey, engine.SecretKey, ""), f.Name, out, s.Clock.Now)
	if err != nil {
		return nil, err
	}
	config.HTTPClient = inProcess{HTTPClient: sdk.NewHTTPClient(), host: s.aws.Addr().String(), services: s.services}
	rt := &boot.Runtime{
		Environment: environment,
		Now:         s.Clock.Now,
		AWS:         config,
		HTTP:        &http.Client{Timeout: 20 * time.Second},
		Out:         out,
		Log:         obs.NewLogger(out, f.Name),
	}
	s.meter.Watch(f.Name, rt)
	awscalls.Watch(rt, "WakeStreams", s.wakeStreams)
	if s.options.Runtime != nil {
		s.options.Runtime(f.Name, rt)
	}
	return rt, nil
}

// build makes every function's handler: its own in this process, or its binary behind a runtime API.
func (s *Stack) build(ctx context.Context) error {
	s.handlers = make(map[string]lambda.Handler)
	for _, f := range topology.Functions {
		if s.options.Binaries != "" {
			function, err := s.process(f)
			if err != nil {
				return err
			}
			s.handlers[f.Name] = function
			s.onStop(function.Stop)
			continue
		}
		builder, ok := Builders[f.Name]
		if !ok {
			return fmt.Errorf("function %s of the topology has no builder", f.Name)
		}
		if s.options.Builder != nil {
			builder = s.options.Builder(f.Name, builder)
		}
		rt, err := s.runtime(f)
		if err != nil {
			return err
		}
		handler, err := builder(ctx, rt)
		if err != nil {
			return err
		}
		s.handlers[f.Name] = handler
	}
	return nil
}

// process runs a function's binary with the environment that Lambda would give it. Its clock is the machine's.
func (s *Stack) process(f topology.Function) (*runtimeapi.Function, error) {
	environment := f.Environment(s.values())
	maps.Copy(environment, s.endpoints())
	maps.Copy(environment, map[string]string{
		"AWS_REGION": engine.Region, "AWS_ACCESS_KEY_ID": engine.AccessKey, "AWS_SECRET_ACCESS_KEY": engine.SecretKey,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(f.MemoryMB),
	})
	return runtimeapi.New(runtimeapi.Options{
		Name: f.Name, Binary: filepath.Join(s.options.Binaries, f.Name, "bootstrap"), Environment: environment,
		Timeout: f.Timeout, Environments: environments, Output: s.meter.Output(f.Name, s.options.Log),
	})
}

// Invoke runs a function once, as what polls queues and streams does: over the limit of concurrent executions it waits.
func (s *Stack) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	leave, err := s.concurrency.await(ctx, function)
	if err != nil {
		return nil, err
	}
	defer leave()
	return s.run(ctx, function, payload)
}

// request runs a function once for a request of a gateway: over the limit of concurrent executions it is refused.
func (s *Stack) request(ctx context.Context, function string, payload []byte) ([]byte, error) {
	leave, err := s.concurrency.enter(function)
	if err != nil {
		return nil, err
	}
	defer leave()
	return s.run(ctx, function, payload)
}

func (s *Stack) run(ctx context.Context, function string, payload []byte) ([]byte, error) {
	handler, ok := s.handlers[function]
	if !ok {
		return nil, fmt.Errorf("there is no function %q", function)
	}
	ctx, cancel := context.WithTimeout(ctx, topology.MustFunction(function).Timeout)
	defer cancel()
	began := time.Now()
	answer, err := handler.Invoke(ctx, payload)
	s.meter.Invoked(function, time.Since(began))
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("%s took longer than its time-out: %w", function, err)
	}
	return answer, err
}
