// Package meter counts what a run of the local stack would be billed for on AWS, per function and service, in the units of infra/cost.
// It measures invocations, SDK calls, requests to the gateways and the functions' log output. Deployed functions do not contain it.
//
// It imports infra/cost, the topology and the AWS SDK.
package meter

import (
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/recado-chat/recado/infra/cost"
	"github.com/recado-chat/recado/infra/topology"
)

// Meter counts. Its methods are safe for concurrent use.
type Meter struct {
	now func() time.Time

	mu      sync.Mutex
	usage   cost.Usage
	wall    map[string]Wall
	metrics map[metric]map[int64]bool // the hours in which each was published
}

// Wall is the measured time of a function's invocations on this machine. It is shown only; the bill does not use it (infra/cost says
// why).
type Wall struct {
	Invocations int
	Total       time.Duration
}

// New makes a meter over the stack's clock.
func New(now func() time.Time) *Meter {
	return &Meter{now: now, usage: cost.Usage{}, wall: map[string]Wall{}, metrics: map[metric]map[int64]bool{}}
}

func (m *Meter) add(function string, item cost.Item, detail string, n float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.usage.Add(function, item, detail, n)
}

// Usage is all so far.
func (m *Meter) Usage() cost.Usage {
	usage, _ := m.Snapshot()
	return usage
}

// Walls are the measured times, by function.
func (m *Meter) Walls() map[string]Wall {
	_, walls := m.Snapshot()
	return walls
}

// Snapshot is the usage and the measured times of one moment: an invocation is in both or in neither.
func (m *Meter) Snapshot() (cost.Usage, map[string]Wall) {
	m.mu.Lock()
	defer m.mu.Unlock()
	usage := maps.Clone(m.usage)
	for metric, hours := range m.metrics {
		usage.Add("", cost.CustomMetrics, metric.String(), float64(len(hours))/cost.HoursPerMonth)
	}
	return usage, maps.Clone(m.wall)
}

// Invoked counts one invocation.
func (m *Meter) Invoked(function string, wall time.Duration) {
	f := topology.MustFunction(function)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.usage.Add(function, cost.LambdaRequests, "", 1)
	m.usage.Add(function, cost.LambdaGBSeconds, "own work", cost.GBSeconds(f, cost.Own(f)))
	w := m.wall[function]
	m.wall[function] = Wall{Invocations: w.Invocations + 1, Total: w.Total + wall}
}

// waited bills the function for a call that it waited for.
func (m *Meter) waited(function, service string) {
	m.add(function, cost.LambdaGBSeconds, "waiting for "+service, cost.GBSeconds(topology.MustFunction(function), cost.Latency(service)))
}

// chunks is how many units of a size a payload is billed as: at least one.
func chunks(bytes, size int) float64 {
	return float64(max(1, (bytes+size-1)/size))
}

// Queue counts the requests that Lambda makes to a queue on behalf of a function.
func (m *Meter) Queue(q topology.Queue) func(request string, n int) {
	return func(request string, n int) { m.add(q.Function, queueItem(q.Name), q.Name+" "+request, float64(n)) }
}

// queueItem is what requests to a queue are billed as.
func queueItem(name string) cost.Item {
	if strings.HasSuffix(name, ".fifo") {
		return cost.SQSFIFO
	}
	return cost.SQSStandard
}
