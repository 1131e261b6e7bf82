package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// number is the body that connects a WhatsApp number.
func number(asset, token string, change apitest.Fields) apitest.Fields {
	body := apitest.Fields{"type": "whatsapp", "name": "Ventas", "externalId": asset, "credentials": apitest.Fields{"accessToken": token}}
	for field, value := range change {
		body[field] = value
	}
	return body
}

func connect(c *apitest.Client, body apitest.Fields) wire.Channel {
	c.T.Helper()
	return apitest.Into[wire.Channel](c.Do("POST", "/api/v1/channels", body), http.StatusCreated)
}

// B-22: an invented token connects nothing and keeps nobody out.
func TestChannels_InventedToken_ClaimsNothing(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	thief, owner := b.Owner("thief@example.com"), b.Owner("owner@example.com")
	b.Graph.Opens("710", "the-owners")
	b.Graph.Opens("700", "the-owners")
	b.Graph.Revokes("invented")
	thief.Do("POST", "/api/v1/channels", number("710", "invented", nil)).WantError(http.StatusBadRequest, "invalid", "credentials.accessToken")
	thief.Do("POST", "/api/v1/channels", number("710", "the-thiefs", nil)).WantError(http.StatusBadRequest, "invalid", "externalId")
	business := apitest.Fields{"settings": apitest.Fields{"businessAccountId": "700"}}
	thief.Do("POST", "/api/v1/channels", number("711", "the-thiefs", business)).WantError(http.StatusBadRequest, "invalid", "settings.businessAccountId")
	if got := connect(owner, number("710", "the-owners", business)); got.Health.State != "waiting" {
		t.Errorf("%+v", got.Health)
	}
}

// B-22: a connection that the provider could not confirm receives nothing, keeps nobody out and is verified when somebody asks.
func TestChannels_ProviderDown_SavedUnverified(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	ana, owner := b.Owner("ana@example.com"), b.Owner("owner@example.com")
	b.Graph.Down(true)
	made := connect(ana, number("710", "t", nil))
	if made.Health.State != "unverified" || made.Health.Code != "2" || made.Health.Message == "" {
		t.Errorf("%+v", made.Health)
	}
	if _, err := b.Store.ChannelByAsset(t.Context(), "whatsapp", "710"); err == nil {
		t.Error("the asset leads to it")
	}
	path := "/api/v1/channels/" + made.ID
	for range 2 {
		ana.Do("POST", path+"/verify", apitest.Fields{}).Want(http.StatusAccepted)
	}
	if jobs := b.Jobs(chat.JobVerify); len(jobs) != 1 || jobs[0].Subject != made.ID {
		t.Errorf("jobs %+v", jobs)
	}
	owner.Do("POST", path+"/verify", apitest.Fields{}).WantError(http.StatusNotFound, "not_found", "")
	b.Graph.Down(false)
	connect(owner, number("710", "t", nil))
	ana.Do("PATCH", path, apitest.Fields{"credentials": apitest.Fields{"accessToken": "t"}, "version": made.Version}).WantError(http.StatusConflict, "conflict", "externalId")

	// Of a verified channel nothing changes while the provider is down.
	mine := connect(ana, number("711", "t", nil))
	b.Graph.Down(true)
	ana.Do("PATCH", "/api/v1/channels/"+mine.ID, apitest.Fields{"credentials": apitest.Fields{"accessToken": "u"}, "version": mine.Version}).WantError(http.StatusServiceUnavailable, "unavailable", "")
	if got := apitest.Into[wire.Channel](ana.Do("GET", "/api/v1/channels/"+mine.ID, nil), http.StatusOK); got.Health.State != "waiting" || got.Version != mine.Version {
		t.Errorf("%+v", got)
	}
	ana.Do("DELETE", path, nil).Want(http.StatusNoContent)
}

// B-22: a wrong id can be corrected as long as the channel has no messages.
func TestChannels_WrongID_Corrected(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	ana, eva := b.Owner("ana@example.com"), b.Owner("eva@example.com")
	b.Graph.Opens("710", "anas")
	made := connect(ana, number("799", "anas", nil))
	path := "/api/v1/channels/" + made.ID
	token := func(token string) apitest.Fields { return apitest.Fields{"accessToken": token} }
	ana.Do("PATCH", path, apitest.Fields{"externalId": "710", "version": 1}).WantError(http.StatusBadRequest, "invalid", "credentials.accessToken")
	ana.Do("PATCH", path, apitest.Fields{"settings": apitest.Fields{"businessAccountId": "700"}, "version": 1}).WantError(http.StatusBadRequest, "invalid", "credentials.accessToken")
	ana.Do("PATCH", path, apitest.Fields{"externalId": "710", "credentials": token("others"), "version": 1}).WantError(http.StatusBadRequest, "invalid", "externalId")
	ana.Do("PATCH", path, apitest.Fields{"externalId": "7 1\n0", "credentials": token("anas"), "version": 1}).WantError(http.StatusBadRequest, "invalid", "externalId")
	right := apitest.Into[wire.Channel](ana.Do("PATCH", path, apitest.Fields{"externalId": "710", "credentials": token("anas"), "version": 1}), http.StatusOK)
	if right.ExternalID != "710" || right.Health.State != "waiting" {
		t.Errorf("%+v", right)
	}
	if got, err := b.Store.ChannelByAsset(t.Context(), "whatsapp", "710"); err != nil || string(got.ID) != made.ID {
		t.Errorf("the right id leads to %q, %v", got.ID, err)
	}
	connect(eva, number("799", "evas", nil)) // the wrong one is free

	stored, err := b.Store.Channel(t.Context(), chat.AccountID(accountOf(ana)), chat.ChannelID(made.ID))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Store.MarkChannelWorking(t.Context(), stored, b.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	ana.Do("PATCH", path, apitest.Fields{"externalId": "711", "credentials": token("anas"), "version": 3}).WantError(http.StatusBadRequest, "invalid", "externalId")
}

func accountOf(c *apitest.Client) chat.AccountID {
	account, _ := c.Me()
	return account.ID
}

// A token becomes part of a header: line breaks and control characters are refused, and repeated by no answer.
func TestChannels_TokenWithControlCharacters_Refused(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	ana := b.Owner("ana@example.com")
	for _, token := range []string{"a\nb", "a\r\nX-Evil: 1", "a\x00b", "a b", "a\u2028b", strings.Repeat("a", 4097)} {
		ana.Do("POST", "/api/v1/channels", number("710", token, nil)).WantError(http.StatusBadRequest, "invalid", "credentials.accessToken")
	}
	if asked := b.Graph.Asked(); len(asked) != 0 {
		t.Errorf("the provider was asked for %v", asked)
	}
}
