package cost

import (
	"fmt"
	"time"

	"github.com/recado-chat/recado/infra/topology"
)

// HoursPerMonth is AWS's own month.
const HoursPerMonth = 730

const month = HoursPerMonth * time.Hour

// Lambda asks an empty queue for as long as the mapping exists: five pollers, each waiting up to twenty seconds for an answer. That is
// 5 × 3 × 60 × 730 = 657,000 requests a month, or 26 cents at 0.40 a million and 33 on a FIFO queue at 0.50. Lambda says that it may
// go down to two pollers when there is little to do; five are counted.
const (
	pollers  = 5
	longPoll = 20 * time.Second
)

const (
	// keyVersions is what a key costs from its third year on: it is rotated every year, and the first two rotations are paid for.
	keyVersions = 3
	// tickLine is what clock logs in a minute, with CloudWatch's 26 bytes, rounded up.
	tickLine = 200
	// stored is the uploaded code of the functions and the console, rounded up.
	stored = 0.1 // GB
	// emptyQuery is half a read unit: an index that has nothing, asked without consistency.
	emptyQuery = 0.5
)

// DueShards is how many partitions clock looks at. The data layer's own constant is out of this package's reach; a test in infra
// compares them.
const DueShards = 16

// Resources are the numbers of a stage's resources that cost, or could cost, without traffic. Alarms are the metrics that alarms watch.
type Resources struct {
	Functions, Polled, PolledFIFO, Streams, Schedules, Alarms, Keys int
}

// Of counts the resources of a topology.
func Of(functions []topology.Function, queues []topology.Queue, streams []topology.Stream, alarms []topology.Alarm) Resources {
	r := Resources{Functions: len(functions), Streams: len(streams), Alarms: len(alarms)}
	for _, alarm := range alarms {
		if alarm.Share > 0 {
			r.Alarms++
		}
	}
	for _, q := range queues {
		if q.FIFO {
			r.PolledFIFO++
		} else {
			r.Polled++
		}
	}
	for _, f := range functions {
		if f.Schedule > 0 {
			r.Schedules++
		}
		if f.EncryptsSecrets {
			r.Keys = 1 // one for the stage, whoever uses it
		}
	}
	return r
}

// Stage is the topology's resources.
func Stage() Resources {
	return Of(topology.Functions, topology.Queues, topology.Streams, topology.Alarms)
}

// Idle is the bill of a month without traffic. Only clock runs then, and it publishes no custom metric, which would cost 30 cents.
func Idle() Bill {
	r := Stage()
	polls := pollers * float64(month/longPoll)
	lines := []Line{
		line("", SQSStandard, fmt.Sprintf("%d queues, %d pollers each", r.Polled, pollers), float64(r.Polled)*polls),
		line("", SQSFIFO, fmt.Sprintf("%d queues, %d pollers each", r.PolledFIFO, pollers), float64(r.PolledFIFO)*polls),
		line("", Alarms, "", float64(r.Alarms)),
		line("", KMSKeys, "from the third year on; 1.00 in the first, 2.00 in the second", float64(r.Keys*keyVersions)),
	}
	for _, f := range topology.Functions {
		if f.Schedule > 0 {
			lines = append(lines, ticks(f)...)
		}
	}
	return billOf(append(lines,
		line("", CustomMetrics, "none is published", 0),
		line("", DynamoReads, fmt.Sprintf("%d streams that Lambda reads: free", r.Streams), 0),
		line("", SSMParameters, "", float64(len(topology.Secrets))),
		line("", S3Storage, "the code and the console", stored),
	))
}

// ticks is what a function costs that is started at an interval and finds nothing.
func ticks(f topology.Function) []Line {
	runs := float64(month / f.Schedule)
	each := Own(f) + DueShards*Latency(CallDynamo)
	return []Line{
		line(f.Name, EventBridgeTicks, "", runs),
		line(f.Name, LambdaRequests, "", runs),
		line(f.Name, LambdaGBSeconds, fmt.Sprintf("%s at %d MB", each.Round(time.Millisecond), f.MemoryMB), runs*GBSeconds(f, each)),
		line(f.Name, DynamoReads, fmt.Sprintf("%d shards of what is due", DueShards), runs*DueShards*emptyQuery),
		line(f.Name, LogBytes, "one line", runs*tickLine),
	}
}
