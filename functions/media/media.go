// Package media copies the files of inbound messages from the provider into the media bucket, and makes operators' uploads into pictures.
//
// A file's key is made of the message's id and its own, so that a retry overwrites the same object; the message is marked ready only
// after the object exists. A file passes through the disk, never as a whole through memory, and its type is detected from its content. A
// file that the provider no longer has or refuses permanently fails; everything else is retried, counted by the message's timer.
package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/queue"
)

type channels interface {
	Of(t chat.ChannelType) (channel.Adapter, bool)
}

type store interface {
	Conversation(ctx context.Context, account chat.AccountID, id chat.ConversationID) (chat.Conversation, error)
	Channel(ctx context.Context, account chat.AccountID, id chat.ChannelID) (chat.Channel, error)
	Message(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, id chat.MessageID) (chat.Message, error)
	// UpdateMessage returns Conflict when the message differs from before.
	UpdateMessage(ctx context.Context, before, after chat.Message, effects chat.MessageEffects) error
	PendingTimers(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, kind chat.TimerKind) ([]chat.Timer, error)
	PutTimer(ctx context.Context, t chat.Timer) error
	DropTimer(ctx context.Context, t chat.Timer) error
	Operator(ctx context.Context, account chat.AccountID, id chat.OperatorID) (chat.Operator, error)
	// UpdateOperator returns Conflict when the operator differs from before.
	UpdateOperator(ctx context.Context, before, after chat.Operator, entry *chat.Activity, job *chat.Job) error
}

type opener interface {
	OpenCredentials(ctx context.Context, account chat.AccountID, secret chat.Secret) (chat.Credentials, error)
}

type bucket interface {
	// Open returns NotFound for an object that does not exist.
	Open(ctx context.Context, key string) (content io.ReadCloser, size int64, mimeType string, err error)
	Put(ctx context.Context, key, mimeType string, body io.Reader, size int64) error
	// Delete succeeds for an object that does not exist.
	Delete(ctx context.Context, key string) error
}

// Deps are the handler's dependencies; all are required.
type Deps struct {
	Channels channels
	Store    store
	Sealer   opener
	Bucket   bucket
	Now      func() time.Time
	Log      *slog.Logger
}

// Handler does the work of one record.
type Handler struct{ Deps }

// New checks the dependencies.
func New(d Deps) (*Handler, error) {
	if d.Channels == nil || d.Store == nil || d.Sealer == nil || d.Bucket == nil || d.Now == nil || d.Log == nil {
		return nil, errors.New("media: channels, store, sealer, bucket, clock and logger are required")
	}
	return &Handler{d}, nil
}

// Routes are the signals that the function handles.
func (h *Handler) Routes() queue.Router {
	return queue.NewRouter(queue.On(h.pending), queue.On(h.revoked), queue.On(h.pictureUploaded))
}

// revoked deletes the files of a message that its author revoked.
func (h *Handler) revoked(ctx context.Context, _ events.Envelope, signal events.FilesRevoked) error {
	return h.drop(ctx, signal.Keys)
}

// pending fetches the files of one message.
func (h *Handler) pending(ctx context.Context, envelope events.Envelope, signal events.MediaPending) error {
	ctx = obs.With(ctx, slog.String("conversation_id", signal.ConversationID), slog.String("message_id", signal.MessageID))
	account, conversation := chat.AccountID(envelope.AccountID), chat.ConversationID(signal.ConversationID)
	m, err := h.Store.Message(ctx, account, conversation, chat.MessageID(signal.MessageID))
	if fault.Is(err, fault.NotFound) { // an echo that was merged into another message
		return h.disarm(ctx, chat.Message{AccountID: account, ConversationID: conversation, ID: chat.MessageID(signal.MessageID)})
	}
	if err != nil {
		return fmt.Errorf("read message %s: %w", signal.MessageID, err)
	}
	if !m.Revoked.IsZero() {
		return h.clear(ctx, m)
	}
	if !slices.ContainsFunc(m.Attachments, pending) {
		return h.disarm(ctx, m)
	}
	fetched, failure := h.fetchAll(ctx, m)
	// The outcome must be stored even if the fetch ended by the deadline.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), outcomePatience)
	defer cancel()
	var attempt int
	if failure != nil {
		if attempt, err = h.attempts(ctx, m); err != nil {
			return errors.Join(failure, err)
		}
		if attempt >= maxAttempts {
			fetched, failure = giveUp(fetched, m), nil
		}
	}
	if err := h.record(ctx, m, fetched); err != nil {
		return errors.Join(failure, err)
	}
	if failure == nil {
		return nil
	}
	return h.postpone(ctx, m, attempt, failure)
}

