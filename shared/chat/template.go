package chat

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TemplateStatus says whether a template may be sent.
type TemplateStatus string

// The statuses of a template.
const (
	TemplateApproved TemplateStatus = "approved"
	TemplatePending  TemplateStatus = "pending"
	TemplateRejected TemplateStatus = "rejected"
	TemplatePaused   TemplateStatus = "paused"
	TemplateDisabled TemplateStatus = "disabled"
	TemplateInAppeal TemplateStatus = "in_appeal"
)

// TemplateStatuses are all of them.
func TemplateStatuses() []TemplateStatus {
	return []TemplateStatus{TemplateApproved, TemplatePending, TemplateRejected, TemplatePaused, TemplateDisabled, TemplateInAppeal}
}

// TemplateFormat is what the header of a template is.
type TemplateFormat string

// The formats of a header. A location has four parameters: latitude, longitude, name and address.
const (
	HeaderText     TemplateFormat = "text"
	HeaderImage    TemplateFormat = "image"
	HeaderVideo    TemplateFormat = "video"
	HeaderDocument TemplateFormat = "document"
	HeaderLocation TemplateFormat = "location"
)

// Media reports whether the header is a file, and of which type of message.
func (f TemplateFormat) Media() (MessageType, bool) {
	switch f {
	case HeaderImage, HeaderVideo, HeaderDocument:
		return MessageType(f), true
	case HeaderText, HeaderLocation:
	}
	return "", false
}

// TemplateButtonType is what a button of a template does.
type TemplateButtonType string

// The types of buttons.
const (
	ButtonQuickReply TemplateButtonType = "quick_reply"
	ButtonURL        TemplateButtonType = "url"
	ButtonPhone      TemplateButtonType = "phone_number"
	ButtonCopyCode   TemplateButtonType = "copy_code"
	ButtonOther      TemplateButtonType = "other"
)

// Template is a message with parameters that the provider approved beforehand. Outside the channel's window only templates may be sent.
type Template struct {
	ID        string // the provider's
	AccountID AccountID
	ChannelID ChannelID
	Name      string
	Language  string // as the provider writes it: es, es_AR
	Category  string // marketing, utility or authentication
	Status    TemplateStatus
	Quality   string // green, yellow, red or unknown
	Reason    string // why it was rejected or paused
	Header    *TemplateHeader
	Body      TemplateText
	Footer    string
	Buttons   []TemplateButton
	ChangedAt time.Time // the provider's time of its last change of status
	SyncedAt  time.Time // when the last reading that found it began
	UpdatedAt time.Time
}

// TemplateText is a text with placeholders. Parameters are their names, in the order in which they are filled: "1", "2", or words; Examples
// are the provider's values for them, in the same order, or none.
type TemplateText struct {
	Text       string
	Parameters []string
	Examples   []string
}

// TemplateHeader is the top of a template.
type TemplateHeader struct {
	Format TemplateFormat
	TemplateText
}

// TemplateButton is a button of a template. Parameter says that it has one.
type TemplateButton struct {
	Type      TemplateButtonType
	Text      string
	Parameter bool
}

// TemplateChange is a provider's change of a template. Empty fields stay as they were.
type TemplateChange struct {
	Status  TemplateStatus
	Quality string
	Reason  string
	At      time.Time
}

// TemplateRef is a template as one message uses it, with everything needed to send and to show it. Heading, Footer and Shown are the parts
// around the body as they were then; messages that were sent before they were kept have none.
type TemplateRef struct {
	Name     string
	Language string
	Format   TemplateFormat // the header's; "" without one
	Header   []TemplateParameter
	Body     []TemplateParameter
	Buttons  []TemplateButtonParameter
	Heading  string // the header's text, filled in
	Footer   string
	Shown    []TemplateButton
}

// TemplateParameter is the value of one parameter. Name is empty for numbered ones.
type TemplateParameter struct {
	Name string
	Text string
}

// TemplateButtonParameter is the value of one button's parameter.
type TemplateButtonParameter struct {
	Index int
	Type  TemplateButtonType
	Text  string
}

// NewTemplateText finds the placeholders of a text: {{1}}, {{2}}, or {{word}}.
func NewTemplateText(text string) TemplateText {
	t := TemplateText{Text: text}
	for rest := text; ; {
		_, after, found := strings.Cut(rest, "{{")
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}}")
		if !closed {
			break
		}
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(t.Parameters, name) {
			t.Parameters = append(t.Parameters, name)
		}
		rest = tail
	}
	slices.SortStableFunc(t.Parameters, func(a, b string) int { return cmp.Compare(number(a), number(b)) })
	return t
}

// number is the parameter's number; 0 for a word, so that words keep the order of the text.
func number(name string) int {
	n, err := strconv.Atoi(name)
	if err != nil {
		return 0
	}
	return n
}

// Fill gives the parameters their values, in order; false when there are more or fewer values than parameters, or one is blank.
func (t TemplateText) Fill(values []string) ([]TemplateParameter, bool) {
	blank := func(value string) bool { return strings.TrimSpace(value) == "" }
	if len(values) != len(t.Parameters) || slices.ContainsFunc(values, blank) {
		return nil, false
	}
	var filled []TemplateParameter
	for i, value := range values {
		p := TemplateParameter{Name: t.Parameters[i], Text: value}
		if number(p.Name) > 0 {
			p.Name = ""
		}
		filled = append(filled, p)
	}
	return filled, true
}

// Render replaces the placeholders by the values. A value that looks like a placeholder is not replaced again.
func (t TemplateText) Render(filled []TemplateParameter) string {
	var b strings.Builder
	for rest := t.Text; ; {
		before, after, found := strings.Cut(rest, "{{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, tail, closed := strings.Cut(after, "}}")
		if !closed {
			b.WriteString("{{" + after)
			return b.String()
		}
		if i := slices.Index(t.Parameters, strings.TrimSpace(name)); i >= 0 && i < len(filled) {
			b.WriteString(filled[i].Text)
		}
		rest = tail
	}
}

// Render is the text that a contact reads: header, body and footer.
func (t Template) Render(ref TemplateRef) string {
	var parts []string
	if t.Header != nil && t.Header.Format == HeaderText {
		parts = append(parts, t.Header.Render(ref.Header))
	}
	return strings.Join(slices.DeleteFunc(append(parts, t.Body.Render(ref.Body), t.Footer), func(s string) bool { return s == "" }), "\n\n")
}
