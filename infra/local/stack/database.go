package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/dynamo"
)

// restartPause is the time between attempts to start the database again.
const restartPause = 500 * time.Millisecond

// database is the state of the database's process.
type database struct {
	down      atomic.Bool
	stopUntil atomic.Int64 // wall clock in Unix nanoseconds; the database is not started before
}

func (s *Stack) openDatabase(ctx context.Context) (err error) {
	if s.Engine, err = engine.Start(ctx, engine.Options{Kind: s.options.Engine, DataDir: s.path("dynamodb"), Log: s.options.Log}); err != nil {
		return fmt.Errorf("start the database: %w", err)
	}
	s.onStop(s.Engine.Stop)
	if err := dynamo.CreateTables(ctx, s.Engine.Client(), tables); err != nil {
		return fmt.Errorf("create the tables: %w", err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.restartDatabase(ctx)
	}()
	s.onStop(func() { cancel(); <-ended })
	return nil
}

// restartDatabase starts the database again whenever its process ends, until ctx is done.
func (s *Stack) restartDatabase(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.Engine.Exited():
		}
		s.database.down.Store(true)
		s.log.ErrorContext(ctx, "the database's process has ended; it is started again")
		for s.database.down.Load() {
			pause(ctx, time.Until(time.Unix(0, s.database.stopUntil.Load())))
			err := s.Engine.Restart(ctx)
			switch {
			case ctx.Err() != nil:
				return
			case errors.Is(err, engine.ErrNotKept):
				s.log.ErrorContext(ctx, "the database kept nothing: the stack must be started again")
				return
			case err != nil:
				s.log.ErrorContext(ctx, "start the database", slog.String("error", err.Error()))
				pause(ctx, restartPause)
			default:
				s.database.down.Store(false)
				s.log.InfoContext(ctx, "the database answers again")
			}
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// StopDatabase kills the database's process, and starts it again after d of the wall clock.
func (s *Stack) StopDatabase(d time.Duration) {
	s.database.stopUntil.Store(boot.Now().Add(d).UnixNano())
	s.Engine.Kill()
}

// stopDatabase takes {"for":"45s"}: a duration as Go writes it.
func (s *Stack) stopDatabase(w http.ResponseWriter, r *http.Request) {
	var body struct {
		For string `json:"for"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&body)
	d, parsed := time.ParseDuration(body.For)
	if err != nil || parsed != nil || d < 0 {
		http.Error(w, `the body is {"for":"45s"}`, http.StatusBadRequest)
		return
	}
	s.StopDatabase(d)
	w.WriteHeader(http.StatusNoContent)
}

// health answers 503 while the database does not run, and otherwise what the function answers.
func (s *Stack) health(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.database.down.Load() {
			writeJSON(w, http.StatusServiceUnavailable, map[string]string{"status": "unavailable", "reason": "database"})
			return
		}
		next.ServeHTTP(w, r)
	})
}
