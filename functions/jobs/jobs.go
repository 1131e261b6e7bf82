// Package jobs does long work in bounded steps. Each run works through one page, writes its checkpoint, and that change starts
// the next run; a run that died is started again by the job's timer and repeats at most one page.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
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
	Channels(ctx context.Context, account chat.AccountID) ([]chat.Channel, error)
	ChannelByAsset(ctx context.Context, t chat.ChannelType, externalID string) (chat.Channel, error)
	// UpdateChannel returns Conflict when the channel differs from before.
	UpdateChannel(ctx context.Context, before, after chat.Channel, activity *chat.Activity) error
	// MarkChannelSilent does nothing when the channel differs from c, or was heard.
	MarkChannelSilent(ctx context.Context, c chat.Channel, health chat.Health) error
	// PutMail returns Conflict when the mail exists.
	PutMail(ctx context.Context, m chat.Mail) error
	Held(ctx context.Context, account chat.AccountID, channel chat.ChannelID, p chat.PageRequest) (chat.Page[chat.Timer], error)
	Job(ctx context.Context, account chat.AccountID, id string) (chat.Job, error)
	// PutJob returns Conflict when the job exists.
	PutJob(ctx context.Context, j chat.Job) error
	UpdateJob(ctx context.Context, before, after chat.Job) error
	// ConversationsOfOperator and ConversationsOfContact list the conversations after the given one, by a consistent read.
	ConversationsOfOperator(ctx context.Context, account chat.AccountID, operator chat.OperatorID, after chat.ConversationID, limit int) ([]chat.ConversationID, error)
	ConversationsOfContact(ctx context.Context, account chat.AccountID, contact chat.ContactID, after chat.ConversationID, limit int) ([]chat.ConversationID, error)
	Operators(ctx context.Context, account chat.AccountID) ([]chat.Operator, error)
	Load(ctx context.Context, account chat.AccountID, operator chat.OperatorID) (chat.Load, error)
	// RepairLoad returns Conflict when the load has changed since seen was read.
	RepairLoad(ctx context.Context, seen chat.Load, open int) error
	// RepairCounts returns Conflict likewise.
	RepairCounts(ctx context.Context, seen chat.Load, counts chat.Counts) error
	// Carried lists the operator's conversations after the given one, by a consistent read. It fills in the assignee and the status
	// of each.
	Carried(ctx context.Context, account chat.AccountID, operator chat.OperatorID, after chat.ConversationID, limit int) ([]chat.Conversation, error)
	ListConversations(ctx context.Context, account chat.AccountID, q conversation.Query, p chat.PageRequest) (chat.Page[chat.Conversation], error)
	// AddTokens writes the search tokens of a new contact.
	AddTokens(ctx context.Context, account chat.AccountID, id chat.ContactID) error
	// RenewTokens writes the search tokens and places in lists that the contacts lack, and returns how many contacts changed.
	RenewTokens(ctx context.Context, account chat.AccountID, ids []chat.ContactID) (int, error)
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
	// Move moves a conversation to whom it belongs since a merge, or since that was undone.
	Move(ctx context.Context, account chat.AccountID, contact chat.ContactID, mergeID string, id chat.ConversationID) error
	Unhold(ctx context.Context, account chat.AccountID, id chat.ConversationID, message chat.MessageID) error
	Abandon(ctx context.Context, account chat.AccountID, id chat.ConversationID) error
}

type claimer interface {
	// Change returns Conflict with reason claimed when the asset is another channel's.
	Change(ctx context.Context, before, after chat.Channel, activity *chat.Activity) error
}

type sockets interface {
	// SiteConnections are the connections of a site's visitors.
	SiteConnections(ctx context.Context, account chat.AccountID, channel chat.ChannelID) ([]chat.Connection, error)
}

type hanger interface {
	// Hangup returns push.ErrGone for a connection that is closed already.
	Hangup(ctx context.Context, connection string) error
}

// LoadsRepaired counts the operators whose stored load differed from their number of conversations. Any value above zero points to
// a bug.
var LoadsRepaired = obs.Counter{Name: "LoadsRepaired"}

// Deps are the handler's dependencies; all are required.
type Deps struct {
	Store    store
	Desk     verbs
	Claims   claimer
	Live     sockets
	Sockets  hanger
	Channels channels
	Sealer   opener
	// WebhookURL is the address of our webhooks. SecretNames are the parameters that hold the secrets given to providers, PublicURLName
	// is the one that holds the origin of the console.
	WebhookURL    string
	SecretNames   all.HookSecrets
	PublicURLName string
	Secrets       secrets
	Now           func() time.Time
	Metrics       *obs.Metrics // registers LoadsRepaired
	Log           *slog.Logger
}

// Handler does the work of one record.
type Handler struct{ Deps }

// New checks the dependencies.
func New(d Deps) (*Handler, error) {
	if d.Store == nil || d.Desk == nil || d.Claims == nil || d.Live == nil || d.Sockets == nil || d.Channels == nil || d.Sealer == nil || d.WebhookURL == "" || d.SecretNames == nil || d.PublicURLName == "" || d.Secrets == nil || d.Now == nil || d.Metrics == nil || d.Log == nil {
		return nil, errors.New("jobs: store, desk, claims, connections, sockets, channels, sealer, address and secrets of webhooks, name of the public address, clock, metrics and logger are required")
	}
	return &Handler{d}, nil
}

