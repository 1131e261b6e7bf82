package chat

import "time"

// ReadCursor is how far an operator has read a conversation. Tells is the contact's newest message, if it is among what was read and
// the provider wants to know.
type ReadCursor struct {
	AccountID      AccountID
	OperatorID     OperatorID
	ConversationID ConversationID
	ReadUpTo       MessageID
	Tells          MessageID
	At             time.Time
}

// Unread says whether the contact wrote after what was read.
func (r ReadCursor) Unread(c Conversation) bool { return c.LastInboundID > r.ReadUpTo }

// Mail is an e-mail that is to leave. Params hold what its template needs; they are emptied when it has left.
type Mail struct {
	ID        string
	AccountID AccountID
	To        string
	Template  MailTemplate
	Language  Language
	Params    map[string]string
	State     MailState
	Attempt   int
	CreatedAt time.Time
	Version   int64
}

// MailTemplate names a text.
type MailTemplate string

// The templates.
const (
	MailVerify MailTemplate = "verify"
	MailReset  MailTemplate = "reset"
)

// MailState is where a mail is. Unknown means that an attempt died and is not repeated by itself.
type MailState string

// The states of a mail.
const (
	MailQueued  MailState = "queued"
	MailSending MailState = "sending"
	MailSent    MailState = "sent"
	MailFailed  MailState = "failed"
	MailUnknown MailState = "unknown"
)

// Job is long work in bounded steps. Each run writes its checkpoint, and that change starts the next one.
type Job struct {
	ID         string
	AccountID  AccountID
	Kind       JobKind
	Subject    string // the id of whom it is about, for those kinds that are about one
	Checkpoint string
	NotBefore  time.Time // of its next step; zero = at once
	Done       bool
	Count      int64
	CreatedAt  time.Time
	Version    int64
}

// JobKind says what a job does.
type JobKind string

// The kinds of jobs.
const (
	JobRearm   JobKind = "rearm"   // the closing time became shorter: arm the open conversations anew
	JobRelease JobKind = "release" // an operator serves less: give back what they do not serve any more
	JobRename  JobKind = "rename"  // a contact has another name: show it in its conversations
	JobResend  JobKind = "resend"  // a channel sends again: what it held leaves
	JobRecount JobKind = "recount" // once a day, and never done: count the operators' loads anew

	JobTemplates JobKind = "templates" // a channel has other credentials, or somebody asks: read its templates from the provider
)

// RecountEvery is how often an account's operators' loads are counted anew.
const RecountEvery = 24 * time.Hour

// NewRecount is the job that every account is born with.
func NewRecount(a Account) Job {
	return Job{
		ID: DeterministicID(time.Time{}, 0, string(JobRecount), string(a.ID)), AccountID: a.ID, Kind: JobRecount,
		NotBefore: a.CreatedAt.Add(RecountEvery), CreatedAt: a.CreatedAt, Version: 1,
	}
}

// NewTemplatesJob reads a channel's templates. The cause names what asks for it: the same one again is the same job.
func NewTemplatesJob(account AccountID, channel ChannelID, now time.Time, cause ...string) Job {
	return Job{
		ID:        DeterministicID(time.Time{}, 0, append([]string{string(JobTemplates), string(account), string(channel)}, cause...)...),
		AccountID: account, Kind: JobTemplates, Subject: string(channel), CreatedAt: now, Version: 1,
	}
}

// Session is a signed-in browser or API client, or a visitor's browser on a page with our web chat: then it has a Visitor and no
// operator. Its token is stored hashed.
type Session struct {
	Hash       string
	AccountID  AccountID
	OperatorID OperatorID
	Visitor    Visitor
	CreatedAt  time.Time
	LastSeenAt time.Time
	ExpiresAt  time.Time
	UserAgent  string
	IP         string
}

// VisitorID names who writes on our own web chat: the external user of that channel.
type VisitorID string

// Visitor is what a visitor's session is bound to.
type Visitor struct {
	ID        VisitorID
	ChannelID ChannelID
	Origin    string // of the page: scheme, host and port
}

// Connection is one browser's socket: an operator's, or a visitor's.
type Connection struct {
	ID         string
	AccountID  AccountID
	OperatorID OperatorID
	Visitor    Visitor
	Session    string // the hash of the session that it ends with
	Viewing    Viewed
	ExpiresAt  time.Time // zero once its session has ended
}

// Viewed is what an operator's browser looks at; the zero value is nothing.
type Viewed struct {
	ConversationID ConversationID
	StoreID        StoreID   // the grant may go while it looks
	Visitor        VisitorID // who learns that the operator types, on our own web chat
}

// Ticket lets one socket be opened, once, within seconds.
type Ticket struct {
	Hash       string
	AccountID  AccountID
	OperatorID OperatorID
	Visitor    Visitor
	Session    string // the hash of the session that asked for it
	ExpiresAt  time.Time
}

// Actor is the operator on whose behalf a verb is done, with what the activity log keeps of the request.
type Actor struct {
	Operator  Operator
	RequestID string
	IP        string
	UserAgent string
}

// Author names the actor in messages and Events.
func (a Actor) Author() Author {
	return Author{Kind: ByOperator, ID: string(a.Operator.ID), Name: a.Operator.Name}
}
