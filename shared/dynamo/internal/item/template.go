package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// templateItem is a template as stored. Find is the folded text that a search looks in.
type templateItem struct {
	table.Header
	Channel   string               `dynamodbav:"channel"`
	ID        string               `dynamodbav:"id"`
	Name      string               `dynamodbav:"name"`
	Language  string               `dynamodbav:"language"`
	Category  string               `dynamodbav:"category,omitempty"`
	Status    string               `dynamodbav:"status"`
	Quality   string               `dynamodbav:"quality,omitempty"`
	Reason    string               `dynamodbav:"reason,omitempty"`
	Format    string               `dynamodbav:"format,omitempty"`
	Heading   templateTextPart     `dynamodbav:"header"`
	Body      templateTextPart     `dynamodbav:"body"`
	Footer    string               `dynamodbav:"footer,omitempty"`
	Buttons   []templateButtonPart `dynamodbav:"buttons,omitempty"`
	Find      string               `dynamodbav:"find"`
	ChangedAt table.Millis         `dynamodbav:"changedAt,omitempty"`
	SyncedAt  table.Millis         `dynamodbav:"syncedAt"`
	UpdatedAt table.Millis         `dynamodbav:"updatedAt"`
}

type templateTextPart struct {
	Text       string   `dynamodbav:"text,omitempty"`
	Parameters []string `dynamodbav:"parameters,omitempty"`
	Examples   []string `dynamodbav:"examples,omitempty"`
}

type templateButtonPart struct {
	Type      string `dynamodbav:"type"`
	Text      string `dynamodbav:"text,omitempty"`
	Parameter bool   `dynamodbav:"parameter,omitempty"`
}

func Template(t chat.Template) templateItem {
	it := templateItem{
		Header:  table.NewHeader(key.Template(t.AccountID, t.ChannelID, t.Name, t.Language), KindTemplate),
		Channel: string(t.ChannelID), ID: t.ID, Name: t.Name, Language: t.Language, Category: t.Category, Status: string(t.Status),
		Quality: t.Quality, Reason: t.Reason, Body: templateTextPart(t.Body), Footer: t.Footer,
		Find:      Fold(t.Name + " " + t.Body.Text),
		ChangedAt: table.MillisOf(t.ChangedAt), SyncedAt: table.MillisOf(t.SyncedAt), UpdatedAt: table.MillisOf(t.UpdatedAt),
	}
	if t.Header != nil {
		it.Format, it.Heading = string(t.Header.Format), templateTextPart(t.Header.TemplateText)
	}
	for _, b := range t.Buttons {
		it.Buttons = append(it.Buttons, templateButtonPart{Type: string(b.Type), Text: b.Text, Parameter: b.Parameter})
	}
	return it
}

func DecodeTemplate(av table.Item) (chat.Template, error) {
	it, err := table.Decode[templateItem](av, KindTemplate)
	if err != nil {
		return chat.Template{}, err
	}
	account, err := key.Split(it.PK, "A", 1)
	if err != nil {
		return chat.Template{}, table.Damaged(KindTemplate, err)
	}
	t := chat.Template{
		ID: it.ID, AccountID: chat.AccountID(account[0]), ChannelID: chat.ChannelID(it.Channel), Name: it.Name, Language: it.Language,
		Category: it.Category, Status: chat.TemplateStatus(it.Status), Quality: it.Quality, Reason: it.Reason,
		Body: chat.TemplateText(it.Body), Footer: it.Footer,
		ChangedAt: it.ChangedAt.Time(), SyncedAt: it.SyncedAt.Time(), UpdatedAt: it.UpdatedAt.Time(),
	}
	if it.Format != "" {
		t.Header = &chat.TemplateHeader{Format: chat.TemplateFormat(it.Format), TemplateText: chat.TemplateText(it.Heading)}
	}
	for _, b := range it.Buttons {
		t.Buttons = append(t.Buttons, chat.TemplateButton{Type: chat.TemplateButtonType(b.Type), Text: b.Text, Parameter: b.Parameter})
	}
	return t, nil
}
