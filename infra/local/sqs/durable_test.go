package sqs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain lets this binary also be the process that is killed.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "send-for-ever" {
		sendForEver(os.Args[2])
	}
	os.Exit(m.Run())
}

// sendForEver sends from several goroutines, receives and deletes from another, and prints what was acknowledged.
func sendForEver(path string) {
	s, err := Open(path, newClock().now, both)
	if err != nil {
		panic(err)
	}
	var mu sync.Mutex
	say := func(word, body string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Println(word, body)
	}
	ctx := context.Background()
	go func() {
		for {
			batch, err := s.Receive(ctx, "plain", 3, time.Minute)
			if err != nil {
				panic(err)
			}
			for _, m := range batch {
				say("deleting", m.Body)
				if err := s.Delete("plain", m.Receipt); err != nil {
					panic(err)
				}
			}
		}
	}()
	for g := range 8 {
		go func() {
			for i := 0; ; i++ {
				body := fmt.Sprintf("g%d/%d", g, i)
				if _, err := s.Send(ctx, "ordered.fifo", Outgoing{Body: body, Group: fmt.Sprint(g), Dedup: body}); err != nil {
					panic(err)
				}
				if _, err := s.Send(ctx, "plain", Outgoing{Body: body}); err != nil {
					panic(err)
				}
				say("sent", body)
			}
		}()
	}
	select {}
}

func TestStore_Kill_KeepsAcknowledged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queues.db")
	self, err := os.Executable()
	must(t, err)
	child := exec.CommandContext(t.Context(), self, "send-for-ever", path)
	child.Stderr = os.Stderr
	pipe, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	sent, deleting := []string{}, make(map[string]bool)
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		word, body, _ := strings.Cut(lines.Text(), " ")
		if word == "deleting" {
			deleting[body] = true
		} else {
			sent = append(sent, body)
		}
		if len(sent) == 500 {
			must(t, child.Process.Kill()) // SIGKILL; what is still in the pipe was acknowledged too
		}
	}
	if err := child.Wait(); err == nil || len(sent) < 500 {
		t.Fatalf("the child ended by itself after %d messages", len(sent))
	}

	s := openAt(t, path, newClock())
	for queue, mayMiss := range map[string]map[string]bool{"ordered.fifo": nil, "plain": deleting} {
		got := make(map[string]int)
		for batch := receive(t, s, queue, 100); len(batch) > 0; batch = receive(t, s, queue, 100) {
			for _, m := range batch {
				got[m.Body]++
				must(t, s.Delete(queue, m.Receipt))
			}
		}
		for _, body := range sent {
			if got[body] != 1 && (got[body] > 1 || !mayMiss[body]) {
				t.Errorf("%s: %s is there %d times", queue, body, got[body])
			}
		}
	}
}

func TestStore_Restart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queues.db")
	c := newClock()
	s := openAt(t, path, c)
	send(t, s, "ordered.fifo", "a/1", "a/2", "b/1", "b/2")
	attribute := "text"
	_, err := s.Send(t.Context(), "plain", Outgoing{Body: "rich", Group: "tenant", Attributes: map[string]Attribute{
		"text": {DataType: "String", StringValue: &attribute}, "bytes": {DataType: "Binary", BinaryValue: []byte{0, 255}},
	}})
	must(t, err)
	_, err = s.Send(t.Context(), "plain", Outgoing{Body: "later", Delay: time.Minute})
	must(t, err)
	rich := receive(t, s, "plain", 1)[0]
	inFlight := receive(t, s, "ordered.fifo", 3)
	wantBodies(t, inFlight, "a/1", "b/1", "a/2")
	must(t, s.Delete("ordered.fifo", inFlight[0].Receipt))
	must(t, s.Close())

	s = openAt(t, path, c)
	again := receive(t, s, "ordered.fifo", 10)
	wantBodies(t, again, "a/2", "b/1", "b/2")
	for i, want := range []string{"2", "2", "1"} {
		if n := again[i].System["ApproximateReceiveCount"]; n != want {
			t.Errorf("%s: receive count %s, want %s", again[i].Body, n, want)
		}
	}
	wantCode(t, s.Release("ordered.fifo", inFlight[1].Receipt, 0), "MessageNotInflight")
	send(t, s, "ordered.fifo", "a/1")
	wantBodies(t, receive(t, s, "ordered.fifo", 10))
	same := receive(t, s, "plain", 10)
	wantBodies(t, same, "rich")
	if same[0].ID != rich.ID || same[0].AttributesMD5() != rich.AttributesMD5() ||
		same[0].System["MessageGroupId"] != "tenant" || same[0].System["SentTimestamp"] != rich.System["SentTimestamp"] {
		t.Errorf("after the restart %+v, before %+v", same[0], rich)
	}
	c.advance(time.Minute)
	wantBodies(t, receive(t, s, "plain", 10), "later")
}

func TestStore_Restart_SequenceNumbersGrow(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queues.db")
	var last string
	for i := range 3 {
		s := openAt(t, path, newClock())
		sent, err := s.Send(t.Context(), "ordered.fifo", Outgoing{Body: "x", Group: "a", Dedup: fmt.Sprint(i)})
		must(t, err)
		if sent.Sequence <= last {
			t.Errorf("sequence number %s after %s", sent.Sequence, last)
		}
		last = sent.Sequence
		must(t, s.Delete("ordered.fifo", receive(t, s, "ordered.fifo", 1)[0].Receipt))
		must(t, s.Close())
	}
}

func TestOpen_SecondServer_Refused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queues.db")
	openAt(t, path, newClock())
	if second, err := Open(path, newClock().now, both); err == nil {
		t.Error("two servers share a store", second.Close())
	}
}

func TestSend_AfterClose_Fails(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	must(t, s.Close())
	if _, err := s.Send(t.Context(), "plain", Outgoing{Body: "late"}); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed server answered %v", err)
	}
}

func BenchmarkSend(b *testing.B) {
	s, err := Open(filepath.Join(b.TempDir(), "queues.db"), newClock().now, both)
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	}()
	body := strings.Repeat("x", 1500)
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Send(context.Background(), "plain", Outgoing{Body: body}); err != nil {
				b.Error(err)
			}
		}
	})
}
