package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/infra/bench/fixture"
	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/local/stack"
)

const (
	listsBar    = 1.2
	listsRounds = 101
	stayOpen    = 500
)

// lists measures the inbox's first page beside that of an inbox of 100 conversations, in turns.
func lists(ctx context.Context) error {
	most, err := measure.Number("CONVERSATIONS", 10_000)
	if err != nil {
		return err
	}
	small, stop, err := inbox(ctx, 100, 0)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Printf(`GET /api/v1/conversations?status=open&limit=50 at the api's Handler in this process, the database in its own; in turns with an inbox of 100 conversations
(its own stack), %d rounds each, the first of each pair changing. The fixture writes no contacts and messages here.

| conversations | open | of the time at 100 | ms (min–median–max) | at 100, ms | read units | at 100 | ≤ %.1f, units equal |
|---|---|---|---|---|---|---|---|
`, listsRounds, listsBar)
	for _, all := range slices.Compact([]int{min(10_000, most), most}) {
		for _, open := range []int{stayOpen, 0} {
			if err := compareLists(ctx, small, all, open); err != nil {
				return err
			}
		}
	}
	return nil
}

func compareLists(ctx context.Context, small *listed, all, open int) error {
	large, stop, err := inbox(ctx, all, open)
	if err != nil {
		return err
	}
	defer stop()
	var took, other []float64
	for round := range listsRounds + 4 {
		pair := []func() error{
			func() error { return large.page(ctx, &took) },
			func() error { return small.page(ctx, &other) },
		}
		if err := pair[round%2](); err != nil {
			return err
		}
		if err := pair[1-round%2](); err != nil {
			return err
		}
		if round < 4 {
			took, other = nil, nil
		}
	}
	largeUnits, smallUnits := large.unitsAPage(), small.unitsAPage()
	shown := open
	if open == 0 {
		shown = all
	}
	ratio := measure.Median(took) / measure.Median(other)
	fmt.Printf("| %d | %d | %.2f | %s | %s | %.1f | %.1f | %s |\n", all, shown, ratio, measure.Spread(took), measure.Spread(other),
		largeUnits, smallUnits, measure.Verdict(ratio <= listsBar && largeUnits == smallUnits))
	return nil
}

// listed is a shop with an inbox, whose api's reads are counted.
type listed struct {
	*shop
	units   *units
	request []byte
	pages   int
}

// inbox fills an inbox; so many of its newest stay open, 0 leaves all open.
func inbox(ctx context.Context, all, stayOpen int) (*listed, func(), error) {
	l := &listed{units: newUnits()}
	s, stop, err := open(ctx, stack.Options{NoSources: true, Runtime: l.units.watch})
	if err != nil {
		return nil, nil, err
	}
	l.shop = s
	spec := s.spec()
	spec.Number, spec.Open, spec.Bare = all, stayOpen, true
	if err := fixture.Write(ctx, s.Engine.Client(), s.Tables(), spec); err != nil {
		stop()
		return nil, nil, err
	}
	request := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RawPath: "/api/v1/conversations", RawQueryString: "status=open&limit=50",
		Headers: map[string]string{"authorization": "Bearer " + s.owner.token},
	}
	request.RequestContext.HTTP.Method, request.RequestContext.HTTP.Path = http.MethodGet, request.RawPath
	request.RequestContext.RequestID, request.RequestContext.HTTP.SourceIP = "bench", "127.0.0.1"
	if l.request, err = json.Marshal(request); err != nil {
		stop()
		return nil, nil, err
	}
	l.units.take()
	return l, stop, nil
}

// page reads the list once.
func (l *listed) page(ctx context.Context, took *[]float64) error {
	began := time.Now()
	answer, err := l.Invoke(ctx, "api", l.request)
	*took = append(*took, measure.Millis(time.Since(began)))
	l.pages++
	if err != nil {
		return err
	}
	var response events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(answer, &response); err != nil {
		return err
	}
	var list struct{ Items []struct{ ID string } }
	if err := json.Unmarshal([]byte(response.Body), &list); err != nil || response.StatusCode != http.StatusOK || len(list.Items) != 50 {
		return fmt.Errorf("the list was answered %d with %d items: %s", response.StatusCode, len(list.Items), response.Body)
	}
	return nil
}

// unitsAPage is what a page read since this was asked last, rounded to what DynamoDB bills. The session is read anew every few seconds,
// so a page's own share is what is left when that is spread over all.
func (l *listed) unitsAPage() float64 {
	read, _ := l.units.take()
	pages := l.pages
	l.pages = 0
	return float64(int(2*sum(read)/float64(max(pages, 1))+0.5)) / 2
}
