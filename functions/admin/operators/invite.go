package operators

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/recado-chat/recado/functions/admin/enroll"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/wire"
)

// statusOf is what an invitation's address is answered with; any other failure is the whole call's.
func statusOf(err error) (wire.InvitationStatus, error) {
	if err == nil {
		return wire.InvitationSent, nil
	}
	if fault.Is(err, fault.RateLimited) {
		return wire.InvitationLimited, nil
	}
	if status := wire.InvitationStatus(fault.As(err).Reason); status == wire.InvitationMember || status == wire.InvitationPending {
		return status, nil
	}
	return "", err
}

// send stores an invitation in place of the address's pending one and mails it. It fills in what was stored. Conflict with the status as its
// reason for an address that is not invited, RateLimited for one that may not be now.
func (h *Handler) send(ctx context.Context, c *rest.Call, i *chat.Invitation, call string) error {
	template, err := h.admit(ctx, *i)
	if err != nil {
		return err
	}
	mail := chat.DeterministicID(time.Time{}, 0, "invitation mail", call, i.Email)
	return rest.Retry(func() error {
		before, err := h.Store.Invitation(ctx, i.AccountID, i.ID)
		switch {
		case fault.Is(err, fault.NotFound):
			return h.put(ctx, c, nil, i, template, mail)
		case err != nil:
			return fmt.Errorf("read the invitation: %w", err)
		case !c.Scope().Invitation(before):
			return fault.New(fault.Conflict, "already invited to other stores").WithReason(string(wire.InvitationPending))
		}
		return h.put(ctx, c, &before, i, template, mail)
	})
}

// admit chooses the mail that an address gets, and counts it. Conflict with reason "member" for an operator of the account.
func (h *Handler) admit(ctx context.Context, i chat.Invitation) (chat.MailTemplate, error) {
	template := chat.MailInvitationTaken
	holder, err := h.Store.OperatorByEmail(ctx, i.Email)
	switch {
	case fault.Is(err, fault.NotFound):
		template = chat.MailInvitation
	case err != nil:
		return "", fmt.Errorf("look for the address: %w", err)
	case holder.AccountID == i.AccountID:
		return "", fault.New(fault.Conflict, "already an operator of this account").WithReason(string(wire.InvitationMember))
	}
	return template, h.Throttle.Count(ctx,
		enroll.Limit{Key: "invitations " + string(i.AccountID), Most: InvitedPerAccount, Window: time.Hour},
		enroll.Limit{Key: "invited " + auth.Hash(i.Email), Most: InvitedPerAddress, Window: 24 * time.Hour})
}

// put stores an invitation with a new link, and its mail under the id given; if that mail is stored, the call did so before it died.
func (h *Handler) put(ctx context.Context, c *rest.Call, before, i *chat.Invitation, template chat.MailTemplate, mailID string) error {
	token, now := auth.NewToken(), h.Now()
	i.TokenHash, i.InviterID, i.InviterName = auth.Hash(token), c.Operator.ID, c.Operator.Name
	i.SentAt, i.ExpiresAt = now, now.Add(chat.InvitationLasts)
	err := h.Store.PutToken(ctx, dynamo.Token{
		Hash: i.TokenHash, Kind: enroll.InvitationToken, AccountID: i.AccountID, InvitationID: i.ID, OperatorID: chat.OperatorID(chat.NewID(now)),
		ExpiresAt: h.Wall().Add(chat.InvitationLasts + enroll.InvitationExplained),
	})
	if err != nil {
		return fmt.Errorf("keep a link's token: %w", err)
	}
	link := h.PublicURL + "/invitation?token=" + url.QueryEscape(token)
	if template == chat.MailInvitationTaken {
		link = h.PublicURL + "/sign-in"
	}
	mail := chat.Mail{
		ID: mailID, AccountID: i.AccountID, To: i.Email, Template: template, Language: c.Account.Language,
		Params: map[string]string{"url": link, "inviter": i.InviterName, "account": c.Account.Name},
		State:  chat.MailQueued, CreatedAt: now, Version: 1,
	}
	entry := h.Activity(c, "invitation.sent", target(i.ID))
	entry.RequestID += "/" + string(i.ID) // a request has an entry for each address
	err = h.Store.PutInvitation(ctx, before, *i, mail, entry)
	if fault.As(err).Reason != chat.ConflictExists {
		return err
	}
	*i, err = h.Store.Invitation(ctx, i.AccountID, i.ID)
	return err
}
