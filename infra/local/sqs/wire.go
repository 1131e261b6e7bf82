package sqs

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// maxRequest bounds a request body: a full batch in which JSON escapes every byte.
const maxRequest = 6*MaxBytes + 64<<10

// Handler speaks the AWS JSON 1.0 protocol of SQS. Queue URLs are those of the host that was asked. It checks no signature.
func (s *Server) Handler() http.Handler {
	actions := map[string]action{
		"SendMessage":                  decode(s.sendMessage),
		"SendMessageBatch":             decode(s.sendMessageBatch),
		"ReceiveMessage":               decode(s.receiveMessage),
		"DeleteMessage":                decode(s.deleteMessage),
		"DeleteMessageBatch":           decode(s.deleteMessageBatch),
		"ChangeMessageVisibility":      decode(s.changeMessageVisibility),
		"ChangeMessageVisibilityBatch": decode(s.changeMessageVisibilityBatch),
		"GetQueueUrl":                  decode(s.getQueueURL),
		"GetQueueAttributes":           decode(s.getQueueAttributes),
		"ListQueues":                   decode(s.listQueues),
		"StartMessageMoveTask":         decode(s.startMessageMoveTask),
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
		act, ok := actions[name]
		if !ok || r.Method != http.MethodPost {
			answerError(w, &Error{Code: "UnsupportedOperation", Message: fmt.Sprintf("The operation %q is not supported.", name)})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
		out, err := act(w, r)
		if err != nil {
			answerError(w, err)
			return
		}
		answer(w, http.StatusOK, out)
	})
}

type action func(http.ResponseWriter, *http.Request) (any, error)

type hostKey struct{}

// decode makes an action of a function from input to output.
func decode[In, Out any](f func(context.Context, In) (Out, error)) action {
	return func(_ http.ResponseWriter, r *http.Request) (any, error) {
		var in In
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			return nil, &Error{Code: "InvalidParameterValue", Message: "The request could not be decoded: " + err.Error()}
		}
		return f(context.WithValue(r.Context(), hostKey{}, r.Host), in)
	}
}

func answer(w http.ResponseWriter, status int, out any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amzn-Requestid", newID())
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out) // the client is gone
}

// queryCodes are the errors whose code differs between SQS's older protocol, whose names the SDKs still show, and this one.
var queryCodes = map[string]string{
	"QueueDoesNotExist":            "AWS.SimpleQueueService.NonExistentQueue",
	"EmptyBatchRequest":            "AWS.SimpleQueueService.EmptyBatchRequest",
	"TooManyEntriesInBatchRequest": "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
	"BatchEntryIdsNotDistinct":     "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
	"BatchRequestTooLong":          "AWS.SimpleQueueService.BatchRequestTooLong",
	"InvalidBatchEntryId":          "AWS.SimpleQueueService.InvalidBatchEntryId",
	"MessageNotInflight":           "AWS.SimpleQueueService.MessageNotInflight",
	"UnsupportedOperation":         "AWS.SimpleQueueService.UnsupportedOperation",
}

func answerError(w http.ResponseWriter, err error) {
	status, fault := http.StatusBadRequest, "Sender"
	var e *Error
	if !errors.As(err, &e) {
		status, fault = http.StatusInternalServerError, "Receiver"
		e = &Error{Code: "InternalError", Message: err.Error()}
	}
	code := e.Code
	if query, ok := queryCodes[code]; ok {
		code = query
	}
	w.Header().Set("X-Amzn-Query-Error", code+";"+fault)
	answer(w, status, map[string]string{"__type": "com.amazonaws.sqs#" + e.Code, "message": e.Message})
}

// queueName is the last part of a queue's URL, or of its ARN.
func queueName(url string) string { return path.Base(strings.ReplaceAll(url, ":", "/")) }

func queueURL(ctx context.Context, name string) string {
	host, _ := ctx.Value(hostKey{}).(string)
	return "http://" + host + "/" + Account + "/" + name
}

