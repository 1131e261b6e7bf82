package events

import (
	"encoding/json"
	"time"
)

// InboundReceived carries one item of a provider's webhook to ingest. It holds message content, so its queue is encrypted. A body over
// 200 KB is stored in the inbound bucket under BodyKey.
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

// ConversationWaiting means that a conversation needs an operator: it was opened, reopened or unassigned. assignment then decides about
// it, after those that wait longer and that the same operators may take.
type ConversationWaiting struct {
	ConversationID string `json:"conversationId"`
	StoreID        string `json:"storeId"`
}

// EventType names the signal.
func (ConversationWaiting) EventType() string { return "conversation.waiting.v1" }

// CapacityFreed means that an operator may be able to take more conversations: the operator came online, a conversation left, or the
// limit was raised. One signal is sent for each store.
type CapacityFreed struct {
	OperatorID string `json:"operatorId"`
	StoreID    string `json:"storeId"`
}

// EventType names the signal.
func (CapacityFreed) EventType() string { return "capacity.freed.v1" }

// PoolDue means that the timer of a store's pool is due. assignment looks through the pool and sets the timer again. DueAt is the time of
// the timer that was read: when the stored one has another by now, the signal is a repetition.
type PoolDue struct {
	StoreID string    `json:"storeId"`
	DueAt   time.Time `json:"dueAt"`
}

// EventType names the signal.
func (PoolDue) EventType() string { return "pool.due.v1" }

// ConversationDue means that a conversation's timer is due. The handler reads the conversation before it acts.
type ConversationDue struct {
	ConversationID string    `json:"conversationId"`
	DueAt          time.Time `json:"dueAt"`
}

// EventType names the signal.
func (ConversationDue) EventType() string { return "conversation.due.v1" }

// MessageQueued means that a conversation has messages to deliver. send delivers all queued messages in order.
type MessageQueued struct {
	ConversationID string `json:"conversationId"`
	MessageID      string `json:"messageId"`
}

// EventType names the signal.
func (MessageQueued) EventType() string { return "message.queued.v1" }

// MediaPending means that a message has files that are still at the provider.
type MediaPending struct {
	ConversationID string `json:"conversationId"`
	MessageID      string `json:"messageId"`
}

// EventType names the signal.
func (MediaPending) EventType() string { return "media.pending.v1" }

// FilesRevoked means that the author revoked the message that had these files. Keys are the keys of the objects.
type FilesRevoked struct {
	Keys []string `json:"keys"`
}

// EventType names the signal.
func (FilesRevoked) EventType() string { return "files.revoked.v1" }

// PictureUploaded means that an operator uploaded a picture of themselves, which media makes small. UploadID is left out when the timer of
// the operator's picture sends the signal: the one that the operator waits for is meant.
type PictureUploaded struct {
	OperatorID string `json:"operatorId"`
	UploadID   string `json:"uploadId,omitempty"`
}

// EventType names the signal.
func (PictureUploaded) EventType() string { return "picture.uploaded.v1" }

// MailQueued means that an e-mail is ready to be sent.
type MailQueued struct {
	MailID string `json:"mailId"`
}

// EventType names the signal.
func (MailQueued) EventType() string { return "mail.queued.v1" }

// JobReady means that a job has a next step.
type JobReady struct {
	JobID string `json:"jobId"`
}

// EventType names the signal.
func (JobReady) EventType() string { return "job.ready.v1" }

// ContactAdded means that a contact is new, and is not found by a search yet.
type ContactAdded struct {
	ContactID string `json:"contactId"`
}

// EventType names the signal.
func (ContactAdded) EventType() string { return "contact.added.v1" }

// ChannelRestored means that a channel which could not send may try again: it has new credentials, or its provider accepted a message.
// Version is the channel's version after that change.
type ChannelRestored struct {
	ChannelID string `json:"channelId"`
	Version   int64  `json:"version"`
}

// EventType names the signal.
func (ChannelRestored) EventType() string { return "channel.restored.v1" }

// ChannelFailed means that a channel which worked no longer sends, or that nothing comes in any more. Since names the failure: a channel
// that fails in another way while it does not work has the same one.
type ChannelFailed struct {
	ChannelID string    `json:"channelId"`
	Since     time.Time `json:"since"`
}

// EventType names the signal.
func (ChannelFailed) EventType() string { return "channel.failed.v1" }

// ChannelChanged means that a channel was added or removed, that its credentials or settings changed, or that it became verified or lost its
// asset. An unverified one is verified. Of a verified one the webhook is registered again, the templates are read again, and sockets of
// pages that its settings no longer allow are closed. What waits to be sent through a removed one fails. Version is the channel's version after that change.
type ChannelChanged struct {
	ChannelID string `json:"channelId"`
	Version   int64  `json:"version"`
	// Removed holds what is needed to unregister the webhook of a removed channel.
	Removed *RemovedChannel `json:"removed,omitempty"`
}

// RemovedChannel is a removed channel. Credentials are encrypted.
type RemovedChannel struct {
	Type        string `json:"type"`
	ExternalID  string `json:"externalId"`
	Credentials []byte `json:"credentials,omitempty"`
}

// EventType names the signal.
func (ChannelChanged) EventType() string { return "channel.changed.v1" }

// ReadMarked means that an operator has read the contact's messages up to one message, or, with Typing and no message, is typing. send
// passes it to the provider. It is a hint: a failed one is dropped.
type ReadMarked struct {
	ConversationID string `json:"conversationId"`
	MessageID      string `json:"messageId,omitempty"`
	Typing         bool   `json:"typing,omitempty"`
}

// EventType names the signal.
func (ReadMarked) EventType() string { return "read.marked.v1" }

// MarkGroup is the message group of a conversation's read marks. It is not the group of its replies, so that replies do not wait for
// marks.
func MarkGroup(conversation string) string { return conversation + ".read" }

// Pushed carries frames to the browsers of the conversation's viewers and its assignee, or of those whom the ids below name. It is a
// hint: repeating it changes nothing, and a browser that missed one reads the state again when it reconnects.
type Pushed struct {
	ConversationID string            `json:"conversationId,omitempty"`
	StoreID        string            `json:"storeId,omitempty"`
	AssigneeID     string            `json:"assigneeId,omitempty"`
	AssigneeTold   bool              `json:"assigneeTold,omitempty"` // of a summary: the assignee's browsers got the same by another push
	OperatorID     string            `json:"operatorId,omitempty"`   // to this operator alone: to the browsers that are looked at, or to all when none is
	VisitorID      string            `json:"visitorId,omitempty"`    // to this visitor's browsers alone
	Everyone       bool              `json:"everyone,omitempty"`     // to the whole account, whatever the store
	Frames         []json.RawMessage `json:"frames"`
}

// EventType names the signal.
func (Pushed) EventType() string { return "frames.pushed.v1" }

// SummaryPushed carries frames to the browsers of all operators who may see the conversation in a list. It has the fields of Pushed and
// its own queue, whose batches are merged.
type SummaryPushed struct{ Pushed }
