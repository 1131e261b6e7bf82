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

// watch sees what the functions do in all stories of this run.
var watch grants.Watch

// TestMain compares what the functions did with what they may do.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		faults := watch.Beyond()
		if wholeRun() {
			faults = append(faults, watch.Idle(unseen)...)
		}
		if len(faults) > 0 {
			fmt.Fprintln(os.Stderr, "FAIL: grants (infra/topology) and what the stories used differ:\n"+strings.Join(faults, "\n"))
			code = 1
		}
	}
	os.Exit(code)
}

// wholeRun says that every story ran, so that what was never done is not needed.
func wholeRun() bool {
	return flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == ""
}

// unseen is what a function may do and no story brings it to. What only infra/local/crash brings it to is needed when things go wrong.
var unseen = map[grants.Use]string{
	{Function: "api", Kind: topology.KindParameter, Resource: "origin-secret", Action: "ssm:GetParameter"}:             "there is no CloudFront here to show it",
	{Function: "widget", Kind: topology.KindParameter, Resource: "origin-secret", Action: "ssm:GetParameter"}:          "there is no CloudFront here to show it",
	{Function: "widget", Kind: topology.KindTable, Resource: "live", Action: "dynamodb:UpdateItem"}:                    "a visitor's session notes its use once a day, by the wall clock",
	{Function: "clock", Kind: topology.KindQueue, Resource: "to-media", Action: "sqs:SendMessage"}:                     "a file's timer is for a signal that was lost",
	{Function: "clock", Kind: topology.KindQueue, Resource: "to-notify", Action: "sqs:SendMessage"}:                    "a mail's timer is for a signal that was lost",
	{Function: "fanout", Kind: topology.KindBucket, Resource: string(topology.StreamFailures), Action: "s3:PutObject"}: "Lambda leaves there what fanout could not get past",

	{Function: "jobs", Kind: topology.KindTable, Resource: "desk", Action: "dynamodb:UpdateItem"}: "crash: a load that drifted is repaired",
	{Function: "media", Kind: topology.KindTable, Resource: "desk", Action: "dynamodb:Query"}:     "crash: the clock's signal names no message",
	{Function: "push", Kind: topology.KindTable, Resource: "live", Action: "dynamodb:GetItem"}:    "crash: a browser that is gone is forgotten",
	{Function: "push", Kind: topology.KindTable, Resource: "live", Action: "dynamodb:DeleteItem"}: "crash: a browser that is gone is forgotten",
}
