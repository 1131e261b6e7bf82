package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/coder/websocket"
)

const (
	appSecret   = "compare-app-secret"
	verifyToken = "compare-verify-token"
	startClock  = "2030-06-03T09:00:00Z" // far from the wall clock, so that the two kinds of times can be told apart
	startWithin = 2 * time.Minute
	stopWithin  = 30 * time.Second
	quietFor    = 500 * time.Millisecond
	quietWithin = time.Minute
)

// run is a running stack and what was recorded of it.
type run struct {
	ctx     context.Context
	url     string
	dir     string
	graph   *graph
	names   *names
	steps   []step
	doc     document
	routes  map[string]*covered
	sockets []*socket
}

// record starts a stack, drives it, stops it and reads its tables.
func record(ctx context.Context, name, binary, dir string) (_ *result, err error) {
	r := &run{ctx: ctx, dir: filepath.Join(dir, name), routes: map[string]*covered{}}
	clock, err := time.Parse(time.RFC3339, startClock)
	if err != nil {
		return nil, fmt.Errorf("read the start: %w", err)
	}
	r.names = newNames(clock, time.Now())
	if r.graph, err = startGraph(ctx); err != nil {
		return nil, err
	}
	defer r.graph.server.Close()
	stop, err := r.start(binary)
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	driveErr := r.drive()
	fmt.Fprintf(os.Stderr, "%s: %d answers in %s\n", name, len(r.steps), time.Since(begun).Round(time.Second))
	if err := errors.Join(driveErr, stop()); err != nil {
		return nil, err
	}
	out := &result{steps: r.steps, routes: r.routes}
	r.names.frozen = true
	for _, call := range r.graph.calls {
		out.calls = append(out.calls, entry{call["method"].(string), r.names.value(call)})
	}
	for i, s := range r.sockets {
		out.frames = append(out.frames, s.entries(i, r.names)...)
	}
	out.tables, err = readTables(ctx, r.dir, r.names)
	return out, err
}

// start runs the binary on a free port and returns what ends it.
func (r *run) start(binary string) (stop func() error, err error) {
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	var config net.ListenConfig
	listener, err := config.Listen(r.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("find a port: %w", err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err := errors.Join(err, listener.Close()); err != nil {
		return nil, fmt.Errorf("find a port: %w", err)
	}
	r.url = "http://127.0.0.1:" + port
	output, err := os.Create(filepath.Join(r.dir, "output.log"))
	if err != nil {
		return nil, fmt.Errorf("open the output: %w", err)
	}
	cmd := exec.Command(binary)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.Env = append(os.Environ(), "PORT="+port, "DATA_DIR="+r.dir, "SEED=none", "CLOCK="+startClock, "META_APP_SECRET="+appSecret,
		"META_VERIFY_TOKEN="+verifyToken, "GRAPH_URL="+r.graph.server.URL, "LAMBDA=", "CONSOLE_DIR="+r.dir, "WIDGET_DIR="+r.dir)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	stop = func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case err := <-exited:
			return errors.Join(err, output.Close())
		case <-time.After(stopWithin):
			_ = cmd.Process.Kill()
			return errors.Join(fmt.Errorf("%s did not end within %s of SIGTERM", binary, stopWithin), <-exited, output.Close())
		}
	}
	for deadline := time.Now().Add(startWithin); ; time.Sleep(50 * time.Millisecond) {
		if _, err := r.peek(nil, "/healthz"); err == nil {
			return stop, nil
		}
		if time.Now().After(deadline) {
			return nil, errors.Join(fmt.Errorf("no answer within %s; see %s", startWithin, output.Name()), stop())
		}
	}
}

