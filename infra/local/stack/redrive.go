package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/queue"
)

// Redrive sends the dead letters that died for a reason back to their queues, as on AWS, and answers how many.
func (s *Stack) Redrive(ctx context.Context, reason string) (int, error) {
	client := sqs.New(sqs.Options{
		Region: engine.Region, BaseEndpoint: aws.String(s.awsURL()),
		Credentials: credentials.NewStaticCredentialsProvider(engine.AccessKey, engine.SecretKey, ""),
	})
	sent, err := queue.Redrive(ctx, client, s.values().QueueURL(topology.DeadLetters), reason)
	if err != nil {
		return sent, fmt.Errorf("redrive: %w", err)
	}
	return sent, nil
}

// redriveAnswer says how many records went back.
type redriveAnswer struct {
	Sent int `json:"sent"`
}

// redrive takes {"reason":"unknown_asset"}; without a reason, every dead letter goes back.
func (s *Stack) redrive(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Reason string `json:"reason"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&body); err != nil {
		http.Error(w, `the body is {"reason":"unknown_asset"}`, http.StatusBadRequest)
		return
	}
	sent, err := s.Redrive(r.Context(), body.Reason)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeJSON(w, http.StatusOK, redriveAnswer{Sent: sent})
}
