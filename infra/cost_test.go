package main

import (
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/cost"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
)

// C-01: the idle bill counts the resources of the templates.
func TestIdle_CountsResourcesOfTemplates(t *testing.T) {
	t.Parallel()
	for stage, templates := range synthesised {
		if stage == "test" {
			continue // it is on an emulator, which is not billed
		}
		service := templates["Service"]
		got := cost.Resources{
			Functions: len(service.of("AWS::Lambda::Function")), Schedules: len(service.of("AWS::Events::Rule")),
			Keys: len(templates["State"].of("AWS::KMS::Key")),
		}
		for _, r := range service.of("AWS::CloudWatch::Alarm") {
			if r.Properties["MetricName"] != nil {
				got.Alarms++
			}
			for _, query := range each(r.Properties["Metrics"]) {
				if query.(map[string]any)["MetricStat"] != nil {
					got.Alarms++
				}
			}
		}
		for id, r := range service.of("AWS::Lambda::EventSourceMapping") {
			switch {
			case r.Properties["StartingPosition"] != nil:
				got.Streams++
			case isFIFO(service, r):
				got.PolledFIFO++
			default:
				got.Polled++
			}
			if r.Properties["ProvisionedPollerConfig"] != nil {
				t.Errorf("%s has pollers that are paid by the hour", id)
			}
		}
		if want := cost.Stage(); got != want {
			t.Errorf("%s has %+v, and the idle bill counts %+v", stage, got, want)
		}
		for _, other := range []string{"State", "Edge"} {
			for _, kind := range []string{"AWS::Lambda::EventSourceMapping", "AWS::CloudWatch::Alarm", "AWS::Events::Rule"} {
				if found := len(templates[other].of(kind)); found > 0 {
					t.Errorf("%s of %s has %d %s, which the idle bill does not count", other, stage, found, kind)
				}
			}
		}
	}
	if cost.DueShards != schedule.DueShards {
		t.Errorf("the idle bill reads %d shards of what is due, and clock reads %d", cost.DueShards, schedule.DueShards)
	}
}

// isFIFO says whether the queue that a mapping names is ordered.
func isFIFO(service template, mapping resource) bool {
	source, _ := mapping.Properties["EventSourceArn"].(map[string]any)
	reference, _ := source["Fn::GetAtt"].([]any)
	if len(reference) == 0 {
		return false
	}
	id, _ := reference[0].(string)
	name, _ := service.Resources[id].Properties["QueueName"].(string)
	return strings.HasSuffix(name, ".fifo")
}
