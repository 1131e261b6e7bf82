package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// beginTemplates makes the job of a channel that changed. Its id follows from the change, so that a repeated signal meets it.
func (h *Handler) beginTemplates(ctx context.Context, account chat.AccountID, changed events.ChannelChanged) error {
	job := chat.NewTemplatesJob(account, chat.ChannelID(changed.ChannelID), h.Now(), "changed", strconv.FormatInt(changed.Version, 10))
	err := h.Store.PutJob(ctx, job)
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// reading is how far a channel's templates are read: page by page, and then what was not among them goes.
type reading struct {
	Began    time.Time `json:"began"`
	After    string    `json:"after,omitempty"` // the provider's cursor
	Sweeping bool      `json:"sweeping,omitempty"`
	Tries    int       `json:"tries,omitempty"` // of the page that is read
}

// templatesTries is how often a page is asked for that the provider does not give; with the growing waits it spans some hours.
const templatesTries = 12

// templates reads what a channel's provider approved beforehand. Everything is written under its own key with the time at which the
// reading began, so that a step which is repeated writes the same, and of two readings the later one stands. A channel that is gone,
// or names no business account, has none.
func (h *Handler) templates(ctx context.Context, job chat.Job) (chat.Job, error) {
	at := reading{Began: h.Now()}
	if job.Checkpoint != "" {
		if err := json.Unmarshal([]byte(job.Checkpoint), &at); err != nil {
			return job, fault.New(fault.Invalid, "undecodable checkpoint").WithReason("undecodable").WithCause(err)
		}
	}
	id := chat.ChannelID(job.Subject)
	ch, err := h.Store.Channel(ctx, job.AccountID, id)
	if fault.Is(err, fault.NotFound) {
		// A reading that found the channel a moment ago may still write a page: hence a second look.
		after, err := h.sweepTemplates(ctx, job, h.Now().Add(chat.TimerGrace))
		return h.twice(after), err
	}
	if err != nil {
		return job, fmt.Errorf("read channel %s: %w", id, err)
	}
	adapter, _ := h.Channels.Of(ch.Type)
	lister, lists := adapter.(channel.TemplateLister)
	switch {
	case !lists:
		job.Done = true
		return job, nil
	case ch.BusinessAccountID() == "":
		h.Log.LogAttrs(ctx, slog.LevelInfo, "no templates: the channel names no business account", slog.String("channel_id", string(id)))
		at.Sweeping = true
	}
	if at.Sweeping {
		after, err := h.sweepTemplates(ctx, job, at.Began)
		if after.Done {
			after.NotBefore = time.Time{} // a page may have been refused before
		}
		return after, err
	}
	if job, err = h.readTemplates(ctx, job, ch, lister, &at); err != nil || job.Done {
		return job, err
	}
	checkpoint, err := json.Marshal(at)
	job.Checkpoint = string(checkpoint)
	return job, err
}

// sweepTemplates removes what no reading has found since one that began then.
func (h *Handler) sweepTemplates(ctx context.Context, job chat.Job, began time.Time) (chat.Job, error) {
	more, err := h.Store.SweepTemplates(ctx, job.AccountID, chat.ChannelID(job.Subject), began, perStep)
	if err != nil {
		return job, fmt.Errorf("remove templates of channel %s: %w", job.Subject, err)
	}
	if job.Done = !more; job.Done {
		job.Checkpoint = ""
	}
	return job, nil
}

// readTemplates keeps one page. What the provider refuses for good ends the job: other credentials or settings begin another.
func (h *Handler) readTemplates(ctx context.Context, job chat.Job, ch chat.Channel, lister channel.TemplateLister, at *reading) (chat.Job, error) {
	credentials, err := h.Sealer.OpenCredentials(ctx, ch.AccountID, ch.Credentials)
	if err != nil {
		return job, fmt.Errorf("open the token of channel %s: %w", ch.ID, err)
	}
	readAt := h.Now()
	page, next, err := lister.Templates(ctx, credentials, ch.BusinessAccountID(), at.After)
	if err != nil {
		return h.refusedTemplates(ctx, job, at, err), nil
	}
	for _, t := range page {
		t.AccountID, t.ChannelID, t.SyncedAt, t.UpdatedAt = ch.AccountID, ch.ID, at.Began, at.Began
		if err := h.Store.PutTemplate(ctx, t, readAt); err != nil {
			return job, fmt.Errorf("keep template %s of channel %s: %w", t.Name, ch.ID, err)
		}
	}
	job.Count += int64(len(page))
	at.After, at.Sweeping, at.Tries = next, next == "", 0
	return job, nil
}

// refusedTemplates sets the next try, or ends the job.
func (h *Handler) refusedTemplates(ctx context.Context, job chat.Job, at *reading, refusal error) chat.Job {
	at.Tries++
	p := channel.Provider(refusal)
	attrs := []slog.Attr{slog.String("channel_id", job.Subject), slog.Int("tries", at.Tries), slog.String("reason", fault.Reason(refusal))}
	if p != nil {
		attrs = append(attrs, slog.String("code", p.Code))
	}
	h.Log.LogAttrs(ctx, slog.LevelWarn, "templates were not read", attrs...)
	if job.Done = fault.Permanent(refusal) || at.Tries >= templatesTries; job.Done {
		job.Checkpoint, job.NotBefore = "", time.Time{}
		return job
	}
	wait := min(time.Minute<<(at.Tries-1), time.Hour)
	if p != nil && p.RetryAfter > 0 {
		wait = p.RetryAfter
	}
	job.NotBefore = h.Now().Add(wait)
	return job
}
