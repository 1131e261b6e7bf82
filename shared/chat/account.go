package chat

import "time"

// Account is one customer of Recado: a company with its stores, channels and operators.
type Account struct {
	ID       AccountID
	Name     string
	StoreID  StoreID // the first store: the default where none is named
	TimeZone string  // IANA name
	Language Language
	Metered  bool // prepaid: conversations are held until they are admitted
	Closing  Closing
	Distribution
	// InboxShards is the number of partitions of each status of the inbox, at least 1. It may grow and never shrink: a conversation
	// keeps the number with which it was opened, and lists read as many partitions as there are now. Warm processes use a new number
	// within seconds.
	InboxShards int
	CreatedAt   time.Time
	Version     int64
}

// Closing says when inactive conversations close automatically.
type Closing struct {
	Idle time.Duration // for assigned ones; 0 = never
}

// Distribution says how new conversations are assigned.
type Distribution struct {
	Mode      DistributionMode
	ManagerID OperatorID // with DistributeToManager
}

// DistributionMode is who gets new conversations.
type DistributionMode string

// The modes of distribution.
const (
	DistributeToGroups  DistributionMode = "groups"  // nobody automatically
	DistributeToAccount DistributionMode = "account" // the operator with the fewest open conversations
	DistributeToManager DistributionMode = "manager" // Distribution.ManagerID
)

// Language is a language of the interface or of a person.
type Language string

// The languages of the interface.
const (
	Spanish    Language = "es"
	Portuguese Language = "pt"
	English    Language = "en"
)

// Store is one shop or brand of an account.
type Store struct {
	ID        StoreID
	AccountID AccountID
	Name      string
	CreatedAt time.Time
	Version   int64
}
