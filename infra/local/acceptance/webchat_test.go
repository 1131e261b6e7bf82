package acceptance_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/picture"
)

// visitor is a visitor of a site with the widget.
type visitor struct {
	*client
	visitorID string
}

// site creates a web chat channel and returns its site code.
func (a *account) site(name, origin, store string) string {
	a.t.Helper()
	body := object{"type": "webchat", "name": name, "settings": object{"origins": []string{origin}, "greeting": "¡Hola!"}}
	if store != "" {
		body["storeId"] = store
	}
	var made struct{ ExternalID string }
	a.owner.post("/api/v1/channels", body, http.StatusCreated, &made)
	return made.ExternalID
}

func (s *system) visit(code, origin string) *visitor {
	s.t.Helper()
	v := &visitor{client: &client{s: s, t: s.t}}
	var session struct{ Token, VisitorID string }
	v.post("/widget/v1/sessions", object{"site": code, "origin": origin}, http.StatusCreated, &session)
	v.token, v.visitorID = session.Token, session.VisitorID
	return v
}

func (v *visitor) writes(id, text string) {
	v.t.Helper()
	v.post("/widget/v1/messages", object{"clientId": id, "type": "text", "text": text}, http.StatusAccepted, nil)
}

// The main job over web chat: S0-30, S1-24.
func TestWebchat_VisitorAndOperatorTalk(t *testing.T) {
	t.Parallel()
	a := begin(t).open("America/Argentina/Buenos_Aires")
	const origin = "https://tienda.example"
	v := a.visit(a.site("Tienda", origin, ""), origin)
	page, desk := v.browseBy("/widget/v1/socket-tickets"), a.owner.browse()
	second := v.browseBy("/widget/v1/socket-tickets")

	v.writes("m-1", "¿tienen mate? 🧉")
	v.writes("m-1", "¿tienen mate? 🧉")
	mine := func(f frame) bool { return f.Message.Direction == "in" && f.Message.Text == "¿tienen mate? 🧉" }
	first := page.told("message.upserted", mine).Message
	second.told("message.upserted", mine)
	c := a.only()
	if c.Channel.Type != "webchat" || !strings.HasPrefix(c.Contact.Name, "Visit") || c.WindowUntil != nil || !c.Unread {
		t.Errorf("the inbox shows %+v", c)
	}
	if list := a.owner.messages(c.ID); len(list) != 1 || list[0].ID != first.ID {
		t.Errorf("the conversation holds %+v", list)
	}

	// Typing is shown to both.
	desk.view(c.ID)
	page.send(object{"action": "typing", "on": true})
	desk.told("typing", func(f frame) bool { return f.ConversationID == c.ID && f.On })
	desk.send(object{"action": "typing", "conversationId": c.ID, "on": true})
	page.told("typing", func(f frame) bool { return f.On })

	// The visitor's browser can load the operator's picture, which is a small one of what was uploaded.
	face := portrait(t)
	small, _, err := picture.Small(face)
	if err != nil {
		t.Fatal(err)
	}
	var upload struct {
		ID, URL string
		Headers map[string]string
	}
	a.owner.post("/api/v1/uploads", object{"name": "yo.png", "mime": "image/png", "size": len(face), "purpose": "picture"}, http.StatusCreated, &upload)
	a.owner.put(upload.URL, upload.Headers, face)
	var me struct {
		Operator struct {
			Version int64
			Picture string
		}
	}
	a.owner.get("/api/v1/me", &me)
	if a.owner.call(http.MethodPatch, "/api/v1/me", object{"picture": upload.ID, "version": me.Operator.Version}, http.StatusOK).into(t, &me); me.Operator.Picture != "" {
		t.Errorf("%s is shown before it was read", me.Operator.Picture)
	}
	desk.told("notice", func(f frame) bool { return f.Code == "picture_ready" })
	a.owner.get("/api/v1/me", &me)
	v.follow(me.Operator.Picture, small)

	// Both pages of the visitor show the answer, and the operator sees that it was read.
	var answer message
	a.owner.post("/api/v1/conversations/"+c.ID+"/messages", object{"clientId": "a-1", "type": "text", "text": "Sí, de calabaza"}, http.StatusCreated, &answer)
	for _, b := range []*browser{page, second} {
		b.told("message.upserted", func(f frame) bool {
			return f.Message.ID == answer.ID && f.Message.Author.Name == "Ana" && f.Message.Author.Picture == me.Operator.Picture
		})
	}
	a.owner.untilMessage(c.ID, answer.ID, "sent")
	for _, status := range []string{"read", "delivered"} {
		v.post("/widget/v1/receipts", object{"status": status, "conversationId": c.ID, "messageIds": []string{answer.ID}}, http.StatusAccepted, nil)
		a.settle()
	}
	desk.told("message.upserted", func(f frame) bool { return f.Message.ID == answer.ID && f.Message.Status == "read" })
	a.owner.untilMessage(c.ID, answer.ID, "read")

	// Both sides can send files and download them.
	photo := []byte("\x89PNG\r\n\x1a\n of a gourd")
	var place struct {
		ID, URL string
		Headers map[string]string
	}
	v.post("/widget/v1/uploads", object{"name": "calabaza.png", "mime": "image/png", "size": len(photo)}, http.StatusCreated, &place)
	v.put(place.URL, place.Headers, photo)
	v.post("/widget/v1/messages", object{"clientId": "m-2", "type": "image", "text": "así", "attachments": []string{place.ID}}, http.StatusAccepted, nil)
	theirs := desk.told("message.upserted", func(f frame) bool { return f.Message.Type == "image" }).Message
	a.owner.follow(*theirs.Attachments[0].URL, photo)
	prices := []byte("%PDF-1.7 lista de precios")
	id := a.owner.upload(c.ID, "precios.pdf", "application/pdf", prices)
	a.owner.post("/api/v1/conversations/"+c.ID+"/messages", object{"clientId": "a-2", "type": "document", "attachments": []string{id}}, http.StatusCreated, nil)
	ours := page.told("message.upserted", func(f frame) bool { return f.Message.Type == "document" }).Message
	var link struct{ URL string }
	v.get(fmt.Sprintf("/widget/v1/files?conversation=%s&message=%s&attachment=%s", ours.ConversationID, ours.ID, ours.Attachments[0].ID), &link)
	v.bytes(link.URL, prices)
	if got := a.owner.messages(c.ID); len(got) != 4 {
		t.Errorf("the conversation holds %+v", got)
	}
	var history list[message]
	v.get("/widget/v1/messages?limit=3", &history)
	if len(history.Items) != 3 || history.Items[2].ID != ours.ID || history.NextCursor == nil {
		t.Errorf("the visitor's newest page is %+v", history)
	}
	v.get("/widget/v1/messages?limit=3&cursor="+*history.NextCursor, &history)
	if len(history.Items) != 1 || history.Items[0].ID != first.ID || history.NextCursor != nil {
		t.Errorf("the page before is %+v", history)
	}
	if page.count("presence", func(frame) bool { return true })+page.count("conversation.upserted", func(frame) bool { return true }) > 0 {
		t.Error("a visitor was told what is the operators' business")
	}
}

