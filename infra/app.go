package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/recado-chat/recado/infra/config"
	"github.com/recado-chat/recado/infra/stacks"
)

// built is where `make assets` leaves what is uploaded.
var built = stacks.Built{Functions: "bin", Console: "shared/web/console/dist", Widget: "shared/web/widget/dist"}

// flags are CDK's feature flags: templates are validated against CloudFormation's schemas, a finding ends the synthesis, and Service reads
// State's outputs (Fn::GetStackOutput) instead of importing its exports: CloudFormation refuses to change an export that is imported, and
// so to replace the resource behind it. "both" keeps the exports for an upgrade from a Service that imports them.
var flags = map[string]any{
	"@aws-cdk/core:validateAgainstDefaultRules": true, "@aws-cdk/core:strictCfnValidateErrors": true,
	"@aws-cdk/core:defaultCrossStackReferences": "weak",
}

// newApp makes all stacks of the stage that the context names.
func newApp(props *awscdk.AppProps, built stacks.Built) (awscdk.App, error) {
	app := awscdk.NewApp(props)
	for flag, value := range flags {
		app.Node().SetContext(jsii.String(flag), value)
	}
	stage, err := config.Load(func(key string) string {
		value, _ := app.Node().TryGetContext(jsii.String(key)).(string)
		return value
	})
	if err != nil {
		return nil, fmt.Errorf("the stage's configuration: %w", err)
	}
	state := stacks.NewState(app, stage)
	service := stacks.NewService(app, stage, state, built)
	stacks.NewEdge(app, stage, state, service, built)
	return app, nil
}
