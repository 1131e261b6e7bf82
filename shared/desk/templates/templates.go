// Package templates keeps the copies of a provider's approved templates up to date: it starts the job that reads them, and applies the
// provider's changes of status.
//
// It imports chat and fault.
package templates

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Store is what templates needs of the data layer.
type Store interface {
	// UpdateTemplate answers NotFound for a template that is not known; an older change than the last has no effect.
	UpdateTemplate(ctx context.Context, account chat.AccountID, channel chat.ChannelID, name, language string, change chat.TemplateChange) error
	// PutJob answers Conflict for a job that exists.
	PutJob(ctx context.Context, j chat.Job) error
}

// Syncer keeps the copies up to date.
type Syncer struct {
	store        Store
	capabilities func(chat.ChannelType) (chat.Capabilities, bool)
	now          func() time.Time
}

// New makes a Syncer; every argument is needed.
func New(store Store, capabilities func(chat.ChannelType) (chat.Capabilities, bool), now func() time.Time) (*Syncer, error) {
	if store == nil || capabilities == nil || now == nil {
		return nil, errors.New("templates: a store, the channels' capabilities and a clock are needed")
	}
	return &Syncer{store: store, capabilities: capabilities, now: now}, nil
}

// syncInterval is how often people can start a reading of a channel's templates: the provider limits the calls.
const syncInterval = 10 * time.Second

// SyncTemplates starts the job that reads a channel's templates from the provider; within syncInterval it is the same job. A Conflict
// has reason unsupported or no_business_account.
func (s *Syncer) SyncTemplates(ctx context.Context, ch chat.Channel) error {
	if able, _ := s.capabilities(ch.Type); !able.Templates {
		return fault.New(fault.Conflict, "this type of channel has no templates").WithReason("unsupported").WithField("type")
	}
	if ch.BusinessAccountID() == "" {
		return fault.New(fault.Conflict, "the channel's settings name no business account").WithReason("no_business_account").WithField("settings")
	}
	return s.startJob(ctx, ch, "asked", s.now().Truncate(syncInterval).Format(time.RFC3339))
}

// startJob starts the job of a cause, once.
func (s *Syncer) startJob(ctx context.Context, ch chat.Channel, cause ...string) error {
	err := s.store.PutJob(ctx, chat.NewTemplatesJob(ch.AccountID, ch.ID, s.now(), cause...))
	if err == nil || fault.Is(err, fault.Conflict) {
		return nil
	}
	return fmt.Errorf("start reading the templates of channel %s: %w", ch.ID, err)
}

// ChangeTemplate applies a provider's change of a template. For one that is not known here, all of the channel's templates are read
// from the provider.
func (s *Syncer) ChangeTemplate(ctx context.Context, account chat.Account, ch chat.Channel, name, language string, change chat.TemplateChange) error {
	err := s.store.UpdateTemplate(ctx, account.ID, ch.ID, name, language, change)
	if fault.Is(err, fault.NotFound) {
		return s.startJob(ctx, ch, "unknown", name, language, change.At.UTC().Format(time.RFC3339))
	}
	if err != nil {
		return fmt.Errorf("change template %s of channel %s: %w", name, ch.ID, err)
	}
	return nil
}
