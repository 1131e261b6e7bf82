package jobs

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/queue"
	"github.com/recado-chat/recado/shared/seal"
)

// Config is what the environment tells the function.
type Config struct {
	DirectoryTable string `env:"DIRECTORY_TABLE"`
	DeskTable      string `env:"DESK_TABLE"`
	SecretKeyID    string `env:"SECRET_KEY_ID"`
	GraphURL       string `env:"GRAPH_URL"`
	GraphVersion   string `env:"GRAPH_VERSION"`
	DeadQueueURL   string `env:"DEAD_QUEUE_URL"`
}

// checkpointKey signs checkpoints, which nobody outside ever sees: it only has to be the same in every process.
var checkpointKey = []byte("jobs")

// Build makes the handler.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, fmt.Errorf("build jobs: %w", err)
	}
	store := dynamo.New(dynamodb.NewFromConfig(rt.Client("dynamodb")), dynamo.Tables{Directory: config.DirectoryTable, Desk: config.DeskTable}, dynamo.WithClock(rt.Now), dynamo.WithCursorKey(checkpointKey))
	channels := all.New(all.Config{GraphURL: config.GraphURL, GraphVersion: config.GraphVersion, HTTP: rt.HTTP})
	verbs, err := desk.New(store, channels.Capabilities, rt.Now)
	if err != nil {
		return nil, fmt.Errorf("build jobs: %w", err)
	}
	sealer, err := seal.New(kms.NewFromConfig(rt.Client("kms")), config.SecretKeyID)
	if err != nil {
		return nil, fmt.Errorf("build jobs: %w", err)
	}
	metrics, err := queue.Metrics(rt, "jobs", LoadsRepaired)
	if err != nil {
		return nil, err
	}
	h, err := New(Deps{Store: store, Desk: verbs, Channels: channels, Sealer: sealer, Now: rt.Now, Metrics: metrics, Log: rt.Log})
	if err != nil {
		return nil, err
	}
	return queue.Counted(rt, "jobs", config.DeadQueueURL, h.Routes(), metrics)
}
