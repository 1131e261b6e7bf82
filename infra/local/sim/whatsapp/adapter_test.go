package whatsapp_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/shared/channel"
	adapter "github.com/recado-chat/recado/shared/channel/whatsapp"
	"github.com/recado-chat/recado/shared/chat"
)

// Only tests import both the simulator and the adapter, which implement the wire format independently.
func TestAdapter_RoundTrip(t *testing.T) {
	t.Parallel()
	inbound := make(chan chat.Inbound, 100)
	b := newBusiness(t)
	b.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		a := adapter.New("http://unused.invalid", nil)
		if err != nil || a.Verify(channel.Request{Header: r.Header, Body: body}, func(string) ([]string, error) { return []string{secret}, nil }) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		items, err := a.Split(channel.Request{Body: body})
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for _, item := range items {
			in, err := a.Parse(item.Body, noon)
			if err != nil {
				t.Errorf("parse %s: %v", item.Body, err)
				continue
			}
			inbound <- in
		}
	})
	s, base := start(t, b, nil)
	next := func() chat.Inbound {
		t.Helper()
		select {
		case in := <-inbound:
			return in
		case <-time.After(10 * time.Second):
			t.Fatal("no webhook arrived")
			return chat.Inbound{}
		}
	}
	if err := s.PutCustomer(whatsapp.Customer{Phone: person, Name: "Ana Pérez", UserID: "AR.77"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Deliver(whatsapp.Incoming{From: person, Type: "image", Text: "👩🏽‍🚀/ñ", File: &whatsapp.Upload{Name: "a.jpg", Mime: "image/jpeg", Content: []byte("jpeg")}}); err != nil {
		t.Fatal(err)
	}
	in := next()
	if in.Asset != number || in.Text != "👩🏽‍🚀/ñ" || in.Sender.Name != "Ana Pérez" || strings.Join(in.Sender.Addresses, " ") != "AR.77 "+person {
		t.Errorf("got %+v", in)
	}
	notices(t, s, base, next)
	a := adapter.New(base+"/graph", nil)
	credentials := chat.Credentials(`{"accessToken":"` + token + `"}`)
	media, err := a.Fetch(t.Context(), credentials, in.Asset, in.Attachments[0].Ref)
	if err != nil {
		t.Fatal(err)
	}
	if content, err := io.ReadAll(media); err != nil || string(content) != "jpeg" || media.Mime != "image/jpeg" || media.Size != 4 {
		t.Errorf("got %q %+v, %v", content, media, err)
	}
	if err := media.Close(); err != nil {
		t.Error(err)
	}

	for _, to := range in.Sender.Addresses {
		for kind, mime := range map[chat.MessageType]string{
			chat.TypeText: "", chat.TypeImage: "image/png", chat.TypeVideo: "video/mp4", chat.TypeAudio: "audio/ogg", chat.TypeDocument: "application/pdf",
		} {
			out := channel.Outbound{Asset: number, To: to, Type: kind, Ref: "ref-1", ReplyTo: in.ProviderID}
			if kind != chat.TypeAudio {
				out.Text = "👨‍👩‍👧‍👦 " + string(kind)
			}
			if mime != "" {
				out.Attachments = []channel.File{{Name: "año.bin", Mime: mime, Size: 5, Open: func(context.Context) (io.ReadCloser, error) {
					return io.NopCloser(strings.NewReader("bytes")), nil
				}}}
			}
			delivered, err := a.Send(t.Context(), credentials, out)
			if err != nil {
				t.Fatalf("%s to %s: %v", kind, to, err)
			}
			got, _ := s.Message(delivered.ProviderID)
			if got.Text != out.Text || got.Type != string(kind) || got.Customer != person || got.ReplyTo != in.ProviderID || (got.File != nil) != (mime != "") {
				t.Errorf("%s to %s arrived as %+v", kind, to, got)
			}
			for _, want := range []chat.MessageStatus{chat.StatusSent, chat.StatusDelivered} {
				if status := next(); status.ProviderID != delivered.ProviderID || status.Status.Status != want || status.Status.Ref != "ref-1" {
					t.Errorf("got %+v, want %s", status, want)
				}
			}
		}
	}

	for name, f := range map[string]struct {
		fault   whatsapp.Fault
		meaning channel.ErrorClass
	}{
		"an invalid token":        {whatsapp.Fault{Code: 190, Status: 401}, channel.ClassReauthorise},
		"a locked account":        {whatsapp.Fault{Code: 131031}, channel.ClassStopped},
		"a drop after acceptance": {whatsapp.Fault{Do: whatsapp.DoDrop, Accept: true}, channel.ClassUncertain},
		"a bad gateway":           {whatsapp.Fault{Do: whatsapp.DoStatus}, channel.ClassUncertain},
		"a rate limit":            {whatsapp.Fault{Code: 130429}, channel.ClassMessage},
	} {
		if err := s.Fail(f.fault); err != nil {
			t.Fatal(err)
		}
		_, err := a.Send(t.Context(), credentials, channel.Outbound{Asset: number, To: person, Type: chat.TypeText, Text: "a"})
		if p := channel.Provider(err); p == nil || p.Class != f.meaning {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// notices checks the webhooks that are not messages: history, preferences, templates.
func notices(t *testing.T, s *whatsapp.Simulator, base string, next func() chat.Inbound) {
	t.Helper()
	if _, err := s.Deliver(whatsapp.Incoming{From: person, Text: "vi el aviso", Fields: map[string]any{
		"referral": map[string]any{"source_url": "https://fb.me/x", "source_id": "12001", "source_type": "ad", "headline": "Ofertas"},
	}}); err != nil {
		t.Fatal(err)
	}
	if in := next(); in.Referral == nil || in.Referral.URL != "https://fb.me/x" || in.Referral.Source != chat.FromAd || in.Referral.Headline != "Ofertas" {
		t.Errorf("got %+v", in.Referral)
	}
	file := whatsapp.HistoryMessage{File: &whatsapp.Upload{Name: "a.png", Mime: "image/png", Content: []byte("png")}, Ago: time.Hour}
	ids, err := s.ShareHistory(number, person, whatsapp.HistoryMessage{Text: "¿tienen?", Ago: 3 * time.Hour}, whatsapp.HistoryMessage{Text: "sí", FromBusiness: true, Ago: 2 * time.Hour}, file)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []chat.Inbound{
		{ProviderID: ids[0], Direction: chat.In, Type: chat.TypeText, Text: "¿tienen?"},
		{ProviderID: ids[1], Direction: chat.Out, Type: chat.TypeText, Text: "sí"},
		{ProviderID: ids[2], Direction: chat.In, Type: chat.TypeUnsupported},
		{ProviderID: ids[2], Direction: chat.In, Type: chat.TypeImage},
	} {
		in := next()
		if in.Kind != chat.InboundHistory || in.ProviderID != want.ProviderID || in.Direction != want.Direction || in.Type != want.Type || in.Text != want.Text || !in.At.Before(noon) || in.Sender.Phone != person {
			t.Errorf("%d: got %+v, want %+v", i, in, want)
		}
	}
	for body, stop := range map[string]bool{`{"stop":true}`: true, `{}`: false} {
		if code, answer := post(t, base+control+"/customers/"+person+"/preference", "", body); code != http.StatusOK {
			t.Fatalf("got %d %v", code, answer)
		}
		if in := next(); in.Kind != chat.InboundMarketing || in.MarketingConsent.OptedOut != stop || strings.Join(in.Sender.Addresses, " ") != "AR.77 "+person {
			t.Errorf("got %+v", in)
		}
	}
	if code, answer := post(t, base+control+"/customers/"+person+"/history", "", `{"messages":[{"text":"hace mucho","ago":3600000000000}]}`); code != http.StatusOK {
		t.Fatalf("got %d %v", code, answer)
	}
	if in := next(); in.Kind != chat.InboundHistory || in.Text != "hace mucho" {
		t.Errorf("got %+v", in)
	}
	if code, answer := post(t, base+control+"/template-updates", "", `{"name":"aviso","language":"es_AR","event":"REJECTED","reason":"ABUSIVE_CONTENT"}`); code != http.StatusOK {
		t.Fatalf("got %d %v", code, answer)
	}
	if in := next(); in.Kind != chat.InboundTemplate || in.Template.Name != "aviso" || in.Template.Change.Status != chat.TemplateRejected || in.Template.Change.Reason != "ABUSIVE_CONTENT" {
		t.Errorf("got %+v", in.Template)
	}
	if err := s.SendTemplateUpdate(whatsapp.TemplateUpdate{Name: "aviso", Language: "es_AR", Quality: "YELLOW"}); err != nil {
		t.Fatal(err)
	}
	if in := next(); in.Template == nil || in.Template.Change.Quality != "yellow" || in.Asset != "700100200300400" {
		t.Errorf("got %+v", in)
	}
}
