package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/infra/bench/binary"
	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/local/stack"
	"github.com/recado-chat/recado/infra/topology"
)

const (
	cpuSockets   = 3
	cpuRate      = 25
	cpuWhole     = 6.0  // ms that an inbound message may cost all functions
	cpuMessage   = 2.0  // ms of them in our own code
	cpuPerSocket = 0.15 // ms more for each socket that it is pushed to
)

// cpu measures what our own code costs: every function is its binary, so that the kernel counts each apart.
func cpu(ctx context.Context) error {
	seconds, err := measure.Number("SECONDS", 20)
	if err != nil {
		return err
	}
	dir, err := binary.Here(ctx)
	if err != nil {
		return err
	}
	s, crowd, stop, err := warm(ctx, dir)
	if err != nil {
		return err
	}
	defer stop()
	before, err := measure.ProcessTimes(functionsOf(dir))
	if err != nil {
		return err
	}
	frames, n := crowd.frames(), cpuRate*seconds
	if err := s.texts(ctx, "cpu", n); err != nil {
		return err
	}
	after, err := measure.ProcessTimes(functionsOf(dir))
	if err != nil {
		return err
	}
	pushed := float64(crowd.frames()-frames) / float64(n)
	total, allowed := 0.0, cpuMessage+cpuPerSocket*pushed
	each := map[string]float64{}
	for name := range after {
		each[name] = measure.Millis(after[name]-before[name]) / float64(n)
		total += each[name]
	}
	fmt.Printf(`User and system time of the functions' processes (/proc/<pid>/stat, in steps of 10 ms a process), each function its Lambda binary, the invocation
loop of aws-lambda-go included, gateway, queues and database not; %d inbound texts at %d/s into open conversations, %d sockets of which one looks at each.

| function | of all | ms a message |
|---|---|---|
`, n, cpuRate, cpuSockets)
	for _, f := range topology.Functions {
		if each[f.Name] > 0 {
			fmt.Printf("| %s | %.2f | %.2f |\n", f.Name, each[f.Name]/total, each[f.Name])
		}
	}
	fmt.Printf("\n%.2f of the bar: %.2f ms a message of %.0f: %s. The bar of our own code is %.1f + %.2f × %.2f frames = %.2f ms; profile shows its part.\n",
		total/cpuWhole, total, cpuWhole, measure.Verdict(total <= cpuWhole), cpuMessage, cpuPerSocket, pushed, allowed)
	return nil
}

// warm starts the functions' binaries of a folder, with browsers before them, and lets some texts through. stop ends all.
func warm(ctx context.Context, dir string) (s *shop, browsers crowd, stop func(), err error) {
	s, end, err := open(ctx, stack.Options{Binaries: dir})
	if err != nil {
		return nil, nil, nil, err
	}
	stop = func() {
		browsers.close()
		end()
	}
	if browsers, err = s.crowd(ctx, cpuSockets, func(string, time.Time) {}); err == nil {
		err = s.texts(ctx, "warm", 4*cpuRate)
	}
	if err != nil {
		stop()
	}
	return s, browsers, stop, err
}

// texts lets the crowd's customers say n texts at the pace, and waits until all that follows is done.
func (s *shop) texts(ctx context.Context, name string, n int) error {
	times := &timings{}
	measure.Pace(ctx, cpuRate, n, func(i int, _ time.Time) {
		if err := s.say(ctx, customer(i%cpuSockets), "wamid."+name+strconv.Itoa(i), "hola, ¿tienen stock?"); err != nil {
			times.failed(err)
		}
	})
	if times.err != nil {
		return times.err
	}
	return s.Settle(ctx)
}

// functionsOf names this process's children that run a binary of the folder by their function.
func functionsOf(dir string) func(pid, parent int) string {
	return func(pid, parent int) string {
		if parent != os.Getpid() {
			return ""
		}
		binary, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "exe"))
		if err != nil {
			return "" // the process has ended
		}
		name, ok := strings.CutSuffix(strings.TrimPrefix(binary, dir+"/"), "/bootstrap")
		if !ok {
			return ""
		}
		return name
	}
}
