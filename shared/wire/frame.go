package wire

import "github.com/recado-chat/recado/shared/chat"

// MaxFrame is how many bytes a frame may have: API Gateway's limit.
const MaxFrame = 32 * 1024

// MessageUpserted carries a new or changed message.
type MessageUpserted struct {
	Type           string  `json:"type" const:"message.upserted"`
	ConversationID string  `json:"conversationId"`
	Message        Message `json:"message"`
	// Partial says that the text did not fit the frame and has to be fetched.
	Partial bool `json:"partial,omitempty"`
}

// MessageRemoved says that a message no longer exists: it was merged into another one as its echo.
type MessageRemoved struct {
	Type           string `json:"type" const:"message.removed"`
	ConversationID string `json:"conversationId"`
	MessageID      string `json:"messageId"`
}

// ConversationUpserted carries a new or changed conversation, without unread.
type ConversationUpserted struct {
	Type         string       `json:"type" const:"conversation.upserted"`
	Conversation Conversation `json:"conversation"`
}

// EventAppended carries a new line of a timeline.
type EventAppended struct {
	Type           string `json:"type" const:"event.appended"`
	ConversationID string `json:"conversationId"`
	Event          Event  `json:"event"`
}

// ReadMoved tells an operator's browsers how far the operator has read. Of several the one with the newest at counts.
type ReadMoved struct {
	Type           string `json:"type" const:"read"`
	ConversationID string `json:"conversationId"`
	// ReadUpTo is the id of the last message that was read.
	ReadUpTo string `json:"readUpTo"`
	At       Time   `json:"at"`
}

// Presence says whether an operator is online and takes conversations.
type Presence struct {
	Type         string            `json:"type" const:"presence"`
	OperatorID   string            `json:"operatorId"`
	Online       bool              `json:"online"`
	Availability chat.Availability `json:"availability"`
}

// Viewing is the complete list of the operators who look at a conversation.
type Viewing struct {
	Type           string   `json:"type" const:"viewing"`
	ConversationID string   `json:"conversationId"`
	OperatorIDs    []string `json:"operatorIds"`
}

// Typing says that somebody types in a conversation, or stopped.
type Typing struct {
	Type           string `json:"type" const:"typing"`
	ConversationID string `json:"conversationId"`
	By             Author `json:"by"`
	On             bool   `json:"on"`
}

// Notice is a hint to one operator, as a code that the browser translates.
type Notice struct {
	Type string `json:"type" const:"notice"`
	// Code is an open list; today assigned.
	Code string `json:"code"`
	// ConversationID is left out of a notice that concerns none.
	ConversationID string `json:"conversationId,omitempty"`
}

// Pong answers a ping.
type Pong struct {
	Type string `json:"type" const:"pong"`
}

// ActionName is what a browser asks over the socket.
type ActionName string

// The actions.
const (
	ActionPing   ActionName = "ping"
	ActionView   ActionName = "view"
	ActionTyping ActionName = "typing"
)

// Action is any action of a browser as the service reads it: the fields of all of them.
type Action struct {
	Action         ActionName `json:"action"`
	ConversationID *string    `json:"conversationId,omitempty" nullable:"true"`
	On             bool       `json:"on,omitempty"`
}

// PingAction asks whether the socket is alive; the answer is a pong.
type PingAction struct {
	Action ActionName `json:"action" const:"ping"`
}

// ViewAction says which conversation the operator looks at.
type ViewAction struct {
	Action ActionName `json:"action" const:"view"`
	// ConversationID is null when the operator looks at none.
	ConversationID *string `json:"conversationId"`
}

// TypingAction says that the operator types in the conversation they look at, or stopped.
type TypingAction struct {
	Action         ActionName `json:"action" const:"typing"`
	ConversationID string     `json:"conversationId"`
	On             bool       `json:"on"`
}

// VisitorTypingAction says that the visitor types, or stopped.
type VisitorTypingAction struct {
	Action ActionName `json:"action" const:"typing"`
	On     bool       `json:"on"`
}
