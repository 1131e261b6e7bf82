package socket_test

import (
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// Somebody who lost the store's grant hears nothing more of a conversation that they look at, and says nothing in it.
func TestViewer_GrantRevoked_HearsAndSaysNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.join("a1", ana)
	w.join("b1", beto)
	for _, connection := range []string{"a1", "b1"} {
		if status := w.say(connection, viewIt); status != 200 {
			t.Fatalf("viewing answered %d", status)
		}
	}
	before, err := w.store.Operator(t.Context(), account, beto)
	w.must(err)
	after := before
	after.StoreIDs = []chat.StoreID{otherShop}
	w.must(w.store.UpdateOperator(t.Context(), before, after, nil, nil))
	w.now = w.now.Add(time.Minute) // operators are cached for seconds
	w.gateway.Forget()

	const typing = `{"action":"typing","conversationId":"01K9S3TJ8W0000000000000001","on":true}`
	if status := w.say("a1", typing); status != 200 {
		t.Errorf("typing answered %d", status)
	}
	if status := w.say("b1", typing); status != 404 {
		t.Errorf("who lost the grant types and is answered %d", status)
	}
	w.join("a2", ana)
	if status := w.say("a2", viewIt); status != 200 {
		t.Errorf("viewing answered %d", status)
	}
	w.wantHeard("b1", "typing")
	w.wantHeard("b1", "viewing")
	w.wantHeard("a1", "typing")
	w.wantHeard("a1", "viewing", `{"conversationId":"`+string(conversation)+`","operatorIds":["`+string(ana)+`"]}`)
}
