package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/local/stack"
	"github.com/recado-chat/recado/shared/chat"
)

const (
	openingsEach = 20
	openingsBar  = 1.1 // times the units of the smallest pool
)

// opening is one kind of opening, with the units that it may take.
type opening struct {
	name        string
	mode        chat.DistributionMode
	free        bool // an operator is free, who let everything in the pool pass
	write, read float64
}

// openings counts the units of texts that open a conversation beside pools of several sizes.
func openings(ctx context.Context) error {
	most, err := measure.Number("POOL", 20_000)
	if err != nil {
		return err
	}
	fmt.Printf(`Units of a text that opens a conversation, all functions, with 3 sockets of which one looks at another conversation; mean of %d, one after the other.

| pool | what | write units | read units | write units by function | read units by function | two hours of waiting, all units of the pool | the next two | the bar |
|---|---|---|---|---|---|---|---|---|
`, openingsEach)
	for _, kind := range []opening{
		{"nobody can take it", chat.DistributeToAccount, false, 28, 15},
		{"nobody can take it, by groups", chat.DistributeToGroups, false, 28, 15},
		{"it is assigned", chat.DistributeToAccount, true, 42, 20},
	} {
		var first float64
		for _, pool := range []int{5, min(1000, most), most} {
			if err := kind.measure(ctx, pool, &first); err != nil {
				return fmt.Errorf("%s, %d in the pool: %w", kind.name, pool, err)
			}
		}
	}
	return nil
}

func (o opening) measure(ctx context.Context, pool int, first *float64) error {
	counted := newUnits()
	s, stop, err := open(ctx, stack.Options{Runtime: counted.watch})
	if err != nil {
		return err
	}
	defer stop()
	if err := s.owner.call(ctx, http.MethodPut, "/api/v1/distribution", object{"mode": o.mode}, nil); err != nil {
		return err
	}
	if err := s.owner.call(ctx, http.MethodPut, "/api/v1/me/availability", object{"status": "away"}, nil); err != nil {
		return err
	}
	crowd, err := s.crowd(ctx, 3, func(string, time.Time) {})
	if err != nil {
		return err
	}
	defer crowd.close()
	free, err := s.roomy(ctx)
	if err != nil {
		return err
	}
	spec := s.spec()
	spec.Number, spec.Bare, spec.Passed = pool, true, []chat.OperatorID{chat.OperatorID(free.id)}
	if err := s.fill(ctx, spec); err != nil {
		return err
	}
	if o.free {
		if err := free.call(ctx, http.MethodPut, "/api/v1/me/availability", object{"status": "available"}, nil); err != nil {
			return err
		}
	}
	if err := s.say(ctx, customer(999), "wamid.first", "hola"); err != nil { // what functions read once
		return err
	}
	if err := s.Settle(ctx); err != nil {
		return err
	}
	counted.take()
	for i := range openingsEach {
		if err := s.say(ctx, customer(1000+i), "wamid.new."+strconv.Itoa(i), "hola"); err != nil {
			return err
		}
		if err := s.Settle(ctx); err != nil {
			return err
		}
	}
	read, wrote := counted.take()
	var waited [2]float64
	for i := range waited {
		if waited[i], err = s.wait(ctx, counted); err != nil {
			return err
		}
	}
	reads, writes := sum(read)/openingsEach, sum(wrote)/openingsEach
	if *first == 0 {
		*first = reads + writes
	}
	fmt.Printf("| %d | %s | %.1f | %.1f | %s | %s | %.1f | %.1f | %s |\n", pool, o.name, writes, reads, shares(wrote, openingsEach), shares(read, openingsEach),
		waited[0], waited[1], measure.Verdict(writes <= o.write && reads <= o.read && reads+writes <= openingsBar**first))
	return nil
}

// wait moves the clock by two hours in which nothing happens, a tick every ten minutes, and returns what the timers took.
func (s *shop) wait(ctx context.Context, counted *units) (float64, error) {
	const tick = 10 * time.Minute
	counted.take()
	for range 2 * time.Hour / tick {
		if err := s.Clock.Advance(tick); err != nil {
			return 0, err
		}
		if _, err := s.Invoke(ctx, "clock", []byte(`{}`)); err != nil {
			return 0, err
		}
		if err := s.Settle(ctx); err != nil {
			return 0, err
		}
	}
	read, wrote := counted.take()
	delete(read, "clock") // it asks the index of what is due, whatever waits
	return sum(read) + sum(wrote), nil
}

// roomy is one of the crowd's operators, who may carry everything that is opened here.
func (s *shop) roomy(ctx context.Context) (caller, error) {
	var in struct {
		AccessToken string
		Operator    struct{ ID string }
	}
	c := caller{shop: s}
	if err := c.call(ctx, http.MethodPost, "/api/v1/auth/sign-in", object{"email": "operador0@recado.example", "password": password, "client": "api"}, &in); err != nil {
		return c, err
	}
	c.token, c.id = in.AccessToken, in.Operator.ID
	var list struct {
		Items []struct {
			ID      string
			Version int64
		}
	}
	if err := s.owner.call(ctx, http.MethodGet, "/api/v1/operators", nil, &list); err != nil {
		return c, err
	}
	for _, o := range list.Items {
		if o.ID == c.id {
			return c, s.owner.call(ctx, http.MethodPatch, "/api/v1/operators/"+c.id, object{"capacity": 500, "version": o.Version}, nil)
		}
	}
	return c, fmt.Errorf("operator %s is not listed", c.id)
}
