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

// The stores have the same name in each package, and an embedded field has its type's name.
type (
	activities    = activity.Store
	contacts      = contact.Store
	conversations = conversation.Store
	directories   = directory.Store
	sessions      = live.Store
	timers        = schedule.Store
)

// Desk is what the use cases of shared/desk read and write: conversations, contacts, timers and the directory.
type Desk struct {
	*contacts
	*conversations
	*directories
	*timers
}

// NewDesk makes the stores of a Desk.
func NewDesk(db *DB) *Desk {
	return &Desk{contact.New(db), conversation.New(db), directory.New(db), schedule.New(db)}
}

// Store is all stores together, for the functions that serve people, and for tests.
type Store struct {
	*Desk
	*activities
	*sessions
}

// New connects to the tables and makes all stores.
func New(client *dynamodb.Client, tables Tables, options ...Option) *Store {
	db := Connect(client, tables, options...)
	return &Store{NewDesk(db), activity.New(db), live.New(db)}
}

// The types in the signatures of Store's methods, for those who use it whole.
type (
	ConversationQuery = conversation.Query
	TemplateQuery     = directory.TemplateQuery
	Token             = live.Token
	Answer            = live.Answer
)
