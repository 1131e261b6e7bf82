package directory

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// Template reads one with a consistent read.
func (s *Store) Template(ctx context.Context, account chat.AccountID, channel chat.ChannelID, name, language string) (chat.Template, error) {
	av, err := s.db.Get(ctx, table.Directory, key.Template(account, channel, name, language), true, item.KindTemplate)
	if err != nil {
		return chat.Template{}, err
	}
	return item.DecodeTemplate(av)
}

// TemplateQuery says which templates of a channel a list shows.
type TemplateQuery struct {
	Status chat.TemplateStatus // "" = all
	Q      string              // part of the name or of the text
}

// Templates pages through the templates of a channel by name and language.
func (s *Store) Templates(ctx context.Context, account chat.AccountID, channel chat.ChannelID, q TemplateQuery, p chat.PageRequest) (chat.Page[chat.Template], error) {
	pk, prefix := key.Account(account).PK, key.TemplatePrefix(channel)
	if pk == "" || prefix == "" {
		return chat.Page[chat.Template]{}, table.NotFound(item.KindChannel)
	}
	var filter *expression.ConditionBuilder
	if q.Status != "" {
		c := expression.Name("status").Equal(expression.Value(string(q.Status)))
		filter = &c
	}
	if words := item.Fold(q.Q); words != "" {
		c := expression.Name("find").Contains(words)
		if filter != nil {
			c = filter.And(c)
		}
		filter = &c
	}
	name := strings.Join([]string{"templates", prefix, string(q.Status), q.Q}, " ")
	return table.List(ctx, s.db, account, name, p, table.Query{Table: table.Directory, Condition: table.InPartition(pk, prefix), Filter: filter, Sparse: filter != nil}, item.DecodeTemplate)
}

// templateTries is how often PutTemplate retries after the stored template changed.
const templateTries = 4

// PutTemplate stores a template as the provider listed it at readAt, in a sync that started at t.SyncedAt. A template of a later
// sync is kept. A status that the provider reported after readAt is kept too.
func (s *Store) PutTemplate(ctx context.Context, t chat.Template, readAt time.Time) error {
	name, value := expression.Name, expression.Value
	for range templateTries {
		unchanged := name("changedAt").AttributeNotExists()
		if !t.ChangedAt.IsZero() {
			unchanged = name("changedAt").Equal(value(table.MillisOf(t.ChangedAt)))
		}
		condition := expression.AttributeNotExists(name("pk")).Or(
			name("syncedAt").LessThanEqual(value(table.MillisOf(t.SyncedAt))).And(unchanged.Or(name("changedAt").LessThanEqual(value(table.MillisOf(readAt))))))
		old, refused, err := s.db.Put(ctx, table.Directory, item.Template(t), &condition, "keep a template")
		if err != nil || !refused {
			return err
		}
		stored, err := item.DecodeTemplate(old)
		if err != nil {
			return err
		}
		if stored.SyncedAt.After(t.SyncedAt) {
			return nil
		}
		t.Status, t.Quality, t.Reason, t.ChangedAt = stored.Status, stored.Quality, stored.Reason, stored.ChangedAt
	}
	return table.Conflict(table.ReasonVersionChanged)
}

// reportResolution is the resolution of the provider's timestamps.
const reportResolution = time.Second

// UpdateTemplate applies a status or quality that the provider reported. A report older than the last one, or than the sync that
// found the template, changes nothing; nor does the last one again. NotFound means that there is no such template.
func (s *Store) UpdateTemplate(ctx context.Context, account chat.AccountID, channel chat.ChannelID, templateName, language string, change chat.TemplateChange) error {
	k := key.Template(account, channel, templateName, language)
	if k.PK == "" || k.SK == "" {
		return table.NotFound(item.KindTemplate)
	}
	name, value := expression.Name, expression.Value
	update := expression.Set(name("changedAt"), value(table.MillisOf(change.At))).Set(name("updatedAt"), value(table.MillisOf(s.db.Now())))
	if change.Status != "" {
		update = update.Set(name("status"), value(string(change.Status))).Set(name("reason"), value(change.Reason))
	}
	if change.Quality != "" {
		update = update.Set(name("quality"), value(change.Quality))
	}
	at := value(table.MillisOf(change.At))
	differs := name("changedAt").AttributeNotExists().Or(name("changedAt").LessThan(at))
	if change.Status != "" {
		differs = differs.Or(name("status").NotEqual(value(string(change.Status))), name("reason").NotEqual(value(change.Reason)))
	}
	if change.Quality != "" {
		differs = differs.Or(name("quality").NotEqual(value(change.Quality)))
	}
	condition := table.Present().And(differs, name("changedAt").AttributeNotExists().Or(name("changedAt").LessThanEqual(at)),
		name("syncedAt").LessThanEqual(value(table.MillisOf(change.At.Add(reportResolution)))))
	old, _, err := s.db.Update(ctx, table.Directory, k, update, &condition, "change a template")
	if err == nil && len(old) == 0 {
		return table.NotFound(item.KindTemplate)
	}
	return err
}

// SweepTemplates deletes up to limit templates of a channel that no sync since before has found. more is true when there may be
// more.
func (s *Store) SweepTemplates(ctx context.Context, account chat.AccountID, channel chat.ChannelID, before time.Time, limit int) (more bool, err error) {
	older := expression.Name("syncedAt").LessThan(expression.Value(table.MillisOf(before)))
	items, more, err := s.db.Page(ctx, table.Query{
		Table: table.Directory, Condition: table.InPartition(key.Account(account).PK, key.TemplatePrefix(channel)), Filter: &older, Sparse: true, Consistent: true, Limit: limit,
	}, "look for templates that are no more")
	if err != nil {
		return false, err
	}
	for _, av := range items {
		var t table.Tx
		t.Remove(table.Directory, table.KeyOf(av), &older, table.ReasonVersionChanged)
		if err := s.db.Commit(ctx, &t, "remove a template"); err != nil && !fault.Is(err, fault.Conflict) {
			return false, err
		}
	}
	return more, nil
}
