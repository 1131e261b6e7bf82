package chat

// The reasons of a Conflict with which a store refuses a write because what the decision was based on has changed. The names are
// part of the API's answers.
const (
	ConflictVersionChanged  = "version_changed"  // the item was changed since it was read
	ConflictIdentityChanged = "identity_changed" // the external user's open conversation is another one by now
	ConflictReceiptExists   = "receipt_exists"   // the provider's or client's id leads to a message already
	ConflictLoadChanged     = "load_changed"     // the operator has more or fewer open conversations than the decision saw
	ConflictExists          = "exists"           // the item is there already
)
