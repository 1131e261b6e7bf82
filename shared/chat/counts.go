package chat

// Counts are numbers of conversations by store and status.
type Counts map[CountKey]int

// CountKey is what conversations are counted by.
type CountKey struct {
	StoreID StoreID
	Status  Status
}

// CountedAs is where a conversation is counted: under its assignee, or under nobody, and by its key. ok is false for one that is not: the
// pool is counted by its index, so that opening a conversation writes no counter, and imported history and what awaits consent are in no
// figure.
func (c Conversation) CountedAs() (holder OperatorID, key CountKey, ok bool) {
	if c.Status == "" || c.MergedInto != "" || c.Status == AwaitingConsent || c.InPool() || c.AssigneeID == "" && c.IsPast() {
		return "", CountKey{}, false
	}
	return c.AssigneeID, CountKey{c.StoreID, c.Status}, true
}
