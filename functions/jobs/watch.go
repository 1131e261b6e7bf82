package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/silence"
)

// doubtFor is how long a provider must say that its calls fail: a call that failed once is repeated, and taken, by then.
const doubtFor = 30 * time.Minute

// doubted is the checkpoint of a job whose provider said once that its calls fail.
const doubted = "doubted"

// watched reports whether the provider of an adapter can be noticed to be silent.
func watched(adapter channel.Adapter) bool {
	_, asks := adapter.(channel.WebhookInspector)
	return asks || adapter.Capabilities().Reports
}

// watch notices a channel whose provider no longer calls us. The job ends when its channel is removed. A look at a channel that was heard
// within the hour reads two items; else the provider is asked, where it says how its calls fare.
func (h *Handler) watch(ctx context.Context, job chat.Job) (chat.Job, error) {
	id, doubts := chat.ChannelID(job.Subject), job.Checkpoint == doubted
	ch, err := h.Store.Channel(ctx, job.AccountID, id)
	if fault.Is(err, fault.NotFound) {
		job.Done = true
		return job, nil
	}
	if err != nil {
		return job, fmt.Errorf("read channel %s: %w", id, err)
	}
	now := h.Now()
	job.Checkpoint, job.NotBefore = "", now.Add(chat.WatchEvery)
	if !ch.Health.Sends() || ch.Health.State == chat.HealthSilent || !silence.Quiet(ch, now) {
		return job, nil
	}
	adapter, _ := h.Channels.Of(ch.Type)
	if adapter.Capabilities().Reports && silence.Unreported(ch, now) {
		return job, h.silent(ctx, ch, chat.HealthUnreported, "")
	}
	inspector, asks := adapter.(channel.WebhookInspector)
	if !asks {
		return job, nil
	}
	trouble, err := h.inspect(ctx, ch, inspector)
	switch {
	case err != nil || trouble == nil:
		return job, err
	case !doubts:
		job.Checkpoint, job.NotBefore = doubted, now.Add(doubtFor)
		return job, nil
	}
	return job, h.silent(ctx, ch, trouble.Code, trouble.Message)
}

// inspect asks the provider how its calls fare. Credentials that it refuses are recorded; a provider that does not answer is asked again
// next time.
func (h *Handler) inspect(ctx context.Context, ch chat.Channel, inspector channel.WebhookInspector) (*channel.WebhookTrouble, error) {
	credentials, err := h.Sealer.OpenCredentials(ctx, ch.AccountID, ch.Credentials)
	if err != nil {
		return nil, fmt.Errorf("decrypt the credentials of channel %s: %w", ch.ID, err)
	}
	trouble, err := inspector.InspectWebhook(ctx, credentials, ch.ExternalID, h.hookAddress(ch.Type), h.Now())
	if p := channel.Provider(err); p != nil && p.Class == channel.ClassReauthorise {
		after := ch
		after.Health = refused(ch.Health, err, fault.As(err).Message, h.Now())
		err := h.Store.UpdateChannel(ctx, ch, after, nil)
		if fault.Is(err, fault.Conflict) {
			return nil, nil // the channel changed meanwhile: the next look shows whether its credentials are good
		}
		return nil, err
	}
	if err != nil {
		h.Log.LogAttrs(ctx, slog.LevelWarn, "a webhook could not be inspected", slog.String("channel_id", string(ch.ID)), slog.String("reason", fault.Reason(err)))
		return nil, nil
	}
	return trouble, nil
}

// silent records that nothing comes in.
func (h *Handler) silent(ctx context.Context, ch chat.Channel, code, message string) error {
	health := chat.Health{State: chat.HealthSilent, Code: code, Message: message, At: h.Now(), Since: silence.Since(ch)}
	if err := h.Store.MarkChannelSilent(ctx, ch, health); err != nil {
		return fmt.Errorf("record that channel %s is silent: %w", ch.ID, err)
	}
	return nil
}

// startWatches creates the jobs that watch the account's channels, for those that were connected before there were such jobs. It reads one
// item for each.
func (h *Handler) startWatches(ctx context.Context, account chat.AccountID) error {
	channels, err := h.Store.Channels(ctx, account)
	if err != nil {
		return fmt.Errorf("read the channels: %w", err)
	}
	for _, ch := range channels {
		adapter, ok := h.Channels.Of(ch.Type)
		if !ok || !watched(adapter) {
			continue
		}
		if err := h.startOnce(ctx, chat.NewWatchJob(account, ch.ID, h.Now())); err != nil {
			return fmt.Errorf("start watching channel %s: %w", ch.ID, err)
		}
	}
	return nil
}
