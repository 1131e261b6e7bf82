package chat

import "time"

// Account is one customer of Recado: a company with its stores, channels and operators.
type Account struct {
	ID       AccountID
	Name     string
	StoreID  StoreID // the first store: meant wherever a store is left out
	TimeZone string  // IANA name
	Language Language
	Metered  bool // prepaid: conversations wait for admission
	Closing  Closing
	Distribution
	// InboxShards is over how many partitions each state of the inbox is spread, at least 1. It may grow and never shrink: a
	// conversation keeps the number with which it was opened, and lists look into as many partitions as there are now. Warm
	// processes learn of another number within seconds.
	InboxShards int
	CreatedAt   time.Time
	Version     int64
}

// Closing says when quiet conversations close by themselves.
type Closing struct {
	Idle time.Duration // for assigned ones; 0 = never
}

// Distribution says how a new conversation finds its operator.
type Distribution struct {
	Mode      DistributionMode
	ManagerID OperatorID // with DistributeToManager
}

// DistributionMode is one of the three ways.
type DistributionMode string

// The ways of distribution.
const (
	DistributeToGroups  DistributionMode = "groups"
	DistributeToAccount DistributionMode = "account"
	DistributeToManager DistributionMode = "manager"
)

// Language is what an interface or a person speaks.
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
