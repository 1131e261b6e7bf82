package sim

import (
	"context"
	"net/http"
)

// Simulator is a provider as the local stack runs it.
type Simulator interface {
	// Handler serves the provider's API, the control API and the phone page.
	Handler() http.Handler
	// Routes are the path prefixes that Handler serves, each with a slash at both ends.
	Routes() []string
	// Page is what a person may open in the browser.
	Page() Link
	// Close stops background work. The next start resumes it.
	Close() error
}

// Link is a page of the local stack.
type Link struct {
	Title string // "WhatsApp phone"
	Path  string // "/local/phone/"
}

// Provider is what the control API and the phone page ask of a simulator: the actions of a customer.
type Provider interface {
	// PutAccount adds or changes a business's account.
	PutAccount(Account) error
	// AddCustomer adds or changes a customer and returns it as stored.
	AddCustomer(Customer) (Customer, error)
	// Write sends a customer's message to the business and returns its id.
	Write(Incoming) (id string, err error)
	// Read marks every message in a chat as read by the customer. An empty account means all of them.
	Read(account, customer string) error
	// Change applies a customer's reaction, edit or deletion.
	Change(messageID string, change Change) error
	// Tap presses an option of a message and returns the id of the message or query that this sends.
	Tap(messageID, option string) (id string, err error)
	// SendHostile sends one webhook of these customers that is drawn to break something. It fails unless the business accepts it.
	SendHostile(ctx context.Context, h *Hostile, account string, customers []string) error
}
