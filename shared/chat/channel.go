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
	HeardAt      time.Time // when its provider last called; noted once in silence.Grain
	AwaitedSince time.Time // when a message left that the provider is to report on; it waits for that while this is after HeardAt
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
	HealthUnverified  HealthState = "unverified"  // the provider has not confirmed that the credentials open the asset
	HealthWaiting     HealthState = "waiting"     // confirmed; nothing sent or received yet
	HealthOK          HealthState = "ok"          // works since Health.At
	HealthReauthorise HealthState = "reauthorise" // the token is invalid: replies are held
	HealthStopped     HealthState = "stopped"     // the provider stopped the account
	HealthSilent      HealthState = "silent"      // it sends, but nothing comes in
)

// Health is a channel's state, with the provider's reason.
type Health struct {
	State   HealthState
	Code    string
	Message string
	At      time.Time
	Since   time.Time // when the channel that worked stopped working; zero while it works, and for one that never did
}

// Codes of ours, beside the provider's own: the first two of an unverified channel, the others of a silent one.
const (
	HealthClaimed    = "claimed"    // the provider confirmed the credentials, but another channel has the asset
	HealthMoved      = "moved"      // the provider no longer accepted the credentials, and another channel took the asset
	HealthUnreported = "unreported" // the provider did not report on messages that it accepted
	HealthDiverted   = "diverted"   // the provider calls another address, or none
)

// Failed is the health of a channel that stops working in this way, or that still does not work in another one.
func (h Health) Failed(state HealthState, code, message string, now time.Time) Health {
	since := h.Since
	if since.IsZero() {
		since = now
	}
	return Health{State: state, Code: code, Message: message, At: now, Since: since}
}

// Verified says whether the provider confirmed that the credentials open the asset. Only such a channel has the claim on its asset:
// an unverified one receives nothing, sends nothing and excludes nobody.
func (h Health) Verified() bool {
	return h.Sends() || h.State == HealthReauthorise || h.State == HealthStopped
}

// Sends says whether the provider takes messages now.
func (h Health) Sends() bool {
	return h.State == HealthWaiting || h.State == HealthOK || h.State == HealthSilent
}

// Used says whether a message was sent or received: the channel's asset is then part of its history and cannot change.
func (h Health) Used() bool { return h.Verified() && h.State != HealthWaiting }

// Confirmed is the health after the provider confirmed the channel's credentials, which does not end a silence.
func (h Health) Confirmed(now time.Time) Health {
	switch {
	case h.State == HealthSilent:
		return h
	case h.State == HealthWaiting || !h.Verified():
		return Health{State: HealthWaiting, At: now}
	}
	return Health{State: HealthOK, At: now}
}

// Claim is the entry that leads from a provider's asset to its channel, over all accounts.
type Claim struct {
	AccountID  AccountID
	ChannelID  ChannelID
	ReleasedAt time.Time // zero while the channel has the asset
}

const (
	// AssetKept is how long a process may keep the channel that it found by an asset.
	AssetKept = 5 * time.Second
	// ClaimRest is how long a released asset has no channel. A process that found the asset's former channel has forgotten it by then;
	// a second is for clocks that differ.
	ClaimRest = AssetKept + time.Second
)

// RestsFor says how long another channel must still wait for a released asset.
func (c Claim) RestsFor(now time.Time) time.Duration { return c.ReleasedAt.Add(ClaimRest).Sub(now) }
