package chat

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
	s.Name, s.Username = line(s.Name, maxInboundName), line(s.Username, maxInboundName)
	if len(s.Phone) > maxInboundPhone {
		s.Phone = ""
	}
	return nil
}

func (in *Inbound) boundContent() {
	in.Text, in.Ignored = cutText(in.Text), line(in.Ignored, maxInboundLine)
	if len(in.ReplyTo) > maxInboundID {
		in.ReplyTo = ""
	}
	in.Attachments = in.Attachments[:min(len(in.Attachments), maxInboundFiles)]
	for i := range in.Attachments {
		a := &in.Attachments[i]
		a.Name, a.Mime = line(a.Name, maxInboundLine), line(a.Mime, maxInboundLine)
		if len(a.Ref) > maxInboundURL {
			a.Ref, a.State = "", AttachmentFailed
		}
	}
	if l := in.Location; l != nil {
		l.Name, l.Address = cut(l.Name, maxInboundPlace), cut(l.Address, maxInboundPlace)
	}
	in.Cards = boundCards(in.Cards)
	in.Form.bound()
	if c := in.Choice; c != nil {
		c.ID = line(c.ID, maxInboundPlace)
	}
	if u := in.Unsupported; u != nil {
		u.Kind, u.Code, u.Reason = line(u.Kind, maxInboundLine), line(u.Code, maxInboundLine), cut(u.Reason, maxInboundPlace)
		u.Raw = cutBytes(u.Raw, maxInboundRaw)
	}
	if r := in.Referral; r != nil {
		r.SourceID, r.Headline, r.Body = line(r.SourceID, maxInboundLine), cut(r.Headline, maxInboundPlace), cut(r.Body, maxInboundPlace)
		r.URL, r.MediaURL, r.ClickID = address(r.URL), address(r.MediaURL), address(r.ClickID)
	}
	if p := in.Page; p != nil {
		p.URL, p.Title = address(p.URL), line(p.Title, maxInboundLine)
	}
	if u := in.Update; u != nil {
		u.Text, u.Emoji = cutText(u.Text), line(u.Emoji, maxInboundEmoji)
	}
	if len(in.Status.Ref) > maxInboundID {
		in.Status.Ref = ""
	}
	if e := in.Status.Error; e != nil {
		e.Code, e.Message = line(e.Code, maxInboundLine), cut(e.Message, maxInboundPlace)
	}
	if p := in.Status.Pricing; p != nil {
		p.Category, p.Type, p.Model = line(p.Category, maxInboundLine), line(p.Type, maxInboundLine), line(p.Model, maxInboundLine)
	}
	if t := in.Template; t != nil {
		t.Name, t.Language = line(t.Name, maxInboundLine), line(t.Language, maxInboundLine)
		t.Change.Quality, t.Change.Reason = line(t.Change.Quality, maxInboundLine), cut(t.Change.Reason, maxInboundPlace)
	}
}

// bound cuts the fields of a form, and leaves out those that do not fit.
func (f *Form) bound() {
	if f == nil {
		return
	}
	f.Name, f.Raw = line(f.Name, maxInboundLine), cutBytes(f.Raw, maxInboundForm)
	left := maxInboundForm
	for i := range f.Fields {
		field := &f.Fields[i]
		field.Name, field.Value = line(field.Name, maxInboundLine), cut(field.Value, maxInboundPlace)
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
		c.Name, c.Company = line(c.Name, maxInboundLine), line(c.Company, maxInboundLine)
		left -= len(c.Name) + len(c.Company)
		for _, list := range []*[]string{&c.Phones, &c.Emails} {
			*list = (*list)[:min(len(*list), maxInboundPerCard)]
			for j, value := range *list {
				(*list)[j] = line(value, maxInboundLine)
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

// cut shortens a text to a number of runes, with an ellipsis as the last one.
func cut(text string, most int) string {
	if len(text) <= most || utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

func cutText(text string) string { return cutBytes(cut(text, maxInboundText), maxInboundTextBytes) }

// cutBytes shortens a text to a number of bytes, with an ellipsis behind them.
func cutBytes(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// address drops an address of the web that is too long: a part of one leads elsewhere.
func address(url string) string {
	if len(url) > maxInboundURL {
		return ""
	}
	return url
}

// line makes a text one line that cannot turn the direction of what stands beside it. It is empty when nothing of it is visible.
func line(text string, most int) string {
	if plain(text) && len(text) <= most {
		return text
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069': // embeddings, overrides and isolates
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == utf8.RuneError:
			return ' '
		}
		return r
	}, text)
	if strings.IndexFunc(text, visible) < 0 {
		return ""
	}
	return cut(strings.TrimSpace(text), most)
}

// plain is the usual case: printable ASCII without blanks at its ends.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return text == "" || text[0] != ' ' && text[len(text)-1] != ' '
}

// visible reports whether a character is seen by itself: formats and blanks are not, nor are the fillers that Unicode counts as letters.
func visible(r rune) bool {
	switch r {
	case '\u115F', '\u1160', '\u2800', '\u3164', '\uFFA0':
		return false
	}
	return unicode.IsGraphic(r) && !unicode.IsSpace(r)
}
