package stack_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/recado-chat/recado/infra/cost"
	"github.com/recado-chat/recado/infra/local/stack"
)

func TestCost_OfRun(t *testing.T) {
	t.Parallel()
	s, err := stack.Start(t.Context(), stack.Options{Dir: t.TempDir(), NoTick: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	if err := s.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	var shown struct {
		Run struct {
			USD   float64
			Lines []struct {
				Item, Function, Detail string
				Quantity               float64
			}
		}
		IdleByMonth struct{ USD float64 }
		Functions   []struct {
			Function             string
			Invocations          int
			MeasuredMS, BilledMS float64
		}
	}
	get(t, s.URL+"/local/cost", &shown)
	quantities := map[string]float64{}
	for _, l := range shown.Run.Lines {
		quantities[l.Function+" "+l.Item] += l.Quantity
	}
	for _, want := range []string{
		"api invocations", "api HTTP requests", "admin write units", "api read units", "api key requests", "api HTTPS requests", "fanout invocations",
	} {
		if quantities[want] == 0 {
			t.Errorf("making an account used no %s: %v", want, quantities)
		}
	}
	for _, f := range shown.Functions {
		if f.Invocations == 0 || f.MeasuredMS <= 0 || f.BilledMS <= 0 {
			t.Errorf("%+v", f)
		}
	}
	if shown.Run.USD <= 0 || shown.IdleByMonth.USD <= 0 {
		t.Errorf("the run cost %f, an idle month %f", shown.Run.USD, shown.IdleByMonth.USD)
	}
}

// Each metric costs 30 cents for a month in which it is published, so that a stage has ten at most (all functions are built here, and
// each writes its own with zero then), and clock, which runs while nobody writes, none.
func TestMetrics_AtMostTenPerStage(t *testing.T) {
	t.Parallel()
	s, err := stack.Start(t.Context(), stack.Options{Dir: t.TempDir(), NoTick: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	var metrics []string
	clock := 0.0
	for use, n := range s.Usage() {
		switch {
		case use.Item == cost.CustomMetrics:
			metrics = append(metrics, use.Detail)
		case use.Item == cost.LogBytes && use.Function == "clock":
			clock += n
		}
	}
	if len(metrics) < 2 || len(metrics) > 10 {
		t.Errorf("%d metrics: %v", len(metrics), metrics)
	}
	if clock > 0 {
		t.Errorf("clock wrote %f bytes before it ran", clock)
	}
}

func get(t *testing.T, url string, into any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s answered %d, %v", url, response.StatusCode, err)
	}
}
