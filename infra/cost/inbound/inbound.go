// Package inbound meters what inbound messages cost: it runs the whole stack in this process, lets customers write to one account
// whose three operators have a console open in Chromium, or a bare socket, and counts what AWS would bill for that, everything included.
//
// The counted units are AWS's own but for these, which overestimate: calls of a function are billed one after the other
// (infra/cost), a refused write as one unit, and the summary lane's batches are split over four pollers, as Lambda splits them over
// five. It imports infra/local/stack and infra/bench/consoles.
package inbound

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/recado-chat/recado/infra/bench/consoles"
	"github.com/recado-chat/recado/infra/cost"
	"github.com/recado-chat/recado/infra/local/meter"
	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/local/stack"
)

// Options are the size and pace of a run.
type Options struct {
	Dir           string  // for the stack's data, empty
	Texts         int     // inbound messages
	Conversations int     // over which they are spread, open before
	Rate          float64 // messages a second
	Idle          int     // browsers beside the three that nobody looks at
	Chromium      bool    // the three are consoles in Chromium, and not sockets; the working directory is the repository's root
	Log           io.Writer
}

// Result is what the run used.
type Result struct {
	Options
	Took    time.Duration         // of the messages, from the first to the last
	Settled time.Duration         // from the first message until all had come to rest
	Message cost.Usage            // of one message
	Opening cost.Usage            // of one conversation, opened by its first message and given to its operator
	Walls   map[string]meter.Wall // of the functions' invocations here
	Metrics int                   // that were published at all
	Console map[string]int        // what the consoles asked for and heard meanwhile, by name
}

// Kept says that this machine kept the pace. One that does not stretches the run, and the summary lane, which sends a frame for every
// two seconds, then has less to merge: its share is too large.
func (r Result) Kept() bool {
	nominal := time.Duration(float64(r.Texts) / r.Rate * float64(time.Second))
	return r.Settled < nominal+nominal/4+5*time.Second
}

// million is the number of messages to which costs are scaled.
const million = 1_000_000

// A process publishes its metrics when it starts, and then only when they move, and AWS bills the hours in which one is published. Lambda
// replaces processes "every few hours" (its guide, Execution environment lifecycle), every two here, and needs one more for every ten
// messages a second.
const (
	processHours = 2.0
	processRate  = 10.0
)

// Million is the usage of a million messages at the run's rate. Custom metrics are billed by the hour and not by the message: they
// count for those of the hours that a million takes in which a process starts.
func (r Result) Million() cost.Usage {
	usage := r.Message.Times(million)
	hours := million / r.Rate / 3600 * min(1, math.Ceil(r.Rate/processRate)/processHours)
	usage.Add("", cost.CustomMetrics, fmt.Sprintf("%d for %.1f hours", r.Metrics, hours), float64(r.Metrics)*hours/cost.HoursPerMonth)
	return usage
}

// streamPause is Lambda's: it asks each shard of a stream four times a second.
const streamPause = 250 * time.Millisecond

// Run sends the messages through a local stack and meters what they use.
func Run(ctx context.Context, o Options) (r Result, err error) {
	// The clock's ticks are part of the idle bill.
	options := stack.Options{
		Dir: o.Dir, Log: o.Log, NoTick: true, Single: true, StreamWindow: streamPause, Statuses: whatsapp.Timing{Manual: true},
	}
	if o.Chromium {
		if options.Console, err = consoles.Built(); err != nil {
			return r, err
		}
	}
	s, err := stack.Start(ctx, options)
	if err != nil {
		return r, fmt.Errorf("start the stack: %w", err)
	}
	defer s.Stop()
	if err := s.Seed(ctx); err != nil {
		return r, fmt.Errorf("make the account: %w", err)
	}
	team, err := signIn(ctx, s.URL)
	if err != nil {
		return r, err
	}
	defer team.close()
	var open *consoles.Consoles
	if !o.Chromium {
		err = team.watch(ctx)
	} else if open, err = consoles.Open(ctx, s.URL, stack.DemoPassword, people...); err == nil {
		err = open.Show("/inbox", "/inbox?box=all", "/inbox")
	}
	if err != nil {
		return r, err
	}
	if err := team.idle(ctx, o.Idle); err != nil {
		return r, err
	}
	if err := settle(ctx, s); err != nil {
		return r, err
	}
	r.Options = o
	before, opened := s.Usage(), max(o.Conversations, 2)
	if _, _, err := write(ctx, s, opened, opened, max(o.Rate, 10)); err != nil {
		return r, err
	}
	after := s.Usage()
	r.Opening = perOne(after.Since(before), opened)
	if open == nil {
		err = team.look(ctx)
	} else {
		err = team.lookBy(ctx, open)
	}
	if err != nil {
		return r, err
	}
	if err := settle(ctx, s); err != nil {
		return r, err
	}
	before = s.Usage()
	if r.Took, r.Settled, err = write(ctx, s, o.Texts, o.Conversations, o.Rate); err != nil {
		return r, err
	}
	after = s.Usage()
	r.Message, r.Walls = perOne(after.Since(before), o.Texts), s.Walls()
	for use := range after {
		if use.Item == cost.CustomMetrics {
			r.Metrics++
		}
	}
	if open != nil {
		r.Console, err = open.Close()
	}
	return r, err
}

// perOne is one of n's share. The hours of metrics are no matter of shares, and the polling of empty queues is the idle bill's.
func perOne(usage cost.Usage, n int) cost.Usage {
	for use := range usage {
		if use.Item == cost.CustomMetrics || strings.HasSuffix(use.Detail, " empty receive") {
			delete(usage, use)
		}
	}
	return usage.Times(1 / float64(n))
}

// write lets so many customers write n texts at the rate, one after the other, and waits until all has come to rest.
func write(ctx context.Context, s *stack.Stack, n, customers int, rate float64) (took, settled time.Duration, err error) {
	began, ticker := time.Now(), time.NewTicker(time.Duration(float64(time.Second)/rate))
	defer ticker.Stop()
	for i := range n {
		text := whatsapp.Incoming{
			Account: stack.DemoNumber, From: fmt.Sprintf("549115%07d", i%customers),
			Text: fmt.Sprintf("Hola, ¿me confirman si el pedido %d ya salió? Lo espero para mañana a la tarde. ¡Gracias!", 1000+i),
		}
		if _, err := s.Phone.Deliver(text); err != nil {
			return 0, 0, fmt.Errorf("write message %d: %w", i, err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return 0, 0, fmt.Errorf("write message %d: %w", i, ctx.Err())
		}
	}
	took = time.Since(began)
	err = settle(ctx, s)
	return took, time.Since(began), err
}

func settle(ctx context.Context, s *stack.Stack) error {
	if err := s.Phone.WaitIdle(ctx); err != nil {
		return fmt.Errorf("wait for the webhooks: %w", err)
	}
	if err := s.Settle(ctx); err != nil {
		return fmt.Errorf("wait for the stack: %w", err)
	}
	return nil
}
