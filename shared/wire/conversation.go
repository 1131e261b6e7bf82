package wire

import "github.com/recado-chat/recado/shared/chat"

// ConversationStatus is the state of a conversation. One that still awaits consent is never shown.
type ConversationStatus string

// The statuses of conversations.
const (
	ConversationOpen     = ConversationStatus(chat.Open)
	ConversationPending  = ConversationStatus(chat.Pending)
	ConversationSnoozed  = ConversationStatus(chat.Snoozed)
	ConversationHeld     = ConversationStatus(chat.Held)
	ConversationResolved = ConversationStatus(chat.Resolved)
)

// Conversation is an exchange with one contact on one channel.
type Conversation struct {
	// ID is the conversation's id.
	ID string `json:"id"`
	// Status is the state of the conversation.
	Status ConversationStatus `json:"status"`
	// Channel is where the conversation takes place.
	Channel ChannelRef `json:"channel"`
	// StoreID is the store that the conversation belongs to.
	StoreID string `json:"storeId"`
	// GroupID is null for a conversation of no group.
	GroupID *string `json:"groupId"`
	// Contact is who writes.
	Contact ContactRef `json:"contact"`
	// AssigneeID is the operator who has the conversation; null = in the pool. A resolved one keeps its last.
	AssigneeID *string `json:"assigneeId"`
	// Tags are the conversation's labels.
	Tags []string `json:"tags"`
	// Preview is of the newest message; null before the first one.
	Preview *Preview `json:"preview"`
	// LastActivityAt is the time of the last message of either side.
	LastActivityAt Time `json:"lastActivityAt"`
	// WindowUntil is when the channel stops taking free messages, counted from the provider's time of the contact's last message, or when
	// the provider refused one for that reason; null when the contact never wrote or the channel has no window.
	WindowUntil *Time `json:"windowUntil"`
	// WaitingSince is the time of the first message that was not answered; null when none waits.
	WaitingSince *Time `json:"waitingSince"`
	// DueAt is when the assigned conversation closes if nobody writes; null = it does not close on its own, or nobody has it.
	DueAt *Time `json:"dueAt"`
	// Unread says whether the contact wrote after what the caller has read; left out of frames, which go to several operators.
	Unread *bool `json:"unread,omitempty"`
	// UnreadCount is how many messages the contact wrote after what the caller has read; left out of frames, as unread is.
	UnreadCount *int `json:"unreadCount,omitempty"`
	// ReadUpTo is the newest message that the caller has read; empty = none, or marked as unread. Left out of frames, as unread is.
	ReadUpTo *string `json:"readUpTo,omitempty"`
	// InboundCount is how many messages the contact wrote, counted since the product counts them. It only grows.
	InboundCount int `json:"inboundCount"`
	// LastInboundID is the contact's newest message; null when the contact never wrote.
	LastInboundID *string `json:"lastInboundId"`
	// BotEnabled says whether a bot may answer.
	BotEnabled bool `json:"botEnabled"`
	// CreatedAt is when the conversation was opened.
	CreatedAt Time `json:"createdAt"`
	// ResolvedAt is null until the conversation is resolved.
	ResolvedAt *Time `json:"resolvedAt"`
	// Version grows with every change: of two states the one with the higher version is newer.
	Version int64 `json:"version"`
}

// ChannelRef names the channel of a conversation.
type ChannelRef struct {
	// ID is the channel's id.
	ID string `json:"id"`
	// Type is the provider's product.
	Type chat.ChannelType `json:"type"`
}

// ContactRef names the contact of a conversation.
type ContactRef struct {
	// ID is the contact's id.
	ID string `json:"id"`
	// Name is the contact's name.
	Name string `json:"name"`
}

// Preview is what a list shows of the newest message.
type Preview struct {
	// Text is at most 120 characters, with an ellipsis when it was cut.
	Text string `json:"text"`
	// Type is the type of the newest message.
	Type chat.MessageType `json:"type"`
	// Direction is in for a message from the contact.
	Direction chat.Direction `json:"direction"`
	// MessageID is the newest message.
	MessageID string `json:"messageId"`
	// Revoked says that its author took the message back.
	Revoked bool `json:"revoked"`
}

