package dynamo

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/shared/dynamo/activity"
	"github.com/recado-chat/recado/shared/dynamo/contact"
	"github.com/recado-chat/recado/shared/dynamo/conversation"
	"github.com/recado-chat/recado/shared/dynamo/directory"
	"github.com/recado-chat/recado/shared/dynamo/live"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
)

// The stores have one name in each package, and an embedded field has its type's name.
type (
	activities    = activity.Store
	contacts      = contact.Store
	conversations = conversation.Store
	directories   = directory.Store
	sessions      = live.Store
	timers        = schedule.Store
)

// Store is all stores together. A function that uses few of them makes those with their own New.
type Store struct {
	*activities
	*contacts
	*conversations
	*directories
	*sessions
	*timers
}

// New connects to the tables and makes all stores.
func New(client *dynamodb.Client, tables Tables, options ...Option) *Store {
	db := Connect(client, tables, options...)
	return &Store{
		activity.New(db), contact.New(db), conversation.New(db), directory.New(db), live.New(db), schedule.New(db),
	}
}

// The types in the signatures of Store's methods, for those who use it whole.
type (
	ConversationQuery = conversation.Query
	TemplateQuery     = directory.TemplateQuery
	Token             = live.Token
	Answer            = live.Answer
)
