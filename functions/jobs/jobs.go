// Package jobs does long work in bounded steps. Each run works through one page, writes its checkpoint, and that change starts
// the next run; a run that died is started again by the job's timer and repeats at most one page.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/conversation"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/queue"
)

type store interface {
	Account(ctx context.Context, id chat.AccountID) (chat.Account, error)
	Channel(ctx context.Context, account chat.AccountID, id chat.ChannelID) (chat.Channel, error)
	ChannelByAsset(ctx context.Context, t chat.ChannelType, externalID string) (chat.Channel, error)
	// UpdateChannel answers Conflict when the channel has changed since before.
	UpdateChannel(ctx context.Context, before, after chat.Channel, activity *chat.Activity) error
	Held(ctx context.Context, account chat.AccountID, channel chat.ChannelID, p chat.PageRequest) (chat.Page[chat.Timer], error)
	Job(ctx context.Context, account chat.AccountID, id string) (chat.Job, error)
	// PutJob answers Conflict for a job that is there.
	PutJob(ctx context.Context, j chat.Job) error
	UpdateJob(ctx context.Context, before, after chat.Job) error
	// ConversationsOfOperator and ConversationsOfContact go on after a conversation, consistently.
	ConversationsOfOperator(ctx context.Context, account chat.AccountID, operator chat.OperatorID, after chat.ConversationID, limit int) ([]chat.ConversationID, error)
	ConversationsOfContact(ctx context.Context, account chat.AccountID, contact chat.ContactID, after chat.ConversationID, limit int) ([]chat.ConversationID, error)
	Operators(ctx context.Context, account chat.AccountID) ([]chat.Operator, error)
	Load(ctx context.Context, account chat.AccountID, operator chat.OperatorID) (chat.Load, error)
	// RepairLoad answers Conflict when the load moved since it was seen.
	RepairLoad(ctx context.Context, seen chat.Load, open int) error
	// Carried goes on after a conversation, consistently; it tells whose each is and its status.
	Carried(ctx context.Context, account chat.AccountID, operator chat.OperatorID, after chat.ConversationID, limit int) ([]chat.Conversation, error)
	ListConversations(ctx context.Context, account chat.AccountID, q conversation.Query, p chat.PageRequest) (chat.Page[chat.Conversation], error)
	PutTemplate(ctx context.Context, t chat.Template, readAt time.Time) error
	SweepTemplates(ctx context.Context, account chat.AccountID, channel chat.ChannelID, before time.Time, limit int) (more bool, err error)
}

type channels interface {
	Of(t chat.ChannelType) (channel.Adapter, bool)
}

type opener interface {
	OpenCredentials(ctx context.Context, account chat.AccountID, secret chat.Secret) (chat.Credentials, error)
}

type secrets interface {
	List(ctx context.Context, parameter string) ([]string, error)
}

type verbs interface {
	Rearm(ctx context.Context, account chat.Account, id chat.ConversationID) error
	Release(ctx context.Context, account chat.AccountID, id chat.ConversationID, operator chat.OperatorID) error
	Rename(ctx context.Context, account chat.AccountID, id chat.ConversationID) error
	Unhold(ctx context.Context, account chat.AccountID, id chat.ConversationID, message chat.MessageID) error
}

// LoadsRepaired counts the operators whose load was another than what they carry. It stays at zero, or there is a mistake to find.
var LoadsRepaired = obs.Counter{Name: "LoadsRepaired"}

// Deps are what the handler works with; all are needed.
type Deps struct {
	Store    store
	Desk     verbs
	Channels channels
	Sealer   opener
	// WebhookURL is where providers find our webhooks, and SecretNames are the parameters whose secrets they are told.
	WebhookURL  string
	SecretNames all.HookSecrets
	Secrets     secrets
	Now         func() time.Time
	Metrics     *obs.Metrics // knows LoadsRepaired
	Log         *slog.Logger
}