type receiveRequest struct {
	QueueURL              string `json:"QueueUrl"`
	Max                   *int   `json:"MaxNumberOfMessages"`
	WaitSeconds           int    `json:"WaitTimeSeconds"`
	VisibilityTimeout     *int
	AttributeNames        []string
	SystemAttributeNames  []string `json:"MessageSystemAttributeNames"`
	MessageAttributeNames []string
}

type receivedMessage struct {
	MessageID     string               `json:"MessageId"`
	ReceiptHandle string               `json:"ReceiptHandle"`
	Body          string               `json:"Body"`
	MD5           string               `json:"MD5OfBody"`
	System        map[string]string    `json:"Attributes,omitempty"`
	Attributes    map[string]Attribute `json:"MessageAttributes,omitempty"`
	AttributesMD5 string               `json:"MD5OfMessageAttributes,omitempty"`
}

type receiveAnswer struct {
	Messages []receivedMessage `json:"Messages,omitempty"`
}

func (s *Server) receiveMessage(ctx context.Context, in receiveRequest) (receiveAnswer, error) {
	limit := 1
	if in.Max != nil {
		limit = *in.Max
	}
	if limit < 1 || limit > MaxBatch {
		return receiveAnswer{}, invalid("Value %d for parameter MaxNumberOfMessages is invalid. "+
			"Reason: Must be between 1 and 10, if provided.", limit)
	}
	if in.WaitSeconds < 0 || in.WaitSeconds > 20 {
		return receiveAnswer{}, invalid("Value %d for parameter WaitTimeSeconds is invalid. "+
			"Reason: Must be >= 0 and <= 20, if provided.", in.WaitSeconds)
	}
	var visibility *time.Duration
	if in.VisibilityTimeout != nil {
		d, err := visibilityTimeout(*in.VisibilityTimeout)
		if err != nil {
			return receiveAnswer{}, err
		}
		visibility = &d
	}
	messages, err := s.receiveFor(ctx, queueName(in.QueueURL), limit, time.Duration(in.WaitSeconds)*time.Second, visibility)
	if err != nil {
		return receiveAnswer{}, err
	}
	var out receiveAnswer
	for _, m := range messages {
		attributes := chosen(m.Attributes, in.MessageAttributeNames)
		out.Messages = append(out.Messages, receivedMessage{
			MessageID: m.ID, ReceiptHandle: base64.StdEncoding.EncodeToString([]byte(m.Receipt)), Body: m.Body, MD5: m.BodyMD5(),
			System:     chosen(m.System, append(in.SystemAttributeNames, in.AttributeNames...)),
			Attributes: attributes, AttributesMD5: attributesMD5(attributes),
		})
	}
	return out, nil
}

// chosen keeps the attributes asked for: by name, by "prefix.*", or all by "All" or ".*".
func chosen[V any](all map[string]V, names []string) map[string]V {
	out := make(map[string]V)
	for _, name := range names {
		prefix, isPrefix := strings.CutSuffix(name, ".*")
		for key, v := range all {
			if key == name || name == "All" || isPrefix && (prefix == "" || strings.HasPrefix(key, prefix+".")) {
				out[key] = v
			}
		}
	}
	return out
}

func visibilityTimeout(seconds int) (time.Duration, error) {
	if seconds < 0 || seconds > 43200 {
		return 0, invalid("Value %d for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200, if provided.", seconds)
	}
	return time.Duration(seconds) * time.Second, nil
}

type receiptRequest struct {
	QueueURL          string `json:"QueueUrl"`
	ID                string `json:"Id"`
	ReceiptHandle     string
	VisibilityTimeout int
}

func (r receiptRequest) receipt() string {
	raw, err := base64.StdEncoding.DecodeString(r.ReceiptHandle)
	if err != nil {
		return ""
	}
	return string(raw)
}

func (s *Server) deleteMessage(_ context.Context, in receiptRequest) (struct{}, error) {
	return struct{}{}, s.Delete(queueName(in.QueueURL), in.receipt())
}

