// Command engines measures the two databases that the local stack and the tests stand on, and prints the figures that
// infra/adr/0001-engines.md is written from:
//
//	go run ./infra/bench/engines              everything, about six minutes
//	go run ./infra/bench/engines speed kill   some of speed, cpu, capacity, semantics, streams, pile, kill
//
// Every figure is the median of several rounds in which the engines take turns, because the machine is shared. It may
// import infra/local/engine (and uses the SQLite driver that comes with it) and the AWS SDK.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/recado-chat/recado/infra/local/engine"
)

// subject is an engine in a certain setting.
type subject struct {
	name    string
	kind    engine.Kind
	asComes bool // without the index that infra/local/engine adds to dynoxide's file
}

var (
	dynoxide = subject{"dynoxide", engine.Dynoxide, false}
	asComes  = subject{"dynoxide as it comes", engine.Dynoxide, true}
	amazons  = subject{"DynamoDB Local", engine.DynamoDBLocal, false}
	subjects = []subject{dynoxide, amazons}
)

var parts = []struct {
	name    string
	measure func(context.Context) error
}{
	{"speed", speed}, {"cpu", cpu}, {"capacity", capacity}, {"semantics", semantics},
	{"streams", streams}, {"pile", pile}, {"kill", kill},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "engines:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, wanted []string) error {
	for _, p := range parts {
		if len(wanted) > 0 && !slices.Contains(wanted, p.name) {
			continue
		}
		fmt.Printf("\n## %s\n\n", p.name)
		if err := p.measure(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// bench is a running engine with the folder that it keeps its data in.
type bench struct {
	*engine.Engine
	dir string
}

func (s subject) start(ctx context.Context) (*bench, error) {
	dir := ""
	if s.kind == engine.Dynoxide {
		var err error
		if dir, err = os.MkdirTemp("", "engines-"); err != nil {
			return nil, err
		}
	}
	b := &bench{dir: dir}
	if err := b.run(ctx, s.kind); err != nil {
		b.drop()
		return nil, err
	}
	if s.asComes {
		if err := b.dropIndex(ctx); err != nil {
			b.stop()
			return nil, err
		}
	}
	return b, nil
}

func (b *bench) dropIndex(ctx context.Context) (err error) {
	db, err := sql.Open("sqlite", filepath.Join(b.dir, "dynoxide.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, "DROP INDEX recado_stream_position")
	return err
}

// run starts the engine on the folder, which may hold data of an earlier run.
func (b *bench) run(ctx context.Context, kind engine.Kind) error {
	e, err := engine.Start(ctx, engine.Options{Kind: kind, DataDir: b.dir})
	if err != nil {
		return err
	}
	b.Engine = e
	return nil
}

// stop ends the engine and removes its data.
func (b *bench) stop() {
	b.Stop()
	b.drop()
}

func (b *bench) drop() {
	if b.dir != "" {
		_ = os.RemoveAll(b.dir) // it is a temporary folder
	}
}

// diskBytes is what the engine's files hold.
func (b *bench) diskBytes() int64 {
	files, err := filepath.Glob(filepath.Join(b.dir, "*"))
	if b.dir == "" || err != nil {
		return 0
	}
	var sum int64
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			sum += info.Size()
		}
	}
	return sum
}
