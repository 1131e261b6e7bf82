package webhook

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/queue"
	"github.com/recado-chat/recado/shared/secret"
)

// Config is what the environment tells the function.
type Config struct {
	IngestQueueURL string `env:"TO_INGEST_QUEUE_URL"`
	InboundBucket  string `env:"INBOUND_BUCKET"`
	// SecretNames are the parameters of all providers' secrets.
	SecretNames all.Secrets `env:"-"`
}

// Build makes the handler.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, fmt.Errorf("build webhook: %w", err)
	}
	ingest, err := queue.NewSender(sqs.NewFromConfig(rt.Client("sqs")), config.IngestQueueURL)
	if err != nil {
		return nil, fmt.Errorf("build webhook: %w", err)
	}
	bucket, err := blob.New(blob.NewClient(rt.Client("s3")), config.InboundBucket)
	if err != nil {
		return nil, fmt.Errorf("build webhook: %w", err)
	}
	metrics, err := obs.NewMetrics(rt.Out, rt.Now, "webhook", SignaturesRejected)
	if err != nil {
		return nil, fmt.Errorf("build webhook: %w", err)
	}
	h, err := New(Deps{
		Channels:    all.Offline(),
		Ingest:      ingest,
		Bodies:      bucket,
		Secrets:     secret.New(ssm.NewFromConfig(rt.Client("ssm")), rt.Now),
		SecretNames: config.SecretNames,
		Metrics:     metrics,
		Now:         rt.Now,
		Log:         rt.Log,
	})
	if err != nil {
		return nil, err
	}
	return boot.Handler(h.Handle), nil
}
