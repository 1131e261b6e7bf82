package admin_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/functions/admin/operators"
	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// verifiedOwner signs an owner up who has confirmed their address.
func verifiedOwner(t *testing.T, b *apitest.Fixture, email string) *apitest.Client {
	t.Helper()
	c := b.Owner(email)
	account, _ := c.Me()
	b.Client().Do("POST", "/api/v1/auth/verify", apitest.Fields{"token": mailedToken(t, b, account.ID, chat.MailVerify)}).Want(http.StatusNoContent)
	return c
}

// invited sends invitations and answers what became of each address.
func invited(c *apitest.Client, role chat.Role, emails []string, more ...apitest.Fields) []wire.InvitationResult {
	c.T.Helper()
	body := apitest.Fields{"emails": emails, "role": role}
	for _, fields := range more {
		for name, value := range fields {
			body[name] = value
		}
	}
	return apitest.Into[wire.Invited](c.Do("POST", "/api/v1/invitations", body), http.StatusOK).Results
}

// linkOf is the token of the newest invitation of an account.
func linkOf(t *testing.T, c *apitest.Client) string {
	t.Helper()
	account, _ := c.Me()
	return mailedToken(t, c.Fixture, account.ID, chat.MailInvitation)
}

func accept(b *apitest.Fixture, token string) apitest.Answer {
	return b.Client().Do("POST", "/api/v1/auth/invitation/accept", apitest.Fields{"token": token, "name": "Beto Paz", "password": apitest.Password, "language": "pt"})
}

// refusedLink fails the test unless a link can neither be looked at nor accepted, for the reason given.
func refusedLink(t *testing.T, b *apitest.Fixture, token, reason string) {
	t.Helper()
	for _, a := range []apitest.Answer{b.Client().Do("POST", "/api/v1/auth/invitation", apitest.Fields{"token": token}), accept(b, token)} {
		if failure, _ := a.Want(http.StatusConflict)["error"].(map[string]any); failure["reason"] != reason || failure["field"] != "token" {
			t.Errorf("a link is answered %v, want the reason %s", failure, reason)
		}
	}
}

func pending(c *apitest.Client) []wire.Invitation {
	c.T.Helper()
	return apitest.Into[wire.List[wire.Invitation]](c.Do("GET", "/api/v1/invitations", nil), http.StatusOK).Items
}

