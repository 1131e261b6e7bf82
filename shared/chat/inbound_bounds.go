package chat

import (
	"time"

	"github.com/recado-chat/recado/shared/chat/text"
	"github.com/recado-chat/recado/shared/fault"
)

// The most that is kept of an inbound item, above what the providers' own apps can write. Texts are in runes, ids and addresses in bytes.
// With all of them at their bounds a message stays below the 400 KB of an item of the tables.
const (
	maxInboundText      = 65536
	maxInboundTextBytes = 200 << 10
	maxInboundName      = 128
	maxInboundLine      = 256
	maxInboundPlace     = 1000
	maxInboundID        = 512
	maxInboundURL       = 2048
	maxInboundEmoji     = 16
	maxInboundPhone     = 20 // digits; E.164 has up to 15
	maxInboundFiles     = 30
	maxInboundCards     = 257      // of one message in WhatsApp's app
	maxInboundCardBytes = 64 << 10 // of all cards together
	maxInboundForm      = 16 << 10 // the bytes of a form's fields, and of its document
	maxInboundRaw       = 4 << 10  // bytes
	maxInboundPerCard   = 20       // phones, and addresses
)

// The range of times that a provider can mean. Times outside are replaced by the arrival.
const (
	// oldestLive is the age of the oldest live item: providers repeat a webhook for up to seven days, and queues and dead letters keep an
	// item for up to 14.
	oldestLive = 30 * 24 * time.Hour
	// clockSkew is how far a provider's clock may be ahead of ours. Within it, its times still order what arrives out of order.
	clockSkew = time.Minute
	// oldestPast is the age of the oldest imported message.
	oldestPast = 30 * 365 * 24 * time.Hour
)

// Bound limits an item to what can be stored, listed and pushed, whatever the provider sent:
//   - Long texts and names are cut. A name loses what would break a line or turn the direction of the text beside it.
//   - A time in the future, or older than any the provider can mean, becomes the arrival: the reply window, the order of messages and the
//     order of updates follow from it.
//   - An address or a message id that is too long names nobody: Invalid, with reason id_too_long. A quote of such an id is dropped.
func (in *Inbound) Bound() error {
	if len(in.ProviderID) > maxInboundID || len(in.Target) > maxInboundID {
		return fault.New(fault.Invalid, "the message id is longer than any of the provider's").WithReason("id_too_long")
	}
	for _, sender := range []*Sender{&in.Sender, &in.NewIdentity} {
		if err := sender.bound(); err != nil {
			return err
		}
	}
	in.boundContent()
	in.boundTimes()
	return nil
}

func (s *Sender) bound() error {
	for _, address := range s.Known() {
		if len(address) > maxInboundID {
			return fault.New(fault.Invalid, "the address is longer than any of the provider's").WithReason("id_too_long")
		}
	}
	s.Name, s.Username = text.Line(s.Name, maxInboundName), text.Line(s.Username, maxInboundName)
	if len(s.Phone) > maxInboundPhone {
		s.Phone = ""
	}
	return nil
}

