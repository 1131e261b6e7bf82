package whatsapp_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim"
	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

const control = "/local/sim/whatsapp"

// B-13
func TestSetStatus_AnyOrder_PageShowsHighest(t *testing.T) {
	t.Parallel()
	b := newBusiness(t)
	s, base := start(t, b, func(o *whatsapp.Options) { o.Statuses.Manual = true })
	if _, err := s.SendText(person, "hola"); err != nil {
		t.Fatal(err)
	}
	if status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, hello(toPhone)); status != http.StatusOK {
		t.Fatalf("got %d %v", status, answer)
	}
	id := s.Sent()[0].ID
	for _, status := range []string{"delivered", "sent"} {
		if code, answer := post(t, base+control+"/messages/"+url.PathEscape(id)+"/status", "", `{"status":"`+status+`"}`); code != http.StatusOK {
			t.Fatalf("got %d %v", code, answer)
		}
	}
	if code, answer := post(t, base+control+"/customers/"+person+"/read", "", `{"account":"`+number+`"}`); code != http.StatusOK {
		t.Fatalf("got %d %v", code, answer)
	}
	if err := s.WaitIdle(timeout(t)); err != nil {
		t.Fatal(err)
	}
	var statuses []string
	for _, u := range b.seen() {
		if u.kind == "statuses" {
			statuses = append(statuses, fmt.Sprint(u.fields["status"]))
		}
	}
	if m, _ := s.Message(id); strings.Join(statuses, " ") != "delivered sent read" || m.Status != whatsapp.Read {
		t.Errorf("got %v, and the message is %s", statuses, m.Status)
	}
	if code, _ := post(t, base+control+"/messages/wamid.NONE/status", "", `{"status":"sent"}`); code != http.StatusBadRequest {
		t.Errorf("a message that does not exist gets %d", code)
	}
}

func TestStatuses_ReadTiming(t *testing.T) {
	t.Parallel()
	s, base := start(t, newBusiness(t), func(o *whatsapp.Options) { o.Statuses.Read = time.Millisecond })
	if _, err := s.SendText(person, "hola"); err != nil {
		t.Fatal(err)
	}
	post(t, base+"/graph/v27.0/"+number+"/messages", token, hello(toPhone))
	if err := s.WaitStatus(timeout(t), s.Sent()[0].ID, whatsapp.Read); err != nil {
		t.Error(err)
	}
}

func TestMarkRead_ByBusiness(t *testing.T) {
	t.Parallel()
	s, base := start(t, newBusiness(t), nil)
	id, err := s.SendText(person, "hola")
	if err != nil {
		t.Fatal(err)
	}
	status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, `{"messaging_product":"whatsapp","status":"read","message_id":"`+id+`"}`)
	if m, _ := s.Message(id); status != http.StatusOK || answer["success"] != true || m.Status != whatsapp.Read {
		t.Errorf("got %d %v, and the message is %s", status, answer, m.Status)
	}
	if status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, `{"messaging_product":"whatsapp","status":"read","message_id":"wamid.NONE"}`); code(answer) != 131009 {
		t.Errorf("got %d %v", status, answer)
	}
}

func TestControl_FileMessage_TypeFromMime(t *testing.T) {
	t.Parallel()
	b := newBusiness(t)
	s, base := start(t, b, nil)
	for kind, want := range map[string]string{
		"image/png": "image", "image/webp": "sticker", "audio/ogg; codecs=opus": "audio", "video/mp4": "video", "application/pdf": "document", "image/svg+xml": "document",
	} {
		header, body := form(t, map[string]string{"account": number}, "año.bin", kind, []byte("x"))
		code, answer := send(t, base+control+"/customers/"+person+"/messages", "", header, body)
		m, _ := s.Message(fmt.Sprint(answer["id"]))
		if code != http.StatusCreated || m.Type != want || m.File == nil || m.File.Name != "año.bin" {
			t.Errorf("%s: got %d %v and %+v", kind, code, answer, m)
		}
	}
	if err := s.WaitIdle(timeout(t)); err != nil {
		t.Fatal(err)
	}
	for _, u := range b.seen() {
		kind := fmt.Sprint(u.fields["type"])
		if media, _ := u.fields[kind].(map[string]any); media["id"] == nil || media["mime_type"] == nil || media["sha256"] == nil {
			t.Errorf("%s: got %v", kind, u.fields)
		}
	}
}

func TestControl_PlaceAndCard(t *testing.T) {
	t.Parallel()
	b := newBusiness(t)
	s, base := start(t, b, nil)
	for _, body := range []string{`{"place":{"latitude":-34.5,"longitude":2,"name":"Plaza"}}`, `{"card":{"name":"Ana","phones":["+54 9"]}}`} {
		if code, answer := post(t, base+control+"/customers/"+person+"/messages", "", body); code != http.StatusCreated {
			t.Fatalf("got %d %v", code, answer)
		}
	}
	if err := s.WaitIdle(timeout(t)); err != nil {
		t.Fatal(err)
	}
	got := b.seen()
	if place, _ := got[0].fields["location"].(map[string]any); got[0].fields["type"] != "location" || place["latitude"] != -34.5 || place["name"] != "Plaza" {
		t.Errorf("got %v", got[0].fields)
	}
	if got[1].fields["type"] != "contacts" || !strings.Contains(fmt.Sprint(got[1].fields["contacts"]), "formatted_name:Ana") {
		t.Errorf("got %v", got[1].fields)
	}
}

func TestControl_InvalidRequests(t *testing.T) {
	t.Parallel()
	_, base := start(t, newBusiness(t), nil)
	for name, c := range map[string]struct{ path, body string }{
		"a number without an id":             {"/accounts", `{}`},
		"a customer without a phone":         {"/customers", `{"name":"Ana"}`},
		"a message to an unknown number":     {"/customers/" + person + "/messages", `{"account":"99","text":"a"}`},
		"a message that is not JSON":         {"/customers/" + person + "/messages", `hola`},
		"a phone without digits":             {"/customers/ana/messages", `{"text":"a"}`},
		"history of an unknown number":       {"/customers/" + person + "/history", `{"account":"99"}`},
		"a preference for an unknown number": {"/customers/" + person + "/preference", `{"account":"99"}`},
		"an unknown fault":                   {"/faults", `{"do":"explode"}`},
	} {
		if code, answer := post(t, base+control+c.path, "", c.body); code != http.StatusBadRequest || answer["error"] == "" {
			t.Errorf("%s: got %d %v", name, code, answer)
		}
	}
}

func TestFaults_Cleared_CallsSucceed(t *testing.T) {
	t.Parallel()
	s, base := start(t, newBusiness(t), nil)
	if err := s.Fail(whatsapp.Fault{Times: 100, Code: 190}); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, base+control+"/faults", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusNoContent {
		t.Errorf("got %d, %v", response.StatusCode, err)
	}
	if status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, hello(toPhone)); status != http.StatusOK {
		t.Errorf("got %d %v", status, answer)
	}
}

func TestHostileBody_SameSeed_SameBodies(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64) (bodies string) {
		h := sim.NewHostile(seed, noon)
		for range 20 {
			body, err := whatsapp.HostileBody(h, number, []string{person}, nil, nil)
			if err != nil || len(body) > 3<<20 {
				t.Fatalf("a body of %d bytes, %v", len(body), err)
			}
			bodies += string(body)
		}
		return bodies
	}
	if first := draw(1); first != draw(1) || first == draw(2) {
		t.Error("a seed does not repeat its bodies, or two seeds draw the same")
	}
}