// activities are the lines of an account's log of the month, as "action target".
func activities(t *testing.T, b *apitest.Fixture, account chat.AccountID) (lines []string) {
	t.Helper()
	page, err := b.Store.Activities(t.Context(), account, "2026-11", chat.PageRequest{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range page.Items {
		lines = append(lines, a.Action+" "+a.Target)
	}
	return lines
}

// S0-01, S0-02
func TestInvitation_Accepted_ExactlyThatOperator(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := verifiedOwner(t, b, "ana@example.com")
	account, ana := owner.Me()
	north := owner.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Norte"}).Want(http.StatusCreated)["id"].(string)
	results := invited(owner, chat.Editor, []string{"Beto@Example.com"}, apitest.Fields{"storeIds": []string{north}, "languages": []string{"pt", "en"}})
	if len(results) != 1 || results[0].Status != wire.InvitationSent || results[0].Email != "beto@example.com" {
		t.Fatalf("invited %+v", results)
	}
	list := pending(owner)
	if len(list) != 1 || list[0].Role != "editor" || list[0].InvitedBy.ID != string(ana.ID) || list[0].InvitedBy.Name != "Ana" ||
		!slices.Equal(list[0].StoreIDs, []string{north}) || time.Time(list[0].ExpiresAt).Sub(time.Time(list[0].SentAt)) != 7*24*time.Hour {
		t.Errorf("pending %+v", list)
	}
	token := linkOf(t, owner)
	offer := apitest.Into[wire.InvitationOffer](b.Client().Do("POST", "/api/v1/auth/invitation", apitest.Fields{"token": token}), http.StatusOK)
	if offer != (wire.InvitationOffer{AccountName: account.Name, InviterName: "Ana", Email: "beto@example.com", Role: "editor"}) {
		t.Errorf("the link offers %+v", offer)
	}
	for field, body := range map[string]apitest.Fields{
		"name":     {"token": token, "name": " ", "password": apitest.Password},
		"password": {"token": token, "name": "Beto", "password": "beto@example.com"},
		"language": {"token": token, "name": "Beto", "password": apitest.Password, "language": "tlh"},
	} {
		b.Client().Do("POST", "/api/v1/auth/invitation/accept", body).WantError(http.StatusBadRequest, "invalid", field)
	}
	a := accept(b, token)
	a.Want(http.StatusCreated)
	browser := b.Client()
	browser.Cookie = apitest.SessionOf(a)
	_, beto := browser.Me()
	if beto.Name != "Beto Paz" || beto.Role != chat.Editor || !beto.EmailVerified || beto.Language != chat.Portuguese || beto.Availability != chat.Away || beto.Capacity != 20 ||
		!slices.Equal(beto.StoreIDs, []chat.StoreID{chat.StoreID(north)}) || !slices.Equal(beto.Languages, []chat.Language{"pt", "en"}) {
		t.Errorf("joined as %+v", beto)
	}
	if len(a.Cookies) != 2 || !strings.HasPrefix(a.Cookies[1], "recado_device_") {
		t.Errorf("the browser is not a known one: %d cookies", len(a.Cookies))
	}
	browser.Do("GET", "/api/v1/invitations", nil).WantError(http.StatusForbidden, "forbidden", "")
	b.SignedIn("beto@example.com")
	if left := pending(owner); len(left) != 0 {
		t.Errorf("still pending: %+v", left)
	}
	refusedLink(t, b, token, "invitation_used")
	if results := invited(owner, chat.Admin, []string{"beto@example.com"}); results[0].Status != wire.InvitationMember || results[0].Invitation != nil {
		t.Errorf("a member is invited: %+v", results)
	}
	b.Client().Do("POST", "/api/v1/auth/invitation", apitest.Fields{"token": "made-up"}).WantError(http.StatusBadRequest, "invalid", "token")
	log := activities(t, b, account.ID)
	for _, action := range []string{"invitation.sent invitation/" + list[0].ID, "invitation.accepted operator/" + string(beto.ID)} {
		if !slices.Contains(log, action) {
			t.Errorf("the log has no %q: %q", action, log)
		}
	}
}

// S0-02
func TestInvite_WrongInput_Refused(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := verifiedOwner(t, b, "ana@example.com")
	one := []string{"beto@example.com"}
	for name, test := range map[string]struct {
		body   apitest.Fields
		status int
		field  string
	}{
		"no role":             {apitest.Fields{"emails": one}, 400, "role"},
		"a second owner":      {apitest.Fields{"emails": one, "role": "owner"}, 400, "role"},
		"a role that is none": {apitest.Fields{"emails": one, "role": "king"}, 400, "role"},
		"nobody":              {apitest.Fields{"emails": []string{}, "role": "admin"}, 400, "emails"},
		"too many":            {apitest.Fields{"emails": slices.Repeat(one, 21), "role": "admin"}, 400, "emails"},
		"an unknown store":    {apitest.Fields{"emails": one, "role": "admin", "storeIds": []string{"none"}}, 404, ""},
		"an unknown language": {apitest.Fields{"emails": one, "role": "admin", "languages": []string{"tlh"}}, 400, "languages"},
	} {
		failure := owner.Do("POST", "/api/v1/invitations", test.body).Want(test.status)["error"].(map[string]any)
		if field, _ := failure["field"].(string); field != test.field {
			t.Errorf("%s: answered %v", name, failure)
		}
	}
	results := invited(owner, chat.ReadOnly, []string{"nobody", "Beto@example.com", "beto@EXAMPLE.com"})
	if len(results) != 2 || results[0].Status != wire.InvitationInvalid || results[0].Email != "nobody" || results[1].Status != wire.InvitationSent {
		t.Errorf("invited %+v", results)
	}
	if list := pending(owner); len(list) != 1 {
		t.Errorf("pending %+v", list)
	}
}

func TestInvite_OwnerUnverified_Refused(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	admin, _ := owner.Employ(chat.Admin, "eva@example.com")
	body := apitest.Fields{"emails": []string{"beto@example.com"}, "role": "readonly"}
	for _, c := range []*apitest.Client{owner, admin} {
		if failure := c.Do("POST", "/api/v1/invitations", body).Want(http.StatusConflict)["error"].(map[string]any); failure["reason"] != "owner_unverified" {
			t.Errorf("answered %v", failure)
		}
	}
	account, _ := owner.Me()
	b.Client().Do("POST", "/api/v1/auth/verify", apitest.Fields{"token": mailedToken(t, b, account.ID, chat.MailVerify)}).Want(http.StatusNoContent)
	if results := invited(admin, chat.ReadOnly, []string{"beto@example.com"}); results[0].Status != wire.InvitationSent {
		t.Errorf("invited %+v", results)
	}
}

// S0-01
func TestInvitation_LinksThatDoNotWork_SayWhy(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := verifiedOwner(t, b, "ana@example.com")
	account, _ := owner.Me()
	to := []string{"beto@example.com"}

	first := invited(owner, chat.ReadOnly, to)[0].Invitation
	replaced := linkOf(t, owner)
	second := invited(owner, chat.Admin, to)[0].Invitation
	if first.ID != second.ID || second.Role != "admin" || len(pending(owner)) != 1 {
		t.Errorf("invited as %+v, then as %+v", first, second)
	}
	refusedLink(t, b, replaced, "invitation_replaced")

	path := "/api/v1/invitations/" + second.ID
	again := linkOf(t, owner)
	eva, evaID := owner.Employ(chat.Admin, "eva@example.com")
	resent := apitest.Into[wire.Invitation](eva.Do("POST", path+"/resend", nil), http.StatusOK)
	if resent.InvitedBy.ID != evaID || resent.Role != "admin" || time.Time(resent.SentAt).Before(time.Time(second.SentAt)) {
		t.Errorf("sent again as %+v", resent)
	}
	refusedLink(t, b, again, "invitation_replaced")

	newest := linkOf(t, owner)
	b.Clock.Advance(chat.InvitationLasts)
	refusedLink(t, b, newest, "invitation_expired")
	if list := pending(owner); len(list) != 1 {
		t.Errorf("an expired invitation is not listed: %+v", list)
	}

	eva = b.SignedIn("eva@example.com")
	eva.Do("POST", path+"/resend", nil).Want(http.StatusOK)
	lost := linkOf(t, owner)
	_, o := eva.Me()
	owner = b.SignedIn("ana@example.com")
	owner.Do("PATCH", "/api/v1/operators/"+evaID, apitest.Fields{"role": "editor", "version": o.Version}).Want(http.StatusOK)
	refusedLink(t, b, lost, "invitation_revoked")

	invited(owner, chat.Admin, to)
	revoked := linkOf(t, owner)
	owner.Do("DELETE", path, nil).Want(http.StatusNoContent)
	owner.Do("DELETE", path, nil).WantError(http.StatusNotFound, "not_found", "")
	owner.Do("POST", path+"/resend", nil).WantError(http.StatusNotFound, "not_found", "")
	refusedLink(t, b, revoked, "invitation_revoked")
	if !slices.Contains(activities(t, b, account.ID), "invitation.revoked invitation/"+second.ID) {
		t.Error("the log does not tell that it was revoked")
	}

	invited(owner, chat.Admin, to)
	taken := linkOf(t, owner)
	b.Owner("beto@example.com")
	refusedLink(t, b, taken, "exists")
	b.SignedIn("beto@example.com")
}

// An address with which somebody signs in elsewhere is answered like any other, and its mail has no link that creates an operator.
func TestInvite_AddressOfAnotherAccount_NotRevealed(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	b.Owner("eva@example.com")
	owner := verifiedOwner(t, b, "ana@example.com")
	account, _ := owner.Me()
	results := invited(owner, chat.ReadOnly, []string{"eva@example.com", "free@example.com"})
	if results[0].Status != wire.InvitationSent || results[1].Status != wire.InvitationSent || len(pending(owner)) != 2 {
		t.Errorf("answered %+v", results)
	}
	mails := mailsOf(t, b, account.ID)
	taken := slices.IndexFunc(mails, func(m chat.Mail) bool { return m.To == "eva@example.com" })
	if m := mails[taken]; m.Template != chat.MailInvitationTaken || m.Params["url"] != apitest.Origin+"/sign-in" || m.Params["inviter"] != "Ana" || m.Params["account"] != account.Name {
		t.Errorf("mailed %+v", m)
	}
}

func TestInvite_Many_Limited(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner, other := verifiedOwner(t, b, "ana@example.com"), verifiedOwner(t, b, "eva@example.com")
	for range operators.InvitedPerAddress {
		if results := invited(owner, chat.ReadOnly, []string{"beto@example.com"}); results[0].Status != wire.InvitationSent {
			t.Fatalf("invited %+v", results)
		}
	}
	if results := invited(other, chat.ReadOnly, []string{"beto@example.com", "leo@example.com"}); results[0].Status != wire.InvitationLimited || results[1].Status != wire.InvitationSent {
		t.Errorf("the address has had its mails of the day: %+v", results)
	}
	owner.Do("POST", "/api/v1/invitations/"+pending(owner)[0].ID+"/resend", nil).WantError(http.StatusTooManyRequests, "rate_limited", "")
	sent := 0
	for round := range 4 {
		emails := make([]string, 20)
		for n := range emails {
			emails[n] = fmt.Sprintf("p%d-%d@example.com", round, n)
		}
		for _, result := range invited(other, chat.ReadOnly, emails) {
			if result.Status == wire.InvitationSent {
				sent++
			}
		}
	}
	if sent >= operators.InvitedPerAccount || sent < operators.InvitedPerAccount-5 {
		t.Errorf("%d were invited in an hour", sent)
	}
}

func TestInvite_ManyPending_Limited(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := verifiedOwner(t, b, "ana@example.com")
	account, ana := owner.Me()
	for n := range operators.InvitationsPending {
		email := fmt.Sprintf("p%d@example.com", n)
		i := chat.Invitation{ID: chat.InvitationIDOf(account.ID, email), AccountID: account.ID, Email: email, Role: chat.Admin, InviterID: ana.ID, SentAt: b.Clock.Now()}
		mail := chat.Mail{ID: fmt.Sprint("MAIL", n), AccountID: account.ID, To: email, Template: chat.MailInvitation, State: chat.MailQueued, CreatedAt: i.SentAt}
		if err := b.Store.PutInvitation(t.Context(), nil, i, mail, nil); err != nil {
			t.Fatal(err)
		}
	}
	results := invited(owner, chat.ReadOnly, []string{"new@example.com", "p7@example.com"})
	if results[0].Status != wire.InvitationLimited || results[1].Status != wire.InvitationSent {
		t.Errorf("invited %+v", results)
	}
	owner.Do("DELETE", "/api/v1/invitations/"+results[1].Invitation.ID, nil).Want(http.StatusNoContent)
	if results := invited(owner, chat.ReadOnly, []string{"new@example.com", "newer@example.com"}); results[0].Status != wire.InvitationSent || results[1].Status != wire.InvitationLimited {
		t.Errorf("invited %+v", results)
	}
	if list := pending(owner); len(list) != operators.InvitationsPending || list[0].Email != "new@example.com" {
		t.Errorf("%d pending, the newest is %s", len(list), list[0].Email)
	}
}

// Whoever is limited to stores invites into these alone.
func TestInvite_LimitedToStores(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := verifiedOwner(t, b, "ana@example.com")
	account, _ := owner.Me()
	north := owner.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Norte"}).Want(http.StatusCreated)["id"].(string)
	owner.Do("POST", "/api/v1/operators", apitest.Fields{
		"name": "Eva", "email": "eva@example.com", "role": "admin", "password": apitest.Password, "storeIds": []string{north},
	}).Want(http.StatusCreated)
	eva := b.SignedIn("eva@example.com")
	if results := invited(eva, chat.OperatorRole, []string{"beto@example.com"}); !slices.Equal(results[0].Invitation.StoreIDs, []string{north}) {
		t.Errorf("invited %+v", results[0].Invitation)
	}
	body := apitest.Fields{"emails": []string{"leo@example.com"}, "role": "admin"}
	eva.Do("POST", "/api/v1/invitations", body).WantError(http.StatusForbidden, "forbidden", "storeIds")
	body["storeIds"] = []string{string(account.StoreID)}
	eva.Do("POST", "/api/v1/invitations", body).WantError(http.StatusNotFound, "not_found", "")

	all := invited(owner, chat.Admin, []string{"leo@example.com"})[0].Invitation
	if list := pending(eva); len(list) != 1 || list[0].Email != "beto@example.com" {
		t.Errorf("eva sees %+v", list)
	}
	eva.Do("DELETE", "/api/v1/invitations/"+all.ID, nil).WantError(http.StatusNotFound, "not_found", "")
	eva.Do("POST", "/api/v1/invitations/"+all.ID+"/resend", nil).WantError(http.StatusNotFound, "not_found", "")
	if results := invited(eva, chat.OperatorRole, []string{"leo@example.com"}); results[0].Status != wire.InvitationPending {
		t.Errorf("eva replaced an invitation that she does not see: %+v", results)
	}
	if len(pending(owner)) != 2 {
		t.Error("the owner does not see both")
	}
}

// S0-01
func TestAcceptInvitation_AtOnce_OneWins(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := verifiedOwner(t, b, "ana@example.com")
	invited(owner, chat.OperatorRole, []string{"beto@example.com"})
	token := linkOf(t, owner)
	statuses := make([]int, 6)
	var wg sync.WaitGroup
	for i := range statuses {
		wg.Go(func() { statuses[i] = accept(b.Another(), token).Status })
	}
	wg.Wait()
	made := 0
	for _, status := range statuses {
		switch status {
		case http.StatusCreated:
			made++
		case http.StatusConflict, http.StatusServiceUnavailable: // it is used, or about to be
		default:
			t.Errorf("answered %d", status)
		}
	}
	account, _ := owner.Me()
	list, err := b.Store.Operators(t.Context(), account.ID)
	if err != nil || made != 1 || len(list) != 2 {
		t.Errorf("%d were accepted, and there are %d operators: %v", made, len(list), err)
	}
}
