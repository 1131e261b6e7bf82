package sim_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim"
)

// inbox is the business's side: it fails the first attempts of each body, or has no address.
type inbox struct {
	mu       sync.Mutex
	failures map[string]int
	closed   bool
	held     chan struct{} // one for each attempt while it is closed; nil for nobody who waits
	accepted []string
}

func (b *inbox) post(_ context.Context, w *sim.Webhook) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	body := string(w.Body)
	switch {
	case b.closed:
		if b.held != nil {
			b.held <- struct{}{}
		}
		return sim.ErrNoWebhook
	case b.failures[body] > 0:
		b.failures[body]--
		return errors.New("not now")
	}
	b.accepted = append(b.accepted, body)
	return nil
}

func (b *inbox) open() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = false
}

func (b *inbox) got() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.accepted)
}

func open(t *testing.T, dir string, b *inbox, change func(*sim.Options)) *sim.Store {
	t.Helper()
	options := sim.Options{
		Dir: dir, Now: time.Now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Post: b.post,
		Retries: []time.Duration{time.Millisecond, time.Millisecond},
	}
	if change != nil {
		change(&options)
	}
	s, err := sim.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { _ = s.Close() }) // a test may have closed it
	return s
}

func send(t *testing.T, s *sim.Store, bodies ...string) {
	t.Helper()
	s.Lock()
	defer s.Unlock()
	for _, body := range bodies {
		if err := s.Save(sim.Record{Webhook: s.NewWebhook("a", "lane", []byte(body))}); err != nil {
			t.Fatal(err)
		}
	}
}

func idle(t *testing.T, s *sim.Store) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.WaitIdle(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestOutbox_InOrder_RetryHoldsLane(t *testing.T) {
	t.Parallel()
	b := &inbox{failures: map[string]int{"1": 2}}
	s := open(t, t.TempDir(), b, func(o *sim.Options) { o.InOrder = true })
	send(t, s, "1", "2", "3")
	idle(t, s)
	if got := b.got(); !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Errorf("got %v", got)
	}
}

func TestOutbox_NotInOrder_RetryOvertaken(t *testing.T) {
	t.Parallel()
	b := &inbox{failures: map[string]int{"1": 1}}
	s := open(t, t.TempDir(), b, func(o *sim.Options) { o.Retries = []time.Duration{200 * time.Millisecond} })
	send(t, s, "1", "2", "3")
	idle(t, s)
	if got := b.got(); !slices.Equal(got, []string{"2", "3", "1"}) {
		t.Errorf("got %v", got)
	}
}

func TestOutbox_RetriesExhausted_GivenUp(t *testing.T) {
	t.Parallel()
	b := &inbox{failures: map[string]int{"1": 3}}
	s := open(t, t.TempDir(), b, func(o *sim.Options) { o.InOrder = true })
	send(t, s, "1", "2")
	idle(t, s)
	if got := b.got(); !slices.Equal(got, []string{"2"}) || s.GivenUp() != 1 {
		t.Errorf("got %v, %d given up", got, s.GivenUp())
	}
}

func TestOutbox_NoWebhook_KeptUntilResume(t *testing.T) {
	t.Parallel()
	dir, b := t.TempDir(), &inbox{closed: true}
	s := open(t, dir, b, func(o *sim.Options) { o.InOrder = true })
	send(t, s, "1", "2")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, b, func(o *sim.Options) { o.InOrder = true })
	s.Lock()
	waiting := s.Pending("a")
	b.open()
	s.Resume("other")
	s.Resume("a")
	s.Unlock()
	idle(t, s)
	if got := b.got(); waiting != 2 || !slices.Equal(got, []string{"1", "2"}) || s.GivenUp() != 0 {
		t.Errorf("%d waited, got %v, %d given up", waiting, got, s.GivenUp())
	}
}

