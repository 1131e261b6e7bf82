// Package push writes frames to browsers' sockets through API Gateway's management API.
//
// Delivery is best effort: a browser fetches what it missed when it reconnects. A failed post is retried briefly, and then the
// connection is closed, so that the browser reconnects. Outcome lists the connections that are gone, for the caller to delete. It
// imports the SDK's client and the standard library.
package push

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
)

// ErrGone means that the connection is closed, or that its $connect is not finished.
var ErrGone = errors.New("the connection is gone")

const (
	parallel = 16
	patience = 3 * time.Second
)

// Poster writes to sockets.
type Poster struct {
	client *apigatewaymanagementapi.Client
}

// NewClient makes the client for a socket API's management endpoint.
func NewClient(cfg aws.Config, endpoint string) *apigatewaymanagementapi.Client {
	return apigatewaymanagementapi.NewFromConfig(cfg, func(o *apigatewaymanagementapi.Options) {
		o.BaseEndpoint = aws.String(strings.TrimRight(endpoint, "/"))
	})
}

// New makes a poster with a client from NewClient.
func New(client *apigatewaymanagementapi.Client) (*Poster, error) {
	if client == nil {
		return nil, errors.New("push: client is required")
	}
	return &Poster{client: client}, nil
}

// Post writes one frame. It returns ErrGone when the connection is gone.
func (p *Poster) Post(ctx context.Context, connection string, frame []byte) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := p.client.PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &connection, Data: frame})
	if err != nil {
		return fmt.Errorf("post to connection %s: %w", connection, gone(err))
	}
	return nil
}

// Hangup closes a connection, so that its browser reconnects. It returns ErrGone when the connection is already closed.
func (p *Poster) Hangup(ctx context.Context, connection string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := p.client.DeleteConnection(ctx, &apigatewaymanagementapi.DeleteConnectionInput{ConnectionId: &connection})
	if err != nil {
		return fmt.Errorf("close connection %s: %w", connection, gone(err))
	}
	return nil
}

func gone(err error) error {
	var e *types.GoneException
	if errors.As(err, &e) {
		return ErrGone
	}
	return err
}

// Delivery is the frames for one connection, in order.
type Delivery struct {
	Connection string
	Frames     [][]byte
}

// Outcome is the result of a Deliver.
type Outcome struct {
	Posted int      // frames
	Gone   []string // connections
	Failed int      // connections that were closed after a failed post
	Err    error    // one of the failures, for the log
}

// Deliver writes to connections in parallel, with a bounded number of writers. A connection's frames stay in order. The first failed
// frame ends the delivery to its connection only.
func (p *Poster) Deliver(ctx context.Context, deliveries []Delivery) Outcome {
	var (
		outcome Outcome
		mu      sync.Mutex
		group   sync.WaitGroup
		slots   = make(chan struct{}, parallel)
	)
	for _, delivery := range deliveries {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			posted, err := p.deliver(ctx, delivery)
			mu.Lock()
			defer mu.Unlock()
			outcome.Posted += posted
			switch {
			case errors.Is(err, ErrGone):
				outcome.Gone = append(outcome.Gone, delivery.Connection)
			case err != nil:
				outcome.Failed++
				outcome.Err = err
			}
		})
	}
	group.Wait()
	return outcome
}

func (p *Poster) deliver(ctx context.Context, d Delivery) (posted int, err error) {
	for _, frame := range d.Frames {
		err := p.Post(ctx, d.Connection, frame)
		if err != nil && !errors.Is(err, ErrGone) {
			err = errors.Join(err, p.Hangup(ctx, d.Connection))
		}
		if err != nil {
			return posted, err
		}
		posted++
	}
	return posted, nil
}
