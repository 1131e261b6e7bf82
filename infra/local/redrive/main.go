// Command redrive sends dead letters back to the queues they came from, after the cause of the failure is fixed:
//
//	go run ./infra/local/redrive -reason unknown_asset
//	go run ./infra/local/redrive -queue https://sqs.us-east-1.amazonaws.com/123456789012/recado-prod-dead-ordered.fifo
//
// The first command takes all dead-letter queues of the local stack; the second one queue on AWS, with the default credentials.
// A stage has three: dead (functions rejected the record, each for its reason), dead-standard and dead-ordered.fifo (SQS moved the record
// after too many receives; the reason is too_many_receives).
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/recado-chat/recado/shared/queue"
)

func main() {
	reason := flag.String("reason", "", "why the records died; empty takes all")
	url := flag.String("url", "http://127.0.0.1:8080", "where the local stack runs")
	dead := flag.String("queue", "", "URL of a dead-letter queue on AWS")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	redrive := local
	if *dead != "" {
		redrive = remote
	}
	sent, err := redrive(ctx, *url, *dead, *reason)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d records went back\n", sent)
}

func local(ctx context.Context, url, _, reason string) (int, error) {
	body, err := json.Marshal(map[string]string{"reason": reason})
	if err != nil {
		return 0, fmt.Errorf("encode the request: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/local/redrive", bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("make the request: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, fmt.Errorf("call the local stack: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // only read
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("the local stack answered %d: %s", response.StatusCode, content)
	}
	var answer struct{ Sent int }
	if err := json.Unmarshal(content, &answer); err != nil {
		return 0, fmt.Errorf("read the answer: %w", err)
	}
	return answer.Sent, nil
}

func remote(ctx context.Context, _, dead, reason string) (int, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return 0, fmt.Errorf("find the AWS credentials: %w", err)
	}
	return queue.Redrive(ctx, sqs.NewFromConfig(cfg), dead, reason)
}
