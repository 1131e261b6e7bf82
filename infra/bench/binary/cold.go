package binary

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/local/runtimeapi"
	"github.com/recado-chat/recado/infra/local/ssm"
	"github.com/recado-chat/recado/infra/topology"
)

const (
	verifyToken = "local-verify-token"
	// minimalName is the function that the others are compared with.
	minimalName = "minimal"
)

// Cold starts every function's binary behind the local runtime API, in turns with the minimal function.
func Cold(ctx context.Context) error {
	rounds, err := measure.Number("ROUNDS", 40)
	if err != nil {
		return err
	}
	dir := os.Getenv("BINARIES")
	if dir == "" {
		if dir, err = Here(ctx); err != nil {
			return err
		}
	}
	endpoint, stop, err := standIn(ctx)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Printf(`From the start of the process to the answer of its cheapest event, behind the local runtime API: webhook's handshake, api's /healthz, a
message without a session at widget, a $connect without a ticket at socket, a tick of clock over a table in which nothing is due, an empty batch at the others. SSM and DynamoDB are
stand-ins in this process that answer at once. Function and minimal function take turns, the first of each pair changing; %d pairs a function.

| function | of minimal's median | median of the pairs' ratios | ms (min–median–max) | minimal, ms | bar | |
|---|---|---|---|---|---|---|
`, rounds)
	for _, f := range topology.Functions {
		payload, err := cheapest(f)
		if err != nil {
			return err
		}
		var took, minimal, ratios []float64
		for round := range rounds + 2 {
			var own, other float64
			turns := []func() error{
				func() (err error) {
					own, err = startCold(ctx, dir, f.Name, environment(f, endpoint), payload)
					return err
				},
				func() (err error) {
					other, err = startCold(ctx, dir, minimalName, nil, []byte(`{}`))
					return err
				},
			}
			if err := turns[round%2](); err != nil {
				return err
			}
			if err := turns[1-round%2](); err != nil {
				return err
			}
			if round < 2 { // they bring the binaries into memory
				continue
			}
			took, minimal, ratios = append(took, own), append(minimal, other), append(ratios, own/other)
		}
		bar := 2.0
		if f.Name == "webhook" {
			bar = 1.5
		}
		ratio := measure.Median(took) / measure.Median(minimal)
		fmt.Printf("| %s | %.2f | %.2f | %s | %s | ≤ %.1f | %s |\n",
			f.Name, ratio, measure.Median(ratios), measure.Spread(took), measure.Spread(minimal), bar, measure.Verdict(ratio <= bar))
	}
	return nil
}

// cheapest is the event that a function answers with the least work.
func cheapest(f topology.Function) ([]byte, error) {
	switch {
	case f.Name == "webhook":
		return os.ReadFile("events/samples/webhook/handshake.json")
	case f.Name == "api":
		return os.ReadFile("events/samples/api/health.json")
	case f.Name == "widget":
		return os.ReadFile("events/samples/widget/messages-without-session.json")
	case f.Socket:
		return []byte(`{"requestContext":{"routeKey":"$connect","connectionId":"cold"}}`), nil
	case f.Schedule > 0:
		return []byte(`{}`), nil
	}
	return []byte(`{"Records":[]}`), nil
}

// startCold is the time of one cold start in milliseconds.
func startCold(ctx context.Context, dir, name string, environment map[string]string, payload []byte) (float64, error) {
	function, err := runtimeapi.New(runtimeapi.Options{
		Name: name, Binary: filepath.Join(dir, name, "bootstrap"), Environment: environment, Timeout: 10 * time.Second, Environments: 1,
	})
	if err != nil {
		return 0, err
	}
	defer function.Stop()
	began := time.Now()
	if _, err := function.Invoke(ctx, payload); err != nil {
		return 0, fmt.Errorf("start %s: %w", name, err)
	}
	return measure.Millis(time.Since(began)), nil
}

// environment is a function's, with every AWS service at one address.
func environment(f topology.Function, endpoint string) map[string]string {
	values := topology.Values{
		Tables: map[topology.Table]string{}, Buckets: map[topology.Bucket]string{},
		QueueURL: func(name string) string { return endpoint + "/000000000000/" + name },
		Secret:   func(s topology.Secret) string { return s.Name },
		Resource: map[string]string{}, Settings: map[string]string{},
	}
	env := f.Environment(values)
	for key, value := range env {
		if value == "" {
			env[key] = endpoint + "/" + strings.ToLower(key)
		}
	}
	maps.Copy(env, map[string]string{
		"AWS_REGION": engine.Region, "AWS_ACCESS_KEY_ID": engine.AccessKey, "AWS_SECRET_ACCESS_KEY": engine.SecretKey, "AWS_ENDPOINT_URL": endpoint,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(f.MemoryMB),
	})
	return env
}

// standIn answers what the cheapest events ask AWS: a parameter, and what is due, which is nothing.
func standIn(ctx context.Context) (endpoint string, stop func(), err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	parameters := ssm.New(map[string]string{"meta-verify-token": verifyToken})
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch service, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); {
		case service == "AmazonSSM":
			parameters.ServeHTTP(w, r)
		case operation == "Query":
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			_, _ = io.WriteString(w, `{"Count":0,"Items":[],"ScannedCount":0}`)
		default:
			http.Error(w, "not supported by the stand-in", http.StatusNotFound)
		}
	})}
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() { _ = server.Close() }, nil
}
