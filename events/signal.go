package events

import (
	"encoding/json"
	"time"
)

// InboundReceived carries one item of a provider's webhook to ingest. It holds content, so its queue is encrypted. A body over
// 200 KB lies in the inbound bucket under BodyKey instead.
type InboundReceived struct {
	Provider   string          `json:"provider"`
	Asset      string          `json:"asset"`
	ItemID     string          `json:"itemId"`
	Kind       string          `json:"kind"`
	State      string          `json:"state,omitempty"`
	ReceivedAt time.Time       `json:"receivedAt"`
	Body       json.RawMessage `json:"body,omitempty"`
	Raw        []byte          `json:"raw,omitempty"` // what could not be split, as it came
	BodyKey    string          `json:"bodyKey,omitempty"`
}

// EventType names the signal.
func (InboundReceived) EventType() string { return "inbound.received.v1" }

// ConversationWaiting says that a conversation needs an operator: it was opened, reopened or given back, or the clock asks
// again. Assignment looks at the pool of the store, oldest first.
type ConversationWaiting struct {
	ConversationID string `json:"conversationId"`
	StoreID        string `json:"storeId"`
}

// EventType names the signal.
func (ConversationWaiting) EventType() string { return "conversation.waiting.v1" }

// CapacityFreed says that an operator may be able to take more: came online, a conversation left, the limit was raised. It
// goes to assignment once per store.
type CapacityFreed struct {
	OperatorID string `json:"operatorId"`
	StoreID    string `json:"storeId"`
}

// EventType names the signal.
func (CapacityFreed) EventType() string { return "capacity.freed.v1" }

// ConversationDue says that a conversation's timer has come. The handler looks at the conversation before it acts.
type ConversationDue struct {
	ConversationID string    `json:"conversationId"`
	DueAt          time.Time `json:"dueAt"`
}

// EventType names the signal.
func (ConversationDue) EventType() string { return "conversation.due.v1" }

// MessageQueued says that a conversation has messages to deliver. send delivers all that wait, in order.
type MessageQueued struct {
	ConversationID string `json:"conversationId"`
	MessageID      string `json:"messageId"`
}

// EventType names the signal.
func (MessageQueued) EventType() string { return "message.queued.v1" }

// MediaPending says that a message has files that are still at the provider.
type MediaPending struct {
	ConversationID string `json:"conversationId"`
	MessageID      string `json:"messageId"`
}

// EventType names the signal.
func (MediaPending) EventType() string { return "media.pending.v1" }

// FilesRevoked says that the message which had these files was taken back. Keys are those of the objects.
type FilesRevoked struct {
	Keys []string `json:"keys"`
}

// EventType names the signal.
func (FilesRevoked) EventType() string { return "files.revoked.v1" }

// MailQueued says that an e-mail is to leave.
type MailQueued struct {
	MailID string `json:"mailId"`
}

// EventType names the signal.
func (MailQueued) EventType() string { return "mail.queued.v1" }

// JobReady says that a job has a next step.
type JobReady struct {
	JobID string `json:"jobId"`
}

// EventType names the signal.
func (JobReady) EventType() string { return "job.ready.v1" }

// ChannelRestored says that a channel which could not send may try again: it has another token, or its provider took a message.
// Version is the channel's from that moment on.
type ChannelRestored struct {
	ChannelID string `json:"channelId"`
	Version   int64  `json:"version"`
}

// EventType names the signal.
func (ChannelRestored) EventType() string { return "channel.restored.v1" }

// ChannelChanged says that a channel is new or gone, or has other credentials or settings: its webhook is registered anew, and what its
// provider keeps for it is read anew. Version is the channel's from that moment on.
type ChannelChanged struct {
	ChannelID string `json:"channelId"`
	Version   int64  `json:"version"`
	// Removed is what is needed to end the webhook of a channel that is gone.
	Removed *RemovedChannel `json:"removed,omitempty"`
}

// RemovedChannel is a channel that is gone. Credentials are encrypted.
type RemovedChannel struct {
	Type        string `json:"type"`
	ExternalID  string `json:"externalId"`
	Credentials []byte `json:"credentials,omitempty"`
}

// EventType names the signal.
func (ChannelChanged) EventType() string { return "channel.changed.v1" }

// ReadMarked says that an operator has read up to a message of the contact's, or, with Typing and no message, writes an answer. send
// tells the provider. It is a hint: one that fails is dropped.
type ReadMarked struct {
	ConversationID string `json:"conversationId"`
	MessageID      string `json:"messageId,omitempty"`
	Typing         bool   `json:"typing,omitempty"`
}

// EventType names the signal.
func (ReadMarked) EventType() string { return "read.marked.v1" }

// MarkGroup keeps the marks of one conversation in order, apart from its replies, which do not wait for them.
func MarkGroup(conversation string) string { return conversation + ".read" }

// Pushed carries frames to the browsers of those who look at the conversation, of its assignee, or of whoever the ids below name. It is
// a hint: a repeated one changes nothing, and a browser that missed one fetches the state again when it reconnects.
type Pushed struct {
	ConversationID string            `json:"conversationId,omitempty"`
	StoreID        string            `json:"storeId,omitempty"`
	AssigneeID     string            `json:"assigneeId,omitempty"`
	OperatorID     string            `json:"operatorId,omitempty"` // to this operator's browsers alone
	VisitorID      string            `json:"visitorId,omitempty"`  // to this visitor's browsers alone
	Everyone       bool              `json:"everyone,omitempty"`   // to the whole account, whatever the store
	Frames         []json.RawMessage `json:"frames"`
}

// EventType names the signal.
func (Pushed) EventType() string { return "frames.pushed.v1" }

// SummaryPushed carries frames to the browsers of everybody who may see the conversation in a list. It has the form of Pushed and a
// queue of its own, whose batches are merged.
type SummaryPushed struct{ Pushed }
