package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/obs"
)

// newAlarms makes the topology's alarms, sent by e-mail if the stage has an address.
func (s *Service) newAlarms() {
	var tell *[]any
	if s.stage.AlarmEmail != "" {
		topic := awssns.NewCfnTopic(s.Stack, jsii.String("AlarmMail"), &awssns.CfnTopicProps{
			Subscription: &[]any{&awssns.CfnTopic_SubscriptionProperty{Protocol: jsii.String("email"), Endpoint: jsii.String(s.stage.AlarmEmail)}},
		})
		tell = &[]any{topic.Ref()}
	}
	for _, alarm := range topology.Alarms {
		comparison, missing := "GreaterThanThreshold", "notBreaching"
		if alarm.Below {
			comparison = "LessThanThreshold"
		}
		if alarm.Missing {
			missing = "breaching"
		}
		namespace, dimensions := s.metricOf(alarm)
		awscloudwatch.NewCfnAlarm(s.Stack, jsii.String("Alarm-"+alarm.Name), &awscloudwatch.CfnAlarmProps{
			AlarmName:          jsii.String("recado-" + s.stage.Name + "-" + alarm.Name),
			AlarmDescription:   jsii.String(alarm.Description),
			Namespace:          jsii.String(namespace),
			MetricName:         jsii.String(alarm.Metric),
			Dimensions:         dimensions,
			Statistic:          jsii.String(alarm.Statistic),
			Period:             jsii.Number(alarm.Period.Seconds()),
			EvaluationPeriods:  jsii.Number(float64(alarm.Periods)),
			Threshold:          jsii.Number(alarm.Above),
			ComparisonOperator: jsii.String(comparison),
			TreatMissingData:   jsii.String(missing),
			AlarmActions:       tell,
			OkActions:          tell,
		})
	}
}

func (s *Service) metricOf(a topology.Alarm) (namespace string, dimensions *[]any) {
	of := func(name string, value *string) *[]any {
		return &[]any{&awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String(name), Value: value}}
	}
	switch {
	case a.Own:
		return obs.Namespace, nil
	case a.Queue != "":
		return "AWS/SQS", of("QueueName", s.queues[a.Queue].QueueName())
	case a.Function != "":
		return "AWS/Lambda", of("FunctionName", s.functions[a.Function].FunctionName())
	default:
		return "AWS/ApiGateway", of("ApiId", s.http.api.Ref())
	}
}
