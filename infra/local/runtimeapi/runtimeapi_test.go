package runtimeapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// runAs is the variable by which this test's own binary becomes the function that the tests run.
const runAs = "RUNTIMEAPI_TEST_FUNCTION"

func TestMain(m *testing.M) {
	switch os.Getenv(runAs) {
	case "":
		os.Exit(m.Run())
	case "stillborn":
		os.Exit(3)
	default:
		lambda.Start(function)
	}
}

// order is what a test asks the function for.
type order struct {
	Do   string `json:"do"`
	Gate string `json:"gate"` // an address to call before the answer
}

// report is the function's answer.
type report struct {
	PID         int           `json:"pid"`
	Left        time.Duration `json:"left"` // of the invocation's time
	Environment []string      `json:"environment"`
}

func function(ctx context.Context, o order) (report, error) {
	if o.Gate != "" {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s?pid=%d", o.Gate, os.Getpid()), nil)
		if err != nil {
			return report{}, err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return report{}, err
		}
		response.Body.Close()
	}
	switch o.Do {
	case "fail":
		return report{}, errors.New("no table")
	case "panic":
		panic("a nil map")
	case "exit":
		os.Exit(3)
	case "hang":
		<-make(chan int)
	}
	deadline, _ := ctx.Deadline()
	return report{PID: os.Getpid(), Left: time.Until(deadline), Environment: os.Environ()}, nil
}

// patience is far longer than anything here takes on a machine that is busy with other things.
const patience = 30 * time.Second

func open(t *testing.T, change ...func(*Options)) *Function {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Name: "echo", Binary: binary, Environment: map[string]string{runAs: "yes", "DESK_TABLE": "desk"}, Timeout: patience, Environments: 1, Output: t.Output(),
	}
	for _, f := range change {
		f(&o)
	}
	f, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Stop)
	return f
}

func call(ctx context.Context, f *Function, o order) (report, error) {
	payload, err := json.Marshal(o)
	if err != nil {
		return report{}, err
	}
	answer, err := f.Invoke(ctx, payload)
	if err != nil {
		return report{}, err
	}
	var r report
	return r, json.Unmarshal(answer, &r)
}

// answers makes the function answer, and says what.
func answers(t *testing.T, f *Function) report {
	t.Helper()
	r, err := call(t.Context(), f, order{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

func TestInvoke_AnsweredBySeparateProcess(t *testing.T) {
	t.Parallel()
	f := open(t)
	first := answers(t, f)
	if first.PID == os.Getpid() || !alive(first.PID) {
		t.Errorf("process %d answered", first.PID)
	}
	if first.Left <= 0 || first.Left > patience {
		t.Errorf("it was told to have %s", first.Left)
	}
	slices.Sort(first.Environment)
	if want := []string{"AWS_LAMBDA_FUNCTION_NAME=echo", "AWS_LAMBDA_RUNTIME_API=", "DESK_TABLE=desk", runAs + "=yes", "_X_AMZN_TRACE_ID="}; !slices.EqualFunc(first.Environment, want, strings.HasPrefix) {
		t.Errorf("its environment is %v", first.Environment)
	}
	if second := answers(t, f); second.PID != first.PID {
		t.Errorf("the next one was answered by %d instead of %d, which is warm", second.PID, first.PID)
	}
}

func TestInvoke_Failures_EndEnvironmentOrNot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   string
		says string
		kept bool
	}{
		"an error of the function is its answer": {"fail", "no table", true},
		"a panic is told, and ends the process":  {"panic", "a nil map", false},
		"a process that ends is reported":        {"exit", "ended during the invocation", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t)
			before := answers(t, f).PID
			if _, err := call(t.Context(), f, order{Do: c.do}); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("the invocation is answered %v, want something of %q", err, c.says)
			}
			after := answers(t, f).PID // with room for one: the old environment's place is free again
			if (after == before) != c.kept {
				t.Errorf("process %d answered before and %d after", before, after)
			}
			if !c.kept && alive(before) {
				t.Errorf("process %d lives on", before)
			}
		})
	}
}

