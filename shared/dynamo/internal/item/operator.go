package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type operatorItem struct {
	table.Header
	Name           string       `dynamodbav:"name"`
	Email          string       `dynamodbav:"email"`
	EmailVerified  bool         `dynamodbav:"emailVerified,omitempty"`
	Role           string       `dynamodbav:"role"`
	Availability   string       `dynamodbav:"availability,omitempty"`
	Capacity       int          `dynamodbav:"capacity,omitempty"`
	StoreIDs       []string     `dynamodbav:"storeIds,omitempty"`
	Languages      []string     `dynamodbav:"languages,omitempty"`
	Language       string       `dynamodbav:"language,omitempty"`
	Picture        string       `dynamodbav:"picture,omitempty"`
	PictureUpload  string       `dynamodbav:"pictureUpload,omitempty"`
	PictureRefused string       `dynamodbav:"pictureRefused,omitempty"`
	Active         bool         `dynamodbav:"active,omitempty"`
	Subject        string       `dynamodbav:"subject,omitempty"`
	PasswordAt     table.Millis `dynamodbav:"passwordAt,omitempty"`
	CreatedAt      table.Millis `dynamodbav:"createdAt,omitempty"`
	Version        int64        `dynamodbav:"version"`
}

func Operator(o chat.Operator) operatorItem {
	return operatorItem{
		Header: table.NewHeader(key.Operator(o.AccountID, o.ID), KindOperator),
		Name:   o.Name, Email: o.Email, EmailVerified: o.EmailVerified, Role: string(o.Role), Availability: string(o.Availability),
		Capacity: o.Capacity, StoreIDs: table.Strings(o.StoreIDs), Languages: table.Strings(o.Languages), Language: string(o.Language), Picture: o.Picture,
		PictureUpload: o.PictureUpload, PictureRefused: o.PictureRefused,
		Active: o.Active, Subject: o.Subject, PasswordAt: table.MillisOf(o.PasswordAt), CreatedAt: table.MillisOf(o.CreatedAt), Version: o.Version,
	}
}

func DecodeOperator(av table.Item) (chat.Operator, error) {
	it, err := table.Decode[operatorItem](av, KindOperator)
	if err != nil {
		return chat.Operator{}, err
	}
	account, id, err := inAccount(it.Header, "O")
	return chat.Operator{
		ID: chat.OperatorID(id), AccountID: account, Name: it.Name, Email: it.Email, EmailVerified: it.EmailVerified,
		Role: chat.Role(it.Role), Availability: chat.Availability(it.Availability), Capacity: it.Capacity,
		StoreIDs: table.IDs[chat.StoreID](it.StoreIDs), Languages: table.IDs[chat.Language](it.Languages), Language: chat.Language(it.Language), Picture: it.Picture,
		PictureUpload: it.PictureUpload, PictureRefused: it.PictureRefused,
		Active: it.Active, Subject: it.Subject, PasswordAt: it.PasswordAt.Time(), CreatedAt: it.CreatedAt.Time(), Version: it.Version,
	}, err
}

// Claim makes an address or an asset unique over all accounts and points to its owner.
type Claim struct {
	table.Header
	AccountID string `dynamodbav:"accountId"`
	ID        string `dynamodbav:"id"`
}

func Email(o chat.Operator) Claim {
	return Claim{table.NewHeader(key.Email(o.Email), KindEmail), string(o.AccountID), string(o.ID)}
}
