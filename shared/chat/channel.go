package chat

import (
	"encoding/json"
	"log/slog"
	"time"
)

// ChannelType names a provider's product. Its values are those of the folders below shared/channel; this package names none.
type ChannelType string

// Channel is one connected asset: a phone number, a page, a seller.
type Channel struct {
	ID           ChannelID
	AccountID    AccountID
	StoreID      StoreID
	Type         ChannelType
	Name         string
	ExternalID   string // the provider's id of the asset: unique over all accounts
	DisplayPhone string
	Settings     []byte // a JSON object that belongs to the channel's type
	Credentials  Secret // encrypted: only the functions that call the provider can decrypt it
	Health       Health
	CreatedAt    time.Time
	Version      int64
}

// Secret is an encrypted value. It prints as an empty string.
type Secret []byte

// String keeps a secret out of every log line.
func (Secret) String() string { return "[secret]" }

// Credentials are what a provider's API asks for: a JSON document in the form of the channel's adapter, which alone reads it. It
// prints as an empty string.
type Credentials []byte

// String keeps a token out of every log line.
func (Credentials) String() string { return "[credentials]" }

// GoString keeps it out of %#v.
func (Credentials) GoString() string { return "[credentials]" }

// LogValue keeps it out of structured logs.
func (Credentials) LogValue() slog.Value { return slog.StringValue("[credentials]") }

// BusinessAccountID is the provider's account that a channel belongs to, where its settings name one: templates are that account's.
func (c Channel) BusinessAccountID() string {
	var settings struct {
		BusinessAccountID string `json:"businessAccountId"`
	}
	if json.Unmarshal(c.Settings, &settings) != nil {
		return ""
	}
	return settings.BusinessAccountID
}

// HealthState says whether a channel works.
type HealthState string

// The states of a channel.
const (
	HealthUnverified  HealthState = "unverified" // nothing sent or received yet
	HealthOK          HealthState = "ok"
	HealthReauthorise HealthState = "reauthorise" // the token is invalid: replies are held
	HealthStopped     HealthState = "stopped"     // the provider stopped the account
)

// Health is a channel's state, with the provider's reason.
type Health struct {
	State   HealthState
	Code    string
	Message string
	At      time.Time
}

// Sends says whether the provider takes messages now.
func (h Health) Sends() bool {
	return h.State != HealthReauthorise && h.State != HealthStopped
}