// perStep is the number of items that one run processes.
const perStep = 100

// Routes are the signals that the function handles: a job's next step, and the changes that create jobs.
func (h *Handler) Routes() queue.Router {
	return queue.NewRouter(queue.On(h.ready), queue.On(h.added), queue.On(h.restored), queue.On(h.failed), queue.On(h.changed))
}

func (h *Handler) ready(ctx context.Context, envelope events.Envelope, signal events.JobReady) error {
	return h.step(ctx, chat.AccountID(envelope.AccountID), signal.JobID)
}

func (h *Handler) added(ctx context.Context, envelope events.Envelope, signal events.ContactAdded) error {
	if err := h.Store.AddTokens(ctx, chat.AccountID(envelope.AccountID), chat.ContactID(signal.ContactID)); err != nil {
		return fmt.Errorf("write the search tokens of contact %s: %w", signal.ContactID, err)
	}
	return nil
}

func (h *Handler) restored(ctx context.Context, envelope events.Envelope, signal events.ChannelRestored) error {
	return h.begin(ctx, chat.AccountID(envelope.AccountID), signal)
}

// changed handles a channel's change: the webhook at once, everything else as jobs. All are idempotent.
func (h *Handler) changed(ctx context.Context, envelope events.Envelope, signal events.ChannelChanged) error {
	account := chat.AccountID(envelope.AccountID)
	if err := h.webhook(ctx, account, signal); err != nil {
		return err
	}
	jobs, err := h.follow(ctx, account, signal)
	if err != nil {
		return err
	}
	for _, job := range jobs {
		if err := h.Store.PutJob(ctx, job); err != nil && !fault.Is(err, fault.Conflict) {
			return fmt.Errorf("create the job %s of channel %s: %w", job.Kind, job.Subject, err)
		}
	}
	return nil
}

// follow returns the jobs that follow from a channel's change.
func (h *Handler) follow(ctx context.Context, account chat.AccountID, signal events.ChannelChanged) (jobs []chat.Job, err error) {
	id, now, version := chat.ChannelID(signal.ChannelID), h.Now(), strconv.FormatInt(signal.Version, 10)
	var t chat.ChannelType
	if signal.Removed != nil {
		t = chat.ChannelType(signal.Removed.Type)
		jobs = append(jobs, chat.NewAbandonJob(account, id, now))
	} else {
		ch, err := h.Store.Channel(ctx, account, id)
		if fault.Is(err, fault.NotFound) {
			return nil, nil // its removal has a signal of its own
		}
		if err != nil {
			return nil, fmt.Errorf("read channel %s: %w", id, err)
		}
		if !ch.Health.Verified() {
			return []chat.Job{chat.NewVerifyJob(ch, now, "changed", version)}, nil
		}
		t = ch.Type
	}
	adapter, _ := h.Channels.Of(t)
	if _, lists := adapter.(channel.TemplateLister); lists {
		jobs = append(jobs, chat.NewTemplatesJob(account, id, now, "changed", version))
	}
	if signal.Removed == nil && watched(adapter) {
		jobs = append(jobs, chat.NewWatchJob(account, id, now))
	}
	if _, embeds := adapter.(channel.Embedder); embeds {
		jobs = append(jobs, chat.NewSocketsJob(account, id, signal.Version, now))
	}
	return jobs, nil
}

// startOnce creates a job if there is none of its id, whose condition costs less to check by reading.
func (h *Handler) startOnce(ctx context.Context, job chat.Job) error {
	_, err := h.Store.Job(ctx, job.AccountID, job.ID)
	if fault.Is(err, fault.NotFound) {
		if err = h.Store.PutJob(ctx, job); fault.Is(err, fault.Conflict) {
			err = nil
		}
	}
	return err
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
		return nil // another run has finished this step
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
	case chat.JobRelink:
		return h.relink(ctx, job)
	case chat.JobResend:
		return h.resend(ctx, job)
	case chat.JobRecount:
		return h.recount(ctx, job)
	case chat.JobTemplates:
		return h.templates(ctx, job)
	case chat.JobVerify:
		return h.verify(ctx, job)
	case chat.JobTokens:
		return h.renewTokens(ctx, job)
	case chat.JobWatch:
		return h.watch(ctx, job)
	case chat.JobAbandon:
		return h.abandon(ctx, job)
	case chat.JobSockets:
		return h.closeSockets(ctx, job)
	}
	return job, fault.New(fault.Invalid, "unknown job kind").WithReason("unknown_job")
}

// rearm sets the close timers of an account's open conversations after its closing time became shorter (D7: the new time counts
// from their last activity).
func (h *Handler) rearm(ctx context.Context, job chat.Job) (chat.Job, error) {
	account, err := h.Store.Account(ctx, job.AccountID)
	if err != nil {
		return job, fmt.Errorf("read account %s: %w", job.AccountID, err)
	}
	query := conversation.Query{Statuses: []chat.Status{chat.Open, chat.Pending}, Order: conversation.Oldest, InboxShards: account.InboxShards}
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
