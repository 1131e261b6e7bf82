package whatsapp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

// S0-22, S1-01
func TestDeliver_Text_WebhookFields(t *testing.T) {
	t.Parallel()
	b := newBusiness(t)
	s, base := start(t, b, nil)
	if err := s.PutCustomer(whatsapp.Customer{Phone: "+" + person, Name: "Ana Pérez", UserID: "AR.77"}); err != nil {
		t.Fatal(err)
	}
	status, answer := post(t, base+"/local/sim/whatsapp/customers/"+person+"/messages", "", `{"text":"Hola / 👩🏽‍🚀 ñ"}`)
	if status != http.StatusCreated {
		t.Fatalf("got %d %v", status, answer)
	}
	if err := s.WaitIdle(timeout(t)); err != nil {
		t.Fatal(err)
	}
	got := b.seen()
	if len(got) != 1 || got[0].number != number {
		t.Fatalf("got %+v", got)
	}
	text, _ := got[0].fields["text"].(map[string]any)
	want := map[string]any{"from": person, "from_user_id": "AR.77", "type": "text", "id": answer["id"], "timestamp": fmt.Sprint(noon.Unix())}
	for field, value := range want {
		if got[0].fields[field] != value {
			t.Errorf("%s is %v, want %v", field, got[0].fields[field], value)
		}
	}
	if text["body"] != "Hola / 👩🏽‍🚀 ñ" {
		t.Errorf("the text is %q", text["body"])
	}
	if contacts := fmt.Sprint(got[0].value["contacts"]); !strings.Contains(contacts, "Ana Pérez") || !strings.Contains(contacts, "wa_id:"+person) {
		t.Errorf("the contacts are %s", contacts)
	}
	if m, _ := s.Message(fmt.Sprint(answer["id"])); m.Status != whatsapp.Delivered {
		t.Errorf("the customer's message is %s, want delivered", m.Status)
	}
}

func TestDeliver_HiddenPhone_NotInWebhook(t *testing.T) {
	t.Parallel()
	b := newBusiness(t)
	s, _ := start(t, b, nil)
	if err := s.PutCustomer(whatsapp.Customer{Phone: person, UserID: "AR.77", Username: "ana", HidePhone: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SendText(person, "hola"); err != nil {
		t.Fatal(err)
	}
	if err := s.WaitIdle(timeout(t)); err != nil {
		t.Fatal(err)
	}
	got := b.seen()[0]
	whole, err := json.Marshal(got.value)
	if err != nil || strings.Contains(string(whole), person) || got.fields["from_user_id"] != "AR.77" {
		t.Errorf("got %s, %v", whole, err)
	}
}

// B-13: statuses come in order and carry the business's reference.
func TestSend_StatusesFollow_ReadOnOpen(t *testing.T) {
	t.Parallel()
	for name, to := range map[string]string{"a phone": toPhone, "a user id": `"recipient":"AR.77"`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBusiness(t)
			s, base := start(t, b, nil)
			if err := s.PutCustomer(whatsapp.Customer{Phone: person, UserID: "AR.77"}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.SendText(person, "hola"); err != nil {
				t.Fatal(err)
			}
			status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, hello(to))
			if status != http.StatusOK {
				t.Fatalf("got %d %v", status, answer)
			}
			sent, err := s.WaitSent(timeout(t), 1)
			if err != nil || sent[0].Text != "¡Hola! 👨‍👩‍👧" || sent[0].Customer != person {
				t.Fatalf("got %+v, %v", sent, err)
			}
			if !strings.Contains(fmt.Sprint(answer["messages"]), sent[0].ID) {
				t.Errorf("the answer %v does not name %s", answer, sent[0].ID)
			}
			if err := s.WaitStatus(timeout(t), sent[0].ID, whatsapp.Delivered); err != nil {
				t.Fatal(err)
			}
			if err := s.Read(number, person); err != nil {
				t.Fatal(err)
			}
			if err := s.WaitIdle(timeout(t)); err != nil {
				t.Fatal(err)
			}
			var statuses []string
			for _, u := range b.seen() {
				if u.kind != "statuses" {
					continue
				}
				if u.fields["id"] != sent[0].ID || u.fields["biz_opaque_callback_data"] != "ref-1" {
					t.Errorf("a status lacks its message or reference: %v", u.fields)
				}
				statuses = append(statuses, fmt.Sprint(u.fields["status"]))
			}
			if strings.Join(statuses, " ") != "sent delivered read" {
				t.Errorf("got %v", statuses)
			}
		})
	}
}