// S0-32: chats of site B go to account B, and pages of other origins cannot open it.
func TestWebchat_Site_BelongsToItsAccount(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	var business struct{ ID string }
	a.owner.post("/api/v1/stores", object{"name": "Outlet"}, http.StatusCreated, &business)
	const tienda, outlet = "https://tienda.example", "https://outlet.example"
	codeA, codeB := a.site("Tienda", tienda, ""), a.site("Outlet", outlet, business.ID)
	if codeA == codeB {
		t.Fatal("two sites have one code")
	}
	nobody := &client{s: a.system, t: t}
	for _, c := range []struct{ site, page string }{{codeA, outlet}, {codeB, tienda}, {codeB, "https://evil.example"}, {codeB, "null"}} {
		got := nobody.call(http.MethodPost, "/widget/v1/sessions", object{"site": c.site, "origin": c.page}, http.StatusForbidden)
		if _, field := got.fault(); field != "origin" {
			t.Errorf("%s on %s: %s", c.site, c.page, got.body)
		}
	}
	frame := nobody.call(http.MethodGet, "/widget/v1/frame?site="+codeB, nil, http.StatusOK)
	if policy := frame.header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "frame-ancestors 'self' "+outlet) || frame.header.Get("X-Frame-Options") != "" {
		t.Errorf("the document may be framed as %q, %q", policy, frame.header.Get("X-Frame-Options"))
	}
	a.visit(codeB, outlet).writes("m-1", "hola")
	if c := a.only(); c.StoreID != business.ID {
		t.Errorf("the conversation lies in %s", c.StoreID)
	}
	// A visitor's token is refused by the operators' API.
	intruder := a.visit(codeA, tienda)
	intruder.call(http.MethodGet, "/api/v1/conversations", nil, http.StatusUnauthorized)
}

// portrait is a PNG of 600 × 600 grey pixels.
func portrait(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 600, 600))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// follow gets a file's link from the API and reads the file.
func (c *client) follow(path string, want []byte) {
	c.t.Helper()
	c.bytes(c.call(http.MethodGet, path, nil, http.StatusFound).header.Get("Location"), want)
}

// bytes reads the content at a link.
func (c *client) bytes(link string, want []byte) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, link, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	response, err := stays.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || !bytes.Equal(got, want) {
		c.t.Errorf("%d %q, %v; want %q", response.StatusCode, got, err, want)
	}
}

// A page that is struck from a site's list, and then the site, lose their visitors' sockets within seconds; what is answered later fails at
// once with its reason.
func TestWebchat_PageStruckAndSiteDeleted_SocketsClosed(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	const kept, struck = "https://tienda.example", "https://vieja.example"
	var site struct {
		ID, ExternalID string
		Version        int64
		Settings       object
	}
	a.owner.post("/api/v1/channels", object{"type": "webchat", "name": "Tienda", "settings": object{"origins": []string{kept, struck}}}, http.StatusCreated, &site)
	stays, leaves := a.visit(site.ExternalID, kept), a.visit(site.ExternalID, struck)
	staying, leaving := stays.browseBy("/widget/v1/socket-tickets"), leaves.browseBy("/widget/v1/socket-tickets")
	stays.writes("m-1", "hola")
	staying.told("message.upserted", func(f frame) bool { return f.Message.Text == "hola" })
	c := a.only()
	a.owner.get("/api/v1/channels/"+site.ID, &site)
	a.owner.call(http.MethodPatch, "/api/v1/channels/"+site.ID, object{"settings": object{"origins": []string{kept}}, "version": site.Version}, http.StatusOK)
	eventually(t, leaving.closed)
	if staying.closed() == nil {
		t.Error("the socket of the other page was closed")
	}
	a.owner.call(http.MethodDelete, "/api/v1/channels/"+site.ID, nil, http.StatusNoContent)
	eventually(t, staying.closed)
	m := a.owner.reply(c.ID, "¿sigue ahí?")
	if m.Status != "failed" {
		t.Errorf("the reply is %s", m.Status)
	}
	a.settle()
	if n := staying.count("message.upserted", func(f frame) bool { return f.Message.ID == m.ID }); n > 0 {
		t.Error("the visitor was shown the reply")
	}
}
