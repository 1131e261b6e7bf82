package chat

import (
	"slices"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/chat/text"
)

// InboundKind is the kind of an inbound item.
type InboundKind string

// The kinds of inbound items.
const (
	InboundMessage        InboundKind = "message"
	InboundStatus         InboundKind = "status"
	InboundUpdate         InboundKind = "alteration"
	InboundEcho           InboundKind = "echo"      // the business wrote it in the provider's app: Sender is the recipient
	InboundIdentityChange InboundKind = "moved"     // Sender has the addresses of NewIdentity from now on
	InboundHistory        InboundKind = "past"      // written by either side before the channel was connected: Sender is the contact
	InboundMarketing      InboundKind = "marketing" // Sender's choice about marketing
	InboundTemplate       InboundKind = "template"  // a template's status changed; Asset is a business account, which may have several channels
	InboundShown          InboundKind = "shown"     // a page of the business opened our own chat
	InboundIgnored        InboundKind = "ignored"
)

// Inbound is one inbound item in our terms: channel adapters parse it, the use cases of desk apply it.
type Inbound struct {
	Kind             InboundKind
	Asset            string    // the channel's external id
	ProviderID       string    // the provider's id of the message
	At               time.Time // the provider's time
	ReceivedAt       time.Time
	Sender           Sender
	NewIdentity      Sender // for InboundIdentityChange
	Type             MessageType
	Text             string
	Attachments      []Attachment
	Location         *Location
	Cards            []Card
	Form             *Form
	Choice           *Choice
	Unsupported      *Unsupported
	ReplyTo          string    // the provider's id of the message that it quotes
	Visitor          VisitorID // who wrote it, on our own web chat
	ClientID         string    // their browser's own id of it
	Page             *SitePage // where they wrote it
	Preview          bool      // they wrote it in the console's preview, which does not show that the channel receives
	Referral         *Referral
	Direction        Direction        // for InboundHistory
	MarketingConsent MarketingConsent // for InboundMarketing
	Template         *InboundTemplateChange
	Status           StatusUpdate
	Update           *MessageUpdate // of the message Target, for InboundUpdate
	Target           string         // the provider's id of the message that Update changes
	Ignored          string         // why, for InboundIgnored
}

// IsEmpty reports whether an item brings nothing that a conversation could show.
func (in Inbound) IsEmpty() bool {
	blank := func(given string) bool { return strings.IndexFunc(given, text.Visible) < 0 }
	if !blank(in.Text) || len(in.Attachments) > 0 || in.Location != nil || in.Form != nil {
		return false
	}
	for _, card := range in.Cards {
		if !blank(card.Name) || !blank(card.Company) || len(card.Phones)+len(card.Emails) > 0 {
			return false
		}
	}
	return true
}

// Sender is the external user as the provider names them. Addresses are tried in order; the first is the one to keep.
type Sender struct {
	Addresses []string
	Variants  []string // other forms of the phone, under which the user may be known
	Name      string
	Username  string
	Phone     string
}

// Known are all addresses under which the user may be known, the most reliable first.
func (s Sender) Known() []string { return slices.Concat(s.Addresses, s.Variants) }

// StatusUpdate is a provider's status of a message that we sent.
type StatusUpdate struct {
	Status MessageStatus
	At     time.Time
	Error  *MessageError
	// Pricing is nil when the status does not tell it.
	Pricing *Pricing
	// Ref is the reference that we sent along, if the provider returns it: it finds the message without its provider id.
	Ref string
}

// InboundTemplateChange is a provider's change of the template of a name in one language.
type InboundTemplateChange struct {
	Name     string
	Language string
	Change   TemplateChange
}
