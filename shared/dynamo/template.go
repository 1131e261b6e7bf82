package dynamo

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// templateItem is a template as stored. Find is what a search looks into.
type templateItem struct {
	header
	Channel   string               `dynamodbav:"channel"`
	ID        string               `dynamodbav:"id"`
	Name      string               `dynamodbav:"name"`
	Language  string               `dynamodbav:"language"`
	Category  string               `dynamodbav:"category,omitempty"`
	Status    string               `dynamodbav:"status"`
	Quality   string               `dynamodbav:"quality,omitempty"`
	Reason    string               `dynamodbav:"reason,omitempty"`
	Format    string               `dynamodbav:"format,omitempty"`
	Header    templateTextPart     `dynamodbav:"header"`
	Body      templateTextPart     `dynamodbav:"body"`
	Footer    string               `dynamodbav:"footer,omitempty"`
	Buttons   []templateButtonPart `dynamodbav:"buttons,omitempty"`
	Find      string               `dynamodbav:"find"`
	ChangedAt millis               `dynamodbav:"changedAt,omitempty"`
	SyncedAt  millis               `dynamodbav:"syncedAt"`
	UpdatedAt millis               `dynamodbav:"updatedAt"`
}

type templateTextPart struct {
	Text       string   `dynamodbav:"text,omitempty"`
	Parameters []string `dynamodbav:"parameters,omitempty"`
}

type templateButtonPart struct {
	Type      string `dynamodbav:"type"`
	Text      string `dynamodbav:"text,omitempty"`
	Parameter bool   `dynamodbav:"parameter,omitempty"`
}

func toTemplateItem(t chat.Template) templateItem {
	it := templateItem{
		header:  headed(templateKey(t.AccountID, t.ChannelID, t.Name, t.Language), kindTemplate),
		Channel: string(t.ChannelID), ID: t.ID, Name: t.Name, Language: t.Language, Category: t.Category, Status: string(t.Status),
		Quality: t.Quality, Reason: t.Reason, Body: templateTextPart(t.Body), Footer: t.Footer,
		Find:      fold(t.Name + " " + t.Body.Text),
		ChangedAt: millisOf(t.ChangedAt), SyncedAt: millisOf(t.SyncedAt), UpdatedAt: millisOf(t.UpdatedAt),
	}
	if t.Header != nil {
		it.Format, it.Header = string(t.Header.Format), templateTextPart(t.Header.TemplateText)
	}
	for _, b := range t.Buttons {
		it.Buttons = append(it.Buttons, templateButtonPart{Type: string(b.Type), Text: b.Text, Parameter: b.Parameter})
	}
	return it
}

func decodeTemplate(av item) (chat.Template, error) {
	it, err := decode[templateItem](av, kindTemplate)
	if err != nil {
		return chat.Template{}, err
	}
	account, err := split(it.PK, "A", 1)
	if err != nil {
		return chat.Template{}, damaged(kindTemplate, err)
	}
	t := chat.Template{
		ID: it.ID, AccountID: chat.AccountID(account[0]), ChannelID: chat.ChannelID(it.Channel), Name: it.Name, Language: it.Language,
		Category: it.Category, Status: chat.TemplateStatus(it.Status), Quality: it.Quality, Reason: it.Reason,
		Body: chat.TemplateText(it.Body), Footer: it.Footer,
		ChangedAt: it.ChangedAt.time(), SyncedAt: it.SyncedAt.time(), UpdatedAt: it.UpdatedAt.time(),
	}
	if it.Format != "" {
		t.Header = &chat.TemplateHeader{Format: chat.TemplateFormat(it.Format), TemplateText: chat.TemplateText(it.Header)}
	}
	for _, b := range it.Buttons {
		t.Buttons = append(t.Buttons, chat.TemplateButton{Type: chat.TemplateButtonType(b.Type), Text: b.Text, Parameter: b.Parameter})
	}
	return t, nil
}

// Template reads one, consistently.
func (s *Store) Template(ctx context.Context, account chat.AccountID, channel chat.ChannelID, name, language string) (chat.Template, error) {
	av, err := s.get(ctx, Directory, templateKey(account, channel, name, language), true, kindTemplate)
	if err != nil {
		return chat.Template{}, err
	}
	return decodeTemplate(av)
}

// TemplateQuery says which templates of a channel a list shows.
type TemplateQuery struct {
	Status chat.TemplateStatus // "" = all
	Q      string              // part of the name or of the text
}

