package faultinject

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// client is the HTTP client of the AWS SDK.
type client struct {
	inner    aws.HTTPClient
	injector *Injector
}

// Do sends a request of the SDK.
func (c client) Do(r *http.Request) (*http.Response, error) { return c.injector.call(r, c.inner.Do) }

// transport is the transport of calls to providers.
type transport struct {
	inner    http.RoundTripper
	injector *Injector
}

// RoundTrip sends a request to a provider.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	return t.injector.call(r, t.inner.RoundTrip)
}

// timeout is the error of a lost answer.
type timeout struct{}

func (timeout) Error() string   { return "no answer in time" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// call applies the planned action to a request. A request outside an invocation passes.
func (i *Injector) call(r *http.Request, do func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	invocation := invocationOf(r.Context())
	if invocation == nil {
		return do(r)
	}
	if invocation.isDead() {
		return nil, ErrStopped
	}
	call, err := describe(r, invocation)
	if err != nil {
		return nil, err
	}
	action := Pass
	if i.options.Plan != nil {
		action = i.options.Plan(call)
	}
	switch action {
	case StopBefore:
		invocation.stop()
		return nil, ErrStopped
	case StopAfter:
		lose(do(r))
		invocation.stop()
		return nil, ErrStopped
	case LoseAnswer:
		lose(do(r))
		return nil, timeout{}
	case Conflict:
		return refusal(r, http.StatusBadRequest, "TransactionCanceledException", conflicts(r)), nil
	case Throttle:
		return throttled(r, call), nil
	case Refuse:
		return refusal(r, http.StatusServiceUnavailable, "ServiceUnavailable", nil), nil
	case Empty:
		return answer(r, http.StatusOK, map[string]any{"Count": 0, "ScannedCount": 0, "Items": []any{}}), nil
	case Pass:
	}
	response, err := do(r)
	if invocation.isDead() { // another call of the same invocation was stopped meanwhile
		lose(response, err)
		return nil, ErrStopped
	}
	return response, err
}

// lose reads an answer to its end, so that the server has finished the request, and drops it.
func lose(response *http.Response, err error) {
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
}

// describe numbers a request and names its operation.
func describe(r *http.Request, invocation *Invocation) (Call, error) {
	call := Call{Invocation: invocation, Number: int(invocation.calls.Add(1))}
	target := r.Header.Get("X-Amz-Target")
	if target == "" {
		call.Operation = r.Method + " " + pattern(firstOf(r.URL.Path))
		return call, nil
	}
	service, operation, _ := strings.Cut(target, ".")
	service, _, _ = strings.Cut(service, "_")
	call.Operation = service + "." + operation
	if service != "DynamoDB" {
		return call, nil
	}
	body, err := bodyOf(r)
	if err != nil {
		return call, err
	}
	var asked struct{ TableName, IndexName string }
	if err := json.Unmarshal(body, &asked); err != nil {
		return call, fmt.Errorf("read a request to DynamoDB: %w", err)
	}
	call.Table, call.Index = asked.TableName, asked.IndexName
	return call, nil
}

// firstOf keeps the parts of a path that name the endpoint, without the id at the end.
func firstOf(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i, part := range parts {
		if strings.Trim(part, "0123456789") == "" || len(part) > 24 {
			parts[i] = "{id}"
		}
	}
	return "/" + strings.Join(parts[:min(len(parts), 4)], "/")
}

// bodyOf reads a request's body and restores it.
func bodyOf(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read a request: %w", err)
	}
	if err := r.Body.Close(); err != nil {
		return nil, fmt.Errorf("read a request: %w", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// throttled is the throttling error of each service.
func throttled(r *http.Request, call Call) *http.Response {
	if strings.HasPrefix(call.Operation, "DynamoDB.") {
		kind := "ProvisionedThroughputExceededException"
		if call.Number%2 == 0 {
			kind = "ThrottlingException"
		}
		return refusal(r, http.StatusBadRequest, kind, nil)
	}
	return refusal(r, http.StatusTooManyRequests, "ThrottlingException", nil)
}

// conflicts are the cancellation reasons of a transaction conflict.
func conflicts(r *http.Request) map[string]any {
	body, err := bodyOf(r)
	if err != nil {
		return nil
	}
	var asked struct{ TransactItems []json.RawMessage }
	if json.Unmarshal(body, &asked) != nil || len(asked.TransactItems) == 0 {
		return nil
	}
	reasons := make([]any, len(asked.TransactItems))
	for i := range reasons {
		reasons[i] = map[string]string{"Code": "None"}
	}
	reasons[len(reasons)-1] = map[string]string{"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
	return map[string]any{"CancellationReasons": reasons}
}

// refusal builds an AWS error response. A provider's client sees its status.
func refusal(r *http.Request, status int, kind string, more map[string]any) *http.Response {
	body := map[string]any{"__type": "com.amazonaws.dynamodb.v20120810#" + kind, "message": kind}
	for name, value := range more {
		body[name] = value
	}
	response := answer(r, status, body)
	response.Header.Set("X-Amzn-Errortype", kind)
	return response
}

func answer(r *http.Request, status int, body any) *http.Response {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("fault: an answer of plain values: %v", err))
	}
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status, Request: r,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/x-amz-json-1.0"}, "X-Amzn-Requestid": {"injected"}},
		Body:          io.NopCloser(bytes.NewReader(encoded)),
		ContentLength: int64(len(encoded)),
	}
}
