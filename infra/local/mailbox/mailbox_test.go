package mailbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/recado-chat/recado/infra/local/mailbox"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type box struct {
	*mailbox.Box
	ses *sesv2.Client
	url string
}

func open(t *testing.T, file string) box {
	t.Helper()
	b, err := mailbox.Open(mailbox.Options{File: file, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b)
	t.Cleanup(func() {
		server.Close()
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return box{b, sesv2.New(sesv2.Options{
		BaseEndpoint: aws.String(server.URL), Region: "us-east-1", Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	}), server.URL}
}

func fresh(t *testing.T) box { return open(t, filepath.Join(t.TempDir(), "mail", "mail.db")) }

func simple(to, subject, text, html string) *sesv2.SendEmailInput {
	body := &types.Body{}
	if text != "" {
		body.Text = &types.Content{Data: &text}
	}
	if html != "" {
		body.Html = &types.Content{Data: &html}
	}
	return &sesv2.SendEmailInput{
		FromEmailAddress: aws.String("Recado <no-reply@recado.example>"),
		Destination:      &types.Destination{ToAddresses: []string{to}},
		Content:          &types.EmailContent{Simple: &types.Message{Subject: &types.Content{Data: &subject}, Body: body}},
	}
}

func (b box) send(t *testing.T, in *sesv2.SendEmailInput) string {
	t.Helper()
	out, err := b.ses.SendEmail(t.Context(), in)
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	return aws.ToString(out.MessageId)
}

func (b box) fetch(t *testing.T, path string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestSendEmail_Simple_KeptWhole(t *testing.T) {
	t.Parallel()
	b := fresh(t)
	in := simple("Ana <ana@example.com>", "Verificá tu correo", "Hola", "<p>Hola</p>")
	in.Destination.CcAddresses, in.Destination.BccAddresses = []string{"c@example.com"}, []string{"b@example.com"}
	in.ReplyToAddresses = []string{"reply@example.com"}
	in.Content.Simple.Headers = []types.MessageHeader{{Name: aws.String("List-Unsubscribe"), Value: aws.String("<https://a.example>")}}
	id := b.send(t, in)

	_, body := b.fetch(t, "/local/api/mail/"+id)
	var got mailbox.Message
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	want := mailbox.Message{
		ID: id, At: noon, From: "Recado <no-reply@recado.example>", To: []string{"Ana <ana@example.com>"},
		Cc: []string{"c@example.com"}, Bcc: []string{"b@example.com"}, ReplyTo: []string{"reply@example.com"},
		Subject: "Verificá tu correo", Text: "Hola", HTML: "<p>Hola</p>",
		Headers: map[string][]string{"List-Unsubscribe": {"<https://a.example>"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}

func TestSendEmail_Invalid_Refused(t *testing.T) {
	t.Parallel()
	b := fresh(t)
	nobody := simple("a@example.com", "s", "t", "")
	nobody.Destination.ToAddresses = nil
	for name, in := range map[string]*sesv2.SendEmailInput{
		"without a recipient": nobody,
		"with a bad address":  simple("not an address", "s", "t", ""),
		"without a body":      simple("a@example.com", "s", "", ""),
		"without a subject":   simple("a@example.com", "", "t", ""),
		"with a raw message":  {Content: &types.EmailContent{Raw: &types.RawMessage{Data: []byte("Subject: s\r\n\r\nt")}}},
		"without content":     {Content: &types.EmailContent{}, Destination: &types.Destination{ToAddresses: []string{"a@example.com"}}},
	} {
		_, err := b.ses.SendEmail(t.Context(), in)
		var bad *types.BadRequestException
		if !errors.As(err, &bad) {
			t.Errorf("%s: %v, want BadRequestException", name, err)
		}
	}
	res, err := http.Post(b.url+"/v2/email/outbound-emails", "text/plain", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("an unsigned request got %d, want 403", res.StatusCode)
	}
}

func TestWait_ExistingAndNewMail(t *testing.T) {
	t.Parallel()
	b := fresh(t)
	found := make(chan mailbox.Message, 1)
	go func() {
		m, err := b.Wait(t.Context(), "ANA@example.com", "Reset")
		if err != nil {
			t.Error(err)
		}
		found <- m
	}()
	b.send(t, simple("bea@example.com", "Reset your password", "for Bea", ""))
	b.send(t, simple("ana@example.com", "Welcome", "w", ""))
	b.send(t, simple("Ana <ana@example.com>", "Reset your password", "first", ""))
	if m := <-found; m.Text != "first" {
		t.Errorf("found %+v", m)
	}
	b.send(t, simple("ana@example.com", "Reset your password", "second", ""))
	if m, err := b.Wait(t.Context(), "ana@example.com", "Reset"); err != nil || m.Text != "second" {
		t.Errorf("the newest is %+v, %v", m, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := b.Wait(ctx, "nobody@example.com", ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for nothing: %v", err)
	}
}

func TestMailbox_Restart_KeepsMail(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "mail.db")
	t.Run("first run", func(t *testing.T) { open(t, file).send(t, simple("a@example.com", "Kept", "t", "")) })
	t.Run("second run", func(t *testing.T) {
		b := open(t, file)
		if _, err := b.Wait(t.Context(), "a@example.com", "Kept"); err != nil {
			t.Error(err)
		}
	})
}

func TestList_NewestFirst_Paged(t *testing.T) {
	t.Parallel()
	b := fresh(t)
	for i := range 103 {
		b.send(t, simple(fmt.Sprintf("p%d@example.com", i%2), fmt.Sprintf("Subject %03d", i), "t", ""))
	}
	var page struct{ Items []mailbox.Message }
	_, body := b.fetch(t, "/local/api/mail")
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 100 || page.Items[0].Subject != "Subject 102" || page.Items[99].Subject != "Subject 003" {
		t.Errorf("first page: %d messages, %s … ", len(page.Items), page.Items[0].Subject)
	}
	_, body = b.fetch(t, "/local/api/mail?before="+page.Items[99].ID)
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 3 || page.Items[0].Subject != "Subject 002" {
		t.Errorf("second page: %+v", page.Items)
	}
	_, body = b.fetch(t, "/local/api/mail?to=p1@example.com")
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 51 {
		t.Errorf("%d messages to p1, want 51", len(page.Items))
	}
	_, body = b.fetch(t, "/local/mail")
	newest, oldest := strings.Index(body, "Subject 102"), strings.Index(body, "Subject 003")
	if newest < 0 || oldest < newest || strings.Contains(body, "Subject 002") || !strings.Contains(body, "?before=") {
		t.Errorf("page: newest at %d, oldest at %d", newest, oldest)
	}
}

func TestPage_MessageContent_Escaped(t *testing.T) {
	t.Parallel()
	b := fresh(t)
	const script = `<script>alert(1)</script>`
	id := b.send(t, simple(`"<i>x" <a@example.com>`, script+" subject",
		script+" see https://recado.example/verify?token=a&b=\"c and javascript:alert(1).", script+"<a href='https://recado.example/verify'>here</a>"))
	for _, path := range []string{"/local/mail", "/local/mail/" + id} {
		res, body := b.fetch(t, path)
		if strings.Contains(body, "<script") || strings.Contains(body, "<i>x") {
			t.Errorf("%s shows markup of the message:\n%s", path, body)
		}
		if policy := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") {
			t.Errorf("%s has policy %q", path, policy)
		}
	}
	_, body := b.fetch(t, "/local/mail/"+id)
	for _, want := range []string{
		`<a href="https://recado.example/verify?token=a&amp;b=" target="_blank" rel="noreferrer">https://recado.example/verify?token=a&amp;b=</a>`,
		`sandbox="allow-popups allow-popups-to-escape-sandbox" src="/local/mail/` + id + `/html"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s:\n%s", want, body)
		}
	}
	if strings.Contains(body, `href="javascript:`) {
		t.Error("the page links to a script")
	}
	res, body := b.fetch(t, "/local/mail/"+id+"/html")
	if policy := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox allow-popups ") || strings.Contains(policy, "allow-scripts") {
		t.Errorf("the frame has policy %q", policy)
	}
	if !strings.Contains(body, "<a href='https://recado.example/verify'>") {
		t.Errorf("the frame shows %s", body)
	}
}

func TestPage_UnknownMessage_NotFound(t *testing.T) {
	t.Parallel()
	b := fresh(t)
	for _, path := range []string{"/local/mail/0000000000000009", "/local/mail/x", "/local/api/mail/x", "/local/mail/x/html"} {
		if res, _ := b.fetch(t, path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s got %d", path, res.StatusCode)
		}
	}
	if _, body := b.fetch(t, "/local/mail"); !strings.Contains(body, "Nothing here yet") {
		t.Error("the empty page says nothing")
	}
}
