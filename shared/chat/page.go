package chat

// Page is a part of a list. Next leads to the part after it and is empty on the last one; a page may be empty and still have a
// next, when filtering found nothing within what one request may read.
type Page[T any] struct {
	Items []T
	Next  string
}

// PageRequest asks for a part of a list. A Limit of zero means the usual size.
type PageRequest struct {
	Limit  int
	Cursor string
}

// MessageEffects are what changes together with a message.
type MessageEffects struct {
	PutTimer  *Timer
	DropTimer *Timer
	Event     *Event
	// Conversation is what the message's becomes with it; the stored one must still be of the version given.
	Conversation *Conversation
}
