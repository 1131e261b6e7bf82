package whatsapp

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/whatsapp/example"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// templatesPerPage is how many templates one call reads. Meta limits the calls per hour, and maxAnswer the size of a response.
const templatesPerPage = 50

type wireTemplates struct {
	Data   []wireTemplate `json:"data"`
	Paging struct {
		Cursors struct {
			After string `json:"after"`
		} `json:"cursors"`
		Next string `json:"next"`
	} `json:"paging"`
}

type wireTemplate struct {
	ID       scalar `json:"id"`
	Name     string `json:"name"`
	Language string `json:"language"`
	Category string `json:"category"`
	Status   string `json:"status"`
	Reason   string `json:"rejected_reason"`
	Quality  struct {
		Score string `json:"score"`
	} `json:"quality_score"`
	Components []wireComponent `json:"components"`
}

type wireComponent struct {
	Type    string               `json:"type"`
	Format  string               `json:"format"`
	Text    string               `json:"text"`
	Example example.Document     `json:"example"`
	Buttons []wireTemplateButton `json:"buttons"`
}

type wireTemplateButton struct {
	Type string `json:"type"`
	Text string `json:"text"`
	URL  string `json:"url"`
}

// Templates reads a page of the templates of a WhatsApp Business Account, in every status. Templates with components that we cannot
// send, such as a carousel, are left out.
func (a *Adapter) Templates(ctx context.Context, credentials chat.Credentials, business, cursor string) (page []chat.Template, next string, err error) {
	query := url.Values{
		"fields": {"id,name,language,category,status,rejected_reason,quality_score,components"}, "limit": {strconv.Itoa(templatesPerPage)},
	}
	if cursor != "" {
		query.Set("after", cursor)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url(business, "message_templates")+"?"+query.Encode(), nil)
	if err != nil {
		return nil, "", fmt.Errorf("make the request of templates: %w", err)
	}
	answer, err := a.exchange(request, credentials, false)
	if err != nil {
		return nil, "", err
	}
	var found wireTemplates
	if err := decode(answer, &found); err != nil {
		return nil, "", unanswered(false, &channel.ProviderError{Code: codeNoAnswer, Message: "the templates cannot be read"}, err)
	}
	for _, it := range found.Data {
		if t, sendable := it.template(); sendable {
			page = append(page, t)
		}
	}
	if found.Paging.Next != "" && found.Paging.Cursors.After != cursor {
		next = found.Paging.Cursors.After
	}
	return page, next, nil
}

// takesTemplate refuses an authentication template for a contact without a phone number, as Meta does with error 131062 (Meta's page
// "Business-scoped user IDs").
func takesTemplate(t chat.Template, address string) error {
	if t.Category == "authentication" && isUserID(address) {
		return fault.New(fault.Conflict, "authentication templates need the contact's phone number").WithField("template").WithReason(reasonPhoneNeeded)
	}
	return nil
}

func (w wireTemplate) template() (t chat.Template, sendable bool) {
	t = chat.Template{
		ID: string(w.ID), Name: w.Name, Language: w.Language, Category: strings.ToLower(w.Category), Status: templateStatus(w.Status),
		Quality: quality(w.Quality.Score), Reason: strings.TrimPrefix(w.Reason, "NONE"),
	}
	for _, c := range w.Components {
		switch c.Type {
		case "HEADER":
			t.Header = c.header()
		case "BODY":
			t.Body = example.Text(c.Text, c.Example)
		case "FOOTER":
			t.Footer = c.Text
		case "BUTTONS":
			for _, b := range c.Buttons {
				t.Buttons = append(t.Buttons, b.button())
			}
		default:
			return t, false
		}
	}
	return t, t.Name != "" && t.Language != ""
}

func (c wireComponent) header() *chat.TemplateHeader {
	header := &chat.TemplateHeader{Format: chat.TemplateFormat(strings.ToLower(c.Format))}
	switch header.Format {
	case chat.HeaderText:
		header.TemplateText = example.Text(c.Text, c.Example)
	case chat.HeaderLocation:
		header.Parameters = []string{"latitude", "longitude", "name", "address"}
	case chat.HeaderImage, chat.HeaderVideo, chat.HeaderDocument:
	}
	return header
}

func (b wireTemplateButton) button() chat.TemplateButton {
	button := chat.TemplateButton{Type: chat.ButtonOther, Text: b.Text}
	switch b.Type {
	case "QUICK_REPLY":
		button.Type = chat.ButtonQuickReply
	case "PHONE_NUMBER":
		button.Type = chat.ButtonPhone
	case "URL":
		button.Type, button.Parameter = chat.ButtonURL, strings.Contains(b.URL, "{{")
	case "OTP": // the API takes the code as a URL button's parameter
		button.Type, button.Parameter = chat.ButtonURL, true
	case "COPY_CODE":
		button.Type, button.Parameter = chat.ButtonCopyCode, true
	}
	return button
}

// templateStatus maps Meta's status. An unknown status counts as disabled, so that the template is not sent.
func templateStatus(status string) chat.TemplateStatus {
	switch status {
	case "APPROVED", "FLAGGED", "REINSTATED": // FLAGGED is only a warning
		return chat.TemplateApproved
	case "PENDING":
		return chat.TemplatePending
	case "REJECTED":
		return chat.TemplateRejected
	case "PAUSED":
		return chat.TemplatePaused
	case "IN_APPEAL":
		return chat.TemplateInAppeal
	}
	return chat.TemplateDisabled
}

func quality(score string) string {
	switch score := strings.ToLower(score); score {
	case "green", "yellow", "red":
		return score
	}
	return "unknown"
}
