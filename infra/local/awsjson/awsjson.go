// Package awsjson serves AWS's JSON protocol (one POST whose X-Amz-Target header names the operation), for the local stack's
// stand-ins of AWS services. It imports the standard library only.
package awsjson

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxBody is larger than any valid request.
const maxBody = 1 << 20

// Error is an error of the service, with the name that the SDK expects.
type Error struct {
	Type    string
	Message string
}

// Error is for logs and tests.
func (e *Error) Error() string { return e.Type + ": " + e.Message }

// Operation handles one call.
type Operation func(ctx context.Context, body []byte) (any, error)

// On makes an Operation from a function with typed input and output.
func On[In, Out any](do func(ctx context.Context, in In) (Out, error)) Operation {
	return func(ctx context.Context, body []byte) (any, error) {
		var in In
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, &Error{Type: "SerializationException", Message: err.Error()}
		}
		return do(ctx, in)
	}
}

// Handler serves the operations of one service. target is the prefix of their names in X-Amz-Target.
func Handler(target string, operations map[string]Operation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, known := strings.CutPrefix(r.Header.Get("X-Amz-Target"), target+".")
		operation := operations[name]
		if r.Method != http.MethodPost || !known || operation == nil {
			refuse(w, http.StatusBadRequest, &Error{Type: "UnknownOperationException", Message: fmt.Sprintf("no operation %q", name)})
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			refuse(w, http.StatusBadRequest, &Error{Type: "SerializationException", Message: err.Error()})
			return
		}
		answer, err := operation(r.Context(), body)
		var refusal *Error
		switch {
		case errors.As(err, &refusal):
			refuse(w, http.StatusBadRequest, refusal)
		case err != nil:
			refuse(w, http.StatusInternalServerError, &Error{Type: "InternalErrorException", Message: err.Error()})
		default:
			write(w, http.StatusOK, answer)
		}
	})
}

func refuse(w http.ResponseWriter, status int, e *Error) {
	w.Header().Set("X-Amzn-ErrorType", e.Type)
	write(w, status, map[string]string{"__type": e.Type, "message": e.Message})
}

func write(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}
