package widget

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/channel/webchat"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// S0-30: a visitor's first message arrives in the inbox of the site's account.
func TestPostMessage_ReachesInbox_ReplyReachesVisitor(t *testing.T) {
	t.Parallel()
	b := open(t)
	session := b.visit(siteA, pageA, "")
	if session.Started || session.Online || session.Site.Title != b.Account.Name || session.Site.Greeting != "Hola" || session.Limits.MaxText != 4096 || len(session.Limits.Attachments) != 4 {
		t.Errorf("the session is %+v", session)
	}
	if got := b.texts(session.Token); len(got) != 0 {
		t.Errorf("before the first message there is %q", got)
	}
	b.say(session.Token, "1", "¿tienen mate? 🧉")
	b.say(session.Token, "1", "¿tienen mate? 🧉") // the same message again, by a double click
	b.say(session.Token, "2", "de calabaza")
	c := b.open(siteA, session.VisitorID)
	if c.StoreID != desktest.Shop || c.ChannelType != "webchat" || !strings.HasPrefix(c.ContactName, "Visitante ") || c.Preview.Text != "de calabaza" {
		t.Errorf("the conversation is %+v", c)
	}
	reply := b.Reply(c.ID, "sí")
	if reply.Visitor != chat.VisitorID(session.VisitorID) {
		t.Errorf("the answer is pushed to %q", reply.Visitor)
	}
	want := []string{"in ¿tienen mate? 🧉", "in de calabaza", "out sí"}
	if got := b.texts(session.Token); !slices.Equal(got, want) {
		t.Errorf("the visitor sees %q before it is sent, want %q", got, want)
	}
	newest := b.history(session.Token, "").Items
	if got := newest[1]; got.Author.Kind != "operator" || got.Author.Name != b.Owner.Name || got.ClientID != "" || newest[0].ClientID != "2" {
		t.Errorf("the visitor sees %+v", newest)
	}

	// A receipt may come before the send is recorded.
	read := fields{"status": "read", "conversationId": c.ID, "messageIds": []string{string(reply.ID), "01NOSUCHMESSAGE", string(c.LastMessageID), ""}}
	b.do("POST", "/widget/v1/receipts", session.Token, read)
	b.deliver(siteA, c.ID)
	for range 2 {
		into[fields](b, b.do("POST", "/widget/v1/receipts", session.Token, read), http.StatusAccepted)
	}
	m, err := b.store.Message(t.Context(), desktest.Account, c.ID, reply.ID)
	if b.Must(err); m.Status != chat.StatusRead {
		t.Errorf("the answer is %s", m.Status)
	}
	if again := b.visit(siteA, pageA, session.Token); again.VisitorID != session.VisitorID || !again.Started || again.Unread != 0 {
		t.Errorf("the resumed session is %+v", again)
	}
	b.Reply(c.ID, "y de madera")
	if again := b.visit(siteA, pageA, session.Token); again.Unread != 1 {
		t.Errorf("%d unread", again.Unread)
	}
}

// S0-31: the history continues across closed conversations.
func TestHistory_SpansConversations(t *testing.T) {
	t.Parallel()
	b := open(t)
	session := b.visit(siteA, pageA, "")
	var want []string
	for i := range 3 {
		for j := range 3 {
			text := fmt.Sprintf("%d.%d", i, j)
			b.say(session.Token, text[:1]+"-"+text[2:], text)
			want = append(want, "in "+text)
		}
		c := b.open(siteA, session.VisitorID)
		_, err := b.Desk.Resolve(t.Context(), chat.Actor{Operator: b.Owner, RequestID: fmt.Sprint(i)}, c.ID)
		b.Must(err)
		b.Advance(25 * time.Hour)
	}
	if got := b.texts(session.Token); !slices.Equal(got, want) {
		t.Errorf("the visitor sees %q, want %q", got, want)
	}
}

