package chat

import (
	"strconv"
	"time"
)

// Job is long work in bounded steps. Each run writes its checkpoint, and that write starts the next run.
type Job struct {
	ID         string
	AccountID  AccountID
	Kind       JobKind
	Subject    string // the id of the operator, contact or channel that it is about, for the kinds that have one
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
	JobRearm   JobKind = "rearm"   // the closing time became shorter: set CloseAt of open conversations
	JobRelease JobKind = "release" // an operator lost grants: unassign what they no longer serve
	JobRename  JobKind = "rename"  // a contact has another name: copy it to its conversations
	JobRelink  JobKind = "relink"  // a contact is part of another one, or two again: move its conversations
	JobResend  JobKind = "resend"  // a channel can send again: queue what it held
	JobRecount JobKind = "recount" // once a day, never done: recount the operators' loads

	JobTemplates JobKind = "templates" // a channel has new credentials, or somebody asked: read its templates from the provider
	JobVerify    JobKind = "verify"    // a channel is not verified, or another claims its asset: ask the provider whether the credentials open it
	JobAbandon   JobKind = "abandon"   // a channel was removed: fail what waits to be sent through it
	JobTokens    JobKind = "tokens"    // contacts have search tokens of former rules: write those of the present ones
	JobWatch     JobKind = "watch"     // as long as the channel exists: see whether its provider still calls us
	JobSockets   JobKind = "sockets"   // a site was removed or shows on other pages: close the sockets of pages that it no longer allows
)

// RecountEvery is how often an account's operators' loads are recounted.
const RecountEvery = 24 * time.Hour

// NewRecount is the job that is created with every account.
func NewRecount(a Account) Job {
	return Job{
		ID: DeterministicID(time.Time{}, 0, string(JobRecount), string(a.ID)), AccountID: a.ID, Kind: JobRecount,
		NotBefore: a.CreatedAt.Add(RecountEvery), CreatedAt: a.CreatedAt, Version: 1,
	}
}

// NewTemplatesJob reads a channel's templates. The cause names what started it: the same cause again is the same job.
func NewTemplatesJob(account AccountID, channel ChannelID, now time.Time, cause ...string) Job {
	return newChannelJob(JobTemplates, account, channel, now, cause...)
}

// NewVerifyJob asks the provider about a channel's credentials. The cause names what started it: the same cause again is the same job.
func NewVerifyJob(ch Channel, now time.Time, cause ...string) Job {
	return newChannelJob(JobVerify, ch.AccountID, ch.ID, now, cause...)
}

// WatchEvery is how often a channel is looked at. A provider that cannot deliver keeps what customers wrote for a day.
const WatchEvery = 2 * time.Hour

// NewWatchJob sees whether the channel's provider still calls us. A channel has one.
func NewWatchJob(account AccountID, channel ChannelID, now time.Time) Job {
	job := newChannelJob(JobWatch, account, channel, now)
	job.NotBefore = now.Add(WatchEvery)
	return job
}

// NewAbandonJob fails what waits to be sent through a removed channel.
func NewAbandonJob(account AccountID, channel ChannelID, now time.Time) Job {
	return newChannelJob(JobAbandon, account, channel, now)
}

// NewSocketsJob closes sockets that a site, at this version of its channel, does not allow.
func NewSocketsJob(account AccountID, channel ChannelID, version int64, now time.Time) Job {
	return newChannelJob(JobSockets, account, channel, now, strconv.FormatInt(version, 10))
}

func newChannelJob(kind JobKind, account AccountID, channel ChannelID, now time.Time, cause ...string) Job {
	return Job{
		ID:        DeterministicID(time.Time{}, 0, append([]string{string(kind), string(account), string(channel)}, cause...)...),
		AccountID: account, Kind: kind, Subject: string(channel), CreatedAt: now, Version: 1,
	}
}
