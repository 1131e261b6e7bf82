package queue

import (
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/obs"
)

// Metrics makes the metrics of a function that consumes a queue: the consumer's counters and the function's own.
func Metrics(rt *boot.Runtime, name string, counters ...obs.Counter) (*obs.Metrics, error) {
	metrics, err := obs.NewMetrics(rt.Out, rt.Now, name, append(counters, RecordsFailed, RecordsBuried)...)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", name, err)
	}
	return metrics, nil
}

// Function builds the Lambda handler of a function that consumes a queue.
func Function(rt *boot.Runtime, name, deadURL string, router Router) (lambda.Handler, error) {
	metrics, err := Metrics(rt, name)
	if err != nil {
		return nil, err
	}
	return Counted(rt, name, deadURL, router, metrics)
}

// Counted is Function for a handler with counters of its own; metrics are from Metrics.
func Counted(rt *boot.Runtime, name, deadURL string, router Router, metrics *obs.Metrics) (lambda.Handler, error) {
	retrier, err := NewRetrier(sqs.NewFromConfig(rt.Client("sqs")), deadURL)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", name, err)
	}
	consumer, err := NewConsumer(router.Handle, retrier, rt.Log, metrics, rt.Now)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", name, err)
	}
	return boot.Handler(consumer.Consume), nil
}