// S0-32: each site has its own code, pages and account.
func TestSite_OtherOrigin_Refused(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.OpenStore("STORE_B", "72")
	b.site(siteB, "B", pageB, "STORE_B")
	for name, c := range map[string]struct {
		site, page string
		status     int
		field      string
	}{
		"another site's page":  {siteA, pageB, 403, "origin"},
		"a page of nobody":     {siteA, "https://evil.example", 403, "origin"},
		"a page below":         {siteA, "https://a.example.evil.example", 403, "origin"},
		"a file":               {siteA, "null", 403, "origin"},
		"no page":              {siteA, "", 403, "origin"},
		"a site that is not":   {"NOSUCHSITE", pageA, 404, "site"},
		"no site":              {"", pageA, 404, "site"},
		"a site with much ado": {strings.Repeat("A", 5000), pageA, 404, "site"},
	} {
		b.refused(name, b.do("POST", "/widget/v1/sessions", "", fields{"site": c.site, "origin": c.page}), c.status, c.field)
	}
	at := b.visit(siteB, pageB, "")
	b.say(at.Token, "1", "hola, B")
	if c := b.open(siteB, at.VisitorID); c.StoreID != "STORE_B" || c.ChannelID != b.sites[siteB].ID {
		t.Errorf("the conversation is %+v", c)
	}
	if elsewhere := b.visit(siteA, pageA, at.Token); elsewhere.VisitorID == at.VisitorID || elsewhere.Token == at.Token {
		t.Error("a token of one site is valid on another")
	}

	frame := b.do("GET", "/widget/v1/frame?site="+siteA, "", nil)
	policy := frame.Headers["Content-Security-Policy"]
	if frame.StatusCode != 200 || !strings.HasSuffix(policy, "frame-ancestors 'self' "+pageA) || !strings.Contains(policy, "img-src 'self' data: blob: https://files.example;") ||
		!strings.Contains(policy, "connect-src 'self' wss://recado.example https://files.example;") ||
		frame.Headers["X-Frame-Options"] != "" || !strings.Contains(frame.Body, `data-site="`+siteA+`" data-color="#112233"`) || strings.Contains(frame.Body, "<script>") {
		t.Errorf("the document: %d %v %s", frame.StatusCode, frame.Headers, frame.Body)
	}
	if frame.Headers["Cross-Origin-Resource-Policy"] != "cross-origin" || frame.Headers["Cross-Origin-Embedder-Policy"] != "credentialless" {
		t.Errorf("pages that are cross-origin isolated do not show the document: %v", frame.Headers)
	}
	b.refused("the document of no site", b.do("GET", "/widget/v1/frame?site=%3Cscript%3E", "", nil), 404, "site")

	// The page is removed from the site's list: its sessions become invalid.
	after := b.sites[siteB]
	after.Settings = []byte(`{"origins":["https://c.example"]}`)
	b.Must(b.store.UpdateChannel(t.Context(), b.sites[siteB], after, nil))
	b.Advance(callerKept + time.Second)
	b.refused("a page that was taken off", b.do("GET", "/widget/v1/messages", at.Token, nil), 401, "")
}

// The console shows a site's chat as a preview. A message from there is marked, so that the channel still waits for its first.
func TestSession_ConsoleOrigin_Preview(t *testing.T) {
	t.Parallel()
	b := open(t)
	preview, page := b.visit(siteA, "https://recado.example", ""), b.visit(siteA, pageA, "")
	b.hold = true
	b.say(preview.Token, "1", "hola")
	b.say(page.Token, "1", "hola")
	var marked []bool
	for _, out := range b.waiting {
		item, _, err := events.Decode[events.InboundReceived](out.Envelope)
		b.Must(err)
		in, err := webchat.New().Parse(item.Body, item.ReceivedAt)
		b.Must(err)
		marked = append(marked, in.Preview)
	}
	if !slices.Equal(marked, []bool{true, false}) {
		t.Errorf("previews: %v, want the first alone", marked)
	}
	b.refused("a page that only looks like the console", b.do("POST", "/widget/v1/sessions", "", fields{"site": siteA, "origin": "https://recado.example.evil.example"}), 403, "origin")
}

// B-22: the first page that opens the chat is reported while the channel waits; the preview is none, and no queue fails no session.
func TestSession_WaitingChannel_ShownReported(t *testing.T) {
	t.Parallel()
	b := open(t)
	after := b.sites[siteA]
	after.Health.State = chat.HealthWaiting
	b.Must(b.store.UpdateChannel(t.Context(), b.sites[siteA], after, nil))
	b.hold = true
	b.visit(siteA, "https://recado.example", "")
	if len(b.waiting) != 0 {
		t.Errorf("a preview sent %+v", b.waiting)
	}
	b.visit(siteA, pageA, "")
	if len(b.waiting) != 1 {
		t.Fatalf("the page sent %d items", len(b.waiting))
	}
	item, _, err := events.Decode[events.InboundReceived](b.waiting[0].Envelope)
	if err != nil || item.Kind != string(chat.InboundShown) {
		t.Errorf("the page sent %+v, %v", item, err)
	}
	b.down = true
	b.visit(siteA, pageA, "")
}

