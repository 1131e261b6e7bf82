package whatsapp

import (
	"encoding/json"
	"strings"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// wirePreference is a contact's choice about the marketing messages of the business.
type wirePreference struct {
	WaID      scalar `json:"wa_id"`
	UserID    scalar `json:"user_id"`
	Category  string `json:"category"`
	Value     string `json:"value"`
	Timestamp scalar `json:"timestamp"`
}

func parsePreference(in chat.Inbound, it item) (chat.Inbound, error) {
	if !isObject(it.Preference) {
		return chat.Inbound{}, unreadable()
	}
	var preference wirePreference
	_ = decode(it.Preference, &preference)
	var person wireContact
	_ = decode(it.Contact, &person)
	in.At = timeOf(preference.Timestamp, in.ReceivedAt)
	switch {
	case preference.Category != "marketing_messages":
		return ignored(in, "preference:"+preference.Category), nil
	case preference.Value != "stop" && preference.Value != "resume":
		return ignored(in, "preference:"+preference.Value), nil
	}
	in.Sender = senderOf(it.person(), person)
	if len(in.Sender.Addresses) == 0 {
		return chat.Inbound{}, fault.New(fault.Invalid, "the preference has no contact").WithReason(reasonNoSender)
	}
	in.Kind, in.MarketingConsent = chat.InboundMarketing, chat.MarketingConsent{OptedOut: preference.Value == "stop", At: in.At}
	return in, nil
}

// template makes an item of a template's status or quality update. It names no number, because a template belongs to the whole
// WhatsApp Business Account, which may have several numbers.
func (s *splitter) template(entry wireEntry, field string, value json.RawMessage) {
	if !isObject(value) {
		s.unreadable(value)
		return
	}
	var t wireVerdict
	_ = decode(value, &t)
	s.add(item{Field: field, Entry: &entry, Template: value}, channel.Item{
		Asset: owner(entry), Group: "template:" + t.Name + ":" + t.Language, Kind: chat.InboundTemplate,
	})
}

// owner returns the id of the WhatsApp Business Account of an update. It is not a channel's asset, which is a number.
func owner(entry wireEntry) string { return string(entry.ID) }

type wireVerdict struct {
	Event    string `json:"event"`
	Name     string `json:"message_template_name"`
	Language string `json:"message_template_language"`
	Reason   string `json:"reason"`
	Quality  string `json:"new_quality_score"`
}

// verdicts maps the events of message_template_status_update. A FLAGGED template keeps its status and can still be sent; one that is
// being deleted cannot.
var verdicts = map[string]chat.TemplateStatus{
	"APPROVED":         chat.TemplateApproved,
	"REINSTATED":       chat.TemplateApproved,
	"PENDING":          chat.TemplatePending,
	"IN_APPEAL":        chat.TemplateInAppeal,
	"REJECTED":         chat.TemplateRejected,
	"PAUSED":           chat.TemplatePaused,
	"DISABLED":         chat.TemplateDisabled,
	"PENDING_DELETION": chat.TemplateDisabled,
	"DELETED":          chat.TemplateDisabled,
}

func parseTemplate(in chat.Inbound, it item) (chat.Inbound, error) {
	var entry wireEntry
	if it.Entry != nil {
		entry = *it.Entry
	}
	in.Asset, in.At = owner(entry), timeOf(entry.Time, in.ReceivedAt)
	var t wireVerdict
	_ = decode(it.Template, &t)
	if t.Name == "" {
		return chat.Inbound{}, fault.New(fault.Invalid, "the template update has no template name").WithReason(reasonNoID)
	}
	change := chat.TemplateChange{Status: verdicts[t.Event], Quality: strings.ToLower(t.Quality), At: in.At}
	if t.Reason != "NONE" {
		change.Reason = t.Reason
	}
	if change.Status == "" && change.Quality == "" {
		return ignored(in, "template:"+t.Event), nil
	}
	in.Kind, in.Template = chat.InboundTemplate, &chat.InboundTemplateChange{Name: t.Name, Language: t.Language, Change: change}
	return in, nil
}