// clear deletes files that a crashed attempt may have stored for a message that was revoked since.
func (h *Handler) clear(ctx context.Context, m chat.Message) error {
	keys := make([]string, len(m.Attachments))
	for i, a := range m.Attachments {
		keys[i] = Key(m, a)
	}
	if err := h.drop(ctx, keys); err != nil {
		return err
	}
	return h.disarm(ctx, m)
}

// drop deletes objects.
func (h *Handler) drop(ctx context.Context, keys []string) error {
	for _, key := range keys {
		if err := h.Bucket.Delete(ctx, key); err != nil {
			return fmt.Errorf("delete a file: %w", err)
		}
	}
	return nil
}

// disarm deletes the timer of a message that has no pending files: a repeated delivery of the message sets the timer again.
func (h *Handler) disarm(ctx context.Context, m chat.Message) error {
	timer := chat.Timer{AccountID: m.AccountID, Kind: chat.TimerMedia, ConversationID: m.ConversationID, MessageID: m.ID}
	if err := h.Store.DropTimer(ctx, timer); err != nil {
		return fmt.Errorf("delete the timer of message %s: %w", m.ID, err)
	}
	return nil
}

func pending(a chat.Attachment) bool { return a.State == chat.AttachmentPending }

// fetchAll returns the attachments that are final now, by id. A retryable failure is returned after the other attachments were
// tried.
func (h *Handler) fetchAll(ctx context.Context, m chat.Message) (final map[string]chat.Attachment, failure error) {
	final = map[string]chat.Attachment{}
	source, err := h.source(ctx, m)
	if err != nil {
		return final, err
	}
	for _, a := range m.Attachments {
		if !pending(a) {
			continue
		}
		done, err := h.fetch(ctx, source, m, a)
		if err != nil && mayPass(err) {
			failure = errors.Join(failure, err)
			continue
		}
		if err != nil {
			h.Log.LogAttrs(ctx, slog.LevelWarn, "file failed permanently", slog.String("reason", fault.Reason(err)), slog.String("error", err.Error()))
			done = a
			done.State = chat.AttachmentFailed
		}
		final[a.ID] = done
	}
	return final, failure
}

// source is what is needed to fetch a message's files.
type source struct {
	adapter     channel.Adapter
	channel     chat.Channel
	credentials chat.Credentials
}

// source returns no permanent fault: a channel that is being reconnected may be able to fetch the file later.
func (h *Handler) source(ctx context.Context, m chat.Message) (source, error) {
	c, err := h.Store.Conversation(ctx, m.AccountID, m.ConversationID)
	if err != nil {
		return source{}, fmt.Errorf("read conversation %s: %w", m.ConversationID, err)
	}
	ch, err := h.Store.Channel(ctx, m.AccountID, c.ChannelID)
	if err != nil {
		return source{}, unavailable("channel not found", fmt.Errorf("read channel %s: %w", c.ChannelID, err))
	}
	adapter, ok := h.Channels.Of(ch.Type)
	if !ok {
		return source{}, fault.New(fault.Unavailable, "no adapter for %s", ch.Type).WithReason("unknown_channel")
	}
	credentials, err := h.Sealer.OpenCredentials(ctx, ch.AccountID, ch.Credentials)
	if err != nil {
		return source{}, unavailable("the channel's token cannot be decrypted", err)
	}
	return source{adapter: adapter, channel: ch, credentials: credentials}, nil
}

func unavailable(message string, cause error) error {
	return fault.New(fault.Unavailable, "%s", message).WithReason(fault.Reason(cause)).WithCause(cause)
}

// mayPass reports whether a retry can succeed. An invalid token or a stopped account counts as retryable, because it can be repaired.
func mayPass(err error) bool {
	if providerErr := channel.Provider(err); providerErr != nil && (providerErr.Class == channel.ClassReauthorise || providerErr.Class == channel.ClassStopped) {
		return true
	}
	return !fault.Permanent(err)
}

// Key is the object key of a message's file.
func Key(m chat.Message, a chat.Attachment) string {
	return fmt.Sprintf("%s/%s/%s/%s", m.AccountID, m.ConversationID, m.ID, a.ID)
}