func (in *Inbound) boundContent() {
	in.Text, in.Ignored = text.Omit(in.Text, maxInboundText, maxInboundTextBytes), text.Line(in.Ignored, maxInboundLine)
	if len(in.ReplyTo) > maxInboundID {
		in.ReplyTo = ""
	}
	in.Attachments = in.Attachments[:min(len(in.Attachments), maxInboundFiles)]
	for i := range in.Attachments {
		a := &in.Attachments[i]
		a.Name, a.Mime = text.Line(a.Name, maxInboundLine), text.Line(a.Mime, maxInboundLine)
		if len(a.Ref) > maxInboundURL {
			a.Ref, a.State = "", AttachmentFailed
		}
	}
	if l := in.Location; l != nil {
		l.Name, l.Address = text.Cut(l.Name, maxInboundPlace), text.Cut(l.Address, maxInboundPlace)
	}
	in.Cards = boundCards(in.Cards)
	in.Form.bound()
	if c := in.Choice; c != nil {
		c.ID = text.Line(c.ID, maxInboundPlace)
	}
	if u := in.Unsupported; u != nil {
		u.Kind, u.Code, u.Reason = text.Line(u.Kind, maxInboundLine), text.Line(u.Code, maxInboundLine), text.Cut(u.Reason, maxInboundPlace)
		u.Raw = text.CutBytes(u.Raw, maxInboundRaw)
	}
	if r := in.Referral; r != nil {
		r.SourceID, r.Headline, r.Body = text.Line(r.SourceID, maxInboundLine), text.Cut(r.Headline, maxInboundPlace), text.Cut(r.Body, maxInboundPlace)
		r.URL, r.MediaURL, r.ClickID = address(r.URL), address(r.MediaURL), address(r.ClickID)
	}
	if p := in.Page; p != nil {
		p.URL, p.Title = address(p.URL), text.Line(p.Title, maxInboundLine)
	}
	if u := in.Update; u != nil {
		u.Text, u.Emoji = text.Omit(u.Text, maxInboundText, maxInboundTextBytes), text.Line(u.Emoji, maxInboundEmoji)
	}
	if len(in.Status.Ref) > maxInboundID {
		in.Status.Ref = ""
	}
	if e := in.Status.Error; e != nil {
		e.Code, e.Message = text.Line(e.Code, maxInboundLine), text.Cut(e.Message, maxInboundPlace)
	}
	if p := in.Status.Pricing; p != nil {
		p.Category, p.Type, p.Model = text.Line(p.Category, maxInboundLine), text.Line(p.Type, maxInboundLine), text.Line(p.Model, maxInboundLine)
	}
	if t := in.Template; t != nil {
		t.Name, t.Language = text.Line(t.Name, maxInboundLine), text.Line(t.Language, maxInboundLine)
		t.Change.Quality, t.Change.Reason = text.Line(t.Change.Quality, maxInboundLine), text.Cut(t.Change.Reason, maxInboundPlace)
	}
}

// bound cuts the fields of a form, and leaves out those that do not fit.
func (f *Form) bound() {
	if f == nil {
		return
	}
	f.Name, f.Raw = text.Line(f.Name, maxInboundLine), text.CutBytes(f.Raw, maxInboundForm)
	left := maxInboundForm
	for i := range f.Fields {
		field := &f.Fields[i]
		field.Name, field.Value = text.Line(field.Name, maxInboundLine), text.Cut(field.Value, maxInboundPlace)
		if left -= len(field.Name) + len(field.Value); left < 0 {
			f.Fields = f.Fields[:i]
			return
		}
	}
}

// boundCards cuts each card, and leaves out those that do not fit.
func boundCards(cards []Card) []Card {
	left := maxInboundCardBytes
	for i := range cards {
		c := &cards[i]
		c.Name, c.Company = text.Line(c.Name, maxInboundLine), text.Line(c.Company, maxInboundLine)
		left -= len(c.Name) + len(c.Company)
		for _, list := range []*[]string{&c.Phones, &c.Emails} {
			*list = (*list)[:min(len(*list), maxInboundPerCard)]
			for j, value := range *list {
				(*list)[j] = text.Line(value, maxInboundLine)
				left -= len((*list)[j])
			}
		}
		if left < 0 || i == maxInboundCards {
			return cards[:i]
		}
	}
	return cards
}

func (in *Inbound) boundTimes() {
	oldest := oldestLive
	if in.Kind == InboundHistory {
		oldest = oldestPast
	}
	within := func(at *time.Time) {
		if at.Sub(in.ReceivedAt) > clockSkew || in.ReceivedAt.Sub(*at) > oldest {
			*at = in.ReceivedAt
		}
	}
	within(&in.At)
	if in.Kind == InboundStatus {
		within(&in.Status.At)
	}
	if in.Kind == InboundMarketing {
		within(&in.MarketingConsent.At)
	}
	if in.Update != nil {
		within(&in.Update.When.At)
	}
	if in.Template != nil {
		within(&in.Template.Change.At)
	}
}

// address drops an address of the web that is too long: a part of one leads elsewhere.
func address(url string) string {
	if len(url) > maxInboundURL {
		return ""
	}
	return url
}
