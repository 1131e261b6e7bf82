package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/recado-chat/recado/infra/bench/consoles"
	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/local/stack"
	"github.com/recado-chat/recado/infra/topology"
)

const (
	concurrencyRate      = 25
	concurrencyCustomers = 12
	concurrencySettles   = 2 * time.Minute // in which what was acknowledged has to arrive
)

// concurrency lets customers write to the local stack as make run starts it, with the concurrent executions of a new AWS account, while
// three consoles look, and says what waited and whether everything arrived.
func concurrency(ctx context.Context) error {
	limit, err := measure.Number("CONCURRENCY", 10)
	if err != nil {
		return err
	}
	during := 5 * time.Minute
	if text := os.Getenv("DURATION"); text != "" {
		if during, err = time.ParseDuration(text); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp("", "recado-concurrency-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is a temporary folder
	s, process, err := startLocal(ctx, dir, "CONCURRENCY="+strconv.Itoa(limit))
	if err != nil {
		return err
	}
	defer endLocal(process)
	ids, err := s.manned(ctx)
	if err != nil {
		return err
	}
	open, err := consoles.Open(ctx, s.URL, stack.DemoPassword, stack.DemoEmail, stack.DemoSupervisor, stack.DemoEmail)
	if err != nil {
		return err
	}
	if err := open.Show("/inbox/"+ids[0], "/inbox?box=all", "/inbox/"+ids[1]); err != nil {
		return err
	}
	n := int(during.Seconds() * concurrencyRate)
	said := &said{}
	measure.Pace(ctx, concurrencyRate, n, func(i int, _ time.Time) { said.record(s.insist(ctx, i)) })
	arrived, took, err := s.arrivals(ctx, ids, n, said.acknowledged)
	if err != nil {
		return err
	}
	heard, err := open.Close()
	if err != nil {
		return err
	}
	var load stack.Load
	if err := s.owner.call(ctx, http.MethodGet, "/local/load", nil, &load); err != nil {
		return err
	}
	fmt.Printf(`%d texts at %d/s into %d open conversations, three consoles in Chromium, the local stack as make run starts it with CONCURRENCY=%d.
A text that is answered with 503 is posted again after a second, as providers do.

| acknowledged | posts refused with 503 | arrived once | more than once | never | all there after the last | executions at once | |
|---|---|---|---|---|---|---|---|
| %d of %d | %d | %d | %d | %d | %.1f s | %d of %d | %s |

`, n, concurrencyRate, concurrencyCustomers, limit, said.acknowledged, n, said.refused, arrived.once, arrived.more, said.acknowledged-arrived.once-arrived.more,
		took.Seconds(), load.Highest, load.Limit, measure.Verdict(said.acknowledged == n && arrived.once == n))
	fmt.Print("| queue | longest wait, ms |\n|---|---|\n")
	for _, queue := range topology.Queues {
		fmt.Printf("| %s | %d |\n", queue.Name, load.LongestWait[queue.Name])
	}
	fmt.Print("\n| function | longest wait of a batch for an execution, ms | requests refused |\n|---|---|---|\n")
	for _, f := range topology.Functions {
		fmt.Printf("| %s | %d | %d |\n", f.Name, load.LongestStart[f.Name], load.Refused[f.Name])
	}
	fmt.Printf("\nWhat the consoles asked for, heard and sent, a hundred texts: ")
	for i, name := range slices.Sorted(maps.Keys(heard)) {
		if i > 0 {
			fmt.Print(", ")
		}
		fmt.Printf("%s %.1f", name, float64(heard[name])*100/float64(n))
	}
	fmt.Println()
	return nil
}

// manned opens a conversation of each customer, all given to the owner, and answers their ids.
func (s *shop) manned(ctx context.Context) (ids []string, err error) {
	if err := s.owner.call(ctx, http.MethodPut, "/api/v1/distribution", object{"mode": "manager", "managerId": s.owner.id}, nil); err != nil {
		return nil, err
	}
	for i := range concurrencyCustomers {
		if err := s.say(ctx, customer(i), "wamid.first"+strconv.Itoa(i), "soy el cliente "+strconv.Itoa(i)); err != nil {
			return nil, err
		}
	}
	for deadline := time.Now().Add(time.Minute); len(ids) < concurrencyCustomers; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("%d of %d conversations were opened", len(ids), concurrencyCustomers)
		}
		var list struct{ Items []struct{ ID string } }
		if err := s.owner.call(ctx, http.MethodGet, "/api/v1/conversations?status=open&limit=100", nil, &list); err != nil {
			return nil, err
		}
		ids = nil
		for _, item := range list.Items {
			ids = append(ids, item.ID)
		}
	}
	return ids, nil
}

// said counts what the webhook answered.
type said struct {
	mu                    sync.Mutex
	acknowledged, refused int
}

func (s *said) record(refused int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused += refused
	if err == nil {
		s.acknowledged++
	}
}

// insist posts the i-th text until it is acknowledged, at most thirty times.
func (s *shop) insist(ctx context.Context, i int) (refused int, err error) {
	text := concurrentText(i)
	for {
		if err = s.say(ctx, customer(i%concurrencyCustomers), "wamid."+text, text); err == nil || refused == 30 || ctx.Err() != nil {
			return refused, err
		}
		refused++
		time.Sleep(time.Second)
	}
}

func concurrentText(i int) string { return "text " + strconv.Itoa(i) }

type arrivals struct{ once, more int }

// arrivals reads all conversations until as many of the posted texts are there as were acknowledged, and answers how long that took.
func (s *shop) arrivals(ctx context.Context, ids []string, posted, acknowledged int) (a arrivals, took time.Duration, err error) {
	for began := time.Now(); ; time.Sleep(time.Second) {
		took = time.Since(began)
		times := map[string]int{}
		for _, id := range ids {
			if err := s.readAll(ctx, id, times); err != nil {
				return a, took, err
			}
		}
		a = arrivals{}
		for i := range posted {
			switch times[concurrentText(i)] {
			case 0:
			case 1:
				a.once++
			default:
				a.more++
			}
		}
		if a.once+a.more >= acknowledged || took > concurrencySettles {
			return a, took, nil
		}
	}
}

// readAll counts the texts of a conversation.
func (s *shop) readAll(ctx context.Context, id string, times map[string]int) error {
	for cursor := ""; ; {
		var page struct {
			Items      []struct{ Text string }
			NextCursor string
		}
		path := "/api/v1/conversations/" + id + "/messages?limit=100&cursor=" + url.QueryEscape(cursor)
		if err := s.owner.call(ctx, http.MethodGet, path, nil, &page); err != nil {
			return err
		}
		for _, m := range page.Items {
			times[m.Text]++
		}
		if cursor = page.NextCursor; cursor == "" {
			return nil
		}
	}
}
