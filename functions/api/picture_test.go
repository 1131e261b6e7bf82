package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

func TestOperatorPicture(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	ana := b.Owner("ana@example.com")
	beto, _ := ana.Employ(chat.OperatorRole, "beto@example.com")
	announce := func(c *apitest.Client) string {
		upload := apitest.Into[wire.Upload](c.Do("POST", "/api/v1/uploads", apitest.Fields{"name": "yo.png", "mime": "image/png", "size": 5, "purpose": "picture"}), http.StatusCreated)
		key, _, _ := strings.Cut(strings.TrimPrefix(upload.URL, "https://files.example/"), "?")
		b.Files.Put(key, "\x89PNG\r\n\x1a\n")
		return upload.ID
	}
	me := apitest.Into[wire.Me](ana.Do("GET", "/api/v1/me", nil), http.StatusOK)
	// outcome writes what media does with an upload.
	outcome := func(change func(*chat.Operator)) wire.Me {
		before, err := b.Store.Operator(t.Context(), chat.AccountID(me.Account.ID), chat.OperatorID(me.Operator.ID))
		if err != nil {
			t.Fatal(err)
		}
		after := before
		change(&after)
		if err := b.Store.UpdateOperator(t.Context(), before, after, nil, nil); err != nil {
			t.Fatal(err)
		}
		return apitest.Into[wire.Me](ana.Do("GET", "/api/v1/me", nil), http.StatusOK)
	}
	id := announce(ana)
	changed := apitest.Into[wire.Me](ana.Do("PATCH", "/api/v1/me", apitest.Fields{"picture": id, "version": me.Operator.Version}), http.StatusOK)
	if changed.Operator.Picture != nil || changed.PictureUpload == nil || *changed.PictureUpload != (wire.PictureUpload{State: wire.PicturePending}) {
		t.Fatalf("the picture is %v, the upload %+v", changed.Operator.Picture, changed.PictureUpload)
	}
	changed = outcome(func(o *chat.Operator) { o.PictureUpload, o.Picture = "", o.PictureUpload+".png" })
	if changed.Operator.Picture == nil || changed.PictureUpload != nil || !strings.HasPrefix(*changed.Operator.Picture, "/widget/v1/pictures/"+me.Account.ID+"/") || !strings.HasSuffix(*changed.Operator.Picture, ".png") {
		t.Fatalf("the picture is %v, the upload %+v", changed.Operator.Picture, changed.PictureUpload)
	}
	kept := apitest.Into[wire.Me](ana.Do("PATCH", "/api/v1/me", apitest.Fields{"name": "Ana R.", "version": changed.Operator.Version}), http.StatusOK)
	if kept.Operator.Picture == nil || *kept.Operator.Picture != *changed.Operator.Picture {
		t.Errorf("another name changed the picture to %v", kept.Operator.Picture)
	}
	second := apitest.Into[wire.Me](ana.Do("PATCH", "/api/v1/me", apitest.Fields{"picture": announce(ana), "version": kept.Operator.Version}), http.StatusOK)
	if second.Operator.Picture == nil || *second.Operator.Picture != *changed.Operator.Picture || second.PictureUpload == nil {
		t.Errorf("while another waits, the picture is %v, the upload %+v", second.Operator.Picture, second.PictureUpload)
	}
	kept = outcome(func(o *chat.Operator) { o.PictureUpload, o.PictureRefused = "", "picture_unreadable" })
	if kept.Operator.Picture == nil || kept.PictureUpload == nil || *kept.PictureUpload != (wire.PictureUpload{State: wire.PictureRefused, Reason: "picture_unreadable"}) {
		t.Errorf("after a refusal the picture is %v, the upload %+v", kept.Operator.Picture, kept.PictureUpload)
	}
	gone := apitest.Into[wire.Me](ana.Do("PATCH", "/api/v1/me", apitest.Fields{"picture": nil, "version": kept.Operator.Version}), http.StatusOK)
	if gone.Operator.Picture != nil || gone.PictureUpload != nil {
		t.Errorf("taken away, it is %v, the upload %+v", gone.Operator.Picture, gone.PictureUpload)
	}
	mine := apitest.Into[wire.Me](beto.Do("GET", "/api/v1/me", nil), http.StatusOK)
	beto.Do("PATCH", "/api/v1/me", apitest.Fields{"picture": id, "version": mine.Operator.Version}).WantError(http.StatusBadRequest, "invalid", "picture")
	beto.Do("PATCH", "/api/v1/me", apitest.Fields{"picture": "made up", "version": mine.Operator.Version}).WantError(http.StatusBadRequest, "invalid", "picture")
	ana.Do("POST", "/api/v1/uploads", apitest.Fields{"name": "a.pdf", "mime": "application/pdf", "size": 5, "purpose": "picture"}).WantError(http.StatusBadRequest, "invalid", "mime")
	ana.Do("POST", "/api/v1/uploads", apitest.Fields{"name": "a.png", "mime": "image/png", "size": 2<<20 + 1, "purpose": "picture"}).WantError(http.StatusRequestEntityTooLarge, "too_large", "size")
	ana.Do("POST", "/api/v1/uploads", apitest.Fields{"name": "a.png", "mime": "image/png", "size": 5, "purpose": "other"}).WantError(http.StatusBadRequest, "invalid", "purpose")

	// A picture goes with no message: anybody may see where it lies.
	ch := ana.Connect("phone-1")
	v := ana.Receive(ch, "573001110001", "Rosa", "hola")
	ana.Do("POST", "/api/v1/conversations/"+string(v)+"/messages", apitest.Fields{"clientId": "p", "type": "image", "attachments": []string{id}}).WantError(http.StatusNotFound, "not_found", "attachments")
}
