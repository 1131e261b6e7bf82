package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// verifyTries is how often the provider is asked when it does not answer, or while another channel has the asset; with the growing delays
// this takes some hours. A person may ask again at any time.
const verifyTries = 12

// verify asks the provider whether a channel's credentials open its asset. A confirmed channel claims the asset; one whose credentials are
// refused asks for others, which keeps its claim until another channel proves the asset: see desk/claims.
func (h *Handler) verify(ctx context.Context, job chat.Job) (chat.Job, error) {
	job.Done = true // unless it is tried again
	ch, err := h.Store.Channel(ctx, job.AccountID, chat.ChannelID(job.Subject))
	if fault.Is(err, fault.NotFound) {
		return job, nil
	}
	if err != nil {
		return job, fmt.Errorf("read channel %s: %w", job.Subject, err)
	}
	adapter, _ := h.Channels.Of(ch.Type)
	connector, connects := adapter.(channel.Connector)
	if !connects {
		return job, nil
	}
	credentials, err := h.Sealer.OpenCredentials(ctx, ch.AccountID, ch.Credentials)
	if err != nil {
		return job, fmt.Errorf("decrypt the credentials of channel %s: %w", ch.ID, err)
	}
	asset, err := connector.Connect(ctx, credentials, ch.ExternalID, ch.Settings)
	after := ch
	switch {
	case err == nil && ch.Health.State == chat.HealthSilent: // its webhook is registered again, where we register it
		return job, h.webhook(ctx, ch.AccountID, events.ChannelChanged{ChannelID: job.Subject})
	case err == nil && ch.Health.Sends():
		return job, nil
	case err == nil:
		after.ExternalID, after.Settings, after.Health = asset.ExternalID, asset.Settings, ch.Health.Confirmed(h.Now())
	case ch.Health.Verified() && !fault.Permanent(err):
		return h.verifyLater(ctx, job, err)
	case ch.Health.Verified():
		after.Health = refused(ch.Health, err, fault.As(err).Message, h.Now())
	default:
		after.Health = channel.Unverified(err, h.Now())
	}
	return h.verified(ctx, job, ch, after, err)
}

// verified stores the result, and tries again what may have another one later.
func (h *Handler) verified(ctx context.Context, job chat.Job, ch, after chat.Channel, refusal error) (chat.Job, error) {
	err := h.record(ctx, ch, after)
	if fault.Is(err, fault.Conflict) && fault.Reason(err) == chat.HealthClaimed {
		refusal, after = err, ch
		after.Health = chat.Health{State: chat.HealthUnverified, Code: chat.HealthClaimed, Message: fault.As(err).Message, At: h.Now()}
		err = h.record(ctx, ch, after)
	}
	if fault.Is(err, fault.Conflict) {
		return job, fault.New(fault.Unavailable, "concurrent change of the channel").WithReason("channel_changed").WithCause(err)
	}
	if err != nil {
		return job, fmt.Errorf("store the verification of channel %s: %w", ch.ID, err)
	}
	if refusal == nil || fault.Permanent(refusal) {
		return job, nil
	}
	return h.verifyLater(ctx, job, refusal)
}

// record stores a channel whose health has changed; a state that only has another time is not written.
func (h *Handler) record(ctx context.Context, before, after chat.Channel) error {
	same := after.Health
	if same.At = before.Health.At; same == before.Health {
		return nil
	}
	return h.Claims.Change(ctx, before, after, nil)
}

// verifyLater schedules the next try, or ends the job.
func (h *Handler) verifyLater(ctx context.Context, job chat.Job, refusal error) (chat.Job, error) {
	tries, _ := strconv.Atoi(job.Checkpoint) // "" before the first
	h.Log.LogAttrs(ctx, slog.LevelWarn, "verifying a channel failed",
		slog.String("channel_id", job.Subject), slog.Int("tries", tries+1), slog.String("reason", fault.Reason(refusal)))
	job.Checkpoint, job.Done = strconv.Itoa(tries+1), tries+1 >= verifyTries
	if job.NotBefore = (time.Time{}); !job.Done {
		job.NotBefore = h.Now().Add(min(time.Minute<<tries, time.Hour))
	}
	return job, nil
}
