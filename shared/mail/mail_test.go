package mail_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/mail"
)

var message = mail.Message{To: "ana@example.com", Subject: "Confirmación", Text: "Hola, ñandú", HTML: "<p>Hola</p>"}

func sender(t *testing.T, endpoint string) *mail.Sender {
	t.Helper()
	s, err := mail.New(sesv2.NewFromConfig(aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		BaseEndpoint: aws.String(endpoint),
	}), "Recado <no-reply@recado.example>")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSend_CallsSESOnce(t *testing.T) {
	t.Parallel()
	var got struct {
		FromEmailAddress string
		Destination      struct{ ToAddresses []string }
		Content          struct {
			Simple struct {
				Subject struct{ Data string }
				Body    struct{ Text, Html struct{ Data string } }
			}
		}
	}
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &got); err != nil {
			t.Errorf("body: %v", err)
		}
		_, _ = io.WriteString(w, `{"MessageId":"1"}`)
	}))
	t.Cleanup(server.Close)
	if err := sender(t, server.URL).Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	simple := got.Content.Simple
	if got.FromEmailAddress != "Recado <no-reply@recado.example>" || len(got.Destination.ToAddresses) != 1 ||
		got.Destination.ToAddresses[0] != message.To || simple.Subject.Data != message.Subject ||
		simple.Body.Text.Data != message.Text || simple.Body.Html.Data != message.HTML || calls.Load() != 1 {
		t.Errorf("after %d calls SES got %+v", calls.Load(), got)
	}
}

func TestSend_UncertainOutcome_Marked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status    int
		body      string
		code      fault.Code
		uncertain bool
	}{
		"too many requests were surely not taken": {429, `{"__type":"TooManyRequestsException"}`, fault.Unavailable, false},
		"a paused account may be resumed":         {400, `{"__type":"SendingPausedException"}`, fault.Unavailable, false},
		"a server's error is tried later":         {500, `{"__type":"InternalServiceError"}`, fault.Unavailable, false},
		"a rejected mail never leaves":            {400, `{"__type":"MessageRejected","message":"ana@example.com is not verified"}`, fault.Invalid, false},
		"a broken answer leaves it open":          {0, "", fault.Unavailable, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				if c.status == 0 {
					panic(http.ErrAbortHandler) // the connection breaks before the answer
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			t.Cleanup(server.Close)
			err := sender(t, server.URL).Send(t.Context(), message)
			if !fault.Is(err, c.code) || mail.Uncertain(err) != c.uncertain {
				t.Errorf("got %v (uncertain %v)", err, mail.Uncertain(err))
			}
			if strings.Contains(err.Error(), "ana@") {
				t.Errorf("the error repeats the address: %v", err)
			}
			if calls.Load() != 1 {
				t.Errorf("SES was asked %d times", calls.Load())
			}
		})
	}

	t.Run("a service that cannot be reached took nothing", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(nil)
		server.Close()
		if err := sender(t, server.URL).Send(t.Context(), message); !fault.Is(err, fault.Unavailable) || mail.Uncertain(err) {
			t.Errorf("got %v", err)
		}
	})
}

func TestMessage_LogValue_Masked(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).InfoContext(t.Context(), "x", slog.Any("message", message))
	if line := out.String(); strings.Contains(line, "ana") || strings.Contains(line, "Hola") {
		t.Errorf("the log line is %s", line)
	}
}
