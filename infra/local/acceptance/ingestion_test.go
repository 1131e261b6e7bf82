package acceptance_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

// value builds the value of a WhatsApp change for a number.
func value(number string, messages, statuses []any, contacts ...any) object {
	v := object{"messaging_product": "whatsapp", "metadata": object{"display_phone_number": "5491140001234", "phone_number_id": number}}
	if len(messages) > 0 {
		v["messages"], v["contacts"] = messages, contacts
	}
	if len(statuses) > 0 {
		v["statuses"] = statuses
	}
	return v
}

// payload builds a WhatsApp webhook body.
func payload(t *testing.T, values ...object) []byte {
	t.Helper()
	var entries []any
	for i, v := range values {
		entries = append(entries, object{"id": fmt.Sprint(700 + i), "changes": []any{object{"field": "messages", "value": v}}})
	}
	body, err := json.Marshal(object{"object": "whatsapp_business_account", "entry": entries})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func person(phone, name string) object {
	return object{"profile": object{"name": name}, "wa_id": phone, "user_id": "AR." + phone}
}

func textOf(phone, id, text string, at time.Time) object {
	return object{
		"from": phone, "from_user_id": "AR." + phone, "id": id, "timestamp": fmt.Sprint(at.Unix()), "type": "text", "text": object{"body": text},
	}
}

func shuffled(list []any) []any {
	list = append([]any(nil), list...)
	rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// Bar 3, C-02, PROVIDERS §11-1, §11-2: a payload with 5 messages and 3 statuses is posted 200 times in parallel and shuffled, half of
// them after the deduplication window of SQS. The result is 5 messages with the right statuses in one conversation.
func TestIngest_Payload200Times_StoredOnce(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	const phone = "5491150003001"
	who := person(phone, "Marta")
	if err := a.Phone.PutCustomer(whatsapp.Customer{Phone: phone, UserID: "AR." + phone, Name: "Marta"}); err != nil {
		t.Fatal(err)
	}
	a.say(phone, "la primera")
	v := a.only()
	replies := []message{a.owner.reply(v.ID, "uno"), a.owner.reply(v.ID, "dos"), a.owner.reply(v.ID, "tres")}
	sent, err := a.Phone.WaitSent(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	a.settle()
	before := a.owner.conversation(v.ID)

	now := a.Clock.Now()
	var messages, statuses []any
	for i := range 5 {
		messages = append(messages, textOf(phone, fmt.Sprintf("wamid.C02-%d", i), fmt.Sprintf("mensaje %d", i), now))
	}
	states := []string{"sent", "delivered", "read"}
	for i, m := range sent {
		statuses = append(statuses, object{
			"id": m.ID, "status": states[i], "timestamp": fmt.Sprint(now.Unix()), "recipient_id": phone, "biz_opaque_callback_data": m.Callback,
		})
	}
	bodies := make([][]byte, 200)
	for i := range bodies {
		some := value(a.number, shuffled(messages), nil, who)
		rest := value(a.number, nil, shuffled(statuses))
		switch i % 4 {
		case 0:
			bodies[i] = payload(t, value(a.number, shuffled(messages), shuffled(statuses), who))
		case 1:
			bodies[i] = payload(t, some, rest)
		case 2:
			bodies[i] = payload(t, rest, some)
		default: // each message in an entry of its own
			values := []object{rest}
			for _, m := range shuffled(messages) {
				values = append(values, value(a.number, []any{m}, nil, who))
			}
			bodies[i] = payload(t, values...)
		}
	}
	post := func(some [][]byte) {
		var group errgroup.Group
		for _, body := range some {
			group.Go(func() error {
				status, err := a.Phone.Post(t.Context(), body)
				if err == nil && status != http.StatusOK {
					err = fmt.Errorf("a webhook was answered %d", status)
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		a.settle()
	}
	post(bodies[:100])
	a.advance(6 * time.Minute)
	post(bodies[100:])

	list := a.owner.messages(v.ID)
	seen := map[string]int{}
	for _, m := range list {
		seen[m.Text]++
	}
	for i := range 5 {
		if text := fmt.Sprintf("mensaje %d", i); seen[text] != 1 {
			t.Errorf("%q is there %d times", text, seen[text])
		}
	}
	if err := wantCount(len(list), 1+3+5); err != nil {
		t.Error(err)
	}
	for i, m := range replies {
		if now := a.owner.message(v.ID, m.ID); now.Status != states[i] {
			t.Errorf("reply %d is %s, want %s", i, now.Status, states[i])
		}
	}
	if all := a.owner.conversations("status=all"); len(all) != 1 {
		t.Errorf("there are %d conversations", len(all))
	}
	after := a.owner.conversation(v.ID)
	if newest := list[len(list)-1]; after.Preview.MessageID != newest.ID || *after.LastInboundID != newest.ID {
		t.Errorf("the summary ends at %s and %s, the history at %s", after.Preview.MessageID, *after.LastInboundID, newest.ID)
	}
	if after.Version > before.Version+5 {
		t.Errorf("five messages moved the conversation from version %d to %d", before.Version, after.Version)
	}
	for _, queue := range []string{"dead", "dead-ordered.fifo", "dead-standard"} {
		if n := a.dead(queue); n != 0 {
			t.Errorf("%d letters in %s", n, queue)
		}
	}
}

// C-02, PROVIDERS §11-26: a new customer's first messages in parallel bodies open one conversation.
func TestIngest_NewCustomer_OneConversation(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	const phone = "5491150003002"
	var group errgroup.Group
	for i := range 20 {
		body := payload(t, value(a.number, []any{textOf(phone, fmt.Sprintf("wamid.new-%d", i%10), fmt.Sprint(i%10), a.Clock.Now())}, nil, person(phone, "Nuevo")))
		group.Go(func() error {
			_, err := a.Phone.Post(t.Context(), body)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	a.settle()
	if err := wantCount(len(a.owner.messages(a.only().ID)), 10); err != nil {
		t.Error(err)
	}
	if err := wantCount(len(all[object](a.owner, "/api/v1/contacts?q=nuevo")), 1); err != nil {
		t.Error(err)
	}
}
