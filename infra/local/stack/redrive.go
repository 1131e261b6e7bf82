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

// Redrive sends the messages of all dead-letter queues that have a reason ("" = any) back to their queues, as on AWS, and returns how many.
func (s *Stack) Redrive(ctx context.Context, reason string) (int, error) {
	client := sqs.New(sqs.Options{
		Region: engine.Region, BaseEndpoint: aws.String(s.awsURL()),
		Credentials: credentials.NewStaticCredentialsProvider(engine.AccessKey, engine.SecretKey, ""),
	})
	sent := 0
	for _, name := range topology.DeadLetterQueues {
		n, err := queue.Redrive(ctx, client, s.values().QueueURL(name), reason)
		if sent += n; err != nil {
			return sent, fmt.Errorf("redrive %s: %w", name, err)
		}
	}
	return sent, nil
}

// redriveAnswer says how many records went back.
type redriveAnswer struct {
	Sent int `json:"sent"`
}

// redrive takes {"reason":"unknown_asset"}; without a reason, every dead-lettered message goes back.
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
