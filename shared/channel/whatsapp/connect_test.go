package whatsapp_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/recado-chat/recado/shared/fault"
)

// B-22: both ids come from the client, so both are asked for with the token. PROVIDERS §2.4
func TestConnect_NumberAndBusinessAccount_BothOpened(t *testing.T) {
	t.Parallel()
	const business = "102290129340398"
	opens := func(id string) []http.HandlerFunc { return []http.HandlerFunc{answer(200, `{"id":"`+id+`"}`)} }
	missing := []http.HandlerFunc{answer(400, `{"error":{"code":100,"error_subcode":33,"message":"Unsupported get request."}}`)}
	dead := []http.HandlerFunc{answer(401, graphError(190))}
	for name, test := range map[string]struct {
		number, business []http.HandlerFunc
		settings         string
		field            string // at fault; "" when it connects
		asked            []string
	}{
		"the number alone":                {opens(number), nil, `{}`, "", []string{number}},
		"no settings":                     {opens(number), nil, ``, "", []string{number}},
		"number and account":              {opens(number), opens(business), `{"businessAccountId":"` + business + `"}`, "", []string{number, business}},
		"a number of somebody else":       {missing, opens(business), `{"businessAccountId":"` + business + `"}`, "externalId", []string{number}},
		"an account of somebody else":     {opens(number), missing, `{"businessAccountId":"` + business + `"}`, "settings.businessAccountId", []string{number, business}},
		"an invented token":               {dead, dead, `{}`, "credentials.accessToken", []string{number}},
		"no permission for the number":    {[]http.HandlerFunc{answer(403, graphError(200))}, nil, `{}`, "externalId", []string{number}},
		"another node than the one asked": {opens("1"), nil, `{}`, "externalId", []string{number}},
		"an account that is no text":      {opens(number), nil, `{"businessAccountId":7}`, "settings.businessAccountId", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, a := newGraph(t, map[string][]http.HandlerFunc{number: test.number, business: test.business})
			asset, err := a.Connect(t.Context(), credentials, number, []byte(test.settings))
			if test.field == "" && (err != nil || asset.ExternalID != number || string(asset.Settings) != test.settings) {
				t.Errorf("%+v, %v", asset, err)
			}
			if test.field != "" && (!fault.Is(err, fault.Invalid) || fault.As(err).Field != test.field) {
				t.Errorf("%v of %q, want field %q", err, fault.As(err).Field, test.field)
			}
			var asked []string
			for _, call := range g.seen() {
				asked = append(asked, call.path[len("/v27.0/"):])
				if call.auth != "Bearer "+token {
					t.Errorf("%s was asked with %q", call.path, call.auth)
				}
			}
			if !slices.Equal(asked, test.asked) {
				t.Errorf("asked for %v, want %v", asked, test.asked)
			}
		})
	}
}

func TestConnect_GraphCannotSay_MayPass(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"down": answer(503, ""), "a limit": answer(400, graphError(80007)), "hung up": hangUp, "no JSON": answer(200, "<html>"),
	} {
		_, a := newGraph(t, map[string][]http.HandlerFunc{number: {handler}})
		if _, err := a.Connect(t.Context(), credentials, number, nil); err == nil || fault.Permanent(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