func TestSend_InvalidRequests_GraphErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		number, bearer, body string
		status, code         int
	}{
		"a wrong token":       {number, "wrong", hello(toPhone), 401, 190},
		"no token":            {number, "", hello(toPhone), 401, 190},
		"an unknown number":   {"99", token, hello(toPhone), 400, 100},
		"no product":          {number, token, `{}`, 400, 100},
		"no recipient":        {number, token, `{"messaging_product":"whatsapp","type":"text","text":{"body":"a"}}`, 400, 131008},
		"an empty text":       {number, token, `{"messaging_product":"whatsapp",` + toPhone + `,"type":"text"}`, 400, 100},
		"an unknown media id": {number, token, `{"messaging_product":"whatsapp",` + toPhone + `,"type":"image","image":{"id":"1"}}`, 400, 100},
		"an unknown type":     {number, token, `{"messaging_product":"whatsapp",` + toPhone + `,"type":"hologram"}`, 400, 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, base := start(t, newBusiness(t), nil)
			status, answer := post(t, base+"/graph/v27.0/"+c.number+"/messages", c.bearer, c.body)
			if status != c.status || code(answer) != c.code {
				t.Errorf("got %d %v, want %d and code %d", status, answer, c.status, c.code)
			}
			if len(s.Sent()) != 0 {
				t.Error("the message was accepted")
			}
		})
	}
}

// B-13
func TestSend_AcceptedThenFailed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		to    string
		wrote bool
		fault *whatsapp.Fault
		code  int
	}{
		"outside the window":       {toPhone, false, nil, 131047},
		"a user id in to":          {`"to":"AR.77"`, true, nil, 131026},
		"an unknown user id":       {`"recipient":"AR.1"`, true, nil, 131026},
		"a fault after acceptance": {toPhone, true, &whatsapp.Fault{Do: whatsapp.DoFailLater, Code: 131049}, 131049},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBusiness(t)
			s, base := start(t, b, nil)
			if c.wrote {
				if _, err := s.SendText(person, "hola"); err != nil {
					t.Fatal(err)
				}
			}
			if c.fault != nil {
				if err := s.Fail(*c.fault); err != nil {
					t.Fatal(err)
				}
			}
			if status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, hello(c.to)); status != http.StatusOK {
				t.Fatalf("got %d %v", status, answer)
			}
			if err := s.WaitIdle(timeout(t)); err != nil {
				t.Fatal(err)
			}
			var statuses []map[string]any
			for _, u := range b.seen() {
				if u.kind == "statuses" {
					statuses = append(statuses, u.fields)
				}
			}
			if len(statuses) != 1 || statuses[0]["status"] != "failed" || !strings.Contains(fmt.Sprint(statuses[0]["errors"]), fmt.Sprintf("code:%d", c.code)) {
				t.Errorf("got %v, want %d", statuses, c.code)
			}
		})
	}
}

func TestFaults_EachKind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  string
		status int
		code   int
		taken  int
	}{
		"a Graph error":             {`{"code":131056}`, 400, 131056, 0},
		"a bare status":             {`{"do":"status","status":503}`, 503, 0, 0},
		"a dropped connection":      {`{"do":"drop"}`, 0, 0, 0},
		"a drop after acceptance":   {`{"do":"drop","accept":true}`, 0, 0, 1},
		"a status after acceptance": {`{"do":"status","accept":true}`, 502, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, base := start(t, newBusiness(t), nil)
			if status, answer := post(t, base+"/local/sim/whatsapp/faults", "", c.fault); status != http.StatusOK {
				t.Fatalf("got %d %v", status, answer)
			}
			status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, hello(toPhone))
			if status != c.status || code(answer) != c.code || len(s.Sent()) != c.taken {
				t.Errorf("got %d %v and %d accepted, want %+v", status, answer, len(s.Sent()), c)
			}
			if status, _ := post(t, base+"/graph/v27.0/"+number+"/messages", token, hello(toPhone)); status != http.StatusOK {
				t.Errorf("the next call fails too: %d", status)
			}
		})
	}
	t.Run("a call that hangs", func(t *testing.T) {
		t.Parallel()
		s, base := start(t, newBusiness(t), nil)
		if err := s.Fail(whatsapp.Fault{Do: whatsapp.DoHang, Accept: true}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			_, _ = s.WaitSent(timeout(t), 1) // either way, the call ends
			cancel()
		}()
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/graph/v27.0/"+number+"/messages", strings.NewReader(hello(toPhone)))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close() // the test has failed already
			t.Error("the call was answered")
		}
		if len(s.Sent()) != 1 {
			t.Error("the message was not accepted")
		}
	})
	t.Run("unknown faults are refused", func(t *testing.T) {
		t.Parallel()
		s, _ := start(t, newBusiness(t), nil)
		if s.Fail(whatsapp.Fault{Do: "explode"}) == nil || s.Fail(whatsapp.Fault{On: "tuesdays"}) == nil {
			t.Error("they were accepted")
		}
	})
}
