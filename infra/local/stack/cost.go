package stack

import (
	"net/http"

	"github.com/recado-chat/recado/infra/cost"
	"github.com/recado-chat/recado/infra/local/meter"
	"github.com/recado-chat/recado/infra/topology"
)

// Usage is what AWS would have billed since the stack started. The polling of empty queues is part of it as far as it happened here;
// a whole month of it is in the idle bill.
func (s *Stack) Usage() cost.Usage {
	usage, _ := s.measured()
	return usage
}

func (s *Stack) measured() (cost.Usage, map[string]meter.Wall) {
	usage, walls := s.meter.Snapshot()
	usage.Merge(meter.Connected(s.Socket.Connected()))
	return usage, walls
}

// Walls are the measured times of the functions' invocations.
func (s *Stack) Walls() map[string]meter.Wall { return s.meter.Walls() }

// costAnswer is what the run would have cost on AWS.
type costAnswer struct {
	PricesOf    string      `json:"pricesOf"`
	Run         cost.Bill   `json:"run"`
	ByItem      cost.Bill   `json:"byItem"`
	ByFunction  cost.Bill   `json:"byFunction"`
	IdleByMonth cost.Bill   `json:"idleByMonth"`
	Functions   []wallShown `json:"functions"`
	// Partial says that functions run as processes of their own, whose AWS calls are not counted.
	Partial bool `json:"partial"`
}

// wallShown compares what an invocation took here with what the bill says of it.
type wallShown struct {
	Function    string  `json:"function"`
	Invocations int     `json:"invocations"`
	MeasuredMS  float64 `json:"measuredMs"`
	BilledMS    float64 `json:"billedMs"`
}

func (s *Stack) showCost(w http.ResponseWriter, _ *http.Request) {
	usage, walls := s.measured()
	run := usage.Bill()
	writeJSON(w, http.StatusOK, costAnswer{
		PricesOf: cost.PricesOf, Run: run, ByItem: run.ByItem(), ByFunction: run.ByFunction(), IdleByMonth: cost.Idle(),
		Functions: shownWalls(usage, walls), Partial: s.options.Binaries != "",
	})
}

func shownWalls(usage cost.Usage, walls map[string]meter.Wall) []wallShown {
	gbSeconds := map[string]float64{}
	for use, n := range usage {
		if use.Item == cost.LambdaGBSeconds {
			gbSeconds[use.Function] += n
		}
	}
	shown := []wallShown{}
	for _, f := range topology.Functions {
		wall := walls[f.Name]
		if wall.Invocations == 0 {
			continue
		}
		n := float64(wall.Invocations)
		shown = append(shown, wallShown{
			Function: f.Name, Invocations: wall.Invocations, MeasuredMS: wall.Total.Seconds() * 1e3 / n,
			BilledMS: gbSeconds[f.Name] * 1e3 / n / (float64(f.MemoryMB) / 1024),
		})
	}
	return shown
}
