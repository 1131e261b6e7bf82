package dynamo_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

// template is one that a reading found which began at a time.
func template(name, language string, began time.Time) chat.Template {
	return chat.Template{
		ID: "id-" + name + language, AccountID: account, ChannelID: channel, Name: name, Language: language, Category: "utility",
		Status: chat.TemplateApproved, Quality: "green",
		Header: &chat.TemplateHeader{Format: chat.HeaderText, TemplateText: chat.NewTemplateText("Hola {{1}}")},
		Body:   chat.NewTemplateText("Su pedido {{1}} llegó a {{2}}"), Footer: "Tienda",
		Buttons:  []chat.TemplateButton{{Type: chat.ButtonQuickReply, Text: "Sí"}, {Type: chat.ButtonURL, Text: "Ver", Parameter: true}},
		SyncedAt: began, UpdatedAt: began,
	}
}

// names lists what a channel has, all pages of it.
func names(t *testing.T, db dynamotest.DB, of chat.ChannelID, q dynamo.TemplateQuery) []string {
	t.Helper()
	list, cursor := []string{}, ""
	for range 20 {
		page, err := db.Templates(t.Context(), account, of, q, chat.PageRequest{Limit: 2, Cursor: cursor})
		must(t, err)
		for _, found := range page.Items {
			list = append(list, found.Name+" "+found.Language)
		}
		if cursor = page.Next; cursor == "" {
			return list
		}
	}
	t.Fatal("the list has no end")
	return nil
}

func TestTemplatesAreListedByName(t *testing.T) { // B-12
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		rejected := template("beta", "es", noon)
		rejected.Status, rejected.Header, rejected.Reason = chat.TemplateRejected, nil, "SCAM"
		elsewhere := template("alfa", "es", noon)
		elsewhere.ChannelID = channel + "9"
		for _, it := range []chat.Template{template("gama", "es", noon), rejected, template("alfa_2", "es", noon), template("alfa", "pt_BR", noon), template("alfa", "es", noon), elsewhere} {
			must(t, db.PutTemplate(ctx, it, noon))
		}
		got, err := db.Template(ctx, account, channel, "beta", "es")
		must(t, err)
		same(t, got, rejected)
		got, err = db.Template(ctx, account, channel, "gama", "es")
		must(t, err)
		same(t, got, template("gama", "es", noon))
		_, err = db.Template(ctx, account, channel, "gama", "en")
		wantFault(t, err, fault.NotFound, "")
		for query, want := range map[dynamo.TemplateQuery][]string{
			{}:                              {"alfa es", "alfa pt_BR", "alfa_2 es", "beta es", "gama es"},
			{Status: chat.TemplateApproved}: {"alfa es", "alfa pt_BR", "alfa_2 es", "gama es"},
			{Status: chat.TemplateRejected}: {"beta es"},
			{Status: chat.TemplatePaused}:   {},
			{Q: "ALFA"}:                     {"alfa es", "alfa pt_BR", "alfa_2 es"},
			{Q: "llego"}:                    {"alfa es", "alfa pt_BR", "alfa_2 es", "beta es", "gama es"},
			{Q: "bet", Status: chat.TemplateApproved}: {},
		} {
			if got := names(t, db, channel, query); !slices.Equal(got, want) {
				t.Errorf("%+v shows %q, want %q", query, got, want)
			}
		}
		page, err := db.Templates(ctx, account, channel, dynamo.TemplateQuery{}, chat.PageRequest{Limit: 1})
		must(t, err)
		_, err = db.Templates(ctx, account, channel, dynamo.TemplateQuery{Q: "a"}, chat.PageRequest{Cursor: page.Next})
		wantFault(t, err, fault.Invalid, "")
	})
}