// Visitors read the site's title, else the name of the business: never the channel's or the store's name.
func TestSession_Title_NeverInternal(t *testing.T) {
	t.Parallel()
	b := open(t)
	if got := b.visit(siteA, pageA, "").Site.Title; got != b.Account.Name {
		t.Errorf("without a title visitors read %q, want %q", got, b.Account.Name)
	}
	after := b.sites[siteA]
	after.Settings = fmt.Appendf(nil, `{"origins":[%q],"title":"Panadería Flor"}`, pageA)
	b.Must(b.store.UpdateChannel(t.Context(), b.sites[siteA], after, nil))
	b.Advance(callerKept + time.Second)
	if got := b.visit(siteA, pageA, "").Site.Title; got != "Panadería Flor" {
		t.Errorf("visitors read %q", got)
	}
}

func TestSession_OtherVisitor_NotFound(t *testing.T) {
	t.Parallel()
	b := open(t)
	mine, other := b.visit(siteA, pageA, ""), b.visit(siteA, pageA, "")
	b.say(other.Token, "1", "un secreto")
	theirs := b.open(siteA, other.VisitorID)
	secret := b.Reply(theirs.ID, "y su respuesta")
	b.deliver(siteA, theirs.ID)
	cursorOf := func(visitor string) string {
		who := caller{channel: chat.Channel{ID: theirs.ChannelID}}
		who.session.AccountID, who.session.Visitor.ID = theirs.AccountID, chat.VisitorID(visitor)
		text, err := b.sign(t.Context(), who, location{Conversation: theirs.ID})
		b.Must(err)
		return text
	}
	receipt := fields{"status": "read", "conversationId": theirs.ID, "messageIds": []string{string(secret.ID)}}
	b.refused("their history", b.do("GET", "/widget/v1/messages?cursor="+cursorOf(mine.VisitorID), mine.Token, nil), 404, "")
	b.refused("their cursor", b.do("GET", "/widget/v1/messages?cursor="+cursorOf(other.VisitorID), mine.Token, nil), 400, "cursor")
	b.refused("a receipt of theirs", b.do("POST", "/widget/v1/receipts", mine.Token, receipt), 404, "")
	b.refused("a file of theirs", b.do("GET", fmt.Sprintf("/widget/v1/files?conversation=%s&message=%s&attachment=1", theirs.ID, secret.ID), mine.Token, nil), 404, "")
	b.refused("nothing of a conversation", b.do("POST", "/widget/v1/receipts", mine.Token, fields{"status": "read"}), 404, "")
	for name, token := range map[string]string{"no token": "", "another token": "guess"} {
		for _, call := range []string{"GET messages", "POST messages", "POST receipts", "POST uploads", "GET files", "POST socket-tickets"} {
			method, path, _ := strings.Cut(call, " ")
			b.refused(name+" "+call, b.do(method, "/widget/v1/"+path, token, fields{}), 401, "")
		}
	}
	b.refused("no route", b.do("GET", "/widget/v1/anything", mine.Token, nil), 404, "")
	b.refused("a made-up cursor", b.do("GET", "/widget/v1/messages?cursor=%25", mine.Token, nil), 400, "cursor")
	b.refused("a limit in words", b.do("GET", "/widget/v1/messages?limit=many", mine.Token, nil), 400, "limit")

	ticket := into[wire.SocketTicket](b, b.do("POST", "/widget/v1/socket-tickets", mine.Token, nil), http.StatusCreated)
	if !strings.HasPrefix(ticket.URL, "wss://recado.example/socket?ticket=") || ticket.ExpiresIn != 30 {
		t.Errorf("the ticket is %+v", ticket)
	}
	b.Advance(touchEvery)
	if again := b.visit(siteA, pageA, mine.Token); !time.Time(again.ExpiresAt).Equal(b.Now().Add(sessionLasts)) {
		t.Errorf("a session in use expires at %v", again.ExpiresAt)
	}
	b.Advance(sessionLasts)
	b.refused("an old session", b.do("GET", "/widget/v1/messages", mine.Token, nil), 401, "")
	for _, word := range []string{mine.Token, "un secreto", "guess"} {
		if strings.Contains(b.log.String(), word) {
			t.Errorf("the log holds %q", word)
		}
	}
}

