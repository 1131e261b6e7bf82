package directory_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/directory"
	"github.com/recado-chat/recado/shared/fault"
)

// template was found by a sync that started at a time.
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

// names are the names of all templates of a channel, page by page.
func names(t *testing.T, db dynamotest.DB, of chat.ChannelID, q directory.TemplateQuery) []string {
	t.Helper()
	list, cursor := []string{}, ""
	for range 20 {
		page, err := db.Templates(t.Context(), account, of, q, chat.PageRequest{Limit: 2, Cursor: cursor})
		dynamotest.Must(t, err)
		for _, found := range page.Items {
			list = append(list, found.Name+" "+found.Language)
		}
		if cursor = page.Next; cursor == "" {
			return list
		}
	}
	t.Fatal("the list never ends")
	return nil
}

func TestTemplates_ByName(t *testing.T) { // B-12
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		rejected := template("beta", "es", noon)
		rejected.Status, rejected.Header, rejected.Reason = chat.TemplateRejected, nil, "SCAM"
		elsewhere := template("alfa", "es", noon)
		elsewhere.ChannelID = channel + "9"
		for _, it := range []chat.Template{template("gama", "es", noon), rejected, template("alfa_2", "es", noon), template("alfa", "pt_BR", noon), template("alfa", "es", noon), elsewhere} {
			dynamotest.Must(t, db.PutTemplate(ctx, it, noon))
		}
		got, err := db.Template(ctx, account, channel, "beta", "es")
		dynamotest.Must(t, err)
		dynamotest.Same(t, got, rejected)
		got, err = db.Template(ctx, account, channel, "gama", "es")
		dynamotest.Must(t, err)
		dynamotest.Same(t, got, template("gama", "es", noon))
		_, err = db.Template(ctx, account, channel, "gama", "en")
		dynamotest.WantFault(t, err, fault.NotFound, "")
		for query, want := range map[directory.TemplateQuery][]string{
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
		page, err := db.Templates(ctx, account, channel, directory.TemplateQuery{}, chat.PageRequest{Limit: 1})
		dynamotest.Must(t, err)
		_, err = db.Templates(ctx, account, channel, directory.TemplateQuery{Q: "a"}, chat.PageRequest{Cursor: page.Next})
		dynamotest.WantFault(t, err, fault.Invalid, "")
	})
}

// TestTemplates_Sync: templates that the sync does not find are deleted, found ones are replaced, and a status that the provider
// reported during the sync is kept.
func TestTemplates_Sync(t *testing.T) { // B-12
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		first, second := noon, noon.Add(time.Hour)
		for i := range 5 {
			dynamotest.Must(t, db.PutTemplate(ctx, template(fmt.Sprint("old_", i), "es", first), first))
		}
		dynamotest.Must(t, db.PutTemplate(ctx, template("kept", "es", first), first))

		paused := chat.TemplateChange{Status: chat.TemplatePaused, Quality: "red", Reason: "blocked", At: second.Add(time.Minute)}
		dynamotest.Must(t, db.UpdateTemplate(ctx, account, channel, "kept", "es", paused))
		dynamotest.Must(t, db.UpdateTemplate(ctx, account, channel, "kept", "es", chat.TemplateChange{Status: chat.TemplateApproved, At: second.Add(-time.Minute)}))
		dynamotest.WantFault(t, db.UpdateTemplate(ctx, account, channel, "never", "es", paused), fault.NotFound, "")

		found := template("kept", "es", second)
		found.Footer = "Otra"
		for range 2 { // the step runs twice
			dynamotest.Must(t, db.PutTemplate(ctx, found, second)) // read before the provider paused it
			got, err := db.Template(ctx, account, channel, "kept", "es")
			dynamotest.Must(t, err)
			if got.Status != chat.TemplatePaused || got.Quality != "red" || got.Reason != "blocked" || got.Footer != "Otra" || !got.SyncedAt.Equal(second) {
				t.Fatalf("%+v", got)
			}
		}
		dynamotest.Must(t, db.PutTemplate(ctx, template("kept", "es", first), second.Add(time.Hour))) // of the first sync, very late
		for range 4 {
			more, err := db.SweepTemplates(ctx, account, channel, second, 2)
			dynamotest.Must(t, err)
			if !more {
				break
			}
		}
		if got := names(t, db, channel, directory.TemplateQuery{}); !slices.Equal(got, []string{"kept es"}) {
			t.Fatalf("%q are left", got)
		}
		got, err := db.Template(ctx, account, channel, "kept", "es")
		dynamotest.Must(t, err)
		if got.Footer != "Otra" {
			t.Errorf("an older sync overwrote a newer one: %+v", got)
		}
		dynamotest.Must(t, db.PutTemplate(ctx, template("kept", "es", second.Add(time.Hour)), second.Add(time.Hour)))
		if got, err = db.Template(ctx, account, channel, "kept", "es"); err != nil || got.Status != chat.TemplateApproved {
			t.Errorf("a sync after the report was not applied: %+v, %v", got, err)
		}
		dynamotest.Must(t, db.UpdateTemplate(ctx, account, channel, "kept", "es", paused)) // again, after the sync
		if got, err = db.Template(ctx, account, channel, "kept", "es"); err != nil || got.Status != chat.TemplateApproved {
			t.Errorf("a report older than the sync was applied: %+v, %v", got, err)
		}
	})
}
