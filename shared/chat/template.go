package chat

import "time"

// TemplateStatus is the provider's verdict on a template.
type TemplateStatus string

// The statuses of a template.
const (
	TemplatePending  TemplateStatus = "pending"
	TemplateApproved TemplateStatus = "approved"
	TemplateRejected TemplateStatus = "rejected"
	TemplatePaused   TemplateStatus = "paused"
	TemplateDisabled TemplateStatus = "disabled"
)

// TemplateChange is what a provider tells of a template; what is empty stays as it is.
type TemplateChange struct {
	Status  TemplateStatus
	Quality string
	Reason  string
	At      time.Time
}
