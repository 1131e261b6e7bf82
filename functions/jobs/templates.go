package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// reading is the progress of a templates job: it reads page by page, and then sweeps the templates that were not found.
type reading struct {
	Began    time.Time `json:"began"`
	After    string    `json:"after,omitempty"` // the provider's cursor
	Sweeping bool      `json:"sweeping,omitempty"`
	Tries    int       `json:"tries,omitempty"` // failed requests for the current page
}

// templatesTries is how often a page is requested when the provider fails; with the growing delays this takes some hours.
const templatesTries = 12

// templates reads a channel's approved templates from the provider. Each template is stored under its own key with the time at
// which the reading began: a repeated step writes the same, and of two readings the later one wins. A channel that is deleted, or
// that has no business account, has no templates.
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
		// A reading that read the channel before it was deleted may still write a page, so there is a second pass.
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
			after.NotBefore = time.Time{} // clear the delay of an earlier failed request
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

// sweepTemplates deletes the templates that were not found by a reading begun at began or later.
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

// readTemplates stores one page. A permanent provider error ends the job: a change of the credentials or the settings begins a new
// one.
func (h *Handler) readTemplates(ctx context.Context, job chat.Job, ch chat.Channel, lister channel.TemplateLister, at *reading) (chat.Job, error) {
	credentials, err := h.Sealer.OpenCredentials(ctx, ch.AccountID, ch.Credentials)
	if err != nil {
		return job, fmt.Errorf("decrypt the token of channel %s: %w", ch.ID, err)
	}
	readAt := h.Now()
	page, next, err := lister.Templates(ctx, credentials, ch.BusinessAccountID(), at.After)
	if err != nil {
		return h.refusedTemplates(ctx, job, at, err), nil
	}
	for _, t := range page {
		t.AccountID, t.ChannelID, t.SyncedAt, t.UpdatedAt = ch.AccountID, ch.ID, at.Began, at.Began
		if err := h.Store.PutTemplate(ctx, t, readAt); err != nil {
			return job, fmt.Errorf("store template %s of channel %s: %w", t.Name, ch.ID, err)
		}
	}
	job.Count += int64(len(page))
	at.After, at.Sweeping, at.Tries = next, next == "", 0
	return job, nil
}

// refusedTemplates schedules the next try, or ends the job.
func (h *Handler) refusedTemplates(ctx context.Context, job chat.Job, at *reading, refusal error) chat.Job {
	at.Tries++
	p := channel.Provider(refusal)
	attrs := []slog.Attr{slog.String("channel_id", job.Subject), slog.Int("tries", at.Tries), slog.String("reason", fault.Reason(refusal))}
	if p != nil {
		attrs = append(attrs, slog.String("code", p.Code))
	}
	h.Log.LogAttrs(ctx, slog.LevelWarn, "reading templates failed", attrs...)
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
