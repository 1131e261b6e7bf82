package acceptance_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/chat"
)

// verify confirms the owner's address with the link mailed to it.
func (a *account) verify() {
	a.t.Helper()
	nobody := &client{s: a.system, t: a.t}
	nobody.call(http.MethodPost, "/api/v1/auth/verify", object{"token": a.mailed(a.email, "verify")}, http.StatusNoContent)
}

type sentInvitation struct {
	Email, Status string
	Invitation    *struct{ ID, Role string }
}

// invite invites people with a role and returns what became of each.
func (a *account) invite(role string, more object, emails ...string) []sentInvitation {
	a.t.Helper()
	body := object{"emails": emails, "role": role}
	for name, value := range more {
		body[name] = value
	}
	var out struct{ Results []sentInvitation }
	a.owner.post("/api/v1/invitations", body, http.StatusOK, &out)
	return out.Results
}

// accept accepts an invitation.
func (s *system) accept(token, name string, status int) answer {
	s.t.Helper()
	nobody := &client{s: s, t: s.t}
	return nobody.call(http.MethodPost, "/api/v1/auth/invitation/accept", object{"token": token, "name": name, "password": password, "client": "api"}, status)
}

// unusable fails the test unless a link is refused for the reason given.
func (s *system) unusable(token, reason string) {
	s.t.Helper()
	var refusal struct{ Error struct{ Reason string } }
	if s.accept(token, "Tarde", http.StatusConflict).into(s.t, &refusal); refusal.Error.Reason != reason {
		s.t.Errorf("the link is refused as %s, want %s", refusal.Error.Reason, reason)
	}
}

// S0-01, S0-02: three addresses get three mails, each link makes one operator with the chosen role, once, for seven days.
func TestInvitations_MailedLinks_OneOperatorEach(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := s.signUp("UTC")
	a.owner.call(http.MethodPost, "/api/v1/invitations", object{"emails": []string{"x@recado.example"}, "role": "admin"}, http.StatusConflict)
	a.verify()
	a.owner.call(http.MethodPost, "/api/v1/invitations", object{"emails": []string{"x@recado.example"}}, http.StatusBadRequest)
	beto, carla, dario := unique("beto")+"@recado.example", unique("carla")+"@recado.example", unique("dario")+"@recado.example"
	results := a.invite("readonly", nil, beto, carla, dario)
	if len(results) != 3 {
		t.Fatalf("invited %+v", results)
	}
	links := map[string]string{}
	for _, r := range results {
		if r.Status != "sent" || r.Invitation == nil || r.Invitation.Role != "readonly" {
			t.Errorf("invited %+v", r)
		}
		links[r.Email] = s.mailed(r.Email, "invitation")
		m, err := s.Mail.Wait(t.Context(), r.Email, "Ana Ruiz te invita a Tienda en Recado")
		if err != nil || !strings.Contains(m.Text, "7 días") {
			t.Errorf("the mail is %q: %v\n%s", m.Subject, err, m.Text)
		}
	}
	if links[beto] == links[carla] || links[carla] == links[dario] {
		t.Fatalf("the links are not different: %v", links)
	}

	var in signedIn
	s.accept(links[beto], "Beto Paz", http.StatusCreated).into(t, &in)
	if in.Operator.Role != "readonly" || in.Operator.Email != beto || in.Operator.Name != "Beto Paz" || in.Account.ID != a.id {
		t.Errorf("joined as %+v", in)
	}
	reader := &client{s: s, t: t, token: in.AccessToken}
	reader.call(http.MethodGet, "/api/v1/conversations", nil, http.StatusOK)
	reader.call(http.MethodPost, "/api/v1/invitations", object{"emails": []string{"x@recado.example"}, "role": "admin"}, http.StatusForbidden)
	s.unusable(links[beto], "invitation_used")
	s.signIn(beto, password)

	if again := a.invite("admin", nil, carla, beto); again[0].Status != "sent" || again[1].Status != "member" {
		t.Errorf("invited again: %+v", again)
	}
	newer := s.mailed(carla, "invitation", links[carla])
	s.unusable(links[carla], "invitation_replaced")
	if s.accept(newer, "Carla Sosa", http.StatusCreated).into(t, &in); in.Operator.Role != "admin" {
		t.Errorf("joined as %+v", in)
	}

	s.advance(chat.InvitationLasts)
	s.unusable(links[dario], "invitation_expired")
	pending := all[struct{ ID, Email string }](a.owner, "/api/v1/invitations")
	if len(pending) != 1 || pending[0].Email != dario {
		t.Fatalf("pending %+v", pending)
	}
	path := "/api/v1/invitations/" + pending[0].ID
	a.owner.call(http.MethodPost, path+"/resend", object{}, http.StatusOK)
	resent := s.mailed(dario, "invitation", links[dario])
	a.owner.call(http.MethodDelete, path, nil, http.StatusNoContent)
	s.unusable(resent, "invitation_revoked")

	roles := map[string]string{}
	for _, o := range all[struct{ Email, Role string }](a.owner, "/api/v1/operators") {
		roles[o.Email] = o.Role
	}
	if len(roles) != 3 || roles[a.email] != "owner" || roles[beto] != "readonly" || roles[carla] != "admin" {
		t.Errorf("the operators are %v", roles)
	}
	s.settle()
	if n := s.dead("dead"); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

func invitees(_ *matrix, p *place) any {
	return object{"emails": []string{unique("nueva") + "@recado.example"}, "role": "operator", "storeIds": []string{p.store}}
}

// anotherInvitation is the path of an invitation that may be used up.
func anotherInvitation(verb string) func(*matrix, *place) string {
	return func(_ *matrix, p *place) string {
		sent := p.of.invite("operator", object{"storeIds": []string{p.store}}, unique("colega")+"@recado.example")
		return "/api/v1/invitations/" + sent[0].Invitation.ID + verb
	}
}