func (s *Server) changeMessageVisibility(_ context.Context, in receiptRequest) (struct{}, error) {
	d, err := visibilityTimeout(in.VisibilityTimeout)
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, s.Release(queueName(in.QueueURL), in.receipt(), d)
}

type queueRequest struct {
	QueueName      string
	QueueURL       string `json:"QueueUrl"`
	AttributeNames []string
	Prefix         string `json:"QueueNamePrefix"`
}

type queueURLAnswer struct {
	QueueURL string `json:"QueueUrl"`
}

func (s *Server) getQueueURL(ctx context.Context, in queueRequest) (queueURLAnswer, error) {
	if _, err := s.Stats(in.QueueName); err != nil {
		return queueURLAnswer{}, err
	}
	return queueURLAnswer{QueueURL: queueURL(ctx, in.QueueName)}, nil
}

type listAnswer struct {
	QueueURLs []string `json:"QueueUrls"`
}

func (s *Server) listQueues(ctx context.Context, in queueRequest) (listAnswer, error) {
	out := listAnswer{QueueURLs: []string{}}
	for _, name := range slices.Sorted(maps.Keys(s.queues)) {
		if strings.HasPrefix(name, in.Prefix) {
			out.QueueURLs = append(out.QueueURLs, queueURL(ctx, name))
		}
	}
	return out, nil
}

type attributesAnswer struct {
	Attributes map[string]string
}

func (s *Server) getQueueAttributes(_ context.Context, in queueRequest) (attributesAnswer, error) {
	name := queueName(in.QueueURL)
	st, err := s.Stats(name)
	if err != nil {
		return attributesAnswer{}, err
	}
	q := s.queues[name]
	all := map[string]string{
		"ApproximateNumberOfMessages":           fmt.Sprint(st.Visible),
		"ApproximateNumberOfMessagesNotVisible": fmt.Sprint(st.InFlight),
		"ApproximateNumberOfMessagesDelayed":    fmt.Sprint(st.Delayed),
		"CreatedTimestamp":                      fmt.Sprint(q.created.Unix()),
		"LastModifiedTimestamp":                 fmt.Sprint(q.created.Unix()),
		"VisibilityTimeout":                     fmt.Sprint(int(q.Visibility.Seconds())),
		"MessageRetentionPeriod":                fmt.Sprint(int(retention.Seconds())),
		"MaximumMessageSize":                    fmt.Sprint(MaxBytes),
		"DelaySeconds":                          "0",
		"ReceiveMessageWaitTimeSeconds":         "0",
		"QueueArn":                              ARN(name),
	}
	if q.FIFO {
		all["FifoQueue"], all["ContentBasedDeduplication"] = "true", "false"
	}
	if q.DeadLetter != "" {
		all["RedrivePolicy"] = fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":%d}`, ARN(q.DeadLetter), q.MaxReceive)
	}
	for _, asked := range in.AttributeNames {
		if _, ok := all[asked]; !ok && asked != "All" && asked != "RedrivePolicy" && asked != "FifoQueue" {
			return attributesAnswer{}, &Error{Code: "InvalidAttributeName", Message: "Unknown Attribute " + asked + "."}
		}
	}
	return attributesAnswer{Attributes: chosen(all, in.AttributeNames)}, nil
}

type moveRequest struct {
	SourceArn      string
	DestinationArn string
}

type moveAnswer struct {
	TaskHandle string
}

func (s *Server) startMessageMoveTask(_ context.Context, in moveRequest) (moveAnswer, error) {
	var destination string
	if in.DestinationArn != "" {
		destination = queueName(in.DestinationArn)
	}
	source := queueName(in.SourceArn)
	if _, err := s.Redrive(source, destination); err != nil {
		var e *Error
		if errors.As(err, &e) && e.Code == "QueueDoesNotExist" {
			e = &Error{Code: "ResourceNotFoundException", Message: "The resource that you specified for the SourceArn parameter doesn't exist."}
			return moveAnswer{}, e
		}
		return moveAnswer{}, err
	}
	return moveAnswer{TaskHandle: base64.StdEncoding.EncodeToString([]byte(moveTask(source)))}, nil
}
