package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestTemplates_EqualGoldenLists: a change of the deployed resources or permissions shows as a diff of infra/testdata.
func TestTemplates_EqualGoldenLists(t *testing.T) {
	t.Parallel()
	service, state := synthesised["prod"]["Service"], synthesised["prod"]["State"]
	lists := map[string][]string{
		"functions": functionLines(service), "permissions": permissionLines(service), "queues": queueLines(service), "routes": routeLines(service),
		"sources": sourceLines(service), "alarms": alarmLines(service), "kept": keptLines(state),
	}
	for name, lines := range lists {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slices.Sort(lines)
			got, file := strings.Join(lines, "\n")+"\n", filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s is not what is deployed any more; look at the difference, and run go test ./infra -update if it is meant:\n%s", file, difference(string(want), got))
			}
		})
	}
}

func difference(want, got string) string {
	was, is := strings.Split(want, "\n"), strings.Split(got, "\n")
	var lines []string
	for _, line := range was {
		if !slices.Contains(is, line) {
			lines = append(lines, "- "+line)
		}
	}
	for _, line := range is {
		if !slices.Contains(was, line) {
			lines = append(lines, "+ "+line)
		}
	}
	return strings.Join(lines, "\n")
}

func functionLines(t template) (lines []string) {
	for id, r := range t.of("AWS::Lambda::Function") {
		lines = append(lines, fmt.Sprintf("%-40s %v s, %v MB, %v, %v", id, r.Properties["Timeout"], r.Properties["MemorySize"], short(r.Properties["Architectures"]), r.Properties["Runtime"]))
	}
	return lines
}

// permissionLines are role, action and resource, one each a line.
func permissionLines(t template) (lines []string) {
	for id, r := range t.of("AWS::IAM::Role") {
		for _, s := range statements(r) {
			for _, action := range s.actions {
				lines = append(lines, fmt.Sprintf("%-28s %-40s %s", id, action, strings.Join(s.resources, " ")))
			}
		}
	}
	return lines
}

func queueLines(t template) (lines []string) {
	for _, r := range t.of("AWS::SQS::Queue") {
		redrive := ""
		if policy, ok := r.Properties["RedrivePolicy"]; ok {
			redrive = ", dead letters " + short(policy)
		}
		visibility := "30 (SQS's own)"
		if v, ok := r.Properties["VisibilityTimeout"]; ok {
			visibility = fmt.Sprint(v)
		}
		lines = append(lines, fmt.Sprintf("%-40s visibility %s s, kept %v s%s", r.Properties["QueueName"], visibility, r.Properties["MessageRetentionPeriod"], redrive))
	}
	return lines
}

func routeLines(t template) (lines []string) {
	for _, r := range t.of("AWS::ApiGatewayV2::Route") {
		lines = append(lines, fmt.Sprintf("%-34s %s", r.Properties["RouteKey"], short(r.Properties["Target"])))
	}
	return lines
}

func sourceLines(t template) (lines []string) {
	for _, r := range t.of("AWS::Lambda::EventSourceMapping") {
		properties := maps.Clone(r.Properties)
		delete(properties, "Tags")
		lines = append(lines, short(properties))
	}
	for _, r := range t.of("AWS::Events::Rule") {
		lines = append(lines, short(r.Properties))
	}
	return lines
}

func alarmLines(t template) (lines []string) {
	for _, r := range t.of("AWS::CloudWatch::Alarm") {
		p := r.Properties
		if queries := each(p["Metrics"]); len(queries) > 0 {
			lines = append(lines, fmt.Sprintf("%s: %s %s %v over %v periods: %s", p["AlarmName"], short(queries), p["ComparisonOperator"], p["Threshold"], p["EvaluationPeriods"], p["AlarmDescription"]))
			continue
		}
		lines = append(lines, fmt.Sprintf("%s: %s %s %s %v over %v × %v s: %s", p["AlarmName"], p["Statistic"], p["MetricName"], p["ComparisonOperator"], p["Threshold"], p["EvaluationPeriods"], p["Period"], p["AlarmDescription"]))
	}
	return lines
}

func keptLines(t template) (lines []string) {
	for id, r := range t.Resources {
		if r.DeletionPolicy == "Retain" {
			lines = append(lines, fmt.Sprintf("%-28s %s", id, r.Type))
		}
	}
	return lines
}

// statement is one of a role's own policy, with its resources as text.
type statement struct {
	actions, resources []string
}

func statements(role resource) []statement {
	var list []statement
	for _, policy := range each(role.Properties["Policies"]) {
		document := policy.(map[string]any)["PolicyDocument"].(map[string]any)
		for _, entry := range each(document["Statement"]) {
			s := entry.(map[string]any)
			list = append(list, statement{actions: texts(s["Action"]), resources: texts(s["Resource"])})
		}
	}
	return list
}

func each(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	if v == nil {
		return nil
	}
	return []any{v}
}

func texts(v any) []string {
	var list []string
	for _, one := range each(v) {
		list = append(list, short(one))
	}
	return list
}

// short is a CloudFormation value as a person would write it.
func short(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if len(v) == 1 {
			for function, argument := range v {
				switch function {
				case "Ref":
					return "${" + short(argument) + "}"
				case "Fn::GetAtt":
					return "${" + strings.Join(texts(argument), ".") + "}"
				case "Fn::GetStackOutput":
					output, _ := argument.(map[string]any)
					name, _ := output["OutputName"].(string)
					return "${State:" + strings.TrimPrefix(name, "PublishOutput") + "}"
				case "Fn::Join":
					return strings.Join(texts(argument.([]any)[1]), "")
				}
			}
		}
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, key+"="+short(v[key]))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case []any:
		return "[" + strings.Join(texts(v), " ") + "]"
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(encoded)
}
