package whatsapp_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

func seed(f *testing.F) {
	f.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(read(f, file))
	}
	for _, odd := range []string{`{"object":"whatsapp_business_account","entry":{"changes":{"field":"messages","value":{"messages":{"id":1}}}}}`,
		`{"object":"whatsapp_business_account","entry":[null,[],{"changes":[null,{"field":["x"]}]}]}`} {
		f.Add([]byte(odd))
	}
}

// checkFault says that nothing but an Invalid fault comes out of a body.
func checkFault(t *testing.T, err error) {
	t.Helper()
	if !fault.Is(err, fault.Invalid) || fault.As(err).Reason == "" {
		t.Fatalf("got %v, want an invalid fault with a reason", err)
	}
}

func FuzzSplit(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := adapter().Split(channel.Request{Body: body})
		if err != nil {
			checkFault(t, err)
			return
		}
		for _, item := range items {
			if item.ID == "" || item.Group == "" || item.Kind == "" || !json.Valid(item.Body) {
				t.Fatalf("an item lacks what routes it: %+v", item)
			}
			in, err := adapter().Parse(item.Body, receivedAt)
			if err != nil {
				checkFault(t, err)
				continue
			}
			if in.Asset != item.Asset {
				t.Fatalf("the asset %q became %q", item.Asset, in.Asset)
			}
			if in.Kind == chat.InboundMessage && in.ProviderID != item.ID {
				t.Fatalf("the id %q became %q", item.ID, in.ProviderID)
			}
			if _, err := json.Marshal(in); err != nil {
				t.Fatalf("what was parsed cannot be written: %v", err)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		items, _ := adapter().Split(channel.Request{Body: read(f, file)}) // golden files are no bodies
		for _, item := range items {
			f.Add(item.Body)
		}
	}
	f.Add([]byte(`{"field":"history","thread":7,"past":{"from":"1","id":"a","history_context":{"from_me":"x","status":"ERROR"}}}`))
	f.Add([]byte(`{"template":{"event":"APPROVED","message_template_name":"a"}}`))
	f.Add([]byte(`{"message":{"from":"1","id":"a","type":"image","image":{"id":3}},"contact":{"profile":[]}}`))
	f.Add([]byte(`{"status":{"id":"a","status":"failed","errors":[{"code":"x"}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		in, err := adapter().Parse(body, receivedAt)
		if err != nil {
			checkFault(t, err)
			return
		}
		whole := false
		switch in.Kind {
		case chat.InboundMessage, chat.InboundEcho:
			whole = len(in.Sender.Addresses) > 0 && in.ProviderID != "" && in.Type != ""
		case chat.InboundHistory:
			whole = len(in.Sender.Addresses) > 0 && in.ProviderID != "" && in.Type != "" && (in.Direction == chat.In) == (in.Status.Status == "")
		case chat.InboundMarketing:
			whole = len(in.Sender.Addresses) > 0 && !in.MarketingConsent.At.IsZero()
		case chat.InboundTemplate:
			whole = in.Template != nil && in.Template.Name != "" && (in.Template.Change.Status != "" || in.Template.Change.Quality != "")
		case chat.InboundIdentityChange:
			whole = len(in.Sender.Addresses) > 0 && len(in.NewIdentity.Addresses) > 0
		case chat.InboundUpdate:
			whole = in.Target != "" && in.Update != nil
		case chat.InboundStatus:
			whole = in.Status.Status != "" && (in.ProviderID != "" || in.Status.Ref != "")
		case chat.InboundIgnored:
			whole = in.Ignored != ""
		case chat.InboundShown:
			t.Fatal("WhatsApp has no pages that show it")
		}
		if !whole {
			t.Fatalf("it lacks what its kind needs: %+v", in)
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add("sha256="+sign("secret", []byte("body")), []byte("body"))
	f.Add("sha256=", []byte{})
	f.Add("sha1=00", []byte("x"))
	f.Fuzz(func(t *testing.T, signature string, body []byte) {
		header := http.Header{"X-Hub-Signature-256": {signature}}
		err := adapter().Verify(channel.Request{Header: header, Body: body}, accepts("secret"))
		right := "sha256=" + sign("secret", body)
		if err == nil && !equalFoldHex(signature, right) {
			t.Fatalf("the signature %q was taken for %q", signature, right)
		}
		if err != nil && !fault.Is(err, fault.Unauthenticated) {
			t.Fatalf("got %v, want unauthenticated", err)
		}
	})
}
