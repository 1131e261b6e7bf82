package wire

import "github.com/recado-chat/recado/shared/chat"

// MaxFrame is how many bytes a frame may have: API Gateway's limit.
const MaxFrame = 32 * 1024

// MessageUpserted carries a new or changed message.
type MessageUpserted struct {
	Type string `json:"type" const:"message.upserted"`
	// ConversationID is the conversation of the message.
	ConversationID string `json:"conversationId"`
	// Message is the message as it is now.
	Message Message `json:"message"`
	// Partial says that the content did not fit the frame and has to be fetched: without the text, or without any.
	Partial bool `json:"partial,omitempty"`
}

// MessageRemoved says that a message no longer exists: it was merged into another one as its echo.
type MessageRemoved struct {
	Type string `json:"type" const:"message.removed"`
	// ConversationID is the conversation of the message.
	ConversationID string `json:"conversationId"`
	// MessageID is the message that no longer exists.
	MessageID string `json:"messageId"`
}

// ConversationUpserted carries a new or changed conversation, without what belongs to one reader.
type ConversationUpserted struct {
	Type string `json:"type" const:"conversation.upserted"`
	// Conversation is the conversation as it is now, without unread and readUpTo.
	Conversation Conversation `json:"conversation"`
	// Was is what it was before its status or assignee changed, for whoever keeps counts; left out when neither did.
	Was *ConversationWas `json:"was,omitempty"`
}

// ConversationWas is what of an earlier state decides where a conversation was counted.
type ConversationWas struct {
	// Status is null when the conversation did not exist.
	Status *ConversationStatus `json:"status"`
	// AssigneeID is null when nobody had it.
	AssigneeID *string `json:"assigneeId"`
}

// EventAppended carries a new line of a timeline.
type EventAppended struct {
	Type string `json:"type" const:"event.appended"`
	// ConversationID is the conversation of the event.
	ConversationID string `json:"conversationId"`
	// Event is the new line.
	Event Event `json:"event"`
}

// ReadMoved tells an operator's browsers how far the operator has read. Of several the one with the newest at counts.
type ReadMoved struct {
	Type string `json:"type" const:"read"`
	// ConversationID is the conversation that was read.
	ConversationID string `json:"conversationId"`
	// ReadUpTo is the id of the last message that was read.
	ReadUpTo string `json:"readUpTo"`
	// At is when the cursor moved.
	At Time `json:"at"`
}

// Presence says whether an operator is online and takes conversations.
type Presence struct {
	Type string `json:"type" const:"presence"`
	// OperatorID is the operator's id.
	OperatorID string `json:"operatorId"`
	// Online says whether the operator has the console open.
	Online bool `json:"online"`
	// Availability says whether the operator takes new conversations.
	Availability chat.Availability `json:"availability"`
}

// Viewing is the complete list of the operators who look at a conversation.
type Viewing struct {
	Type string `json:"type" const:"viewing"`
	// ConversationID is the conversation that is looked at.
	ConversationID string `json:"conversationId"`
	// OperatorIDs are the operators; empty when nobody looks.
	OperatorIDs []string `json:"operatorIds"`
}

// Typing says that somebody types in a conversation, or stopped.
type Typing struct {
	Type string `json:"type" const:"typing"`
	// ConversationID is the conversation in which it happens.
	ConversationID string `json:"conversationId"`
	// By is who types.
	By Typist `json:"by"`
	// On is false when the person stopped.
	On bool `json:"on"`
}

// Typist is who types.
type Typist struct {
	// Kind is contact or operator.
	Kind chat.AuthorKind `json:"kind" open:"true"`
	// ID is of an operator or a contact.
	ID string `json:"id"`
	// Name is the person's name.
	Name string `json:"name"`
}

// Notice is a hint to one operator, as a code that the browser translates.
type Notice struct {
	Type string `json:"type" const:"notice"`
	// Code is an open list; today assigned, picture_ready and picture_refused.
	Code string `json:"code"`
	// ConversationID is left out of a notice that concerns none.
	ConversationID string `json:"conversationId,omitempty"`
}

// Pong answers a ping.
type Pong struct {
	Type string `json:"type" const:"pong"`
}

// Watching answers a view: from now on the browser is told of changes in the lists. What it fetched before may be old.
type Watching struct {
	Type string `json:"type" const:"watching"`
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
	// Action is what is asked.
	Action ActionName `json:"action"`
	// ConversationID is of view and typing.
	ConversationID *string `json:"conversationId,omitempty" nullable:"true"`
	// On is of typing.
	On bool `json:"on,omitempty"`
	// Hidden and Own are of view.
	Hidden bool `json:"hidden,omitempty"`
	Own    bool `json:"own,omitempty"`
}

// PingAction asks whether the socket is alive; the answer is a pong.
type PingAction struct {
	Action ActionName `json:"action" const:"ping"`
}

// ViewAction says what the operator looks at. A browser is told of changes in the lists from its first view on, while it is not hidden;
// the answer is a watching.
type ViewAction struct {
	Action ActionName `json:"action" const:"view"`
	// ConversationID is null when the operator looks at none.
	ConversationID *string `json:"conversationId"`
	// Hidden says that nobody looks at the browser. It is then told of the operator's own conversations only, and fetches what it shows
	// when it is looked at again.
	Hidden bool `json:"hidden,omitempty"`
	// Own says that the list that is shown is that of the operator's own conversations. The browser is then told of others only when their
	// status or assignee changes; the answer to a view that shows others again is a watching.
	Own bool `json:"own,omitempty"`
}

// TypingAction says that the operator types in the conversation they look at, or stopped.
type TypingAction struct {
	Action ActionName `json:"action" const:"typing"`
	// ConversationID is the conversation that the operator looks at.
	ConversationID string `json:"conversationId"`
	// On is false when the operator stopped.
	On bool `json:"on"`
}

// VisitorTypingAction says that the visitor types, or stopped.
type VisitorTypingAction struct {
	Action ActionName `json:"action" const:"typing"`
	// On is false when the visitor stopped.
	On bool `json:"on"`
}

// Frames lists what the socket of an operator carries: each frame is an array of these, told apart by type.
func Frames() []any {
	return []any{
		MessageUpserted{}, MessageRemoved{}, ConversationUpserted{}, EventAppended{}, ReadMoved{}, Presence{}, Viewing{}, Typing{}, Notice{}, Pong{}, Watching{},
	}
}

// VisitorFrames lists what the socket of a visitor carries: each frame is an array of these, told apart by type.
func VisitorFrames() []any {
	return []any{VisitorMessageUpserted{}, VisitorTyping{}, VisitorLimited{}, Pong{}}
}

// Actions lists what the browser of an operator sends over its socket.
func Actions() []any { return []any{PingAction{}, ViewAction{}, TypingAction{}} }

// VisitorActions lists what the browser of a visitor sends over its socket.
func VisitorActions() []any { return []any{PingAction{}, VisitorTypingAction{}} }
