package acceptance_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/local/grants"
	"github.com/recado-chat/recado/infra/topology"
)

// watch records the AWS calls of the functions in all tests.
var watch grants.Watch

// TestMain compares the functions' AWS calls with their grants.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		faults := watch.Beyond()
		if wholeRun() {
			faults = append(faults, watch.Idle(unseen)...)
		}
		if len(faults) > 0 {
			fmt.Fprintln(os.Stderr, "FAIL: grants (infra/topology) and the AWS calls of the tests differ:\n"+strings.Join(faults, "\n"))
			code = 1
		}
	}
	os.Exit(code)
}

// wholeRun reports whether every test ran: only then is an unused grant an error.
func wholeRun() bool {
	return flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == ""
}

// unseen lists grants that no test here uses, with the reason. Those marked "crash" are used by infra/local/crash, those marked "timing" are
// used here when the machine is slow.
var unseen = map[grants.Use]string{
	{Function: "api", Kind: topology.KindParameter, Resource: "origin-secret", Action: "ssm:GetParameter"}:             "the local stack has no CloudFront, which sends this secret",
	{Function: "admin", Kind: topology.KindParameter, Resource: "origin-secret", Action: "ssm:GetParameter"}:           "the local stack has no CloudFront, which sends this secret",
	{Function: "widget", Kind: topology.KindParameter, Resource: "origin-secret", Action: "ssm:GetParameter"}:          "the local stack has no CloudFront, which sends this secret",
	{Function: "api", Kind: topology.KindTable, Resource: "live", Action: "dynamodb:UpdateItem"}:                       "a session's last use is stored every five minutes of the wall clock",
	{Function: "clock", Kind: topology.KindQueue, Resource: "to-media", Action: "sqs:SendMessage"}:                     "timing: the timer of a file fires only if its signal was lost or late",
	{Function: "clock", Kind: topology.KindQueue, Resource: "to-notify", Action: "sqs:SendMessage"}:                    "timing: the timer of a mail fires only if its signal was lost or late",
	{Function: "fanout", Kind: topology.KindBucket, Resource: string(topology.StreamFailures), Action: "s3:PutObject"}: "Lambda stores there the batches that fanout failed on too often",
	{Function: "push", Kind: topology.KindBucket, Resource: string(topology.StreamFailures), Action: "s3:PutObject"}:   "no batch of lists fails here six times",
	{Function: "jobs", Kind: topology.KindTable, Resource: "desk", Action: "dynamodb:ConditionCheckItem"}:              "search tokens are missing only after an upgrade that makes others",

	{Function: "media", Kind: topology.KindTable, Resource: "desk", Action: "dynamodb:Query"}:       "crash: the clock's signal has no message id",
	{Function: "ingest", Kind: topology.KindTable, Resource: "live", Action: "dynamodb:GetItem"}:    "crash: deletes the connection of a closed browser",
	{Function: "ingest", Kind: topology.KindTable, Resource: "live", Action: "dynamodb:DeleteItem"}: "crash: deletes the connection of a closed browser",
	{Function: "ingest", Kind: topology.KindQueue, Resource: "to-push", Action: "sqs:SendMessage"}:  "crash: leaves to push what it cannot push itself",

	{Function: "push", Kind: topology.KindTable, Resource: "live", Action: "dynamodb:GetItem"}:    "crash: deletes the connection of a closed browser",
	{Function: "push", Kind: topology.KindTable, Resource: "live", Action: "dynamodb:DeleteItem"}: "crash: deletes the connection of a closed browser",
}