// Templates are those of a channel by name and language.
func (s *Store) Templates(ctx context.Context, account chat.AccountID, channel chat.ChannelID, q TemplateQuery, p chat.PageRequest) (chat.Page[chat.Template], error) {
	pk, prefix := accountKey(account).pk, templatePrefix(channel)
	if pk == "" || prefix == "" {
		return chat.Page[chat.Template]{}, notFound(kindChannel)
	}
	var filter *expression.ConditionBuilder
	if q.Status != "" {
		c := expression.Name("status").Equal(expression.Value(string(q.Status)))
		filter = &c
	}
	if words := fold(q.Q); words != "" {
		c := expression.Name("find").Contains(words)
		if filter != nil {
			c = filter.And(c)
		}
		filter = &c
	}
	name := strings.Join([]string{"templates", prefix, string(q.Status), q.Q}, " ")
	return pageOf(ctx, s, account, name, p, query{table: Directory, condition: inPartition(pk, prefix), filter: filter, sparse: filter != nil}, decodeTemplate)
}

// templateTries is how often PutTemplate looks again at what overtook it.
const templateTries = 4

// PutTemplate keeps a template as the provider listed it at readAt, in a reading that began at t.SyncedAt. A later reading stays as it
// is, and of the status what the provider said after readAt.
func (s *Store) PutTemplate(ctx context.Context, t chat.Template, readAt time.Time) error {
	name, value := expression.Name, expression.Value
	for range templateTries {
		unchanged := name("changedAt").AttributeNotExists()
		if !t.ChangedAt.IsZero() {
			unchanged = name("changedAt").Equal(value(millisOf(t.ChangedAt)))
		}
		condition := expression.AttributeNotExists(name("pk")).Or(
			name("syncedAt").LessThanEqual(value(millisOf(t.SyncedAt))).And(unchanged.Or(name("changedAt").LessThanEqual(value(millisOf(readAt))))))
		old, refused, err := s.putItem(ctx, Directory, toTemplateItem(t), &condition, "keep a template")
		if err != nil || !refused {
			return err
		}
		stored, err := decodeTemplate(old)
		if err != nil {
			return err
		}
		if stored.SyncedAt.After(t.SyncedAt) {
			return nil
		}
		t.Status, t.Quality, t.Reason, t.ChangedAt = stored.Status, stored.Quality, stored.Reason, stored.ChangedAt
	}
	return conflict(ReasonVersionChanged)
}

// wordGrain is how coarsely the provider tells the time of a word.
const wordGrain = time.Second

// UpdateTemplate applies what the provider says of a template; a word that is older than the last one, or than the reading that found
// the template, changes nothing. NotFound means that there is no such template here.
func (s *Store) UpdateTemplate(ctx context.Context, account chat.AccountID, channel chat.ChannelID, templateName, language string, change chat.TemplateChange) error {
	k := templateKey(account, channel, templateName, language)
	if k.pk == "" || k.sk == "" {
		return notFound(kindTemplate)
	}
	name, value := expression.Name, expression.Value
	update := expression.Set(name("changedAt"), value(millisOf(change.At))).Set(name("updatedAt"), value(millisOf(s.clock())))
	if change.Status != "" {
		update = update.Set(name("status"), value(string(change.Status))).Set(name("reason"), value(change.Reason))
	}
	if change.Quality != "" {
		update = update.Set(name("quality"), value(change.Quality))
	}
	at := value(millisOf(change.At))
	condition := present().And(name("changedAt").AttributeNotExists().Or(name("changedAt").LessThanEqual(at)),
		name("syncedAt").LessThanEqual(value(millisOf(change.At.Add(wordGrain)))))
	old, _, err := s.updateItem(ctx, Directory, k, update, &condition, "change a template")
	if err == nil && len(old) == 0 {
		return notFound(kindTemplate)
	}
	return err
}

// SweepTemplates removes up to limit templates of a channel that no reading has found since one that began at before, and says whether
// there may be more.
func (s *Store) SweepTemplates(ctx context.Context, account chat.AccountID, channel chat.ChannelID, before time.Time, limit int) (more bool, err error) {
	older := expression.Name("syncedAt").LessThan(expression.Value(millisOf(before)))
	items, more, err := s.page(ctx, query{
		table: Directory, condition: inPartition(accountKey(account).pk, templatePrefix(channel)), filter: &older, sparse: true, consistent: true, limit: limit,
	}, "look for templates that are no more")
	if err != nil {
		return false, err
	}
	for _, av := range items {
		var t tx
		t.remove(Directory, keyOf(av), &older, ReasonVersionChanged)
		if err := s.commit(ctx, &t, "remove a template"); err != nil && !fault.Is(err, fault.Conflict) {
			return false, err
		}
	}
	return more, nil
}
