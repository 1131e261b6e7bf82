package acceptance_test

import (
	"net/http"
	"testing"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

// PROVIDERS §2.1.1 and §11-22: what a customer changes about a message shows at once to who looks, and in the list.
func TestMessageUpdate_ReachesOperator(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	id := a.say("5491150003001", "Quiero el rojo")
	v := a.only()
	b := a.owner.browse()
	b.view(v.ID)
	change := func(id string, c whatsapp.Change) {
		t.Helper()
		if err := a.Phone.Change(id, c); err != nil {
			t.Fatal(err)
		}
	}

	change(id, whatsapp.Change{Text: new("Quiero el azul 💙")})
	b.told("message.upserted", func(f frame) bool { return f.Message.Text == "Quiero el azul 💙" && f.Message.EditedAt != nil })
	b.told("conversation.upserted", func(f frame) bool { return f.Conversation.Preview.Text == "Quiero el azul 💙" })

	reply := a.owner.reply(v.ID, "Reservado")
	sent, err := a.Phone.WaitSent(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	change(sent[0].ID, whatsapp.Change{Emoji: new("🙏")})
	b.told("message.upserted", func(f frame) bool {
		return f.Message.ID == reply.ID && len(f.Message.Reactions) == 1 && f.Message.Reactions[0] == reaction{From: "in", Emoji: "🙏"}
	})
	change(sent[0].ID, whatsapp.Change{Emoji: new("")})
	b.told("message.upserted", func(f frame) bool {
		return f.Message.ID == reply.ID && f.Message.Version > 3 && len(f.Message.Reactions) == 0
	})

	photo := a.deliver(whatsapp.Incoming{
		From: "5491150003001", Type: "image", Text: "mi dirección", File: &whatsapp.Upload{Name: "dni.png", Mime: "image/png", Content: files[0].content},
	})[0]
	var m message
	eventually(t, func() error {
		list := a.owner.messages(v.ID)
		if m = list[len(list)-1]; len(m.Attachments) == 1 && m.Attachments[0].State == "ready" {
			return nil
		}
		return wantText("the file", "ready")
	})
	object := a.owner.call(http.MethodGet, *m.Attachments[0].URL, nil, http.StatusFound).header.Get("Location")
	change(photo, whatsapp.Change{Revoke: true})
	gone := b.told("message.upserted", func(f frame) bool { return f.Message.ID == m.ID && f.Message.RevokedAt != nil }).Message
	if gone.Text != "" || len(gone.Attachments) != 0 {
		t.Errorf("what was deleted still says %+v", gone)
	}
	b.told("conversation.upserted", func(f frame) bool { return f.Conversation.Preview.Revoked && f.Conversation.Preview.Text == "" })
	a.owner.call(http.MethodGet, *m.Attachments[0].URL, nil, http.StatusNotFound)
	eventually(t, func() error {
		response, err := http.Get(object)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		return wantCount(response.StatusCode, http.StatusNotFound)
	})

	a.settle()
	if n := a.dead("dead"); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}
