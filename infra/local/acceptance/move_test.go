package acceptance_test

import (
	"testing"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

// PROVIDERS §2.1.1, system, and §2.1.3: a customer who changes the number keeps the conversation, and replies go to the new number.
func TestIdentityChange_KeepsConversation(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	const before, after = "5491150005001", "5493515005002"
	for _, c := range []whatsapp.Customer{{Phone: before, Name: "José", UserID: "AR.1111"}, {Phone: after, Name: "José", UserID: "AR.2222"}} {
		if err := a.Phone.PutCustomer(c); err != nil {
			t.Fatal(err)
		}
	}
	a.say(before, "Hola, soy José")
	v := a.only()
	a.deliver(whatsapp.Incoming{From: before, Type: "system", Fields: map[string]any{
		"system": map[string]any{"type": "user_changed_number", "wa_id": after, "user_id": "AR.2222", "body": "José changed the number"},
	}})
	eventually(t, func() error {
		moves := 0
		for _, e := range a.owner.events(v.ID) {
			if e.Type == "moved" {
				moves++
			}
		}
		return wantCount(moves, 1)
	})
	a.owner.reply(v.ID, "¡Hola, José!")
	sent, err := a.Phone.WaitSent(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if sent[0].Customer != after {
		t.Errorf("the answer went to %s", sent[0].Customer)
	}
	a.say(after, "Me llegó acá")
	a.settle()
	if v := a.only(); v.Preview.Text != "Me llegó acá" {
		t.Errorf("the conversation shows %+v", v.Preview)
	}
	var contact struct{ Phone *string }
	a.owner.get("/api/v1/contacts/"+v.Contact.ID, &contact)
	if contact.Phone == nil || *contact.Phone != after {
		t.Errorf("the contact's phone is %v", contact.Phone)
	}
}