func TestPostMessage_Validation(t *testing.T) {
	t.Parallel()
	b := open(t)
	session := b.visit(siteA, pageA, "")
	for name, c := range map[string]struct {
		body   fields
		status int
		field  string
	}{
		"no id":                {fields{"type": "text", "text": "a"}, 400, "clientId"},
		"an id of its own":     {fields{"clientId": "a#b", "type": "text", "text": "a"}, 400, "clientId"},
		"an unknown type":      {fields{"clientId": "a", "type": "hologram", "text": "a"}, 400, "type"},
		"nothing":              {fields{"clientId": "a", "type": "text", "text": " \n"}, 400, "text"},
		"too much":             {fields{"clientId": "a", "type": "text", "text": strings.Repeat("á", 4097)}, 400, "text"},
		"a file in a text":     {fields{"clientId": "a", "type": "text", "text": "a", "attachments": []string{"x"}}, 400, "attachments"},
		"an image without one": {fields{"clientId": "a", "type": "image"}, 400, "attachments"},
		"a made-up file":       {fields{"clientId": "a", "type": "image", "attachments": []string{"x.y"}}, 400, "attachments"},
		"a number for a text":  {fields{"clientId": "a", "type": "text", "text": 7}, 400, "text"},
	} {
		b.refused(name, b.do("POST", "/widget/v1/messages", session.Token, c.body), c.status, c.field)
		b.Advance(2 * time.Second)
	}
	b.refused("a receipt that is none", b.do("POST", "/widget/v1/receipts", session.Token, fields{"status": "sent"}), 400, "status")
	b.refused("too many receipts", b.do("POST", "/widget/v1/receipts", session.Token, fields{"status": "read", "messageIds": make([]string, 51)}), 400, "messageIds")
	b.down = true
	b.refused("the queue is down", b.do("POST", "/widget/v1/messages", session.Token, fields{"clientId": "a", "type": "text", "text": "a"}), 503, "")
}

// S1-24: files of each type arrive, and their limits are checked before the upload.
func TestFiles_BothDirections(t *testing.T) {
	t.Parallel()
	b := open(t)
	session, other := b.visit(siteA, pageA, ""), b.visit(siteA, pageA, "")
	for mime, kind := range map[string]string{"image/png": "image", "audio/mpeg": "audio", "video/mp4": "video", "application/pdf": "document"} {
		upload := into[wire.Upload](b, b.do("POST", "/widget/v1/uploads", session.Token, fields{"name": "a/b.bin", "mime": mime, "size": 10 << 20}), http.StatusCreated)
		message := fields{"clientId": kind, "type": kind, "text": "mirá", "attachments": []string{upload.ID}}
		b.refused("another's file", b.do("POST", "/widget/v1/messages", other.Token, message), 404, "attachments")
		into[fields](b, b.do("POST", "/widget/v1/messages", session.Token, message), http.StatusAccepted)
		b.Advance(2 * time.Second)
		seen := b.history(session.Token, "").Items
		got := seen[len(seen)-1]
		if string(got.Type) != kind || len(got.Attachments) != 1 || got.Attachments[0].State != "ready" || got.Attachments[0].Mime != mime {
			t.Fatalf("the visitor sees %+v", got)
		}
		link := into[wire.FileLink](b, b.do("GET", fmt.Sprintf("/widget/v1/files?conversation=%s&message=%s&attachment=%s",
			got.ConversationID, got.ID, got.Attachments[0].ID), session.Token, nil), http.StatusOK)
		if want := fmt.Sprintf("inline=%t", kind != "document"); link.ExpiresIn != 300 || !strings.HasPrefix(link.URL, "https://files.example/") ||
			kind != "document" && !strings.Contains(link.URL, want) {
			t.Errorf("%s: the link is %+v", kind, link)
		}
	}
	for name, c := range map[string]struct {
		file   fields
		status int
		field  string
	}{
		"a program":  {fields{"name": "a.exe", "mime": "application/x-msdownload", "size": 1}, 400, "mime"},
		"a page":     {fields{"name": "a.html", "mime": "text/html", "size": 1}, 400, "mime"},
		"too large":  {fields{"name": "a.png", "mime": "image/png", "size": 10<<20 + 1}, 413, "size"},
		"empty":      {fields{"name": "a.png", "mime": "image/png", "size": 0}, 400, "size"},
		"nameless":   {fields{"name": " ", "mime": "image/png", "size": 1}, 400, "name"},
		"not a type": {fields{"name": "a", "mime": "", "size": 1}, 400, "mime"},
	} {
		b.refused(name, b.do("POST", "/widget/v1/uploads", session.Token, c.file), c.status, c.field)
	}
	upload := into[wire.Upload](b, b.do("POST", "/widget/v1/uploads", session.Token, fields{"name": "a.png", "mime": "image/png", "size": 1}), http.StatusCreated)
	b.refused("an image as a document", b.do("POST", "/widget/v1/messages", session.Token, fields{"clientId": "d", "type": "document", "attachments": []string{upload.ID}}), 400, "mime")
	maps.DeleteFunc(b.files.known, func(string, string) bool { return true })
	b.refused("a file that never came", b.do("POST", "/widget/v1/messages", session.Token, fields{"clientId": "n", "type": "image", "attachments": []string{upload.ID}}), 400, "attachments")
}

