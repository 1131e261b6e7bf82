package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type jobItem struct {
	table.Header
	JobKind    string       `dynamodbav:"job"`
	Subject    string       `dynamodbav:"subject,omitempty"`
	Checkpoint string       `dynamodbav:"checkpoint,omitempty"`
	NotBefore  table.Millis `dynamodbav:"notBefore,omitempty"`
	Done       bool         `dynamodbav:"done,omitempty"`
	Count      int64        `dynamodbav:"count,omitempty"`
	CreatedAt  table.Millis `dynamodbav:"createdAt,omitempty"`
	Version    int64        `dynamodbav:"version"`
}

func Job(j chat.Job) jobItem {
	return jobItem{
		Header: table.NewHeader(key.Job(j.AccountID, j.ID), KindJob), JobKind: string(j.Kind), Subject: j.Subject,
		Checkpoint: j.Checkpoint, NotBefore: table.MillisOf(j.NotBefore), Done: j.Done, Count: j.Count, CreatedAt: table.MillisOf(j.CreatedAt), Version: j.Version,
	}
}

func DecodeJob(av table.Item) (chat.Job, error) {
	it, err := table.Decode[jobItem](av, KindJob)
	if err != nil {
		return chat.Job{}, err
	}
	parts, err := key.Split(it.PK, "J", 2)
	if err != nil {
		return chat.Job{}, table.Damaged(KindJob, err)
	}
	return chat.Job{
		ID: parts[1], AccountID: chat.AccountID(parts[0]), Kind: chat.JobKind(it.JobKind), Subject: it.Subject,
		Checkpoint: it.Checkpoint, NotBefore: it.NotBefore.Time(), Done: it.Done, Count: it.Count, CreatedAt: it.CreatedAt.Time(), Version: it.Version,
	}, nil
}
