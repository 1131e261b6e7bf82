package arch

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/admin"
	"github.com/recado-chat/recado/functions/api"
	"github.com/recado-chat/recado/functions/assignment"
	"github.com/recado-chat/recado/functions/autoclose"
	"github.com/recado-chat/recado/functions/clock"
	"github.com/recado-chat/recado/functions/fanout"
	"github.com/recado-chat/recado/functions/ingest"
	"github.com/recado-chat/recado/functions/jobs"
	"github.com/recado-chat/recado/functions/media"
	"github.com/recado-chat/recado/functions/notify"
	"github.com/recado-chat/recado/functions/push"
	"github.com/recado-chat/recado/functions/send"
	"github.com/recado-chat/recado/functions/socket"
	"github.com/recado-chat/recado/functions/webhook"
	"github.com/recado-chat/recado/functions/widget"
	"github.com/recado-chat/recado/infra/local/gateway"
	"github.com/recado-chat/recado/infra/local/stack"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/dynamo/stream"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/queue"
)

// configKeys are the environment keys that each function's Config reads.
var configKeys = map[string]func() ([]string, error){
	"admin":      boot.Keys[admin.Config],
	"api":        boot.Keys[api.Config],
	"assignment": boot.Keys[assignment.Config],
	"autoclose":  boot.Keys[autoclose.Config],
	"clock":      withQueues[clock.Config](events.FromClock),
	"fanout":     withQueues[fanout.Config](events.FromStream),
	"ingest":     boot.Keys[ingest.Config],
	"jobs":       boot.Keys[jobs.Config],
	"media":      boot.Keys[media.Config],
	"notify":     boot.Keys[notify.Config],
	"push":       boot.Keys[push.Config],
	"send":       boot.Keys[send.Config],
	"socket":     boot.Keys[socket.Config],
	"webhook":    boot.Keys[webhook.Config],
	"widget":     boot.Keys[widget.Config],
}

// withQueues adds the URLs of the queues that a function sends signals to, which queue.Senders reads.
func withQueues[T any](from events.Source) func() ([]string, error) {
	return func() ([]string, error) {
		keys, err := boot.Keys[T]()
		for _, name := range events.Queues(from) {
			keys = append(keys, name.URLKey())
		}
		return keys, err
	}
}

// routed are the signals that each function's consumer handles.
var routed = map[string]queue.Router{
	"assignment": new(assignment.Handler).Routes(),
	"autoclose":  new(autoclose.Handler).Routes(),
	"ingest":     new(ingest.Handler).Routes(),
	"jobs":       new(jobs.Handler).Routes(),
	"media":      new(media.Handler).Routes(),
	"notify":     new(notify.Handler).Routes(),
	"push":       new(push.Handler).Routes(),
	"send":       new(send.Handler).Routes(),
}

func TestRoutes_EachConsumerHandlesItsQueuesSignals(t *testing.T) {
	t.Parallel()
	carried := map[string][]string{}
	for _, route := range events.Routes {
		f := topology.MustQueue(string(route.Queue)).Function
		if kind := route.Signal.EventType(); !slices.Contains(carried[f], kind) {
			carried[f] = append(carried[f], kind)
		}
	}
	for _, q := range topology.Queues {
		want := slices.Sorted(slices.Values(carried[q.Function]))
		if got := routed[q.Function].Types(); len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s handles %v, and its queues carry %v", q.Function, got, want)
		}
	}
}