func TestPostMessage_RecordsPage(t *testing.T) {
	t.Parallel()
	b := open(t)
	session := b.visit(siteA, pageA, "")
	for i, c := range []struct{ url, want string }{
		{pageA + "/mates?color=rojo", pageA + "/mates?color=rojo"}, {"https://evil.example/", ""}, {"javascript:alert(1)", ""}, {"", ""},
		{pageA + "/" + strings.Repeat("a", 3000), ""},
	} {
		into[fields](b, b.do("POST", "/widget/v1/messages", session.Token, fields{
			"clientId": fmt.Sprint(i), "type": "text", "text": "hola", "page": fields{"url": c.url, "title": "Mates"},
		}), http.StatusAccepted)
		v := b.open(siteA, session.VisitorID)
		m, err := b.store.Message(t.Context(), desktest.Account, v.ID, v.LastMessageID)
		b.Must(err)
		if got := m.Page; (got == nil) != (c.want == "") || got != nil && (got.URL != c.want || got.Title != "Mates") {
			t.Errorf("%.60q is stored as %+v", c.url, got)
		}
		b.Advance(2 * time.Second)
	}
}

func TestReplyTo_ClosedConversation_QuotedInNew(t *testing.T) {
	t.Parallel()
	b := open(t)
	session := b.visit(siteA, pageA, "")
	b.say(session.Token, "1", "hola")
	c := b.open(siteA, session.VisitorID)
	question := b.Reply(c.ID, "¿de qué color?")
	b.deliver(siteA, c.ID)
	b.Advance(time.Second)
	into[fields](b, b.do("POST", "/widget/v1/messages", session.Token,
		fields{"clientId": "2", "type": "interactive", "text": "Rojo", "replyTo": question.ID}), http.StatusAccepted)
	b.Advance(time.Second)
	into[fields](b, b.do("POST", "/widget/v1/messages", session.Token,
		fields{"clientId": "3", "type": "text", "text": "o azul", "replyTo": "01NOSUCHMESSAGE"}), http.StatusAccepted)
	seen := b.history(session.Token, "").Items
	if seen[0].ReplyTo == nil || *seen[0].ReplyTo != string(question.ID) || seen[0].Type != "interactive" || seen[1].ReplyTo != nil {
		t.Errorf("the visitor sees %+v", seen)
	}

	_, err := b.Desk.Resolve(t.Context(), chat.Actor{Operator: b.Owner, RequestID: "r"}, c.ID)
	b.Must(err)
	b.Advance(time.Minute)
	into[fields](b, b.do("POST", "/widget/v1/messages", session.Token,
		fields{"clientId": "4", "type": "text", "text": "¿hay verde?", "replyTo": question.ID}), http.StatusAccepted)
	if seen = b.history(session.Token, "").Items; seen[len(seen)-1].ReplyTo == nil || *seen[len(seen)-1].ReplyTo != string(question.ID) {
		t.Errorf("the message that reopens the conversation is %+v", seen[len(seen)-1])
	}
}

func TestPicture_Public_OtherFilesNot(t *testing.T) {
	t.Parallel()
	b := open(t)
	shown := b.do("GET", "/widget/v1/pictures/ACCOUNT/01KANQ3M5R7H2JPICTURE00001.png", "", nil)
	if shown.StatusCode != http.StatusFound || !strings.HasPrefix(shown.Headers["Location"], "https://files.example/ACCOUNT/pictures/01KANQ3M5R7H2JPICTURE00001?") {
		t.Errorf("%d to %q", shown.StatusCode, shown.Headers["Location"])
	}
	for _, path := range []string{
		"ACCOUNT/01KANQ3M5R7H2JPICTURE00001", "ACCOUNT/01KANQ3M5R7H2JPICTURE00001.html", "ACCOUNT/..%2Fout%2F01K.png", "ACCOUNT/.png", "A%2F..%2FB/01K.png",
		"ACCOUNT/" + strings.Repeat("A", 27) + ".png",
	} {
		if a := b.do("GET", "/widget/v1/pictures/"+path, "", nil); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s leads to %d %q", path, a.StatusCode, a.Headers["Location"])
		}
	}
}

func TestSession_OperatorAvailable_Online(t *testing.T) {
	t.Parallel()
	b := open(t)
	after := b.Owner
	after.Availability = chat.Available
	b.Must(b.store.UpdateOperator(t.Context(), b.Owner, after, nil, nil))
	if session := b.visit(siteA, pageA, ""); !session.Online {
		t.Error("an operator is available, but the visitor sees offline")
	}
}
