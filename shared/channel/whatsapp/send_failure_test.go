package whatsapp_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/whatsapp"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

func TestSend_RetryAfter_Kept(t *testing.T) {
	t.Parallel()
	_, a := newGraph(t, map[string][]http.HandlerFunc{"messages": {func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "17")
		answer(400, graphError(130429))(w, r)
	}}})
	_, err := a.Send(t.Context(), credentials, text("hola"))
	if p := channel.Provider(err); p == nil || p.RetryAfter != 17*time.Second {
		t.Errorf("got %+v", p)
	}
}

func TestSend_TimeoutAfterWrite_Uncertain(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	_, a := newGraph(t, map[string][]http.HandlerFunc{"messages": {func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	}}})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	_, err := a.Send(ctx, credentials, text("hola"))
	checkRefusal(t, err, fault.Unavailable, channel.ClassUncertain)
}

func TestSend_NothingWritten_Retried(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for name, base := range map[string]string{"a refused connection": "http://" + address, "an unknown host": "http://no-such-host.invalid"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := whatsapp.New(base, nil).Send(t.Context(), credentials, text("hola"))
			checkRefusal(t, err, fault.Unavailable, channel.ClassMessage)
		})
	}
	t.Run("a failed TLS handshake", func(t *testing.T) {
		t.Parallel()
		plain := httptest.NewServer(http.NotFoundHandler())
		t.Cleanup(plain.Close)
		_, err := whatsapp.New("https"+strings.TrimPrefix(plain.URL, "http"), nil).Send(t.Context(), credentials, text("hola"))
		checkRefusal(t, err, fault.Unavailable, channel.ClassMessage)
	})
}

func TestUpload_Failure_NeverUncertain(t *testing.T) {
	t.Parallel()
	image := channel.Outbound{Asset: number, To: person, Type: chat.TypeImage, Attachments: []channel.File{file("a.png", "image/png", "x")}}
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		code    fault.Code
		meaning channel.ErrorClass
	}{
		"a hang-up":          {hangUp, fault.Unavailable, channel.ClassMessage},
		"502 from a proxy":   {answer(502, ""), fault.Unavailable, channel.ClassMessage},
		"200 without an id":  {answer(200, `{}`), fault.Unavailable, channel.ClassMessage},
		"a dead token":       {answer(401, graphError(190)), fault.Forbidden, channel.ClassReauthorise},
		"a type not allowed": {answer(400, graphError(100)), fault.Invalid, channel.ClassMessage},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, a := newGraph(t, map[string][]http.HandlerFunc{"media": {c.answer}, "messages": {answer(200, taken)}})
			_, err := a.Send(t.Context(), credentials, image)
			checkRefusal(t, err, c.code, c.meaning)
			if len(g.seen()) != 1 {
				t.Errorf("the message was sent without its file")
			}
		})
	}
	t.Run("our own store fails", func(t *testing.T) {
		t.Parallel()
		_, a := newGraph(t, map[string][]http.HandlerFunc{"media": {answer(200, uploaded)}})
		broken := image
		broken.Attachments = []channel.File{{Name: "a.png", Mime: "image/png", Size: 9, Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("abc"), failing{})), nil
		}}}
		_, err := a.Send(t.Context(), credentials, broken)
		if !fault.Is(err, fault.Unavailable) || channel.Provider(err) != nil {
			t.Errorf("got %v, want unavailable without a provider's refusal", err)
		}
	})
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is on fire") }

func TestSend_MediaError_UploadedOnceMore(t *testing.T) {
	t.Parallel()
	image := channel.Outbound{Asset: number, To: person, Type: chat.TypeImage, Attachments: []channel.File{file("a.png", "image/png", "x")}}
	for name, c := range map[string]struct {
		answers []http.HandlerFunc
		ok      bool
	}{
		"the second try succeeds": {[]http.HandlerFunc{answer(400, graphError(131053)), answer(200, taken)}, true},
		"the second try fails":    {[]http.HandlerFunc{answer(400, graphError(131052))}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, a := newGraph(t, map[string][]http.HandlerFunc{"media": {answer(200, uploaded)}, "messages": c.answers})
			_, err := a.Send(t.Context(), credentials, image)
			if c.ok != (err == nil) || !c.ok && fault.Reason(err) != "media_refused" {
				t.Errorf("got %v", err)
			}
			if calls := g.seen(); len(calls) != 4 {
				t.Errorf("got %d calls, want two uploads and two messages", len(calls))
			}
		})
	}
}
