package deploytest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

// Each step of a function is a process that starts: seconds where AWS takes milliseconds.
const patience = 2 * time.Minute

type object = map[string]any

// shop is an account that was signed up through the deployed API, with its number and one customer.
type shop struct {
	*deployment
	name, token, operator, number, customer string
	conversation                            string
	written                                 []string
}

func (d *deployment) signUp(name string) *shop {
	d.t.Helper()
	d.shops++
	s := &shop{deployment: d, name: name, number: fmt.Sprintf("7100000000%05d", d.shops), customer: fmt.Sprintf("54911500%05d", d.shops)}
	var health struct{ Status string }
	eventually(d.t, patience, func() error {
		s.ask(http.MethodGet, "/healthz", nil, http.StatusOK, &health)
		if health.Status != "ok" {
			return fmt.Errorf("health is %q", health.Status)
		}
		return nil
	})
	var in struct {
		AccessToken string
		Operator    struct{ ID string }
	}
	s.ask(http.MethodPost, "/api/v1/auth/sign-up", object{
		"accountName": name, "name": "Ana", "email": name + "@recado.example", "password": "una contraseña larga", "client": "api",
	}, http.StatusCreated, &in)
	s.token, s.operator = in.AccessToken, in.Operator.ID
	if err := d.phone.AddNumber(s.number, "5491140000000", "EAAG-"+name); err != nil {
		d.t.Fatal(err)
	}
	s.ask(http.MethodPost, "/api/v1/channels", object{
		"type": "whatsapp", "name": "WhatsApp", "externalId": s.number, "credentials": object{"accessToken": "EAAG-" + name},
	}, http.StatusCreated, nil)
	return s
}

// ask makes a request of the deployed API that must be answered with the status.
func (s *shop) ask(method, path string, body any, status int, into any) {
	s.t.Helper()
	got, content, err := s.try(method, path, body)
	if err != nil || got != status {
		s.t.Fatalf("%s %s: %d %.500s, %v", method, path, got, content, err)
	}
	if into != nil {
		if err := json.Unmarshal(content, into); err != nil {
			s.t.Fatalf("%s %s: %v in %s", method, path, err, content)
		}
	}
}

func (s *shop) try(method, path string, body any) (int, []byte, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.http+path, bytes.NewReader(encoded))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return response.StatusCode, content, err
}

type listed[T any] struct{ Items []T }

// texts are the conversation's messages, by text, with their status.
func (s *shop) texts() map[string]string {
	s.t.Helper()
	var list listed[struct{ Text, Status string }]
	s.ask(http.MethodGet, "/api/v1/conversations/"+s.conversation+"/messages", nil, http.StatusOK, &list)
	texts := map[string]string{}
	for _, m := range list.Items {
		texts[m.Text] = m.Status
	}
	return texts
}

// wantMessage writes as the customer, signed as the provider signs, and waits for it on an operator's socket and in the API.
func (s *shop) wantMessage(text string) {
	s.t.Helper()
	told := s.listen(text)
	if err := s.phone.PutCustomer(whatsapp.Customer{Phone: s.customer, Name: "Cliente de " + s.name}); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.phone.Deliver(whatsapp.Incoming{Account: s.number, From: s.customer, Text: text}); err != nil {
		s.t.Fatal(err)
	}
	select {
	case err := <-told:
		if err != nil {
			s.t.Fatalf("the socket did not bring %q: %v", text, err)
		}
	case <-time.After(patience):
		s.t.Fatalf("the socket did not bring %q in %s", text, patience)
	}
	// A conversation that is assigned while its list is read is in neither of the partitions that the list merges.
	var list listed[struct{ ID string }]
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		s.ask(http.MethodGet, "/api/v1/conversations?status=all", nil, http.StatusOK, &list)
		if len(list.Items) == 1 {
			break
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%d conversations after %q", len(list.Items), text)
		}
	}
	s.conversation, s.written = list.Items[0].ID, append(s.written, text)
	s.wantStillThere()
}

// wantStillThere looks for everything that was written so far.
func (s *shop) wantStillThere() {
	s.t.Helper()
	texts := s.texts()
	for _, text := range s.written {
		if _, there := texts[text]; !there {
			s.t.Errorf("%q is gone: %v", text, texts)
		}
	}
}

// listen opens a socket with a ticket, as the console does, and tells when a frame shows the text.
func (s *shop) listen(text string) <-chan error {
	s.t.Helper()
	var ticket struct{ URL string }
	s.ask(http.MethodPost, "/api/v1/socket-tickets", object{}, http.StatusCreated, &ticket)
	_, query, _ := strings.Cut(ticket.URL, "?")
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	socket, _, err := websocket.Dial(ctx, s.sockets+"?"+query, nil)
	if err != nil {
		s.t.Fatalf("open a socket: %v", err)
	}
	// Only a browser that somebody looks at is told of every conversation.
	err = socket.Write(ctx, websocket.MessageText, []byte(`{"action":"view","conversationId":null}`))
	for frame := []byte(nil); err == nil && !strings.Contains(string(frame), `"watching"`); {
		_, frame, err = socket.Read(ctx)
	}
	if err != nil {
		s.t.Fatalf("look at the inbox: %v", err)
	}
	told := make(chan error, 1)
	go func() {
		defer cancel()
		defer func() { _ = socket.CloseNow() }()
		for {
			_, frame, err := socket.Read(ctx)
			if err != nil || strings.Contains(string(frame), text) {
				told <- err
				return
			}
		}
	}()
	return told
}

// wantReply answers, and waits for it on the customer's phone and for its tick.
func (s *shop) wantReply(text string) {
	s.t.Helper()
	s.ask(http.MethodPost, "/api/v1/conversations/"+s.conversation+"/messages", object{"clientId": "c-1", "type": "text", "text": text}, http.StatusCreated, nil)
	eventually(s.t, patience, func() error {
		for _, m := range s.phone.Sent() {
			if m.Customer == s.customer && m.Text == text {
				return nil
			}
		}
		return fmt.Errorf("%q has not reached the phone", text)
	})
	eventually(s.t, patience, func() error {
		if status := s.texts()[text]; status != "delivered" && status != "read" {
			return fmt.Errorf("%q is %q", text, status)
		}
		return nil
	})
}

// wantClosing sets the shortest closing time, and waits until the minute's tick has closed the conversation.
func (s *shop) wantClosing() {
	s.t.Helper()
	var settings struct{ Version int64 }
	s.ask(http.MethodGet, "/api/v1/settings", nil, http.StatusOK, &settings)
	s.ask(http.MethodPatch, "/api/v1/settings", object{"version": settings.Version, "closing": object{"idleMinutes": 1}}, http.StatusOK, nil)
	eventually(s.t, 2*patience, func() error {
		var c struct{ Status string }
		s.ask(http.MethodGet, "/api/v1/conversations/"+s.conversation, nil, http.StatusOK, &c)
		if c.Status != "resolved" {
			return fmt.Errorf("the idle conversation is %s", c.Status)
		}
		return nil
	})
}
