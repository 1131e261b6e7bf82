package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/recado-chat/recado/infra/config"
	"github.com/recado-chat/recado/infra/stacks"
)

// built is where `make assets` leaves what is uploaded.
var built = stacks.Built{Functions: "bin", Console: "shared/web/console/dist"}

// flags are the library's feature flags that are on: every template is held against CloudFormation's schemas, and what is wrong in
// one ends the synthesis.
var flags = []string{"@aws-cdk/core:validateAgainstDefaultRules", "@aws-cdk/core:strictCfnValidateErrors"}

// newApp makes all stacks of the stage that the context names.
func newApp(props *awscdk.AppProps, built stacks.Built) (awscdk.App, error) {
	app := awscdk.NewApp(props)
	for _, flag := range flags {
		app.Node().SetContext(jsii.String(flag), true)
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
