package chat

import "time"

// ContactMerge is a contact that was merged into another one, kept by the other: what it takes to make two of them again.
type ContactMerge struct {
	ID        string
	At        time.Time
	ContactID ContactID // who was merged; stored on, with the values of their own
	ChannelID ChannelID
	// ExternalID, Aliases, Address and Version are of the merged contact's identity.
	ExternalID string
	Aliases    []string
	Address    string
	Version    int64
	Filled     []string       // the fields of the card that the merged contact's values filled, by relink.Fields
	ClosedID   ConversationID // the one of two open conversations that was closed
	WaitingAt  time.Time      // since when a message in it was unanswered
}

// ConversationMove is where a conversation was before it was moved to another identity.
type ConversationMove struct {
	MergeID    string // the ContactMerge; "" when its contact stayed and got another primary address
	ExternalID string
}
