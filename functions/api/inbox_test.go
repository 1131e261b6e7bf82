package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// listAll reads all pages of a list of conversations and answers the contacts' names in order.
func listAll(c *apitest.Client, query string) []string {
	c.T.Helper()
	names := []string{}
	cursor := ""
	for range 50 {
		page := apitest.Into[wire.List[wire.Conversation]](c.Do("GET", "/api/v1/conversations?"+query+"&cursor="+cursor, nil), http.StatusOK)
		for _, v := range page.Items {
			names = append(names, v.Contact.Name)
		}
		if page.NextCursor == nil {
			return names
		}
		cursor = *page.NextCursor
	}
	c.T.Fatalf("%s has no end", query)
	return nil
}

// S1-03, S1-08 to S1-11, S1-13, S1-15
func TestConversationLists(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	_, me := owner.Me()
	north, south := owner.Connect("phone-1"), owner.Connect("phone-2")
	ids := map[string]chat.ConversationID{}
	for i, called := range []string{"Uno", "Dos", "José García", "Cuatro", "Cinco"} {
		ch := north
		if called == "Cinco" {
			ch = south
		}
		ids[called] = owner.Receive(ch, fmt.Sprintf("57300111000%d", i), called, "hola")
		b.Clock.Advance(time.Minute)
	}
	verb := func(called, verb string, body any) {
		owner.Do("POST", "/api/v1/conversations/"+string(ids[called])+"/"+verb, body).Want(http.StatusOK)
	}
	verb("Uno", "assign", apitest.Fields{"operatorId": me.ID})
	verb("Dos", "assign", apitest.Fields{"operatorId": me.ID})
	verb("Dos", "pending", nil)
	verb("Cuatro", "resolve", nil)
	for query, want := range map[string][]string{
		"":                                   {"Cinco", "José García", "Dos", "Uno"},
		"status=active&sort=oldest":          {"Uno", "Dos", "José García", "Cinco"},
		"status=all":                         {"Cinco", "Cuatro", "José García", "Dos", "Uno"},
		"status=all&limit=2":                 {"Cinco", "Cuatro", "José García", "Dos", "Uno"},
		"status=open":                        {"Cinco", "José García", "Uno"},
		"status=pending":                     {"Dos"},
		"status=resolved":                    {"Cuatro"},
		"status=snoozed":                     {},
		"assignee=me":                        {"Dos", "Uno"},
		"assignee=me&limit=1&sort=waiting":   {"Uno", "Dos"},
		"assignee=me&status=open":            {"Uno"},
		"assignee=" + string(me.ID):          {"Dos", "Uno"},
		"assignee=none":                      {"José García", "Cinco"},
		"assignee=none&sort=newest":          {"Cinco", "José García"},
		"status=active&sort=waiting&limit=3": {"Uno", "Dos", "José García", "Cinco"},
		"status=active&sort=due":             {"Cinco", "José García", "Dos", "Uno"}, // nothing that is assigned closes here
		"status=all&sort=due&limit=2":        {"Cinco", "Cuatro", "José García", "Dos", "Uno"},
		"assignee=none&sort=due&limit=1":     {"Cinco", "José García"},
		"assignee=me&sort=due":               {"Dos", "Uno"},
		"channelId=" + string(south.ID):      {"Cinco"},
		"storeId=" + string(north.StoreID):   {"Cinco", "José García", "Dos", "Uno"},
		"storeId=elsewhere":                  {},
		"ids=" + string(ids["Cuatro"]) + ",none," + string(ids["Uno"]) + "&status=open": {"Cuatro", "Uno"},
		"q=garcia":             {"José García"},
		"q=%2B57+300+111+0002": {"José García"},
		"q=cuatro":             {"Cuatro"},
		"q=cuatro&status=open": {},
	} {
		if got := listAll(owner, query); !slices.Equal(got, want) {
			t.Errorf("%q shows %q, want %q", query, got, want)
		}
	}
	for query, field := range map[string]string{"status=odd": "status", "sort=odd": "sort", "limit=0": "limit", "limit=101": "limit", "limit=x": "limit", "cursor=xyz": "cursor", "ids=" + strings.Repeat(",", 50): "ids", "sort=waiting&cursor=xyz": "cursor", "sort=due&cursor=xyz": "cursor"} {
		owner.Do("GET", "/api/v1/conversations?"+query, nil).WantError(http.StatusBadRequest, "invalid", field)
	}
	t.Run("a cursor is good for its own list only", func(t *testing.T) {
		for _, pair := range [][2]string{{"status=active&limit=1", "status=open&limit=1"}, {"status=active&limit=1&sort=waiting", "status=open&limit=1&sort=waiting"}, {"status=active&limit=1&sort=waiting", "status=active&limit=1&sort=due"}} {
			page := apitest.Into[wire.List[wire.Conversation]](owner.Do("GET", "/api/v1/conversations?"+pair[0], nil), http.StatusOK)
			owner.Do("GET", "/api/v1/conversations?"+pair[1]+"&cursor="+*page.NextCursor, nil).WantError(http.StatusBadRequest, "invalid", "cursor")
		}
	})
	t.Run("the counts match", func(t *testing.T) {
		got := apitest.Into[wire.Counts](owner.Do("GET", "/api/v1/conversations/counts", nil), http.StatusOK)
		var want wire.Counts
		want.Mine.Open.Value, want.Mine.Pending.Value, want.Mine.Unread.Value = 1, 1, 2
		want.Unassigned.Value = 2
		want.All.Open.Value, want.All.Pending.Value, want.All.Resolved.Value = 3, 1, 1
		if got != want {
			t.Errorf("counts %+v, want %+v", got, want)
		}
	})
	t.Run("who serves another store sees none of it", func(t *testing.T) {
		store := owner.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Otra"}).Want(http.StatusCreated)["id"]
		owner.Do("POST", "/api/v1/operators", apitest.Fields{"name": "Eva", "email": "eva@example.com", "role": "operator", "password": apitest.Password, "storeIds": []any{store}}).Want(http.StatusCreated)
		eva := b.SignedIn("eva@example.com")
		for _, query := range []string{"status=all", "assignee=none", "q=garcia", "status=all&sort=waiting", "storeId=" + string(north.StoreID)} {
			if got := listAll(eva, query); len(got) != 0 {
				t.Errorf("%q shows %q", query, got)
			}
		}
		eva.Do("GET", "/api/v1/conversations/"+string(ids["Uno"]), nil).WantError(http.StatusNotFound, "not_found", "")
		if got := apitest.Into[wire.Counts](eva.Do("GET", "/api/v1/conversations/counts", nil), http.StatusOK); got != (wire.Counts{}) {
			t.Errorf("counts %+v", got)
		}
		if channels := apitest.Into[wire.List[wire.Channel]](eva.Do("GET", "/api/v1/channels", nil), http.StatusOK); len(channels.Items) != 0 {
			t.Errorf("channels %+v", channels.Items)
		}
	})
}

