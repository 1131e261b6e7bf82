package queue

import (
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/obs"
)

// Function builds the Lambda handler of a function that a queue feeds.
func Function(rt *boot.Runtime, name, deadURL string, handle Handle, counters ...obs.Counter) (lambda.Handler, error) {
	dead, err := NewDead(sqs.NewFromConfig(rt.Client("sqs")), deadURL)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", name, err)
	}
	metrics, err := obs.NewMetrics(rt.Out, rt.Now, name, append(counters, RecordsDone, RecordsFailed, RecordsBuried)...)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", name, err)
	}
	consumer, err := NewConsumer(handle, dead, rt.Log, metrics, rt.Now)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", name, err)
	}
	return lambda.NewHandler(consumer.Consume), nil
}
