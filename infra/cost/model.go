package cost

import (
	"time"

	"github.com/recado-chat/recado/infra/topology"
)

// The billed time of an invocation is modelled, not measured: wall time of the local stack does not carry over to AWS, where a function
// has a part of a core by its memory and every call crosses a network. An invocation is billed for
//
//   - own: its own work. The bar of DESIGN §11 is 2 ms of CPU for a message over all functions, which are four invocations and
//     more; half a millisecond on a whole core is 3.5 ms on the seventh of one that 256 MB buy (1,769 MB are one vCPU);
//   - latency: each call that it made, one after the other even where they run at once, so that the sum is an upper bound.
//
// Measured wall time is shown beside it.
const (
	ownCPU  = 500 * time.Microsecond
	oneVCPU = 1769 // MB
)

// The services that an invocation waits for, as Call knows them. The figures are what their p50 in one region is commonly measured
// at, rounded up.
const (
	CallDynamo   = "DynamoDB"
	CallTransact = "DynamoDB transaction"
	CallSQS      = "SQS"
	CallS3       = "S3"
	CallSocket   = "ApiGatewayManagementApi"
	CallSSM      = "SSM"
	CallKMS      = "KMS"
	CallSES      = "SES"
	CallCognito  = "Cognito"
	CallProvider = "provider"
)

var latency = map[string]time.Duration{
	CallDynamo: 5 * time.Millisecond, CallTransact: 15 * time.Millisecond, CallSQS: 8 * time.Millisecond, CallS3: 30 * time.Millisecond,
	CallSocket: 12 * time.Millisecond, CallSSM: 15 * time.Millisecond, CallKMS: 8 * time.Millisecond, CallSES: 80 * time.Millisecond,
	CallCognito: 100 * time.Millisecond, CallProvider: 250 * time.Millisecond,
}

// Own is the billed time of an invocation's own work.
func Own(f topology.Function) time.Duration {
	return time.Duration(float64(ownCPU) * oneVCPU / float64(min(f.MemoryMB, oneVCPU)))
}

// Latency is how long a call takes; one to a service that is not known counts as a provider's.
func Latency(service string) time.Duration {
	if known, ok := latency[service]; ok {
		return known
	}
	return latency[CallProvider]
}

// GBSeconds is a duration of a function in the unit that it is billed in.
func GBSeconds(f topology.Function, d time.Duration) float64 {
	return d.Seconds() * float64(f.MemoryMB) / 1024
}