// S1-17, S1-18, S1-21
func TestVerbs(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	_, me := owner.Me()
	juan, juanID := owner.Employ(chat.OperatorRole, "juan@example.com")
	id := owner.Receive(owner.Connect("phone-1"), "573001112233", "Luisa", "hola")
	path := "/api/v1/conversations/" + string(id)
	get := func(c *apitest.Client) wire.Conversation {
		return apitest.Into[wire.Conversation](c.Do("GET", path, nil), http.StatusOK)
	}
	if v := get(owner); !*v.Unread || v.AssigneeID != nil || v.WindowUntil == nil || v.Preview.Text != "hola" {
		t.Fatalf("it begins as %+v", v)
	}
	t.Run("assigning says whom, or null for the pool", func(t *testing.T) {
		for _, body := range []string{`{}`, `{"operatorId":""}`, `{"operatorId":7}`} {
			owner.Do("POST", path+"/assign", body).WantError(http.StatusBadRequest, "invalid", "operatorId")
		}
		v := get(owner)
		owner.Do("POST", path+"/assign", apitest.Fields{"operatorId": me.ID, "version": v.Version}).Want(http.StatusOK)
		owner.Do("POST", path+"/assign", apitest.Fields{"operatorId": juanID, "version": v.Version}).WantError(http.StatusConflict, "conflict", "version")
		moved := apitest.Into[wire.Conversation](owner.Do("POST", path+"/assign", apitest.Fields{"operatorId": juanID}), http.StatusOK)
		if *moved.AssigneeID != juanID {
			t.Errorf("assigned to %s", *moved.AssigneeID)
		}
		if back := apitest.Into[wire.Conversation](owner.Do("POST", path+"/assign", apitest.Fields{"operatorId": nil}), http.StatusOK); back.AssigneeID != nil {
			t.Errorf("the pool's is with %s", *back.AssigneeID)
		}
	})
	t.Run("what one has read, another has not", func(t *testing.T) {
		last := *get(owner).LastInboundID
		if v := apitest.Into[wire.Conversation](owner.Do("POST", path+"/read", apitest.Fields{"readUpTo": "ZZZZ"}), http.StatusOK); *v.Unread {
			t.Error("read is unread")
		}
		if v, theirs := get(owner), get(juan); *v.Unread || !*theirs.Unread || *v.ReadUpTo != last || *theirs.ReadUpTo != "" {
			t.Errorf("the cursors are not each reader's own: %q and %q", *v.ReadUpTo, *theirs.ReadUpTo)
		}
		account, _ := owner.Me()
		read, err := b.Store.ReadCursors(t.Context(), account.ID, me.ID, []chat.ConversationID{id})
		if err != nil || string(read[id].ReadUpTo) != last {
			t.Errorf("a cursor beyond the last message was kept: %+v, %v", read[id], err)
		}
		if v := apitest.Into[wire.Conversation](owner.Do("POST", path+"/unread", nil), http.StatusOK); !*v.Unread || *v.ReadUpTo != "" || !*get(owner).Unread {
			t.Error("unread is read")
		}
	})
	t.Run("pending, resolved and open again, each as often as one likes", func(t *testing.T) {
		for _, step := range [][2]string{{"pending", "pending"}, {"pending", "pending"}, {"reopen", "open"}, {"resolve", "resolved"}, {"resolve", "resolved"}, {"reopen", "open"}} {
			v := apitest.Into[wire.Conversation](juan.Do("POST", path+"/"+step[0], "{}"), http.StatusOK)
			if string(v.Status) != step[1] || (v.ResolvedAt != nil) != (step[1] == "resolved") {
				t.Errorf("%s made it %s, resolved at %v", step[0], v.Status, v.ResolvedAt)
			}
		}
		events := apitest.Into[wire.List[wire.Event]](owner.Do("GET", path+"/events?limit=100", nil), http.StatusOK).Items
		var types []string
		for _, e := range events {
			types = append(types, string(e.Type))
		}
		if got := strings.Join(types, " "); !strings.HasPrefix(got, "opened assigned assigned unassigned pending") || !strings.HasSuffix(got, "resolved reopened") {
			t.Errorf("the timeline says %s", got)
		}
	})
}

