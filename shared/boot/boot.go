// Package boot starts a function: it reads the environment once, and builds what every function needs to run.
//
// It is the only package that reads the process environment and the wall clock. A function's package has a Build that takes a
// Runtime and gives a Lambda handler; its main is boot.Start(Build), and the local stack calls the same Build with a Runtime of
// its own making. It imports the SDK's core and aws-lambda-go, none of our packages but obs.
package boot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"reflect"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/caarlos0/env/v11"

	"github.com/recado-chat/recado/shared/obs"
)

// Runtime is what a function is built from. On Lambda, Start makes it from the environment; the local stack and tests make
// their own, with another clock and other endpoints.
type Runtime struct {
	Environment map[string]string
	Now         func() time.Time
	AWS         aws.Config
	HTTP        *http.Client // for providers: its time-out is below every function's
	Out         io.Writer    // takes log lines and metrics
	Log         *slog.Logger // writes to Out
}

// Builder makes a function's handler.
type Builder func(ctx context.Context, rt *Runtime) (lambda.Handler, error)

// Client gives the configuration for one AWS service. AWS_ENDPOINT_URL_<SERVICE>, and AWS_ENDPOINT_URL for all of them, point
// it elsewhere, by the names every AWS SDK knows.
func (r *Runtime) Client(service string) aws.Config {
	cfg := r.AWS.Copy()
	for _, key := range []string{"AWS_ENDPOINT_URL_" + strings.ToUpper(service), "AWS_ENDPOINT_URL"} {
		if url := r.Environment[key]; url != "" {
			cfg.BaseEndpoint = aws.String(url)
			break
		}
	}
	return cfg
}

// Load fills a function's Config from the tags `env:"NAME"`; every fault of the environment is in the one error. An empty value is
// none: it stands for a resource that the stage does not have, and would otherwise be missed at the first call only.
func Load[T any](r *Runtime) (T, error) {
	set := maps.Clone(r.Environment)
	maps.DeleteFunc(set, func(_, value string) bool { return value == "" })
	config, err := env.ParseAsWithOptions[T](env.Options{Environment: set, RequiredIfNoDef: true})
	for _, group := range groups(&config) {
		values := make(map[string]string)
		for _, key := range group.Keys() {
			if values[key] = set[key]; values[key] == "" {
				err = errors.Join(err, fmt.Errorf("required environment variable %q is not set", key))
			}
		}
		group.Set(values)
	}
	if err != nil {
		return config, fmt.Errorf("read the configuration: %w", err)
	}
	return config, nil
}

// Group is a field of a Config, tagged `env:"-"`, that stands for several keys which are listed elsewhere. All of them are required.
type Group interface {
	Keys() []string
	Set(values map[string]string)
}

// groups are the fields of a Config that are Groups.
func groups(config any) (found []Group) {
	fields := reflect.ValueOf(config).Elem()
	if fields.Kind() != reflect.Struct {
		return nil
	}
	for i := range fields.NumField() {
		if !fields.Type().Field(i).IsExported() {
			continue
		}
		if group, is := fields.Field(i).Addr().Interface().(Group); is {
			found = append(found, group)
		}
	}
	return found
}

// Keys lists the environment keys that a Config reads.
func Keys[T any]() ([]string, error) {
	params, err := env.GetFieldParams(new(T))
	if err != nil {
		return nil, fmt.Errorf("read the tags of %T: %w", *new(T), err)
	}
	keys := make([]string, 0, len(params))
	for _, param := range params {
		if param.Key != "" && param.Key != "-" {
			keys = append(keys, param.Key)
		}
	}
	for _, group := range groups(new(T)) {
		keys = append(keys, group.Keys()...)
	}
	return keys, nil
}

// Start is the whole main of a function on Lambda.
func Start(build Builder) {
	rt, err := fromProcess()
	if err == nil {
		collectLate(rt.Environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"])
		var handler lambda.Handler
		if handler, err = build(context.Background(), rt); err == nil {
			lambda.Start(handler)
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// collectLate lets the heap grow to five times what lives in it before garbage is collected, instead of to twice: a few megabytes
// live, and collecting took a tenth of all CPU (infra/bench/README.md, profile). Near the function's memory, which Lambda tells in
// MB, it is collected as often as it takes.
func collectLate(megabytes string) {
	debug.SetGCPercent(400)
	if memory, err := strconv.ParseInt(megabytes, 10, 64); err == nil {
		debug.SetMemoryLimit(memory << 20 * 3 / 4)
	}
}

// Environment is the process's, as a map.
func Environment() map[string]string {
	return env.ToMap(os.Environ())
}

// Now is the wall clock, in the grain that is stored.
func Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// fromProcess builds the AWS configuration from the variables that Lambda sets, without the SDK's search through files,
// profiles and instance metadata: those cost a cold start and a megabyte each.
func fromProcess() (*Runtime, error) {
	environment := Environment()
	region := environment["AWS_REGION"]
	if region == "" {
		return nil, errors.New("AWS_REGION is not set")
	}
	return &Runtime{
		Environment: environment,
		Now:         Now,
		AWS: aws.Config{
			Region: region,
			Credentials: credentials.NewStaticCredentialsProvider(
				environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], environment["AWS_SESSION_TOKEN"]),
			HTTPClient: awshttp.NewBuildableClient().WithTimeout(10 * time.Second),
		},
		HTTP: &http.Client{Timeout: 20 * time.Second},
		Out:  os.Stdout,
		Log:  obs.NewLogger(os.Stdout, environment["AWS_LAMBDA_FUNCTION_NAME"]),
	}, nil
}

// Sleep waits in real time.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
