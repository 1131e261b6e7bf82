package chat

import "time"

// ChannelType names a provider's product.
type ChannelType string

// The channel types.
const (
	WhatsApp     ChannelType = "whatsapp"
	Messenger    ChannelType = "messenger"
	Instagram    ChannelType = "instagram"
	MercadoLibre ChannelType = "mercadolibre"
	WebChat      ChannelType = "webchat"
)

// ChannelTypes are all of them.
func ChannelTypes() []ChannelType {
	return []ChannelType{WhatsApp, Messenger, Instagram, MercadoLibre, WebChat}
}

// Window is how long after a contact's message a type of channel lets us write freely; 0 = for ever.
func (t ChannelType) Window() time.Duration {
	switch t {
	case WhatsApp, Messenger, Instagram:
		return Window
	case MercadoLibre, WebChat:
	}
	return 0
}

// Channel is one connected asset: a WhatsApp number, a page, a seller.
type Channel struct {
	ID           ChannelID
	AccountID    AccountID
	StoreID      StoreID
	Type         ChannelType
	Name         string
	ExternalID   string // phone_number_id, page id, …: unique over all accounts
	DisplayPhone string
	Settings     []byte // a JSON object that belongs to the channel's type
	Credentials  Secret // sealed: only the functions that call the provider can open it
	Health       Health
	CreatedAt    time.Time
	Version      int64
}

// Secret is a sealed value. It prints as nothing.
type Secret []byte

// String keeps a secret out of every log line.
func (Secret) String() string { return "[secret]" }

// Credentials are what a provider's API asks for.
type Credentials struct {
	AccessToken string
}

// String keeps the token out of every log line.
func (Credentials) String() string { return "[credentials]" }

// HealthState says whether a channel works.
type HealthState string

// The states of a channel.
const (
	HealthUnverified  HealthState = "unverified" // nothing sent or received yet
	HealthOK          HealthState = "ok"
	HealthReauthorise HealthState = "reauthorise" // the token is dead: replies are held
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
