package boot

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
)

// Handler is a function of an event as Lambda calls it: JSON in, JSON out. The library's own NewHandler answers with a buffer that
// its next invocation writes into (aws-lambda-go 1.55, handler.go, handlerFunc.Invoke); that is safe on Lambda, which has one at a time, and
// not in the local stack, whose gateway calls the same handler for many requests at once.
func Handler[In, Out any](handle func(context.Context, In) (Out, error)) lambda.Handler {
	return handler[In, Out](handle)
}

type handler[In, Out any] func(context.Context, In) (Out, error)

func (h handler[In, Out]) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var in In
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, fmt.Errorf("read the event: %w", err)
	}
	out, err := h(ctx, in)
	if err != nil {
		return nil, err
	}
	var answer bytes.Buffer
	encoder := json.NewEncoder(&answer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(out); err != nil {
		return nil, fmt.Errorf("write the answer: %w", err)
	}
	return bytes.TrimRight(answer.Bytes(), "\n"), nil
}
