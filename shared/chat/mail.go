package chat

import "time"

// Mail is an e-mail to be sent. Params are its template's; they are deleted once it is sent.
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

// MailTemplate names the text of a mail.
type MailTemplate string

// The templates.
const (
	MailVerify     MailTemplate = "verify"
	MailReset      MailTemplate = "reset"
	MailInvitation MailTemplate = "invitation"
	// MailInvitationTaken goes in place of an invitation to an address with which somebody signs in to another account.
	MailInvitationTaken MailTemplate = "invitation_taken"

	MailReauthorise MailTemplate = "channel_reauthorise" // to the owners, as the three below: a channel's token is no longer accepted
	MailStopped     MailTemplate = "channel_stopped"     // the provider stopped its account
	MailSilent      MailTemplate = "channel_silent"      // nothing comes in
	MailDiverted    MailTemplate = "channel_diverted"    // the provider calls another address
)

// MailState is the delivery state of a mail. Unknown means that an attempt's outcome was lost; it is not repeated automatically.
type MailState string

// The states of a mail.
const (
	MailQueued  MailState = "queued"
	MailSending MailState = "sending"
	MailSent    MailState = "sent"
	MailFailed  MailState = "failed"
	MailUnknown MailState = "unknown"
)
