// Package bounds limits what a provider sends to what can be stored, listed and pushed.
package bounds

import (
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/text"
	"github.com/recado-chat/recado/shared/fault"
)

// The most that is kept of an inbound item, above what the providers' own apps can write. Texts are in runes, ids and addresses in bytes.
// With all of them at their bounds a message stays below the 400 KB of an item of the tables.
const (
	maxText      = 65536
	maxTextBytes = 200 << 10
	maxName      = 128
	maxLine      = 256
	maxPlace     = 1000
	maxID        = 512
	maxURL       = 2048
	maxEmoji     = 16
	maxPhone     = 20 // digits; E.164 has up to 15
	maxFiles     = 30
	maxCards     = 257      // of one message in WhatsApp's app
	maxCardBytes = 64 << 10 // of all cards together
	maxForm      = 16 << 10 // the bytes of a form's fields, and of its document
	maxRaw       = 4 << 10  // bytes
	maxPerCard   = 20       // phones, and addresses
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

// Apply limits an item to what can be stored, listed and pushed, whatever the provider sent:
//   - Long texts and names are cut. A name loses what would break a line or turn the direction of the text beside it.
//   - A time in the future, or older than any the provider can mean, becomes the arrival: the reply window, the order of messages and the
//     order of updates follow from it.
//   - An address or a message id that is too long names nobody: Invalid, with reason id_too_long. A quote of such an id is dropped.
func Apply(in *chat.Inbound) error {
	if len(in.ProviderID) > maxID || len(in.Target) > maxID {
		return fault.New(fault.Invalid, "the message id is longer than any of the provider's").WithReason("id_too_long")
	}
	for _, of := range []*chat.Sender{&in.Sender, &in.NewIdentity} {
		if err := sender(of); err != nil {
			return err
		}
	}
	content(in)
	times(in)
	return nil
}

func sender(s *chat.Sender) error {
	for _, address := range s.Known() {
		if len(address) > maxID {
			return fault.New(fault.Invalid, "the address is longer than any of the provider's").WithReason("id_too_long")
		}
	}
	s.Name, s.Username = text.Line(s.Name, maxName), text.Line(s.Username, maxName)
	if len(s.Phone) > maxPhone {
		s.Phone = ""
	}
	return nil
}

func content(in *chat.Inbound) {
	in.Text, in.Ignored = text.Omit(in.Text, maxText, maxTextBytes), text.Line(in.Ignored, maxLine)
	if len(in.ReplyTo) > maxID {
		in.ReplyTo = ""
	}
	in.Attachments = in.Attachments[:min(len(in.Attachments), maxFiles)]
	for i := range in.Attachments {
		a := &in.Attachments[i]
		a.Name, a.Mime = text.Line(a.Name, maxLine), text.Line(a.Mime, maxLine)
		if len(a.Ref) > maxURL {
			a.Ref, a.State = "", chat.AttachmentFailed
		}
	}
	if l := in.Location; l != nil {
		l.Name, l.Address = text.Cut(l.Name, maxPlace), text.Cut(l.Address, maxPlace)
	}
	in.Cards = cards(in.Cards)
	form(in.Form)
	if c := in.Choice; c != nil {
		c.ID = text.Line(c.ID, maxPlace)
	}
	if u := in.Unsupported; u != nil {
		u.Kind, u.Code, u.Reason = text.Line(u.Kind, maxLine), text.Line(u.Code, maxLine), text.Cut(u.Reason, maxPlace)
		u.Raw = text.CutBytes(u.Raw, maxRaw)
	}
	if r := in.Referral; r != nil {
		r.SourceID, r.Headline, r.Body = text.Line(r.SourceID, maxLine), text.Cut(r.Headline, maxPlace), text.Cut(r.Body, maxPlace)
		r.URL, r.MediaURL, r.ClickID = address(r.URL), address(r.MediaURL), address(r.ClickID)
	}
	if p := in.Page; p != nil {
		p.URL, p.Title = address(p.URL), text.Line(p.Title, maxLine)
	}
	if u := in.Update; u != nil {
		u.Text, u.Emoji = text.Omit(u.Text, maxText, maxTextBytes), text.Line(u.Emoji, maxEmoji)
	}
	if len(in.Status.Ref) > maxID {
		in.Status.Ref = ""
	}
	if e := in.Status.Error; e != nil {
		e.Code, e.Message = text.Line(e.Code, maxLine), text.Cut(e.Message, maxPlace)
	}
	if p := in.Status.Pricing; p != nil {
		p.Category, p.Type, p.Model = text.Line(p.Category, maxLine), text.Line(p.Type, maxLine), text.Line(p.Model, maxLine)
	}
	if t := in.Template; t != nil {
		t.Name, t.Language = text.Line(t.Name, maxLine), text.Line(t.Language, maxLine)
		t.Change.Quality, t.Change.Reason = text.Line(t.Change.Quality, maxLine), text.Cut(t.Change.Reason, maxPlace)
	}
}

// form cuts the fields of a form, and leaves out those that do not fit.
func form(f *chat.Form) {
	if f == nil {
		return
	}
	f.Name, f.Raw = text.Line(f.Name, maxLine), text.CutBytes(f.Raw, maxForm)
	left := maxForm
	for i := range f.Fields {
		field := &f.Fields[i]
		field.Name, field.Value = text.Line(field.Name, maxLine), text.Cut(field.Value, maxPlace)
		if left -= len(field.Name) + len(field.Value); left < 0 {
			f.Fields = f.Fields[:i]
			return
		}
	}
}

// cards cuts each card, and leaves out those that do not fit.
func cards(list []chat.Card) []chat.Card {
	left := maxCardBytes
	for i := range list {
		c := &list[i]
		c.Name, c.Company = text.Line(c.Name, maxLine), text.Line(c.Company, maxLine)
		left -= len(c.Name) + len(c.Company)
		for _, values := range []*[]string{&c.Phones, &c.Emails} {
			*values = (*values)[:min(len(*values), maxPerCard)]
			for j, value := range *values {
				(*values)[j] = text.Line(value, maxLine)
				left -= len((*values)[j])
			}
		}
		if left < 0 || i == maxCards {
			return list[:i]
		}
	}
	return list
}

func times(in *chat.Inbound) {
	oldest := oldestLive
	if in.Kind == chat.InboundHistory {
		oldest = oldestPast
	}
	within := func(at *time.Time) {
		if at.Sub(in.ReceivedAt) > clockSkew || in.ReceivedAt.Sub(*at) > oldest {
			*at = in.ReceivedAt
		}
	}
	within(&in.At)
	if in.Kind == chat.InboundStatus {
		within(&in.Status.At)
	}
	if in.Kind == chat.InboundMarketing {
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
	if len(url) > maxURL {
		return ""
	}
	return url
}
