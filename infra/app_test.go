package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/recado-chat/recado/infra/stacks"
	"github.com/recado-chat/recado/infra/topology"
)

// resource is one of a CloudFormation template.
type resource struct {
	Type           string
	Properties     map[string]any
	DeletionPolicy string
}

// template is a synthesised stack.
type template struct {
	Resources map[string]resource
}

// of are the template's resources of a type, by logical id.
func (t template) of(kind string) map[string]resource {
	found := map[string]resource{}
	for id, r := range t.Resources {
		if r.Type == kind {
			found[id] = r
		}
	}
	return found
}

// synthesised are the stacks by stage and name. CDK is not safe for concurrent use, so they are made once, before any test.
var (
	synthesised = map[string]map[string]template{}
	reports     = map[string][]byte{} // what the library's validator found, by stage
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "recado-infra-")
	if err == nil {
		err = synthesise(dir)
	}
	jsii.Close()
	code := 1
	if err != nil {
		fmt.Fprintln(os.Stderr, "synthesise:", err)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// synthesise makes the stages out of files that stand for what `make assets` builds.
func synthesise(dir string) error {
	built := stacks.Built{Functions: filepath.Join(dir, "bin"), Console: filepath.Join(dir, "console"), Widget: filepath.Join(dir, "widget")}
	files := []string{filepath.Join(built.Console, "index.html"), filepath.Join(built.Console, "assets/app.js"), filepath.Join(built.Widget, "loader.js")}
	for _, f := range topology.Functions {
		for _, architecture := range []string{"arm64", "amd64"} {
			files = append(files, filepath.Join(built.Functions, architecture, f.Name, "bootstrap"))
		}
	}
	for _, file := range files {
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(file), 0o600); err != nil {
			return err
		}
	}
	for stage, context := range map[string]map[string]any{
		"test": {},
		"prod": {
			"domain": "chat.example.com", "certificate": "arn:aws:acm:us-east-1:111122223333:certificate/c", "alarmEmail": "ops@example.com",
			"webAcl": "arn:aws:wafv2:us-east-1:111122223333:global/webacl/recado/1", "mailFrom": "Recado <chat@example.com>",
		},
	} {
		context["stage"] = stage
		out := filepath.Join(dir, stage)
		app, err := newApp(&awscdk.AppProps{Context: &context, Outdir: jsii.String(out), AnalyticsReporting: jsii.Bool(false)}, built)
		if err != nil {
			return err
		}
		app.Synth(nil)
		if reports[stage], err = os.ReadFile(filepath.Join(out, "validation-report.json")); err != nil {
			return err
		}
		synthesised[stage] = map[string]template{}
		for _, name := range []string{"State", "Service", "Edge"} {
			body, err := os.ReadFile(filepath.Join(out, "Recado-"+stage+"-"+name+".template.json"))
			if err != nil {
				return err
			}
			var t template
			if err := json.Unmarshal(body, &t); err != nil {
				return fmt.Errorf("%s of %s: %w", name, stage, err)
			}
			synthesised[stage][name] = t
		}
	}
	return nil
}