// TestAReadingOfTemplates: what it does not find goes, what it finds is as it says, and what the provider said meanwhile stays.
func TestAReadingOfTemplates(t *testing.T) { // B-12
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		first, second := noon, noon.Add(time.Hour)
		for i := range 5 {
			must(t, db.PutTemplate(ctx, template(fmt.Sprint("old_", i), "es", first), first))
		}
		must(t, db.PutTemplate(ctx, template("kept", "es", first), first))

		paused := chat.TemplateChange{Status: chat.TemplatePaused, Quality: "red", Reason: "blocked", At: second.Add(time.Minute)}
		must(t, db.UpdateTemplate(ctx, account, channel, "kept", "es", paused))
		must(t, db.UpdateTemplate(ctx, account, channel, "kept", "es", chat.TemplateChange{Status: chat.TemplateApproved, At: second.Add(-time.Minute)}))
		wantFault(t, db.UpdateTemplate(ctx, account, channel, "never", "es", paused), fault.NotFound, "")

		found := template("kept", "es", second)
		found.Footer = "Otra"
		for range 2 { // a step that is repeated
			must(t, db.PutTemplate(ctx, found, second)) // read before the provider paused it
			got, err := db.Template(ctx, account, channel, "kept", "es")
			must(t, err)
			if got.Status != chat.TemplatePaused || got.Quality != "red" || got.Reason != "blocked" || got.Footer != "Otra" || !got.SyncedAt.Equal(second) {
				t.Fatalf("%+v", got)
			}
		}
		must(t, db.PutTemplate(ctx, template("kept", "es", first), second.Add(time.Hour))) // of the first reading, very late
		for range 4 {
			more, err := db.SweepTemplates(ctx, account, channel, second, 2)
			must(t, err)
			if !more {
				break
			}
		}
		if got := names(t, db, channel, dynamo.TemplateQuery{}); !slices.Equal(got, []string{"kept es"}) {
			t.Fatalf("%q are left", got)
		}
		got, err := db.Template(ctx, account, channel, "kept", "es")
		must(t, err)
		if got.Footer != "Otra" {
			t.Errorf("an older reading overwrote a newer one: %+v", got)
		}
		must(t, db.PutTemplate(ctx, template("kept", "es", second.Add(time.Hour)), second.Add(time.Hour)))
		if got, err = db.Template(ctx, account, channel, "kept", "es"); err != nil || got.Status != chat.TemplateApproved {
			t.Errorf("a reading after the provider's word counts: %+v, %v", got, err)
		}
		must(t, db.UpdateTemplate(ctx, account, channel, "kept", "es", paused)) // once more, after the reading
		if got, err = db.Template(ctx, account, channel, "kept", "es"); err != nil || got.Status != chat.TemplateApproved {
			t.Errorf("a word that the reading knew undoes it: %+v, %v", got, err)
		}
	})
}

func TestWhatAMessageOffersIsKept(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		buttons, list, filled := outbound("CNVA", 1), outbound("CNVA", 2), outbound("CNVA", 3)
		buttons.Type, buttons.Interactive = chat.TypeInteractive, &chat.Interactive{
			Footer: "pie", Buttons: []chat.Button{{ID: "a", Title: "Sí"}, {ID: "b", Title: "No"}},
		}
		list.Type, list.Interactive = chat.TypeInteractive, &chat.Interactive{Button: "Ver", Sections: []chat.Section{
			{Title: "Uno", Rows: []chat.Row{{ID: "1", Title: "Envío", Description: "24 h"}, {ID: "2", Title: "Retiro"}}}, {Rows: []chat.Row{{ID: "3", Title: "Otro"}}},
		}}
		filled.Type, filled.Template = chat.TypeTemplate, &chat.TemplateRef{
			Name: "aviso", Language: "es_AR", Format: chat.HeaderText, Header: []chat.TemplateParameter{{Text: "Ana"}},
			Body:    []chat.TemplateParameter{{Name: "pedido", Text: "42"}},
			Buttons: []chat.TemplateButtonParameter{{Index: 1, Type: chat.ButtonURL, Text: "x"}},
		}
		for _, m := range []chat.Message{buttons, list, filled} {
			_, err := db.PutMessage(t.Context(), m)
			must(t, err)
			got, err := db.Message(t.Context(), account, "CNVA", m.ID)
			must(t, err)
			same(t, got, m)
		}
	})
}
