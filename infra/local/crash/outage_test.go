package crash

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/stack"
)

// outage is something that fails for a while under load and comes back by itself.
type outage struct {
	name  string
	lasts time.Duration
	// begin makes it fail; end, if set, repairs it after lasts.
	begin func(ctx context.Context, p *process) error
	end   func(p *process) error
	// during is called every second while nothing of it runs.
	during func(ctx context.Context, p *process) error
	moves  time.Duration // by which the stack's clock is moved at least
	health int           // what /healthz answers meanwhile
	tmpfs  bool
}

const (
	calm         = 5 * time.Second // load before and after an outage
	diskSize     = "64m"
	fillerName   = "filler"
	arriveWithin = time.Minute
)

func outages() []outage {
	stopFor := func(d time.Duration) func(context.Context, *process) error {
		return func(ctx context.Context, p *process) error {
			_, _, err := p.ask(ctx, http.MethodPost, "/local/database/stop", "", map[string]string{"for": d.String()})
			return err
		}
	}
	return []outage{
		{
			name: "database is dead for 45 seconds", lasts: 45 * time.Second, begin: stopFor(45 * time.Second), health: http.StatusServiceUnavailable,
		},
		{
			name: "database is dead for ten moved minutes", lasts: 20 * time.Second, begin: stopFor(20 * time.Second), health: http.StatusServiceUnavailable,
			during: func(ctx context.Context, p *process) error { return p.move(ctx, time.Minute) }, moves: 10 * time.Minute,
		},
		{
			name: "disk is full", lasts: 15 * time.Second, health: http.StatusOK, tmpfs: true,
			begin: func(_ context.Context, p *process) error { return fill(p.disk()) },
			end:   func(p *process) error { return os.Remove(filepath.Join(p.disk(), fillerName)) },
		},
	}
}

// fill writes a file until there is no space left.
func fill(dir string) error {
	f, err := os.Create(filepath.Join(dir, fillerName))
	if err != nil {
		return err
	}
	defer f.Close()
	for block := make([]byte, 64<<10); len(block) > 0; {
		if _, err := f.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
	return nil
}

// disk is the directory of the stack's data as this process sees it: the stack has mounts of its own.
func (p *process) disk() string {
	return filepath.Join("/proc", fmt.Sprint(p.command.Process.Pid), "root", p.dir)
}

// C-03: what was acknowledged while the database or the disk failed is there once, without a restart and without a command.
func TestOutage_UnderLoad_EverythingAcknowledgedArrives(t *testing.T) {
	t.Parallel()
	for _, o := range outages() {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), patience+arriveWithin)
			defer cancel()
			p := newProcess(t, ctx, o.tmpfs)
			token, err := p.signIn(ctx)
			if err != nil {
				t.Fatal(err)
			}
			loaded, stop := context.WithTimeout(ctx, o.lasts+2*calm)
			defer stop()
			var group sync.WaitGroup
			var retried atomic.Int64
			sent := make([][]string, senders)
			for n := range senders {
				group.Go(func() { sent[n] = p.write(ctx, loaded, t, n, &retried) })
			}
			var replies []string
			group.Go(func() { replies = p.reply(ctx, loaded, t, token) })
			time.Sleep(calm)
			p.suffer(ctx, t, o)
			group.Wait()
			if moved := time.Duration(p.moved.Load()); moved < o.moves {
				t.Errorf("the clock was moved by %v only", moved)
			}
			p.arrives(ctx, t, token, sent, replies)
		})
	}
}

// suffer runs an outage from its beginning to its end.
func (p *process) suffer(ctx context.Context, t *testing.T, o outage) {
	t.Helper()
	if err := o.begin(ctx, p); err != nil {
		t.Fatalf("begin: %v", err)
	}
	over := time.After(o.lasts)
	if status, _, _ := p.ask(ctx, http.MethodGet, "/healthz", "", nil); status != o.health {
		t.Errorf("/healthz answers %d, want %d", status, o.health)
	}
	for tick := time.NewTicker(time.Second); ; {
		select {
		case <-over:
			tick.Stop()
			if o.end != nil {
				if err := o.end(p); err != nil {
					t.Fatalf("end: %v", err)
				}
			}
			return
		case <-tick.C:
			if o.during == nil {
				continue
			}
			_ = o.during(ctx, p) // it may fail as the rest does
		}
	}
}

// arrives waits until everything that was acknowledged is there.
func (p *process) arrives(ctx context.Context, t *testing.T, token string, sent [][]string, replies []string) {
	t.Helper()
	began := time.Now()
	within, cancel := context.WithTimeout(ctx, arriveWithin)
	defer cancel()
	for range 2 { // the longest back-off of queues and of files is two minutes: the clock brings it
		if err := p.move(ctx, 3*time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if err := again(within, func() error { return p.check(ctx, token, sent, replies) }); err != nil {
		t.Error(err)
	}
	total := 0
	for _, texts := range sent {
		total += len(texts)
	}
	t.Logf("%d messages and %d replies were acknowledged; all were there %v after the load", total, len(replies), time.Since(began).Round(time.Second))
	if status, _, err := p.ask(ctx, http.MethodGet, "/healthz", "", nil); status != http.StatusOK {
		t.Errorf("/healthz answers %d, %v", status, err)
	}
}

// move moves the stack's clock.
func (p *process) move(ctx context.Context, d time.Duration) error {
	p.moved.Add(int64(d)) // before the stack's, whose clock moves long before it answers: a provider's time is not late then
	_, _, err := p.ask(ctx, http.MethodPost, "/local/clock", "", map[string]string{"advance": d.String()})
	return err
}

func (p *process) signIn(ctx context.Context) (token string, err error) {
	_, answer, err := p.ask(ctx, http.MethodPost, "/api/v1/auth/sign-in", "", map[string]string{
		"email": stack.DemoEmail, "password": stack.DemoPassword, "client": "api",
	})
	return fmt.Sprint(answer["accessToken"]), err
}

// ownDisk gives the command mounts of its own, with a small file system at the data directory.
func (p *process) ownDisk() {
	p.command.Path, p.command.Args = "/bin/sh", []string{"sh", "-c", `mount -t tmpfs -o size=` + diskSize + ` recado "$DATA_DIR" && exec "$0"`, p.binary}
	p.command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
}