func (h *Handler) fetch(ctx context.Context, from source, m chat.Message, a chat.Attachment) (chat.Attachment, error) {
	fetcher, fetches := from.adapter.(channel.Fetcher)
	if !fetches {
		return a, fault.New(fault.NotFound, "a %s channel has no files to fetch", from.channel.Type).WithReason("no_media")
	}
	opened, err := fetcher.Fetch(ctx, from.credentials, from.channel.ExternalID, a.Ref)
	if err != nil {
		return a, fmt.Errorf("fetch attachment %s: %w", a.ID, err)
	}
	defer func() { _ = opened.Close() }() // only read
	declared := opened.Mime
	if declared == "" {
		declared = a.Mime
	}
	file, err := spool(opened, limit(from.adapter.Capabilities(), m.Type))
	if err != nil {
		return a, fmt.Errorf("fetch attachment %s: %w", a.ID, err)
	}
	defer file.discard()
	a.Key, a.Size = Key(m, a), file.size
	if a.Mime, err = file.sniff(declared); err != nil {
		return a, fmt.Errorf("detect the type of attachment %s: %w", a.ID, err)
	}
	if err := h.Bucket.Put(ctx, a.Key, a.Mime, file, file.size); err != nil {
		return a, fmt.Errorf("store attachment %s: %w", a.ID, err)
	}
	a.State = chat.AttachmentReady
	return a, nil
}

// recordTries is how often an outcome is written when the message changes concurrently.
const recordTries = 3

func keysOf(files map[string]chat.Attachment) (keys []string) {
	for _, a := range files {
		if a.Key != "" {
			keys = append(keys, a.Key)
		}
	}
	return keys
}

// record writes the final attachments into the current message, and deletes the timer when none is pending. An attachment that
// another delivery made final is left as it is. The file of an attachment that was revoked meanwhile is deleted.
func (h *Handler) record(ctx context.Context, m chat.Message, final map[string]chat.Attachment) error {
	for try := 1; len(final) > 0; try++ {
		after, changed := m, false
		after.Attachments = slices.Clone(m.Attachments)
		for i, a := range after.Attachments {
			if done, ok := final[a.ID]; ok && pending(a) {
				after.Attachments[i], changed = done, true
			}
		}
		if !changed {
			return nil
		}
		var effects chat.MessageEffects
		if !slices.ContainsFunc(after.Attachments, pending) {
			effects.DropTimer = &chat.Timer{AccountID: m.AccountID, Kind: chat.TimerMedia, ConversationID: m.ConversationID, MessageID: m.ID}
		}
		err := h.Store.UpdateMessage(ctx, m, after, effects)
		if err == nil {
			return nil
		}
		if !fault.Is(err, fault.Conflict) || try == recordTries {
			return fmt.Errorf("record the files of message %s: %w", m.ID, err)
		}
		if m, err = h.Store.Message(ctx, m.AccountID, m.ConversationID, m.ID); err != nil {
			return fmt.Errorf("read message again: %w", err)
		}
		if !m.Revoked.IsZero() {
			return h.drop(ctx, keysOf(final))
		}
	}
	return nil
}

const (
	outcomePatience = 5 * time.Second
	// maxAttempts spans about four days; the provider keeps files for a week.
	maxAttempts  = 50
	firstBackoff = chat.TimerGrace
	maxBackoff   = 2 * time.Hour
)

// attempts returns the number of attempts, including the current one.
func (h *Handler) attempts(ctx context.Context, m chat.Message) (int, error) {
	timers, err := h.Store.PendingTimers(ctx, m.AccountID, m.ConversationID, chat.TimerMedia)
	if err != nil {
		return 0, fmt.Errorf("read the timer of message %s: %w", m.ID, err)
	}
	for _, t := range timers {
		if t.MessageID == m.ID {
			return t.Attempt + 1, nil
		}
	}
	return 1, nil
}

// postpone counts the attempt and lets the timer start the next one. It returns no error, because each redelivery by the queue
// would count as an attempt too.
func (h *Handler) postpone(ctx context.Context, m chat.Message, attempt int, failure error) error {
	wait := firstBackoff
	for range attempt - 1 {
		wait = min(2*wait, maxBackoff)
	}
	timer := chat.Timer{
		AccountID: m.AccountID, Kind: chat.TimerMedia, ConversationID: m.ConversationID, MessageID: m.ID,
		DueAt: h.Now().Add(wait), Attempt: attempt,
	}
	if err := h.Store.PutTimer(ctx, timer); err != nil {
		return errors.Join(failure, fmt.Errorf("set the timer of message %s: %w", m.ID, err))
	}
	h.Log.LogAttrs(ctx, slog.LevelWarn, "fetching files failed, will retry", slog.Int("attempt", attempt), slog.String("reason", fault.Reason(failure)), slog.String("error", failure.Error()))
	return nil
}

// giveUp marks all pending attachments as failed.
func giveUp(final map[string]chat.Attachment, m chat.Message) map[string]chat.Attachment {
	for _, a := range m.Attachments {
		if _, done := final[a.ID]; !done && pending(a) {
			a.State = chat.AttachmentFailed
			final[a.ID] = a
		}
	}
	return final
}
