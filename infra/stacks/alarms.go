package stacks

import (
	"fmt"

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
		props := &awscloudwatch.CfnAlarmProps{
			AlarmName:          jsii.String("recado-" + s.stage.Name + "-" + alarm.Name),
			AlarmDescription:   jsii.String(alarm.Description),
			EvaluationPeriods:  jsii.Number(float64(alarm.Periods)),
			Threshold:          jsii.Number(alarm.Above),
			ComparisonOperator: jsii.String(comparison),
			TreatMissingData:   jsii.String(missing),
			AlarmActions:       tell,
			OkActions:          tell,
		}
		if alarm.Share > 0 && !s.stage.CountsOnly {
			props.Metrics = s.shareOf(alarm)
		} else {
			namespace, dimensions := s.metricOf(alarm)
			props.Namespace, props.MetricName, props.Dimensions = jsii.String(namespace), jsii.String(alarm.Metric), dimensions
			props.Statistic, props.Period = jsii.String(alarm.Statistic), jsii.Number(alarm.Period.Seconds())
		}
		awscloudwatch.NewCfnAlarm(s.Stack, jsii.String("Alarm-"+alarm.Name), props)
	}
}

// shareOf is the alarm's counter where it is more than the alarm's share of the function's invocations, and 0 elsewhere.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
func (s *Service) shareOf(a topology.Alarm) *[]any {
	query := func(id, namespace, metric string, dimensions *[]any) any {
		return &awscloudwatch.CfnAlarm_MetricDataQueryProperty{
			Id: jsii.String(id), ReturnData: jsii.Bool(false),
			MetricStat: &awscloudwatch.CfnAlarm_MetricStatProperty{
				Metric: &awscloudwatch.CfnAlarm_MetricProperty{Namespace: jsii.String(namespace), MetricName: jsii.String(metric), Dimensions: dimensions},
				Period: jsii.Number(a.Period.Seconds()), Stat: jsii.String(a.Statistic),
			},
		}
	}
	return &[]any{
		query("counted", obs.Namespace, a.Metric, nil),
		query("invocations", "AWS/Lambda", "Invocations", dimension("FunctionName", s.functions[a.Function].FunctionName())),
		&awscloudwatch.CfnAlarm_MetricDataQueryProperty{
			Id: jsii.String("share"), ReturnData: jsii.Bool(true),
			Expression: jsii.String(fmt.Sprintf("IF(FILL(counted, 0) > %g * FILL(invocations, 0), counted, 0)", a.Share)),
		},
	}
}

func dimension(name string, value *string) *[]any {
	return &[]any{&awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String(name), Value: value}}
}

func (s *Service) metricOf(a topology.Alarm) (namespace string, dimensions *[]any) {
	switch {
	case a.Own:
		return obs.Namespace, nil
	case a.Queue != "":
		return "AWS/SQS", dimension("QueueName", s.queues[a.Queue].QueueName())
	case a.Function != "":
		return "AWS/Lambda", dimension("FunctionName", s.functions[a.Function].FunctionName())
	default:
		return "AWS/ApiGateway", dimension("ApiId", s.http.api.Ref())
	}
}
