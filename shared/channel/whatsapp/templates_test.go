package whatsapp_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/whatsapp"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// B-12: the templates that Meta lists are parsed, page by page.
func TestTemplates_Recorded_Parsed(t *testing.T) {
	t.Parallel()
	var asked []string
	g, a := newGraph(t, map[string][]http.HandlerFunc{"message_templates": {func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RawQuery)
		if r.URL.Query().Get("after") == "" {
			answer(200, string(read(t, "testdata/templates/page.json")))(w, r)
			return
		}
		answer(200, `{"data":[{"id":"9","name":"ultima","language":"es","status":"APPROVED","components":[{"type":"BODY","text":"Fin"}]}],"paging":{"cursors":{"after":"B"}}}`)(w, r)
	}}})
	var all []chat.Template
	cursor := ""
	for {
		page, next, err := a.Templates(t.Context(), credentials, "700", cursor)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page...)
		if cursor = next; cursor == "" {
			break
		}
	}
	if got := g.seen(); len(got) != 2 || got[0].path != "/"+whatsapp.GraphVersion+"/700/message_templates" || got[0].auth != "Bearer "+token {
		t.Errorf("asked %+v %q", got, asked)
	}
	got, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	const golden = "testdata/templates/read.json"
	if *update {
		if err := os.WriteFile(golden, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, golden); !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTemplates_UnreadableAnswer_Fault(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		code    fault.Code
		meaning channel.ErrorClass
	}{
		"too many calls":          {answer(400, graphError(80007)), fault.RateLimited, channel.ClassMessage},
		"another account's":       {answer(400, graphError(100)), fault.Invalid, channel.ClassMessage},
		"a dead token":            {answer(401, graphError(190)), fault.Forbidden, channel.ClassReauthorise},
		"half a body":             {answer(200, `{"data":[`), fault.Unavailable, channel.ClassMessage},
		"nobody answers in words": {answer(502, "<html>"), fault.Unavailable, channel.ClassMessage},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, a := newGraph(t, map[string][]http.HandlerFunc{"message_templates": {c.answer}})
			_, _, err := a.Templates(t.Context(), credentials, "700", "")
			checkRefusal(t, err, c.code, c.meaning)
		})
	}
}