// Handler does the work of one record.
type Handler struct{ Deps }

// New checks the dependencies.
func New(d Deps) (*Handler, error) {
	if d.Store == nil || d.Desk == nil || d.Channels == nil || d.Sealer == nil || d.WebhookURL == "" || d.SecretNames == nil || d.Secrets == nil || d.Now == nil || d.Metrics == nil || d.Log == nil {
		return nil, errors.New("jobs: store, desk, channels, sealer, address and secrets of webhooks, clock, metrics and logger are required")
	}
	return &Handler{d}, nil
}

// perStep is how many items one run works through.
const perStep = 100

// Routes are the signals that the function handles: a job's next step, and what begins a job.
func (h *Handler) Routes() queue.Router {
	return queue.NewRouter(queue.On(h.ready), queue.On(h.restored), queue.On(h.changed))
}

func (h *Handler) ready(ctx context.Context, envelope events.Envelope, signal events.JobReady) error {
	return h.step(ctx, chat.AccountID(envelope.AccountID), signal.JobID)
}

func (h *Handler) restored(ctx context.Context, envelope events.Envelope, signal events.ChannelRestored) error {
	return h.begin(ctx, chat.AccountID(envelope.AccountID), signal)
}

// changed follows a channel's change: first its webhook, then its templates. Both may be repeated.
func (h *Handler) changed(ctx context.Context, envelope events.Envelope, signal events.ChannelChanged) error {
	account := chat.AccountID(envelope.AccountID)
	if err := h.webhook(ctx, account, signal); err != nil {
		return err
	}
	return h.beginTemplates(ctx, account, signal)
}

func (h *Handler) step(ctx context.Context, account chat.AccountID, id string) error {
	job, err := h.Store.Job(ctx, account, id)
	if err != nil {
		return fmt.Errorf("read job %s: %w", id, err)
	}
	if job.Done || h.Now().Before(job.NotBefore) {
		return nil
	}
	after, err := h.advance(ctx, job)
	if err != nil {
		return err
	}
	err = h.Store.UpdateJob(ctx, job, after)
	if fault.Is(err, fault.Conflict) {
		return nil // another run of the same step was faster
	}
	return err
}

func (h *Handler) advance(ctx context.Context, job chat.Job) (chat.Job, error) {
	switch job.Kind {
	case chat.JobRearm:
		return h.rearm(ctx, job)
	case chat.JobRelease:
		return h.release(ctx, job)
	case chat.JobRename:
		return h.rename(ctx, job)
	case chat.JobResend:
		return h.resend(ctx, job)
	case chat.JobRecount:
		return h.recount(ctx, job)
	case chat.JobTemplates:
		return h.templates(ctx, job)
	}
	return job, fault.New(fault.Invalid, "unknown job kind").WithReason("unknown_job")
}

// rearm arms the open conversations of an account anew after its closing time became shorter (D7: the new time counts from
// their last activity).
func (h *Handler) rearm(ctx context.Context, job chat.Job) (chat.Job, error) {
	account, err := h.Store.Account(ctx, job.AccountID)
	if err != nil {
		return job, fmt.Errorf("read account %s: %w", job.AccountID, err)
	}
	query := conversation.Query{Statuses: []chat.Status{chat.Open, chat.Pending}, Oldest: true, InboxShards: account.InboxShards}
	page, err := h.Store.ListConversations(ctx, job.AccountID, query, chat.PageRequest{Limit: perStep, Cursor: job.Checkpoint})
	if err != nil {
		return job, fmt.Errorf("read the open conversations: %w", err)
	}
	for _, c := range page.Items {
		if err := h.Desk.Rearm(ctx, account, c.ID); err != nil && !fault.Is(err, fault.NotFound) {
			return job, fmt.Errorf("arm conversation %s: %w", c.ID, err)
		}
	}
	job.Count += int64(len(page.Items))
	job.Checkpoint, job.Done = page.Next, page.Next == ""
	return job, nil
}