// Counts are the numbers of conversations beside the inbox's lists, within what the caller sees.
type Counts struct {
	// Mine counts the conversations assigned to the caller.
	Mine CountsOfMine `json:"mine"`
	// Unassigned counts the open conversations of the pool, up to 1000.
	Unassigned Count `json:"unassigned"`
	// All counts every conversation that the caller sees.
	All CountsOfAll `json:"all"`
}

// CountsOfMine count the conversations that are assigned to the caller.
type CountsOfMine struct {
	// Open counts open conversations.
	Open Count `json:"open"`
	// Pending counts conversations that wait for the contact.
	Pending Count `json:"pending"`
	// Unread counts those with messages that the caller has not read, among the 30 of the newest activity. More says that the caller has
	// others.
	Unread Count `json:"unread"`
}

// CountsOfAll count all conversations that the caller sees.
type CountsOfAll struct {
	// Open counts open conversations, with or without an assignee.
	Open Count `json:"open"`
	// Pending counts conversations that wait for the contact.
	Pending Count `json:"pending"`
	// Snoozed counts snoozed conversations.
	Snoozed Count `json:"snoozed"`
	// Resolved counts resolved conversations, without imported history.
	Resolved Count `json:"resolved"`
}

// Count is exact unless there are more.
type Count struct {
	// Value is the number.
	Value int `json:"value"`
	// More says that there are more than value.
	More bool `json:"more"`
}

// Assignment assigns a conversation.
type Assignment struct {
	// OperatorID is who gets it; null = back to the pool.
	OperatorID Nullable[string] `json:"operatorId"`
	// Version is the version that the caller saw; without it the assignment is made whatever changed.
	Version int64 `json:"version,omitempty"`
}

// ReadMark says how far the caller has read.
type ReadMark struct {
	// ReadUpTo is the id of a message; without it, or with a later one than the last, up to the last message.
	ReadUpTo string `json:"readUpTo,omitempty"`
}

// ConversationQuery selects and sorts conversations.
type ConversationQuery struct {
	// Status defaults to active, and to all in a search.
	Status StatusFilter `json:"status,omitempty"`
	// Assignee is me, none for the pool, or the id of an operator.
	Assignee string `json:"assignee,omitempty"`
	// ChannelID selects the conversations of one channel.
	ChannelID string `json:"channelId,omitempty"`
	// StoreID selects the conversations of one store.
	StoreID string `json:"storeId,omitempty"`
	// Q searches by the contact's name, phone or address.
	Q string `json:"q,omitempty" jsonschema:"maxLength=200"`
	// Sort defaults to newest, and to waiting for the pool.
	Sort Order `json:"sort,omitempty"`
	// IDs names at most 50 conversations, separated by commas. They are answered whatever the other parameters say; those that the caller does
	// not see are left out.
	IDs string `json:"ids,omitempty"`
	Page
}

// StatusFilter is a status of conversations, or several of them.
type StatusFilter string

// The filters: active is open and pending.
const (
	FilterActive   StatusFilter = "active"
	FilterAll      StatusFilter = "all"
	FilterOpen                  = StatusFilter(chat.Open)
	FilterPending               = StatusFilter(chat.Pending)
	FilterSnoozed               = StatusFilter(chat.Snoozed)
	FilterHeld                  = StatusFilter(chat.Held)
	FilterResolved              = StatusFilter(chat.Resolved)
)

// Order is how a list of conversations is sorted.
type Order string

// The orders: by last activity either way, by the longest unanswered, and by the next to close.
const (
	OrderNewest  Order = "newest"
	OrderOldest  Order = "oldest"
	OrderWaiting Order = "waiting"
	OrderDue     Order = "due"
)

// Orders lists every order.
func Orders() []Order { return []Order{OrderNewest, OrderOldest, OrderWaiting, OrderDue} }