// S1-22 to S1-25
func TestMessages(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	ch := owner.Connect("phone-1")
	id := owner.Receive(ch, "573001112233", "Luisa", "hola")
	path := "/api/v1/conversations/" + string(id)
	draft := func(clientID, text string) apitest.Fields {
		return apitest.Fields{"clientId": clientID, "type": "text", "text": text}
	}
	t.Run("a reply is queued once for its client id", func(t *testing.T) { // §11-33
		first := owner.Do("POST", path+"/messages", draft("c-1", "¡Hola! 👩‍👩‍👧‍👦🙏"))
		m := apitest.Into[wire.Message](first, http.StatusCreated)
		if m.Status != "queued" || m.ClientID != "c-1" || *m.Text != "¡Hola! 👩‍👩‍👧‍👦🙏" || m.Author.Name != "Ana" {
			t.Errorf("queued %+v", m)
		}
		again := apitest.Into[wire.Message](owner.Do("POST", path+"/messages", draft("c-1", "¡Hola! 👩‍👩‍👧‍👦🙏")), http.StatusOK)
		if again.ID != m.ID {
			t.Errorf("repeated as %s", again.ID)
		}
		owner.Do("POST", path+"/messages", draft("c-1", "another")).WantError(http.StatusConflict, "conflict", "clientId")
		if got := apitest.Into[wire.Message](owner.Do("GET", path+"/messages/"+m.ID, nil), http.StatusOK); got.ID != m.ID {
			t.Errorf("read %+v", got)
		}
	})
	t.Run("pages go from the newest to older ones, each oldest first", func(t *testing.T) {
		for i := range 4 {
			owner.Do("POST", path+"/messages", draft(fmt.Sprintf("p-%d", i), fmt.Sprint(i))).Want(http.StatusCreated)
		}
		var pages []string
		cursor := ""
		for {
			page := apitest.Into[wire.List[wire.Message]](owner.Do("GET", path+"/messages?limit=2&cursor="+cursor, nil), http.StatusOK)
			var texts []string
			for _, m := range page.Items {
				texts = append(texts, *m.Text)
			}
			pages = append(pages, strings.Join(texts, " "))
			if page.NextCursor == nil {
				break
			}
			cursor = *page.NextCursor
		}
		if got := strings.Join(pages, "|"); got != "2 3|0 1|hola ¡Hola! 👩‍👩‍👧‍👦🙏" {
			t.Errorf("the pages are %s", got)
		}
	})
	for name, test := range map[string]struct {
		body  apitest.Fields
		field string
	}{
		"no client id":            {apitest.Fields{"type": "text", "text": "x"}, "clientId"},
		"no text":                 {draft("x-1", " \n"), "text"},
		"a text that is too long": {draft("x-2", strings.Repeat("ñ", 4097)), "text"},
		"a type that is none":     {apitest.Fields{"clientId": "x-3", "type": "pigeon"}, "type"},
		"an upload that is none":  {apitest.Fields{"clientId": "x-4", "type": "image", "attachments": []string{"a.b"}}, "attachments"},
		"no file at all":          {apitest.Fields{"clientId": "x-5", "type": "image"}, "attachments"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			owner.Do("POST", path+"/messages", test.body).WantError(http.StatusBadRequest, "invalid", test.field)
		})
	}
	t.Run("a file is checked before it is uploaded, and again before it is sent", func(t *testing.T) {
		upload := func(name, mime string, size int64) apitest.Answer {
			return owner.Do("POST", "/api/v1/uploads", apitest.Fields{"name": name, "mime": mime, "size": size, "conversationId": id})
		}
		upload("x.exe", "application/x-msdownload", 10).WantError(http.StatusBadRequest, "invalid", "mime")
		upload("x.png", "image/png", 1<<40).WantError(http.StatusRequestEntityTooLarge, "too_large", "size")
		upload("x.png", "image/png", 0).WantError(http.StatusBadRequest, "invalid", "size")
		shape := apitest.Into[wire.Upload](upload("../foto ñ.png", "image/png", 1234), http.StatusCreated)
		image := apitest.Fields{"clientId": "i-1", "type": "image", "text": "mira", "attachments": []string{shape.ID}}
		owner.Do("POST", path+"/messages", image).WantError(http.StatusBadRequest, "invalid", "attachments") // not there yet
		key := objectOf(shape)
		b.Files.Put(key, "\x89PNG\r\n\x1a\n")
		owner.Do("POST", path+"/messages", apitest.Fields{"clientId": "i-2", "type": "video", "attachments": []string{shape.ID}}).WantError(http.StatusBadRequest, "invalid", "mime")
		other := owner.Receive(ch, "573009990000", "Otra", "hola")
		owner.Do("POST", "/api/v1/conversations/"+string(other)+"/messages", image).WantError(http.StatusNotFound, "not_found", "attachments")
		m := apitest.Into[wire.Message](owner.Do("POST", path+"/messages", image), http.StatusCreated)
		if again := apitest.Into[wire.Message](owner.Do("POST", path+"/messages", image), http.StatusOK); again.ID != m.ID {
			t.Errorf("repeated as %s", again.ID)
		}
		if len(m.Attachments) != 1 || m.Attachments[0].Name != "foto ñ.png" || m.Attachments[0].State != "ready" {
			t.Fatalf("attached %+v", m.Attachments)
		}
		link := owner.Do("GET", *m.Attachments[0].URL, nil)
		if link.Status != http.StatusFound || !strings.Contains(link.Header["Location"], key) || !strings.Contains(link.Header["Location"], "inline=true") {
			t.Errorf("led to %d %s", link.Status, link.Header["Location"])
		}
		owner.Do("GET", path+"/messages/"+m.ID+"/attachments/nothing", nil).WantError(http.StatusNotFound, "not_found", "")
		b.Clock.Advance(23 * time.Hour)
		owner.Receive(ch, "573001112233", "Luisa", "sigo aquí")
		b.Clock.Advance(2 * time.Hour)
		image["clientId"] = "i-3"
		owner.Do("POST", path+"/messages", image).WantError(http.StatusBadRequest, "invalid", "attachments") // too old
	})
	t.Run("a message that failed may be sent again, one that is queued stays as it is", func(t *testing.T) {
		m := apitest.Into[wire.Message](owner.Do("POST", path+"/messages", draft("f-1", "hola")), http.StatusCreated)
		if same := apitest.Into[wire.Message](owner.Do("POST", path+"/messages/"+m.ID+"/retry", nil), http.StatusOK); same.Version != m.Version {
			t.Errorf("what is queued was queued again as %+v", same)
		}
		account, _ := owner.Me()
		reason := &chat.MessageError{Code: "131026", Message: "Message undeliverable"}
		if _, _, err := b.Store.AdvanceStatus(t.Context(), account.ID, id, chat.MessageID(m.ID), 1, chat.StatusUpdate{Status: chat.StatusFailed, Error: reason}, ""); err != nil {
			t.Fatal(err)
		}
		failed := apitest.Into[wire.Message](owner.Do("GET", path+"/messages/"+m.ID, nil), http.StatusOK)
		if failed.Status != "failed" || failed.Error.Code != "131026" {
			t.Errorf("failed as %+v", failed)
		}
		if again := apitest.Into[wire.Message](owner.Do("POST", path+"/messages/"+m.ID+"/retry", nil), http.StatusOK); again.Status != "queued" || again.Error != nil {
			t.Errorf("sent again as %+v", again)
		}
	})
	t.Run("nothing leaves when the window is closed", func(t *testing.T) {
		b.Clock.Advance(25 * time.Hour)
		owner.Do("POST", path+"/messages", draft("late", "hola")).WantError(http.StatusConflict, "conflict", "window")
	})
}

