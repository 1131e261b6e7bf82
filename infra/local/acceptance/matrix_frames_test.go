package acceptance_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

// listener says to whom a type of frame goes.
type listener func(v *viewer, p *place, hand *browser) bool

// listeners has a row for every type of frame. hand is the browser of the owner who acts.
var listeners = map[string]listener{
	"message.upserted":      seesIt,
	"message.removed":       seesIt,
	"conversation.upserted": seesIt,
	"event.appended":        seesIt,
	"typing":                seesIt,
	"viewing":               seesIt,
	"read":                  func(v *viewer, _ *place, hand *browser) bool { return !v.ended && v.id == hand.id },
	"presence":              func(v *viewer, p *place, _ *browser) bool { return v.inAccount(p) },
	"notice":                func(v *viewer, p *place, _ *browser) bool { return v.sees(p) && v.may("conversation.reply") },
	"pong":                  func(v *viewer, _ *place, _ *browser) bool { return !v.ended },
	"watching":              func(*viewer, *place, *browser) bool { return false }, // once for each browser, when it is opened
}

func seesIt(v *viewer, p *place, _ *browser) bool { return v.sees(p) }

// heard counts the frames of a type that a viewer got since a place's turn began: those about the place's conversation, or about whoever
// is named.
func (v *viewer) heard(kind string, since int, about string) (n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, text := range v.raw[min(since, len(v.raw)):] {
		if strings.Contains(text, fmt.Sprintf(`"type":%q`, kind)) && strings.Contains(text, about) {
			n++
		}
	}
	return n
}

// everything is all frames that a viewer got.
func (v *viewer) everything() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return strings.Join(v.raw, "\n")
}

// frames lets every viewer look at a conversation of every place, and all that makes frames happen to it.
func (m *matrix) frames(doc document) {
	m.t.Helper()
	var kinds []string
	for _, frame := range doc.Components.Schemas["Frame"].Items.AnyOf {
		_, name, _ := strings.Cut(frame.Ref, "schemas/")
		kinds = append(kinds, doc.Components.Schemas[name].Properties["type"].Const)
	}
	for _, kind := range kinds {
		if listeners[kind] == nil {
			m.t.Errorf("frames of type %q have no row in the matrix", kind)
		}
	}
	if len(kinds) != len(listeners) {
		m.t.Fatalf("the document has the frames %q", kinds)
	}
	for _, p := range m.places {
		hand, since := p.of.owner.browse(), map[*viewer]int{}
		m.settle()
		for _, v := range m.viewers {
			v.mu.Lock()
			since[v] = len(v.raw)
			v.mu.Unlock()
		}
		m.everybodyViews(p)
		hand.view(p.conversation)
		m.happen(p, hand)
		about := map[string]string{"presence": m.comes(p), "pong": ""}
		m.settle()
		for _, v := range m.viewers {
			for _, kind := range kinds {
				subject, ok := about[kind]
				if !ok {
					subject = p.conversation
				}
				m.cell(v, p, "frame "+kind, v.heard(kind, since[v], subject) > 0, listeners[kind](v, p, hand))
			}
			m.cell(v, p, "frames of what is hidden", fmt.Sprint(m.leaks(v, v.everything())), "[]")
		}
	}
}

// everybodyViews lets all look at the place's conversation, and waits until the server knows who may.
func (m *matrix) everybodyViews(p *place) {
	m.t.Helper()
	for _, v := range m.viewers {
		if v.socket == nil || v.ended {
			continue
		}
		v.send(object{"action": "view", "conversationId": p.conversation})
		v.send(object{"action": "ping"})
	}
	for _, v := range m.viewers {
		if v.sees(p) {
			v.told("viewing", func(f frame) bool { return f.ConversationID == p.conversation && slices.Contains(f.OperatorIDs, v.id) })
		}
	}
	m.settle()
}

// happen makes everything happen to a place's conversation that makes frames.
func (m *matrix) happen(p *place, hand *browser) {
	m.t.Helper()
	owner := p.of.owner
	m.deliverTo(p, whatsapp.Incoming{From: p.phone, Text: "otra cosa " + p.mark})
	eventually(m.t, func() error {
		if v := owner.conversation(p.conversation); v.Preview.Text != "otra cosa "+p.mark {
			return errors.New("the message is not there")
		}
		return nil
	})
	hand.send(object{"action": "typing", "conversationId": p.conversation, "on": true})
	owner.does(p.conversation, "read", nil)

	// The provider's answer to a reply is lost, so that its echo is taken for another message, until a status tells.
	if err := m.Phone.Fail(whatsapp.Fault{Do: whatsapp.DoDrop, Accept: true}); err != nil {
		m.t.Fatal(err)
	}
	reply := owner.reply(p.conversation, "ya va "+p.mark)
	owner.untilMessage(p.conversation, reply.ID, "unknown")
	sent := m.Phone.Sent()
	last := sent[len(sent)-1].ID
	if err := m.Phone.EchoSent(last); err != nil {
		m.t.Fatal(err)
	}
	hand.told("message.upserted", func(f frame) bool {
		return f.Message.Text == "ya va "+p.mark && f.Message.Author.Kind == "external"
	})
	if err := m.Phone.SetStatus(last, whatsapp.Delivered, 0); err != nil {
		m.t.Fatal(err)
	}
	hand.told("message.removed", func(f frame) bool { return f.ConversationID == p.conversation })

	// Whoever may have the conversation gets it, and nobody else.
	for _, v := range m.viewers {
		if v.of != p.of || v.id == owner.id {
			continue
		}
		want := http.StatusConflict
		if listeners["notice"](v, p, hand) {
			want = http.StatusOK
		}
		got, err := owner.try(http.MethodPost, "/api/v1/conversations/"+p.conversation+"/assign", object{"operatorId": v.id})
		if err != nil {
			m.t.Fatal(err)
		}
		m.cell(v, p, "is given the conversation", got.status, want)
	}
	owner.does(p.conversation, "assign", object{"operatorId": nil})
	p.colleague.does(p.conversation, "assign", object{"operatorId": owner.id}) // whoever takes it themselves is not told
	owner.does(p.conversation, "assign", object{"operatorId": nil})
}

// comes lets a colleague come online, and returns who.
func (m *matrix) comes(p *place) string {
	m.t.Helper()
	c := p.of.operator("Recién llegada", object{"storeIds": []string{p.store}})
	c.browse()
	return c.id
}