// settle waits until no function writes to its log and nothing calls the provider.
func (r *run) settle() {
	size := func() (n int64) {
		if info, err := os.Stat(filepath.Join(r.dir, "functions.log")); err == nil {
			n = info.Size()
		}
		return n + int64(r.graph.count())
	}
	last, quietSince := size(), time.Now()
	for deadline := time.Now().Add(quietWithin); time.Since(quietSince) < quietFor; time.Sleep(20 * time.Millisecond) {
		if now := size(); now != last {
			last, quietSince = now, time.Now()
		}
		if time.Now().After(deadline) {
			panic(fmt.Errorf("the stack is still busy after %s", quietWithin))
		}
	}
}

// summaries waits until the sockets have the frames that are gathered for two seconds.
func (r *run) summaries() {
	time.Sleep(2500 * time.Millisecond)
	r.settle()
}

// until waits for something that a function does later.
func (r *run) until(what string, done func() bool) {
	for deadline := time.Now().Add(quietWithin); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			panic(fmt.Errorf("%s did not happen within %s", what, quietWithin))
		}
	}
}

// advance moves the stack's clock and fires what has fallen due.
func (r *run) advance(d time.Duration) {
	r.settle()
	nobody := &user{r: r}
	nobody.unrecorded(http.MethodPost, "/local/clock", m{"advance": d.String()})
	r.settle()
}

// now is the stack's time.
func (r *run) now() time.Time {
	a, err := r.peek(nil, "/local/clock")
	if err != nil {
		panic(err)
	}
	at, err := time.Parse(time.RFC3339Nano, a.get("now"))
	if err != nil {
		panic(fmt.Errorf("read the stack's clock: %w", err))
	}
	return at
}

// socket collects the frames of one browser.
type socket struct {
	conn  *websocket.Conn
	mu    sync.Mutex
	items []map[string]any
}

// open opens a socket by a ticket's address.
func (r *run) open(address string) *socket {
	conn, response, err := websocket.Dial(r.ctx, address, nil)
	if response != nil && response.Body != nil {
		_ = response.Body.Close()
	}
	if err != nil {
		panic(fmt.Errorf("open a socket: %w", err))
	}
	conn.SetReadLimit(1 << 20)
	s := &socket{conn: conn}
	go func() {
		for {
			_, frame, err := conn.Read(r.ctx)
			if err != nil {
				return
			}
			var items []map[string]any
			if err := json.Unmarshal(frame, &items); err != nil {
				items = []map[string]any{{"type": "unreadable", "frame": string(frame)}}
			}
			s.mu.Lock()
			s.items = append(s.items, items...)
			s.mu.Unlock()
		}
	}()
	r.sockets = append(r.sockets, s)
	return s
}

// say sends what a browser says.
func (r *run) say(s *socket, v m) {
	encoded, err := json.Marshal(v)
	if err == nil {
		err = s.conn.Write(r.ctx, websocket.MessageText, encoded)
	}
	if err != nil {
		panic(fmt.Errorf("write to a socket: %w", err))
	}
	r.settle()
}

// entries are the items of the frames, without how they were put together: that depends on how busy the machine was. So does how
// many of the states that a conversation, a message or a cursor passes through are shown; of those only the newest is taken.
func (s *socket) entries(which int, n *names) []entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []entry
	last, versions := map[string]int{}, map[string]float64{}
	for _, item := range s.items {
		kind, _ := item["type"].(string)
		e := entry{fmt.Sprintf("socket %d %s", which, kind), n.value(item)}
		a := answer{decoded: map[string]any(item)}
		subject, version := "", 0.0
		switch kind {
		case "conversation.upserted", "message.upserted":
			what, _, _ := strings.Cut(kind, ".")
			subject = a.get(what + ".id")
			version, _ = strconv.ParseFloat(a.get(what+".version"), 64) // browsers keep the newest, in whatever order they come
		case "read", "viewing":
			subject = a.get("conversationId")
		case "presence":
			subject = a.get("operatorId")
		}
		key := kind + subject
		if at, known := last[key]; known && subject != "" {
			if version >= versions[key] {
				list[at], versions[key] = e, version
			}
			continue
		}
		last[key], versions[key] = len(list), version
		list = append(list, e)
	}
	return list
}