// objectOf is where an upload's bytes go.
func objectOf(u wire.Upload) string {
	key, _, _ := strings.Cut(strings.TrimPrefix(u.URL, "https://files.example/"), "?")
	return key
}

// S1-08 to S1-10, S1-26
func TestContacts(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	id := owner.Receive(owner.Connect("phone-1"), "573001112233", "Luisa", "hola")
	v := apitest.Into[wire.Conversation](owner.Do("GET", "/api/v1/conversations/"+string(id), nil), http.StatusOK)
	path := "/api/v1/contacts/" + v.Contact.ID
	contact := apitest.Into[wire.Contact](owner.Do("GET", path, nil), http.StatusOK)
	if contact.Name != "Luisa" || len(contact.Identities) != 1 || contact.Email != nil {
		t.Fatalf("the contact begins as %+v", contact)
	}
	changed := apitest.Into[wire.Contact](owner.Do("PATCH", path, apitest.Fields{"firstName": "María José", "lastName": "García", "email": "MJ@Example.com", "phone": "+57 300 111-2233", "version": contact.Version}), http.StatusOK)
	if changed.Name != "María José García" || *changed.Email != "mj@example.com" || *changed.Phone != "573001112233" || changed.Version != contact.Version+1 {
		t.Errorf("changed to %+v", changed)
	}
	owner.Do("PATCH", path, apitest.Fields{"name": "x", "version": contact.Version}).WantError(http.StatusConflict, "conflict", "version")
	owner.Do("PATCH", path, apitest.Fields{"email": "nobody", "version": changed.Version}).WantError(http.StatusBadRequest, "invalid", "email")
	owner.Do("PATCH", path, apitest.Fields{"phone": "call me", "version": changed.Version}).WantError(http.StatusBadRequest, "invalid", "phone")
	for _, q := range []string{"garcia", "maria+gar", "mj@example.com", "mj@", "3001112233", "%2B57+300+111+2233"} {
		if found := apitest.Into[wire.List[wire.Contact]](owner.Do("GET", "/api/v1/contacts?q="+q, nil), http.StatusOK).Items; len(found) != 1 || found[0].ID != contact.ID {
			t.Errorf("%s finds %+v", q, found)
		}
	}
	cleared := apitest.Into[wire.Contact](owner.Do("PATCH", path, `{"email":null,"phone":"","version":2}`), http.StatusOK)
	if cleared.Email != nil || cleared.Phone != nil || cleared.Name != "María José García" {
		t.Errorf("cleared to %+v", cleared)
	}
	list := apitest.Into[wire.List[wire.Conversation]](owner.Do("GET", path+"/conversations", nil), http.StatusOK)
	if len(list.Items) != 1 || list.Items[0].ID != string(id) || list.Items[0].Unread == nil {
		t.Errorf("conversations %+v", list.Items)
	}
}

func TestUpload_Repeated_SameWithinADay(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	c := b.Owner("ana@example.com")
	c.Connect("phone-1")
	keyed := c.With("Idempotency-Key", "upload-1")
	file := apitest.Fields{"name": "foto.png", "mime": "image/png", "size": 100}
	first := keyed.Do("POST", "/api/v1/uploads", file).Want(http.StatusCreated)
	if again := keyed.Do("POST", "/api/v1/uploads", file).Want(http.StatusCreated); again["url"] != first["url"] {
		t.Errorf("%v, want %v", again["url"], first["url"])
	}
	keyed.Do("POST", "/api/v1/uploads", apitest.Fields{"name": "foto.png", "mime": "image/png", "size": 101}).WantError(http.StatusConflict, "conflict", "")
	b.Clock.Advance(25 * time.Hour)
	if later := keyed.Do("POST", "/api/v1/uploads", file).Want(http.StatusCreated); later["url"] == first["url"] {
		t.Errorf("a link onto the file of a message already sent: %v", later["url"])
	}
}
