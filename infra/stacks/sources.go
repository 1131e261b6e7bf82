package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/recado-chat/recado/infra/constructs"
	"github.com/recado-chat/recado/infra/topology"
)

// connectSources feeds functions from queues, streams and the clock.
func (s *Service) connectSources() {
	for _, q := range topology.Queues {
		props := &awslambda.EventSourceMappingProps{
			Target: s.functions[q.Function], EventSourceArn: s.queues[q.Name].QueueArn(),
			BatchSize: jsii.Number(float64(q.BatchSize)), ReportBatchItemFailures: jsii.Bool(true),
		}
		if q.Window > 0 {
			props.MaxBatchingWindow = constructs.Seconds(q.Window)
		}
		awslambda.NewEventSourceMapping(s.Stack, jsii.String("From-"+q.Name), props)
	}
	failures := s.state.Buckets[topology.StreamFailures]
	for _, stream := range topology.Streams {
		id := "Stream-" + string(stream.Table)
		if stream.Function != "fanout" {
			id += "-" + stream.Function
		}
		awslambda.NewCfnEventSourceMapping(s.Stack, jsii.String(id), &awslambda.CfnEventSourceMappingProps{
			FunctionName:                   s.functions[stream.Function].FunctionName(),
			EventSourceArn:                 s.state.Tables[stream.Table].AttrStreamArn(),
			BatchSize:                      jsii.Number(float64(stream.BatchSize)),
			MaximumBatchingWindowInSeconds: window(stream),
			FilterCriteria:                 filter(stream),
			StartingPosition:               jsii.String("TRIM_HORIZON"),
			BisectBatchOnFunctionError:     jsii.Bool(true),
			MaximumRetryAttempts:           jsii.Number(float64(stream.Retries)),
			FunctionResponseTypes:          jsii.Strings("ReportBatchItemFailures"),
			DestinationConfig: &awslambda.CfnEventSourceMapping_DestinationConfigProperty{
				OnFailure: &awslambda.CfnEventSourceMapping_OnFailureProperty{Destination: failures.BucketArn()},
			},
		})
	}
	for _, f := range topology.Functions {
		if f.Schedule > 0 {
			s.schedule(f)
		}
	}
}

// window is how long a batch of a stream is gathered; nil for not at all.
func window(stream topology.Stream) *float64 {
	if stream.Window == 0 {
		return nil
	}
	return jsii.Number(stream.Window.Seconds())
}

// filter leaves out records of a stream; nil if there are no patterns.
func filter(stream topology.Stream) any {
	if len(stream.Patterns) == 0 {
		return nil
	}
	filters := make([]any, len(stream.Patterns))
	for i, pattern := range stream.Patterns {
		filters[i] = &awslambda.CfnEventSourceMapping_FilterProperty{Pattern: jsii.String(pattern)}
	}
	return &awslambda.CfnEventSourceMapping_FilterCriteriaProperty{Filters: filters}
}

// schedule starts a function at an interval of whole minutes.
func (s *Service) schedule(f topology.Function) {
	function := s.functions[f.Name]
	expression := awsevents.Schedule_Rate(constructs.Seconds(f.Schedule)).ExpressionString()
	rule := awsevents.NewCfnRule(s.Stack, jsii.String("Every-"+f.Name), &awsevents.CfnRuleProps{
		ScheduleExpression: expression, State: jsii.String("ENABLED"),
		Targets: &[]any{&awsevents.CfnRule_TargetProperty{
			Arn: function.FunctionArn(), Id: jsii.String(f.Name), Input: jsii.String("{}"),
			// A late tick is dropped: the next one does its work.
			RetryPolicy: &awsevents.CfnRule_RetryPolicyProperty{MaximumRetryAttempts: jsii.Number(0), MaximumEventAgeInSeconds: jsii.Number(60)},
		}},
	})
	awslambda.NewCfnPermission(s.Stack, jsii.String("MayStart-"+f.Name), &awslambda.CfnPermissionProps{
		Action: jsii.String("lambda:InvokeFunction"), FunctionName: function.FunctionName(), Principal: jsii.String("events.amazonaws.com"),
		SourceArn: rule.AttrArn(),
	})
}
