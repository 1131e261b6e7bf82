package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type mailItem struct {
	table.Header
	To        string            `dynamodbav:"to"`
	Template  string            `dynamodbav:"template"`
	Language  string            `dynamodbav:"language,omitempty"`
	Params    map[string]string `dynamodbav:"params,omitempty"`
	State     string            `dynamodbav:"state"`
	Attempt   int               `dynamodbav:"attempt,omitempty"`
	CreatedAt table.Millis      `dynamodbav:"createdAt,omitempty"`
	Version   int64             `dynamodbav:"version"`
}

func Mail(m chat.Mail) mailItem {
	return mailItem{
		Header: table.NewHeader(key.Mail(m.AccountID, m.ID), KindMail),
		To:     m.To, Template: string(m.Template), Language: string(m.Language), Params: m.Params, State: string(m.State),
		Attempt: m.Attempt, CreatedAt: table.MillisOf(m.CreatedAt), Version: m.Version,
	}
}

func DecodeMail(av table.Item) (chat.Mail, error) {
	it, err := table.Decode[mailItem](av, KindMail)
	if err != nil {
		return chat.Mail{}, err
	}
	parts, err := key.Split(it.PK, "E", 2)
	if err != nil {
		return chat.Mail{}, table.Damaged(KindMail, err)
	}
	return chat.Mail{
		ID: parts[1], AccountID: chat.AccountID(parts[0]), To: it.To, Template: chat.MailTemplate(it.Template),
		Language: chat.Language(it.Language), Params: it.Params, State: chat.MailState(it.State), Attempt: it.Attempt,
		CreatedAt: it.CreatedAt.Time(), Version: it.Version,
	}, nil
}
