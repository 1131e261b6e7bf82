package wire

import "github.com/recado-chat/recado/shared/chat"

// TemplateRef names the template that a message was made from.
type TemplateRef struct {
	// Name is the template's name.
	Name string `json:"name"`
	// Language is the template's, as the provider writes it: es, es_AR.
	Language string `json:"language"`
	// Heading is the header's text as it was sent; empty without one. The message's text begins with it.
	Heading string `json:"heading" default:"\"\""`
	// Footer is empty without one. The message's text ends with it.
	Footer string `json:"footer" default:"\"\""`
	// Buttons are the template's when the message was sent; empty without any.
	Buttons []TemplateButton `json:"buttons" default:"[]"`
}

// NewTemplateRef names the template to send, with the values of its placeholders.
type NewTemplateRef struct {
	// Name is the template's name.
	Name string `json:"name" jsonschema:"minLength=1,maxLength=512"`
	// Language is the template's, as the provider writes it: es, es_AR.
	Language string `json:"language" jsonschema:"minLength=1,maxLength=128"`
	// Parameters are the values of the template's placeholders.
	Parameters TemplateParameters `json:"parameters,omitzero"`
}

// TemplateParameters are the values of a template's placeholders, each at most 1024 bytes.
type TemplateParameters struct {
	// Header are the values of the header, in order; for a location latitude, longitude, name and address.
	Header []string `json:"header,omitempty"`
	// Body are the values of the body, in order.
	Body []string `json:"body,omitempty"`
	// Buttons are the values of buttons, by the button's index from 0.
	Buttons map[string]string `json:"buttons,omitempty"`
}

// TemplateCategory is what a provider charges and reviews a template as.
type TemplateCategory string

// The categories of templates.
const (
	CategoryMarketing      TemplateCategory = "marketing"
	CategoryUtility        TemplateCategory = "utility"
	CategoryAuthentication TemplateCategory = "authentication"
)

// TemplateQuality is the provider's rating of a template by its recipients' reactions.
type TemplateQuality string

// The ratings.
const (
	QualityGreen   TemplateQuality = "green"
	QualityYellow  TemplateQuality = "yellow"
	QualityRed     TemplateQuality = "red"
	QualityUnknown TemplateQuality = "unknown"
)

// Template is a message that the provider approved, or has still to approve. Outside the window only templates may be sent.
type Template struct {
	// ID is the provider's.
	ID string `json:"id"`
	// Name is the template's name, unique with its language.
	Name string `json:"name"`
	// Language is as the provider writes it: es, es_AR.
	Language string `json:"language"`
	// Category is the provider's; it decides what a message costs.
	Category TemplateCategory `json:"category"`
	// Status says whether the provider lets the template be sent.
	Status chat.TemplateStatus `json:"status"`
	// Quality is the provider's rating.
	Quality TemplateQuality `json:"quality"`
	// Reason is the provider's, for a rejected or paused template; otherwise empty.
	Reason string `json:"reason"`
	// UpdatedAt is when the service last stored a change of the template.
	UpdatedAt Time `json:"updatedAt"`
	// Header is null for a template without one.
	Header *TemplateHeader `json:"header"`
	// Body is the text of the message.
	Body TemplateText `json:"body"`
	// Footer is empty for a template without one.
	Footer string `json:"footer"`
	// Buttons are empty for a template without buttons.
	Buttons []TemplateButton `json:"buttons"`
}

// TemplateHeader is the top of a template: a text, a file or a location.
type TemplateHeader struct {
	// Format is what the header consists of.
	Format chat.TemplateFormat `json:"format"`
	// Text is empty unless the format is text.
	Text string `json:"text" default:"\"\""`
	// Parameters is the number of placeholders; of a location four: latitude, longitude, name and address.
	Parameters int `json:"parameters" default:"0"`
	// Examples are the provider's values for the placeholders, in their order; empty when it gave none.
	Examples []string `json:"examples" default:"[]"`
}

// TemplateText is a text with placeholders, written {{1}}.
type TemplateText struct {
	// Text is the text with its placeholders.
	Text string `json:"text"`
	// Parameters is the number of placeholders.
	Parameters int `json:"parameters"`
	// Examples are the provider's values for the placeholders, in their order; empty when it gave none.
	Examples []string `json:"examples" default:"[]"`
}

// TemplateButton is a button of a template.
type TemplateButton struct {
	// Type is what the button does.
	Type chat.TemplateButtonType `json:"type"`
	// Text is what the contact reads.
	Text string `json:"text"`
	// Parameter says whether the button needs a value.
	Parameter bool `json:"parameter"`
}

// TemplateQuery selects templates.
type TemplateQuery struct {
	// Status selects the templates of one status.
	Status chat.TemplateStatus `json:"status,omitempty"`
	// Q searches in names and texts.
	Q string `json:"q,omitempty" jsonschema:"maxLength=200"`
	Page
}
