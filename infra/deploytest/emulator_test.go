package deploytest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	account = "000000000000"
	region  = "us-east-1"
)

// emulator is AWS on a loopback port.
type emulator struct {
	t   *testing.T
	url string
	log bytes.Buffer
}

// startEmulator starts it in a process group of its own, since it starts the functions' processes, and ends them all.
func startEmulator(t *testing.T) *emulator {
	t.Helper()
	port := freePort(t)
	e := &emulator{t: t, url: "http://127.0.0.1:" + port}
	command := exec.Command(filepath.Join(root(t), ".tools/deploytest/bin/ministack"))
	command.Dir = t.TempDir()
	command.Env = append(os.Environ(), "GATEWAY_PORT="+port, "BIND_HOST=127.0.0.1", "TMPDIR="+command.Dir, "AWS_ENDPOINT_URL="+e.url)
	command.Stdout, command.Stderr = &e.log, &e.log
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatalf("start the emulator (make test-deploy installs it): %v", err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		_ = command.Wait() // a killed child always reports an error
		if t.Failed() {
			t.Logf("the emulator says:\n%s", tail(e.log.String(), 80))
		}
	})
	eventually(t, time.Minute, func() error { _, err := e.call(http.MethodGet, "/_ministack/health", nil); return err })
	return e
}

// environment points every AWS client at the emulator.
func (e *emulator) environment() []string {
	return append(os.Environ(),
		"AWS_ENDPOINT_URL="+e.url, "AWS_REGION="+region, "AWS_DEFAULT_REGION="+region, "AWS_ACCESS_KEY_ID="+account, "AWS_SECRET_ACCESS_KEY=emulated",
		"CDK_DISABLE_CLI_TELEMETRY=true", "NODE_NO_WARNINGS=1", "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1",
	)
}

// call makes one request of the emulator itself or of a service with a JSON protocol over REST.
func (e *emulator) call(method, path string, body any) ([]byte, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(e.t.Context(), method, e.url+path, bytes.NewReader(encoded))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %d %.300s", method, path, response.StatusCode, content)
	}
	return content, err
}

// run executes a program in a directory and fails the test with what it printed.
func (e *emulator) run(dir, program string, args ...string) string {
	e.t.Helper()
	command := exec.CommandContext(e.t.Context(), program, args...)
	command.Dir, command.Env = dir, e.environment()
	began := time.Now()
	out, err := command.CombinedOutput()
	if err != nil {
		e.t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, tail(string(out), 60))
	}
	e.t.Logf("%s %s took %s", filepath.Base(program), strings.Join(args, " "), time.Since(began).Round(time.Second/10))
	return string(out)
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func tail(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// eventually polls until the check answers nil.
func eventually(t *testing.T, patience time.Duration, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("after %s: %v", patience, err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