func folders(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir("../../functions")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestFunctions_FolderTopologyStackSamples_Agree(t *testing.T) {
	t.Parallel()
	var inTopology []string
	for _, f := range topology.Functions {
		inTopology = append(inTopology, f.Name)
	}
	for _, name := range folders(t) {
		t.Run(name, func(t *testing.T) {
			if !slices.Contains(inTopology, name) {
				t.Errorf("functions/%s has no entry in infra/topology/functions.go, so it is not deployed", name)
			}
			if stack.Builders[name] == nil {
				t.Errorf("functions/%s is not run by the local stack", name)
			}
			main, err := os.ReadFile(filepath.Join("../../functions", name, "lambda/main.go"))
			if err != nil {
				t.Errorf("the function has no main for Lambda: %v", err)
			}
			if lines := strings.Count(string(main), "\n"); lines > 40 {
				t.Errorf("its main has %d lines: main loads, builds and starts, in 40 at most", lines)
			}
			samples, _ := filepath.Glob(filepath.Join("../../events/samples", name, "*.json"))
			if len(samples) == 0 {
				t.Errorf("events/samples/%s has no payload, which `make invoke` and the tests send", name)
			}
			for _, sample := range samples {
				body, err := os.ReadFile(sample)
				if err != nil || !json.Valid(body) {
					t.Errorf("%s is not JSON: %v", sample, err)
				}
			}
		})
	}
	for _, name := range inTopology {
		if !slices.Contains(folders(t), name) {
			t.Errorf("the topology has a function %s and there is no such folder", name)
		}
	}
}

func TestTopology_Environment_EqualsConfigKeys(t *testing.T) {
	t.Parallel()
	values := topology.Values{
		QueueURL: func(name string) string { return name },
		Secret:   func(s topology.Secret) string { return s.Name },
	}
	for _, f := range topology.Functions {
		t.Run(f.Name, func(t *testing.T) {
			keys := configKeys[f.Name]
			if keys == nil {
				t.Fatalf("configKeys does not know %s", f.Name)
			}
			reads, err := keys()
			if err != nil {
				t.Fatal(err)
			}
			sets := slices.Sorted(maps.Keys(f.Environment(values)))
			slices.Sort(reads)
			if !slices.Equal(sets, reads) {
				t.Errorf("set by the topology: %v\nread by the Config: %v", sets, reads)
			}
		})
	}
}

func TestQueues_VisibilityReceivesBatch_FitLambda(t *testing.T) {
	t.Parallel()
	for _, q := range topology.Queues {
		f := topology.MustFunction(q.Function)
		if q.Visibility() < 6*f.Timeout {
			t.Errorf("%s: a record becomes visible after %s while %s may run %s: AWS asks for six times", q.Name, q.Visibility(), f.Name, f.Timeout)
		}
		if q.MaxReceive < 5 {
			t.Errorf("%s gives up after %d receives: fewer than five lose records to throttling", q.Name, q.MaxReceive)
		}
		if q.FIFO != strings.HasSuffix(q.Name, ".fifo") || q.FIFO != strings.HasSuffix(q.Dead(), ".fifo") {
			t.Errorf("%s and its dead letters %s must both be FIFO or both not", q.Name, q.Dead())
		}
		if q.FIFO && q.BatchSize > 10 {
			t.Errorf("%s: a FIFO queue's batch is 10 at most", q.Name)
		}
		if q.BatchSize > 10 && q.Window < time.Second {
			t.Errorf("%s: a batch over 10 needs a window of a second", q.Name)
		}
	}
}

// TestFunctions_WriteOrSend_NotBoth: a function that writes Desk or Directory sends nothing but dead letters, since fanout derives the
// signals from the tables' streams. The exceptions are those of DESIGN.md.
func TestFunctions_WriteOrSend_NotBoth(t *testing.T) {
	t.Parallel()
	exceptions := map[string][]string{
		"ingest": {"to-push"}, // an inbound message goes to the browsers before the streams would bring it; a push is a hint
	}
	for _, f := range topology.Functions {
		writes := (f.Tables[topology.Desk] | f.Tables[topology.Directory]).Write()
		for _, queue := range f.SendsTo {
			if queue == topology.DeadLetters || slices.Contains(exceptions[f.Name], queue) {
				continue
			}
			if writes {
				t.Errorf("%s writes a table and sends to %s: if it stopped between the two, the change would have no signal", f.Name, queue)
			}
		}
	}
	for _, name := range []string{"webhook"} {
		if f := topology.MustFunction(name); len(f.Tables) > 0 {
			t.Errorf("%s only puts requests into queues: it uses no table", name)
		}
	}
	if f := topology.MustFunction("clock"); f.Tables[topology.Desk] != 0 || len(f.Tables) != 1 {
		t.Error("clock reads one table other than Desk, and sends")
	}
	for _, s := range topology.Streams {
		if forLists := s.Function == "push" && slices.Equal(s.Patterns, stream.ForLists()); s.Function != "fanout" && !forLists {
			t.Errorf("%s reads the stream of %s: only fanout turns changes into signals", s.Function, s.Table)
		}
	}
}

// TestRoutes_GatewayLeadsToFunction: API Gateway leads every route of the REST functions to the one that answers it.
func TestRoutes_GatewayLeadsToFunction(t *testing.T) {
	t.Parallel()
	leads := make([]gateway.Route, len(topology.Routes))
	for i, route := range topology.Routes {
		leads[i] = gateway.Route(route)
	}
	for function, routes := range map[string][]rest.Route{"api": api.Routes(), "admin": admin.Routes()} {
		for _, r := range routes {
			if got, err := gateway.FunctionOf(leads, r.Method, r.Pattern); err != nil || got != function {
				t.Errorf("%s %s leads to %q, and %s answers it (%v)", r.Method, r.Pattern, got, function, err)
			}
		}
	}
}

func TestGrants_NoScanNoWildcard(t *testing.T) {
	t.Parallel()
	for _, f := range topology.Functions {
		for _, grant := range f.Grants() {
			for _, action := range grant.Actions {
				if strings.Contains(action, "Scan") || strings.Contains(action, "*") {
					t.Errorf("%s may %s: every access is by key", f.Name, action)
				}
			}
		}
	}
}
