package boot

import (
	"bytes"
	"net"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

type config struct {
	Table string `env:"DESK_TABLE"`
	Queue string `env:"TO_SEND_QUEUE_URL"`
}

func TestLoad_ReportsAllErrors(t *testing.T) {
	t.Parallel()
	_, err := Load[config](&Runtime{Environment: map[string]string{"DESK_TABLE": ""}})
	if err == nil || !strings.Contains(err.Error(), "DESK_TABLE") || !strings.Contains(err.Error(), "TO_SEND_QUEUE_URL") {
		t.Errorf("got %v", err)
	}
	got, err := Load[config](&Runtime{Environment: map[string]string{"DESK_TABLE": "desk", "TO_SEND_QUEUE_URL": "url"}})
	if err != nil || got != (config{Table: "desk", Queue: "url"}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	if keys, err := Keys[config](); err != nil || !slices.Equal(keys, []string{"DESK_TABLE", "TO_SEND_QUEUE_URL"}) {
		t.Errorf("got %v, %v", keys, err)
	}
}

func TestClient_EndpointPerService(t *testing.T) {
	t.Parallel()
	rt := &Runtime{Environment: map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_S3": "http://s3"}}
	for service, want := range map[string]string{"s3": "http://s3", "sqs": "http://all"} {
		if got := aws.ToString(rt.Client(service).BaseEndpoint); got != want {
			t.Errorf("%s: %s, want %s", service, got, want)
		}
	}
	if got := (&Runtime{}).Client("sqs").BaseEndpoint; got != nil {
		t.Errorf("on AWS: %s", *got)
	}
}

func TestAWSConfig_RetryCountedAsMetric(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	config, err := AWSConfig("us-east-1", credentials.NewStaticCredentialsProvider("local", "local", ""), "ingest", &out, Now)
	if err != nil || out.Len() > 0 {
		t.Fatalf("before the first retry: %q, %v", &out, err)
	}
	if _, err := config.Retryer().GetRetryToken(t.Context(), net.ErrClosed); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"CallsRetried":1`, `"function":"ingest"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q has no %s", &out, want)
		}
	}
}

func TestFitMemory_LimitBelowFunction_OneProcessor(t *testing.T) {
	limit, percent, processors := debug.SetMemoryLimit(-1), debug.SetGCPercent(100), runtime.GOMAXPROCS(0)
	t.Cleanup(func() {
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(percent)
		runtime.GOMAXPROCS(processors)
	})
	fitMemory("")
	if got := debug.SetMemoryLimit(-1); got != limit || runtime.GOMAXPROCS(0) != processors {
		t.Errorf("without a memory there is a limit of %d, and %d processors", got, runtime.GOMAXPROCS(0))
	}
	fitMemory("256")
	if got := debug.SetMemoryLimit(-1); got != 192<<20 || runtime.GOMAXPROCS(0) != 1 {
		t.Errorf("of 256 MB the heap may have %d, with %d processors", got, runtime.GOMAXPROCS(0))
	}
	fitMemory("3538")
	if got := runtime.GOMAXPROCS(0); got != min(2, runtime.NumCPU()) {
		t.Errorf("3,538 MB have %d processors", got)
	}
}