func TestOutbox_Stopped_KeptUntilItGoesOn(t *testing.T) {
	t.Parallel()
	b := &inbox{}
	s := open(t, t.TempDir(), b, func(o *sim.Options) { o.InOrder = true })
	send(t, s, "1")
	idle(t, s)
	s.StopWebhooks(true)
	send(t, s, "2", "3")
	if s.Undelivered() != 2 {
		t.Errorf("while stopped, %d wait", s.Undelivered())
	}
	s.StopWebhooks(false)
	idle(t, s)
	if got := b.got(); !slices.Equal(got, []string{"1", "2", "3"}) || s.GivenUp() != 0 {
		t.Errorf("got %v, %d given up", got, s.GivenUp())
	}
}

func TestOutbox_Drop_OneAccountOnly(t *testing.T) {
	t.Parallel()
	b := &inbox{closed: true, held: make(chan struct{}, 9)}
	s := open(t, t.TempDir(), b, nil)
	send(t, s, "1", "2")
	<-b.held
	<-b.held
	s.Lock()
	err := s.Save(sim.Record{Webhook: s.NewWebhook("b", "other lane", []byte("3"))})
	err = errors.Join(err, s.Drop("a"))
	b.open()
	s.Resume("b")
	s.Unlock()
	idle(t, s)
	if got := b.got(); err != nil || !slices.Equal(got, []string{"3"}) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestJournal_IncompleteLine_Dropped(t *testing.T) {
	t.Parallel()
	dir, b := t.TempDir(), &inbox{}
	s := open(t, dir, b, nil)
	s.Lock()
	err := s.Save(sim.Record{Message: &sim.Message{ID: "m1", Text: "hola"}})
	s.Unlock()
	if err != nil || s.Close() != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "journal.jsonl"), os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = file.WriteString(`{"message":{"id":"m2`)
	}
	if err != nil || file.Close() != nil {
		t.Fatal(err)
	}
	s = open(t, dir, b, nil)
	m, known := s.Message("m1")
	if _, cut := s.Message("m2"); !known || cut || m.Text != "hola" {
		t.Errorf("got %+v, %v, %v", m, known, cut)
	}
}

func TestFaults_TakenOnce_ByKindOfCall(t *testing.T) {
	t.Parallel()
	q := &sim.Faults{
		Calls:      []string{"send", "read"},
		WriteError: func(w http.ResponseWriter, f sim.Fault) { w.WriteHeader(f.Code) },
		Closed:     make(chan struct{}),
	}
	for _, f := range []sim.Fault{{Code: 418, Times: 2}, {On: "read", Do: sim.DoStatus}, {On: "read", Do: sim.DoDelay, Delay: 30}, {On: "read", Code: 409, Accept: true}} {
		if err := q.Fail(f); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []struct {
		on     string
		status int
		ok     bool
	}{{"send", 418, false}, {"read", 502, false}, {"send", 418, false}, {"send", 200, true}, {"read", 200, true}, {"read", 409, true}} {
		w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", http.NoBody)
		start := time.Now()
		f, ok := q.Enter(w, r, want.on)
		if f != nil {
			q.Strike(w, r, *f)
		}
		if w.Code != want.status || ok != want.ok {
			t.Errorf("call %d: got %d, %v", i, w.Code, ok)
		}
		if i == 4 && time.Since(start) < 30*time.Millisecond {
			t.Error("the delayed call was answered at once")
		}
	}
	if q.Fail(sim.Fault{On: "write"}) == nil || q.Fail(sim.Fault{Do: sim.DoFailLater}) == nil {
		t.Error("unknown faults were accepted")
	}
}

func TestKindOf_PhoneFiles(t *testing.T) {
	t.Parallel()
	for mime, want := range map[string]string{"image/png": "image", "image/webp": "sticker", "audio/ogg; codecs=opus": "audio", "video/mp4": "video", "image/svg+xml": "document"} {
		if got := sim.KindOf(mime); got != want {
			t.Error(fmt.Sprint(mime, ": got ", got, ", want ", want))
		}
	}
}
