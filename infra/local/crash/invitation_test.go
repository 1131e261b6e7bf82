package crash

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/recado-chat/recado/shared/chat"
)

// guest is the address that a run's owner invites.
func (run *scenarioRun) guest() string { return "beto." + run.tag + "@example.com" }

var verified = []step{signUp, follow("/api/v1/auth/verify", nil)}

// peopleAreInvited stops the request that invites, and the sending of its mail.
func peopleAreInvited() scenario {
	return scenario{
		name: "somebody is invited", settings: settings{none: true}, prepare: verified, steps: []step{each(invite)},
		only: []string{"admin", "fanout", "notify"}, blind: twice, allows: oneMail,
	}
}

// invitationIsAccepted stops the request that accepts, between the vault and the tables, too.
func invitationIsAccepted() scenario {
	return scenario{
		name: "an invitation is accepted", settings: settings{none: true}, prepare: append(verified[:2:2], each(invite)), steps: []step{each(accept)},
		only: []string{"admin"},
	}
}

func invite(ctx context.Context, run *scenarioRun) error {
	_, err := run.call(ctx, http.MethodPost, "/api/v1/invitations", map[string]any{"emails": []string{run.guest()}, "role": chat.Editor}, "invite")
	return err
}

// accept uses the link in the mail. Where its answer was lost, the link is used, and the password works.
func accept(ctx context.Context, run *scenarioRun) error {
	mails, err := run.mails(run.guest())
	if err != nil || len(mails) != 1 {
		return fmt.Errorf("%s has %d invitations: %w", run.tag, len(mails), err)
	}
	token, err := url.QueryUnescape(linkToken.FindStringSubmatch(mails[0].Text)[1])
	if err != nil {
		return err
	}
	code, answer, err := run.ask(ctx, http.MethodPost, "/api/v1/auth/invitation/accept", map[string]any{
		"token": token, "name": "Beto", "password": "una clave larga", "client": "api",
	}, "")
	if err == nil && code == http.StatusConflict && (run.target != nil || run.chaos != nil) {
		code, answer, err = run.ask(ctx, http.MethodPost, "/api/v1/auth/sign-in", map[string]any{
			"email": run.guest(), "password": "una clave larga", "client": "api",
		}, "")
	}
	if err == nil && code >= http.StatusBadRequest {
		err = fmt.Errorf("accept: %d %v", code, answer)
	}
	return err
}
