package acceptance_test

import (
	"fmt"
	"testing"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

// PROVIDERS §11-19, §11-20, §11-21: replies from the business's own phone appear in the conversation. The echo of a message sent by us
// adds no second one, even if it arrives before the send is recorded.
func TestEcho_FromBusinessPhone_InConversation(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	const customer = "5491150004001"
	a.say(customer, "¿Abren hoy?")
	v := a.only()
	b := a.owner.browse()
	b.view(v.ID)
	if _, err := a.Phone.Echo(a.number, customer, "Sí, hasta las 20"); err != nil {
		t.Fatal(err)
	}
	b.told("message.upserted", func(f frame) bool {
		return f.Message.Text == "Sí, hasta las 20" && f.Message.Author.Kind == "external" && f.Message.Direction == "out"
	})
	b.told("conversation.upserted", func(f frame) bool {
		return f.Conversation.Preview.Text == "Sí, hasta las 20" && f.Conversation.WaitingSince == nil
	})

	// The provider accepts a message and its answer is lost. The echo cannot be matched to it, the status can.
	if err := a.Phone.Fail(whatsapp.Fault{Do: whatsapp.DoDrop, Accept: true}); err != nil {
		t.Fatal(err)
	}
	m := a.owner.reply(v.ID, "Los esperamos")
	a.owner.untilMessage(v.ID, m.ID, "unknown")
	sent := a.Phone.Sent()
	last := sent[len(sent)-1]
	if err := a.Phone.EchoSent(last.ID); err != nil {
		t.Fatal(err)
	}
	echo := b.told("message.upserted", func(f frame) bool { return f.Message.Text == "Los esperamos" && f.Message.Author.Kind == "external" }).Message
	if err := a.Phone.SetStatus(last.ID, whatsapp.Delivered, 0); err != nil {
		t.Fatal(err)
	}
	a.owner.untilMessage(v.ID, m.ID, "delivered")
	b.told("message.removed", func(f frame) bool { return f.MessageID == echo.ID })
	var all []string
	for _, m := range a.owner.messages(v.ID) {
		all = append(all, m.Author.Kind+" "+m.Text)
	}
	if got, want := fmt.Sprint(all), fmt.Sprint([]string{"contact ¿Abren hoy?", "external Sí, hasta las 20", "operator Los esperamos"}); got != want {
		t.Errorf("the history is %s, want %s", got, want)
	}
	if now := a.owner.conversation(v.ID); now.Preview.MessageID != m.ID {
		t.Errorf("the list shows %+v", now.Preview)
	}
}
