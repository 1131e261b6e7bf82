package acceptance_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

// file returns size bytes that begin with the signature of a file type.
func file(head string, size int) []byte {
	content := bytes.Repeat([]byte("recado "), size/7+1)[:size]
	copy(content, head)
	return content
}

var files = []struct {
	kind, name, mime string
	content          []byte
	caption          string
}{
	{"image", "foto.png", "image/png", file("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", 4_000), "la foto 📷"},
	{"audio", "voz.ogg", "audio/ogg", file("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x13OpusHead", 3_000), ""},
	{"video", "clip.mp4", "video/mp4", file("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", 50_000), "el clip"},
	{"document", "Lista de precios.pdf", "application/pdf", file("%PDF-1.7\n", 20_000), "la lista"},
}

// S1-24: each type of file from a customer arrives with its caption and can be downloaded.
func TestMedia_FromCustomer_Arrives(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	for _, f := range files {
		a.deliver(whatsapp.Incoming{
			From: "5491150002001", Type: f.kind, Text: f.caption, File: &whatsapp.Upload{Name: f.name, Mime: f.mime, Content: f.content},
		})
	}
	v := a.only()
	eventually(t, func() error {
		ready := 0
		for _, m := range a.owner.messages(v.ID) {
			if len(m.Attachments) == 1 && m.Attachments[0].State == "ready" {
				ready++
			}
		}
		return wantCount(ready, len(files))
	})
	arrived := map[string]message{}
	for _, m := range a.owner.messages(v.ID) {
		arrived[m.Type] = m
	}
	for _, f := range files {
		m, ok := arrived[f.kind]
		if !ok || len(m.Attachments) != 1 {
			t.Errorf("no %s arrived", f.kind)
			continue
		}
		got := m.Attachments[0]
		if m.Text != f.caption || got.Mime != f.mime || got.Size != int64(len(f.content)) || got.URL == nil {
			t.Errorf("%s arrived as %+v", f.name, m)
			continue
		}
		if f.kind == "document" && got.Name != f.name {
			t.Errorf("the document is called %q", got.Name)
		}
		if err := a.owner.download(*got.URL, f.content); err != nil {
			t.Errorf("%s: %v", f.name, err)
		}
	}
}

// download follows an attachment's link and compares the bytes.
func (c *client) download(url string, want []byte) error {
	c.t.Helper()
	redirect := c.call(http.MethodGet, url, nil, http.StatusFound)
	response, err := http.Get(redirect.header.Get("Location"))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || !bytes.Equal(got, want) {
		return fmt.Errorf("the link answered %d with %d bytes, want %d", response.StatusCode, len(got), len(want))
	}
	return nil
}

// upload announces a file and uploads its bytes.
func (c *client) upload(conversation, name, mime string, content []byte) (id string) {
	c.t.Helper()
	var place struct {
		ID, URL string
		Headers map[string]string
	}
	c.post("/api/v1/uploads", object{"name": name, "mime": mime, "size": len(content), "conversationId": conversation}, http.StatusCreated, &place)
	c.put(place.URL, place.Headers, content)
	return place.ID
}

// put uploads bytes to a link.
func (c *client) put(url string, headers map[string]string, content []byte) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPut, url, bytes.NewReader(content))
	if err != nil {
		c.t.Fatal(err)
	}
	for key, value := range headers {
		request.Header.Set(key, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		content, _ := io.ReadAll(response.Body)
		c.t.Fatalf("the upload was answered %d: %s", response.StatusCode, content)
	}
}

// S1-24: each type of file from an operator reaches the phone. A type that the channel does not accept is refused before the upload.
func TestMedia_FromOperator_ReachesPhone(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	a.say("5491150002002", "mándenme todo")
	v := a.only()
	for i, f := range files {
		id := a.owner.upload(v.ID, f.name, f.mime, f.content)
		a.owner.post("/api/v1/conversations/"+v.ID+"/messages",
			object{"clientId": fmt.Sprint("file-", i), "type": f.kind, "text": f.caption, "attachments": []string{id}}, http.StatusCreated, nil)
	}
	sent, err := a.Phone.WaitSent(t.Context(), len(files))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		sum := sha256.Sum256(f.content)
		got := sent[i]
		if got.Type != f.kind || got.Text != f.caption || got.File == nil || got.File.SHA256 != hex.EncodeToString(sum[:]) || got.File.Mime != f.mime {
			t.Errorf("the phone got %+v for %s", got, f.name)
		}
	}
	for _, refused := range []struct {
		name, mime string
		size       int64
		status     int
		field      string
	}{
		{"grande.png", "image/png", 5<<20 + 1, http.StatusRequestEntityTooLarge, "size"},
		{"grande.mp4", "video/mp4", 16<<20 + 1, http.StatusRequestEntityTooLarge, "size"},
		{"programa.exe", "application/x-msdownload", 10, http.StatusBadRequest, "mime"},
		{"vacío.png", "image/png", 0, http.StatusBadRequest, "size"},
	} {
		got := a.owner.call(http.MethodPost, "/api/v1/uploads",
			object{"name": refused.name, "mime": refused.mime, "size": refused.size, "conversationId": v.ID}, refused.status)
		if _, field := got.fault(); field != refused.field {
			t.Errorf("%s: %s", refused.name, got.body)
		}
	}
}
