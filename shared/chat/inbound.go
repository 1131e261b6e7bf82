package chat

import (
	"slices"
	"time"
)

// InboundKind says what a provider told us.
type InboundKind string

// The kinds of inbound items.
const (
	InboundMessage        InboundKind = "message"
	InboundStatus         InboundKind = "status"
	InboundUpdate         InboundKind = "alteration"
	InboundEcho           InboundKind = "echo"      // the business wrote it elsewhere: Sender is who got it
	InboundIdentityChange InboundKind = "moved"     // Sender is known as Moved from now on
	InboundHistory        InboundKind = "past"      // either side wrote it before the channel was connected: Sender is the contact
	InboundMarketing      InboundKind = "marketing" // whether the contact wants advertising
	InboundTemplate       InboundKind = "template"  // the provider judged a template; it names no channel, but an owner of several
	InboundIgnored        InboundKind = "ignored"
)

// Inbound is one thing a provider told us, in our words. Parsers make it, desk acts on it.
type Inbound struct {
	Kind             InboundKind
	Asset            string    // the channel's external id
	ProviderID       string    // the provider's id of the message
	At               time.Time // the provider's time
	ReceivedAt       time.Time
	Sender           Sender
	NewIdentity      Sender // for InboundMoved
	Type             MessageType
	Text             string
	Attachments      []Attachment
	Location         *Location
	Cards            []Card
	ReplyTo          string    // the provider's id of the message it answers
	Visitor          VisitorID // who wrote it, on our own web chat
	ClientID         string    // and their browser's own id of it
	Page             *SitePage // and where they did
	Referral         *Referral
	Direction        Direction        // of an InboundPast
	MarketingConsent MarketingConsent // Sender's word, for InboundMarketing
	Template         *InboundTemplateChange
	Status           StatusUpdate
	Update           *MessageUpdate // of the message that Target names, for InboundAltered
	Target           string         // the provider's id of that message
	Ignored          string         // why, for InboundIgnored
}

// Sender is the external user as the provider names them. Addresses are tried in order; the first is the one to keep.
type Sender struct {
	Addresses []string
	Variants  []string // other forms of an address, by which the person may be known
	Name      string
	Username  string
	Phone     string
}

// Known are all addresses by which the person may be known, the surest first.
func (s Sender) Known() []string { return slices.Concat(s.Addresses, s.Variants) }

// StatusUpdate is a provider's word on a message we sent.
type StatusUpdate struct {
	Status MessageStatus
	At     time.Time
	Error  *MessageError
	// Ref is what we gave along when sending, if the provider hands it back: it finds the message without its provider id.
	Ref string
}

// InboundTemplateChange is a provider's word on the template of a name in one language.
type InboundTemplateChange struct {
	Name     string
	Language string
	Change   TemplateChange
}
