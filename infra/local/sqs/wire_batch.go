package sqs

import (
	"context"
	"errors"
	"time"
)

type sendRequest struct {
	QueueURL         string `json:"QueueUrl"`
	ID               string `json:"Id"`
	MessageBody      string
	DelaySeconds     int
	GroupID          string               `json:"MessageGroupId"`
	DeduplicationID  string               `json:"MessageDeduplicationId"`
	Attributes       map[string]Attribute `json:"MessageAttributes"`
	SystemAttributes map[string]Attribute `json:"MessageSystemAttributes"`
}

func (r sendRequest) outgoing() Outgoing {
	return Outgoing{
		Body: r.MessageBody, Group: r.GroupID, Dedup: r.DeduplicationID,
		Delay:      time.Duration(r.DelaySeconds) * time.Second,
		Attributes: r.Attributes, System: r.SystemAttributes,
	}
}

type sentAnswer struct {
	ID            string `json:"Id,omitempty"`
	MessageID     string `json:"MessageId"`
	Sequence      string `json:"SequenceNumber,omitempty"`
	MD5           string `json:"MD5OfMessageBody"`
	AttributesMD5 string `json:"MD5OfMessageAttributes,omitempty"`
	SystemMD5     string `json:"MD5OfMessageSystemAttributes,omitempty"`
}

func (r sendRequest) answer(sent Sent) sentAnswer {
	return sentAnswer{
		ID: r.ID, MessageID: sent.MessageID, Sequence: sent.Sequence, MD5: bodyMD5(r.MessageBody),
		AttributesMD5: attributesMD5(r.Attributes), SystemMD5: attributesMD5(r.SystemAttributes),
	}
}

func (s *Server) sendMessage(ctx context.Context, in sendRequest) (sentAnswer, error) {
	sent, err := s.Send(ctx, queueName(in.QueueURL), in.outgoing())
	if err != nil {
		return sentAnswer{}, err
	}
	return in.answer(sent), nil
}

type batchRequest[E any] struct {
	QueueURL string `json:"QueueUrl"`
	Entries  []E
}

type batchAnswer[E any] struct {
	Successful []E           `json:"Successful"`
	Failed     []failedEntry `json:"Failed,omitempty"`
}

type failedEntry struct {
	ID          string `json:"Id"`
	Code        string
	Message     string
	SenderFault bool
}

func failed(id string, err error) failedEntry {
	var e *Error
	if !errors.As(err, &e) {
		return failedEntry{ID: id, Code: "InternalError", Message: err.Error()}
	}
	return failedEntry{ID: id, Code: e.Code, Message: e.Message, SenderFault: true}
}

// checkBatch holds a batch's entry ids to SQS's rules.
func checkBatch(ids []string) error {
	switch {
	case len(ids) == 0:
		return &Error{Code: "EmptyBatchRequest", Message: "The batch request doesn't contain any entries."}
	case len(ids) > MaxBatch:
		return &Error{Code: "TooManyEntriesInBatchRequest", Message: "The batch request contains more entries than permissible (10)."}
	}
	seen := make(map[string]bool)
	for _, id := range ids {
		if !entryID(id) {
			return &Error{Code: "InvalidBatchEntryId", Message: "A batch entry id can only contain alphanumeric characters, hyphens " +
				"and underscores. It can be at most 80 letters long."}
		}
		if seen[id] {
			return &Error{Code: "BatchEntryIdsNotDistinct", Message: "Two or more batch entries in the request have the same Id."}
		}
		seen[id] = true
	}
	return nil
}

func entryID(id string) bool {
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return false
		}
	}
	return id != "" && len(id) <= 80
}

func (s *Server) sendMessageBatch(ctx context.Context, in batchRequest[sendRequest]) (batchAnswer[sentAnswer], error) {
	ids := make([]string, len(in.Entries))
	outs := make([]Outgoing, len(in.Entries))
	var size int
	for i, e := range in.Entries {
		ids[i], outs[i] = e.ID, e.outgoing()
		size += outs[i].size()
	}
	if err := checkBatch(ids); err != nil {
		return batchAnswer[sentAnswer]{}, err
	}
	if size > MaxBytes {
		return batchAnswer[sentAnswer]{}, &Error{Code: "BatchRequestTooLong",
			Message: "Batch requests cannot be longer than 1048576 bytes."}
	}
	sent, errs, err := s.send(ctx, queueName(in.QueueURL), outs)
	if err != nil {
		return batchAnswer[sentAnswer]{}, err
	}
	out := batchAnswer[sentAnswer]{Successful: []sentAnswer{}}
	for i, e := range in.Entries {
		if errs[i] != nil {
			out.Failed = append(out.Failed, failed(e.ID, errs[i]))
			continue
		}
		out.Successful = append(out.Successful, e.answer(sent[i]))
	}
	return out, nil
}

type doneEntry struct {
	ID string `json:"Id"`
}

func (s *Server) deleteMessageBatch(ctx context.Context, in batchRequest[receiptRequest]) (batchAnswer[doneEntry], error) {
	return s.eachReceipt(ctx, in, s.deleteMessage)
}

func (s *Server) changeMessageVisibilityBatch(
	ctx context.Context, in batchRequest[receiptRequest],
) (batchAnswer[doneEntry], error) {
	return s.eachReceipt(ctx, in, s.changeMessageVisibility)
}

func (s *Server) eachReceipt(
	ctx context.Context, in batchRequest[receiptRequest], do func(context.Context, receiptRequest) (struct{}, error),
) (batchAnswer[doneEntry], error) {
	ids := make([]string, len(in.Entries))
	for i, e := range in.Entries {
		ids[i] = e.ID
	}
	if err := checkBatch(ids); err != nil {
		return batchAnswer[doneEntry]{}, err
	}
	if _, err := s.Stats(queueName(in.QueueURL)); err != nil {
		return batchAnswer[doneEntry]{}, err
	}
	out := batchAnswer[doneEntry]{Successful: []doneEntry{}}
	for _, e := range in.Entries {
		e.QueueURL = in.QueueURL
		if _, err := do(ctx, e); err != nil {
			out.Failed = append(out.Failed, failed(e.ID, err))
			continue
		}
		out.Successful = append(out.Successful, doneEntry{ID: e.ID})
	}
	return out, nil
}
