package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

func TestAnOperatorHasAPicture(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana := b.owner("ana@example.com")
	beto, _ := ana.employ(chat.OperatorRole, "beto@example.com")
	announce := func(c *client) string {
		upload := into[wire.Upload](c.do("POST", "/api/v1/uploads", fields{"name": "yo.png", "mime": "image/png", "size": 5, "purpose": "picture"}), http.StatusCreated)
		key, _, _ := strings.Cut(strings.TrimPrefix(upload.URL, "https://files.example/"), "?")
		b.files.put(key, blob.Info{Mime: "image/png", Size: 5})
		return upload.ID
	}
	me := into[wire.Me](ana.do("GET", "/api/v1/me", nil), http.StatusOK)
	id := announce(ana)
	changed := into[wire.Me](ana.do("PATCH", "/api/v1/me", fields{"picture": id, "version": me.Operator.Version}), http.StatusOK)
	if changed.Operator.Picture == nil || !strings.HasPrefix(*changed.Operator.Picture, "/widget/v1/pictures/"+me.Account.ID+"/") || !strings.HasSuffix(*changed.Operator.Picture, ".png") {
		t.Fatalf("the picture is %v", changed.Operator.Picture)
	}
	kept := into[wire.Me](ana.do("PATCH", "/api/v1/me", fields{"name": "Ana R.", "version": changed.Operator.Version}), http.StatusOK)
	if kept.Operator.Picture == nil || *kept.Operator.Picture != *changed.Operator.Picture {
		t.Errorf("another name changed the picture to %v", kept.Operator.Picture)
	}
	gone := into[wire.Me](ana.do("PATCH", "/api/v1/me", fields{"picture": nil, "version": kept.Operator.Version}), http.StatusOK)
	if gone.Operator.Picture != nil {
		t.Errorf("taken away, it is %v", *gone.Operator.Picture)
	}
	mine := into[wire.Me](beto.do("GET", "/api/v1/me", nil), http.StatusOK)
	beto.do("PATCH", "/api/v1/me", fields{"picture": id, "version": mine.Operator.Version}).wantError(http.StatusBadRequest, "invalid", "picture")
	beto.do("PATCH", "/api/v1/me", fields{"picture": "made up", "version": mine.Operator.Version}).wantError(http.StatusBadRequest, "invalid", "picture")
	ana.do("POST", "/api/v1/uploads", fields{"name": "a.pdf", "mime": "application/pdf", "size": 5, "purpose": "picture"}).wantError(http.StatusBadRequest, "invalid", "mime")
	ana.do("POST", "/api/v1/uploads", fields{"name": "a.png", "mime": "image/png", "size": 2<<20 + 1, "purpose": "picture"}).wantError(http.StatusRequestEntityTooLarge, "too_large", "size")
	ana.do("POST", "/api/v1/uploads", fields{"name": "a.png", "mime": "image/png", "size": 5, "purpose": "other"}).wantError(http.StatusBadRequest, "invalid", "purpose")

	// A picture goes with no message: anybody may see where it lies.
	ch := ana.connect("phone-1")
	v := ana.receive(ch, "573001110001", "Rosa", "hola")
	ana.do("POST", "/api/v1/conversations/"+string(v)+"/messages", fields{"clientId": "p", "type": "image", "attachments": []string{id}}).wantError(http.StatusNotFound, "not_found", "attachments")
}