func TestInvoke_Timeout_KillsProcess(t *testing.T) {
	t.Parallel()
	f := open(t, func(o *Options) { o.Timeout = 2 * time.Second })
	before := answers(t, f).PID
	if _, err := call(t.Context(), f, order{Do: "hang"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the invocation is answered %v", err)
	}
	if alive(before) {
		t.Errorf("process %d lives on", before)
	}
	if after := answers(t, f).PID; after == before {
		t.Error("the environment was used again")
	}
}

func TestInvoke_BinaryDoesNotStart_Reported(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Options)
		says   string
	}{
		"it ends before it takes anything": {func(o *Options) { o.Environment[runAs] = "stillborn" }, "before it took the invocation"},
		"it is not there":                  {func(o *Options) { o.Binary += ".missing" }, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t, c.change)
			for range 3 { // the only place must not be lost
				if _, err := call(t.Context(), f, order{}); err == nil || !strings.Contains(err.Error(), c.says) || errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the invocation is answered %v, want %q", err, c.says)
				}
			}
		})
	}
}

// gate holds the processes that call it until it is opened.
type gate struct {
	*httptest.Server
	arrived chan string // the pid of each
	open    chan struct{}
}

func newGate(t *testing.T) *gate {
	t.Helper()
	g := &gate{arrived: make(chan string, 100), open: make(chan struct{}, 100)}
	g.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		g.arrived <- r.FormValue("pid")
		select {
		case <-g.open:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *gate) wait(t *testing.T) (pid string) {
	t.Helper()
	select {
	case pid = <-g.arrived:
	case <-time.After(patience):
		t.Fatal("nobody came")
	}
	return pid
}

func TestInvoke_ConcurrencyBound(t *testing.T) {
	t.Parallel()
	const room, calls = 2, 8
	f, g := open(t, func(o *Options) { o.Environments = room }), newGate(t)
	var group sync.WaitGroup
	for range calls {
		group.Go(func() {
			if _, err := call(t.Context(), f, order{Gate: g.URL}); err != nil {
				t.Error(err)
			}
		})
	}
	pids := map[string]bool{}
	for range room { // at once
		pids[g.wait(t)] = true
	}
	if len(pids) != room {
		t.Errorf("%d invocations at once in the processes %v", room, pids)
	}
	for range calls - room { // each of the others only when one has left
		g.open <- struct{}{}
		pids[g.wait(t)] = true
	}
	for range room {
		g.open <- struct{}{}
	}
	group.Wait()
	if len(pids) != room || len(g.arrived) > 0 {
		t.Errorf("the processes %v answered, and %d more came", pids, len(g.arrived))
	}
}

func TestInvoke_NoFreeEnvironment_Error(t *testing.T) {
	t.Parallel()
	f, g := open(t), newGate(t)
	busy := make(chan error, 1)
	go func() {
		_, err := call(t.Context(), f, order{Gate: g.URL})
		busy <- err
	}()
	g.wait(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := call(ctx, f, order{}); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no environment is free") {
		t.Errorf("the second invocation is answered %v", err)
	}
	g.open <- struct{}{}
	if err := <-busy; err != nil {
		t.Errorf("the first one was disturbed: %v", err)
	}
}

func TestStop_EndsAllProcesses(t *testing.T) {
	t.Parallel()
	f, g := open(t, func(o *Options) { o.Environments = 2 }), newGate(t)
	var pids []int
	ended := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := call(t.Context(), f, order{Gate: g.URL})
			ended <- err
		}()
	}
	for range 2 {
		var pid int
		if _, err := fmt.Sscan(g.wait(t), &pid); err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	g.open <- struct{}{}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	f.Stop() // one is idle and the other busy
	if err := <-ended; err == nil {
		t.Error("an invocation was answered though its process was stopped")
	}
	for _, pid := range pids {
		if alive(pid) {
			t.Errorf("process %d lives on", pid)
		}
	}
	if _, err := call(t.Context(), f, order{}); err == nil || !strings.Contains(err.Error(), "is stopped") {
		t.Errorf("an invocation after the end is answered %v", err)
	}
	f.Stop()
}

func TestNew_IncompleteOptions_Refused(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"no name":     {Binary: "x", Timeout: time.Second, Environments: 1},
		"no binary":   {Name: "x", Timeout: time.Second, Environments: 1},
		"no time-out": {Name: "x", Binary: "x", Environments: 1},
		"no room":     {Name: "x", Binary: "x", Timeout: time.Second},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%s was enough", name)
		}
	}
}
