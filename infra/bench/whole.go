package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/local/stack"
)

const wholeBar = 9.0 // ms that an inbound message may cost the whole local stack

// whole measures what a message costs the local stack as `make run` starts it: all functions, gateway and queues in one process, the
// database in its child.
func whole(ctx context.Context) error {
	seconds, err := measure.Number("SECONDS", 20)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "recado-whole-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is a temporary folder
	s, process, err := startLocal(ctx, dir)
	if err != nil {
		return err
	}
	defer endLocal(process)
	sockets, err := s.watchers(ctx)
	defer sockets.close()
	if err != nil {
		return err
	}
	text := func(name string, n int) error {
		times := &timings{}
		measure.Pace(ctx, cpuRate, n, func(i int, _ time.Time) {
			times.failed(s.say(ctx, customer(i%cpuSockets), "wamid."+name+strconv.Itoa(i), "hola, ¿tienen stock?"))
		})
		time.Sleep(3 * time.Second) // the summaries' window, and what follows
		return times.err
	}
	if err := text("warm", 4*cpuRate); err != nil {
		return err
	}
	before, err := measure.ProcessTimes(family(process.Process.Pid))
	if err != nil {
		return err
	}
	n := cpuRate * seconds
	if err := text("whole", n); err != nil {
		return err
	}
	after, err := measure.ProcessTimes(family(process.Process.Pid))
	if err != nil {
		return err
	}
	fmt.Printf(`User and system time of the local stack as make run starts it and of its database, %d inbound texts at %d/s into open conversations, %d sockets
that watch; who writes and who reads the sockets is another process.

| process | ms a message |
|---|---|
`, n, cpuRate, cpuSockets)
	total := 0.0
	for _, name := range []string{"stack", "database"} {
		ms := measure.Millis(after[name]-before[name]) / float64(n)
		total += ms
		fmt.Printf("| %s | %.2f |\n", name, ms)
	}
	fmt.Printf("\n%.2f of the bar: %.2f ms a message of %.0f: %s\n", total/wholeBar, total, wholeBar, measure.Verdict(total <= wholeBar))
	return nil
}

// startLocal starts infra/local on a free port, with more of an environment, and returns when it answers.
func startLocal(ctx context.Context, dir string, environment ...string) (*shop, *exec.Cmd, error) {
	binary := filepath.Join(dir, "local")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./infra/local")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, nil, fmt.Errorf("build the local stack: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	_ = listener.Close()
	process := exec.CommandContext(ctx, binary)
	process.Env = slices.Concat(os.Environ(), environment, []string{"PORT=" + port, "DATA_DIR=" + filepath.Join(dir, "data")})
	process.Stderr = os.Stderr
	output, err := process.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := process.Start(); err != nil {
		return nil, nil, err
	}
	s := &shop{Stack: &stack.Stack{URL: "http://127.0.0.1:" + port}, client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	s.owner = caller{shop: s}
	if err := s.enter(ctx, output); err != nil {
		_ = process.Process.Kill()
		return nil, nil, errors.Join(fmt.Errorf("start the local stack: %w", err), process.Wait())
	}
	return s, process, nil
}

// enter waits until the local stack says that it runs, with its account made, and signs the owner in.
func (s *shop) enter(ctx context.Context, output io.Reader) error {
	lines := bufio.NewScanner(output)
	for runs := false; !runs; runs = strings.Contains(lines.Text(), "Recado runs at") {
		if !lines.Scan() {
			return errors.Join(errors.New("it ended"), lines.Err())
		}
	}
	go func() { _, _ = io.Copy(io.Discard, output) }() // what it prints later
	var in struct {
		AccessToken string
		Operator    struct{ ID string }
	}
	if err := s.owner.call(ctx, http.MethodPost, "/api/v1/auth/sign-in", object{"email": stack.DemoEmail, "password": stack.DemoPassword, "client": "api"}, &in); err != nil {
		return err
	}
	s.owner.token, s.owner.id = in.AccessToken, in.Operator.ID
	return nil
}

func endLocal(process *exec.Cmd) {
	_ = process.Process.Signal(syscall.SIGTERM)
	_ = process.Wait()
}

// watchers opens browsers that look at the lists, the first at one of the conversations that the customers open.
func (s *shop) watchers(ctx context.Context) (sockets crowd, err error) {
	if err := s.owner.call(ctx, http.MethodPut, "/api/v1/distribution", object{"mode": "manager", "managerId": s.owner.id}, nil); err != nil {
		return nil, err
	}
	for i := range cpuSockets {
		if err := s.say(ctx, customer(i), "wamid.first"+strconv.Itoa(i), "soy el cliente "+strconv.Itoa(i)); err != nil {
			return nil, err
		}
	}
	time.Sleep(2 * time.Second)
	var list struct{ Items []struct{ ID string } }
	if err := s.owner.call(ctx, http.MethodGet, "/api/v1/conversations?status=open&sort=newest&limit="+strconv.Itoa(cpuSockets), nil, &list); err != nil {
		return nil, err
	}
	for _, item := range list.Items {
		b, err := s.owner.browse(ctx, func(string, time.Time) {})
		if err != nil {
			return sockets, err
		}
		sockets = append(sockets, b)
		if err := b.view(ctx, item.ID); err != nil {
			return sockets, err
		}
	}
	return sockets, nil
}

// family names a process the stack and its child the database.
func family(pid int) func(p, parent int) string {
	return func(p, parent int) string {
		switch pid {
		case p:
			return "stack"
		case parent:
			return "database"
		}
		return ""
	}
}
