package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// formPart is what a contact filled into a form.
type formPart struct {
	Name   string          `dynamodbav:"name,omitempty"`
	Fields []formFieldPart `dynamodbav:"fields,omitempty"`
	Raw    string          `dynamodbav:"raw,omitempty"`
}

type formFieldPart struct {
	Name  string `dynamodbav:"name"`
	Value string `dynamodbav:"value"`
}

func formOf(f *chat.Form) *formPart {
	if f == nil {
		return nil
	}
	part := &formPart{Name: f.Name, Raw: f.Raw}
	for _, field := range f.Fields {
		part.Fields = append(part.Fields, formFieldPart(field))
	}
	return part
}

func (p *formPart) form() *chat.Form {
	if p == nil {
		return nil
	}
	f := &chat.Form{Name: p.Name, Raw: p.Raw}
	for _, field := range p.Fields {
		f.Fields = append(f.Fields, chat.FormField(field))
	}
	return f
}

type choicePart struct {
	ID string `dynamodbav:"id"`
}

type unsupportedPart struct {
	Kind   string `dynamodbav:"kind,omitempty"`
	Code   string `dynamodbav:"code,omitempty"`
	Reason string `dynamodbav:"reason,omitempty"`
	Raw    string `dynamodbav:"raw,omitempty"`
}

type pricingPart struct {
	Category string `dynamodbav:"category,omitempty"`
	Type     string `dynamodbav:"type,omitempty"`
	Model    string `dynamodbav:"model,omitempty"`
	Billable bool   `dynamodbav:"billable,omitempty"`
}

func PricingOf(p *chat.Pricing) *pricingPart {
	if p == nil {
		return nil
	}
	part := pricingPart(*p)
	return &part
}

func (p *pricingPart) pricing() *chat.Pricing {
	if p == nil {
		return nil
	}
	price := chat.Pricing(*p)
	return &price
}

// timesPart are the times of a message's statuses, an attribute each, so that one can be set alone.
type timesPart struct {
	Sent      table.Millis `dynamodbav:"tSent,omitempty"`
	Delivered table.Millis `dynamodbav:"tDelivered,omitempty"`
	Read      table.Millis `dynamodbav:"tRead,omitempty"`
	Failed    table.Millis `dynamodbav:"tFailed,omitempty"`
}

func timesOf(t chat.StatusTimes) timesPart {
	return timesPart{
		Sent: table.MillisOf(t.Sent), Delivered: table.MillisOf(t.Delivered), Read: table.MillisOf(t.Read), Failed: table.MillisOf(t.Failed),
	}
}

func (p timesPart) times() chat.StatusTimes {
	return chat.StatusTimes{Sent: p.Sent.Time(), Delivered: p.Delivered.Time(), Read: p.Read.Time(), Failed: p.Failed.Time()}
}

// StatusTime is the attribute that holds the time of a status; "" for one without.
func StatusTime(s chat.MessageStatus) string {
	switch s {
	case chat.StatusSent:
		return "tSent"
	case chat.StatusDelivered:
		return "tDelivered"
	case chat.StatusRead:
		return "tRead"
	case chat.StatusFailed:
		return "tFailed"
	case chat.StatusReceived, chat.StatusQueued, chat.StatusHeld, chat.StatusSending, chat.StatusUnknown:
	}
	return ""
}
