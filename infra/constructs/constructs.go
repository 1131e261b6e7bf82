// Package constructs holds the CDK constructs of which the stacks are made: a function with its own role, explicit actions and a log
// group with a retention; a queue with dead letters; an alarm with a description.
//
// CDK's grant helpers are not used (GrantReadData includes Scan), nor its feature flags. It imports the topology,
// the stage's configuration and CDK. Its calls are not safe for concurrent use.
package constructs

import (
	"math"
	"path"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/recado-chat/recado/infra/config"
	"github.com/recado-chat/recado/infra/topology"
)

// Seconds is a duration of whole seconds.
func Seconds(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}

// Days is a duration of whole days.
func Days(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Days(jsii.Number(math.Ceil(d.Hours() / 24)))
}

// Kept is the removal policy of a resource that holds data.
func Kept(stage config.Stage) awscdk.RemovalPolicy {
	if stage.Kept {
		return awscdk.RemovalPolicy_RETAIN
	}
	return awscdk.RemovalPolicy_DESTROY
}

// Permission lets a function do the actions with the resources.
type Permission struct {
	Actions   []string
	Resources []string
}

// FunctionProps are what a function needs beyond its topology.
type FunctionProps struct {
	Stage       config.Stage
	Binaries    string // the folder with <architecture>/<function>/bootstrap
	Environment map[string]string
	Permissions []Permission
}

// NewFunction makes a function of the topology, with its own role and log group.
func NewFunction(scope constructs.Construct, f topology.Function, props FunctionProps) awslambda.Function {
	own := constructs.NewConstruct(scope, jsii.String(f.Name))
	logs := awslogs.NewLogGroup(own, jsii.String("Logs"), &awslogs.LogGroupProps{
		Retention: retention(props.Stage.LogsKept), RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	statements := []awsiam.PolicyStatement{statement(Permission{
		Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resources: []string{*logs.LogGroupArn()},
	})}
	for _, p := range props.Permissions {
		statements = append(statements, statement(p))
	}
	role := awsiam.NewRole(own, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"own": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements}),
		},
	})
	environment := make(map[string]*string, len(props.Environment))
	for key, value := range props.Environment {
		environment[key] = jsii.String(value)
	}
	architecture := awslambda.Architecture_ARM_64()
	if props.Stage.Architecture == "amd64" {
		architecture = awslambda.Architecture_X86_64()
	}
	return awslambda.NewFunction(own, jsii.String("Function"), &awslambda.FunctionProps{
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: architecture,
		Handler:      jsii.String("bootstrap"),
		Code:         awslambda.Code_FromAsset(jsii.String(path.Join(props.Binaries, props.Stage.Architecture, f.Name)), nil),
		Timeout:      Seconds(f.Timeout),
		MemorySize:   jsii.Number(float64(f.MemoryMB)),
		Environment:  &environment,
		// An immutable reference: CDK adds no permissions to the role.
		Role:     awsiam.Role_FromRoleArn(own, jsii.String("OwnRole"), role.RoleArn(), &awsiam.FromRoleArnOptions{Mutable: jsii.Bool(false)}),
		LogGroup: logs,
		// Lambda's own START, END and REPORT lines would be most of the log's volume, at half a dollar a gigabyte.
		LoggingFormat:         awslambda.LoggingFormat_JSON,
		SystemLogLevelV2:      awslambda.SystemLogLevel_WARN,
		ApplicationLogLevelV2: awslambda.ApplicationLogLevel_INFO,
	})
}

func statement(p Permission) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Effect: awsiam.Effect_ALLOW, Actions: jsii.Strings(p.Actions...), Resources: jsii.Strings(p.Resources...),
	})
}

func retention(d time.Duration) awslogs.RetentionDays {
	switch {
	case d <= 24*time.Hour:
		return awslogs.RetentionDays_ONE_DAY
	case d <= 7*24*time.Hour:
		return awslogs.RetentionDays_ONE_WEEK
	default:
		return awslogs.RetentionDays_ONE_MONTH
	}
}

// queueKept is the longest retention that SQS allows.
const queueKept = 14 * 24 * time.Hour

// NewDeadLetters makes a dead-letter queue.
func NewDeadLetters(scope constructs.Construct, stage config.Stage, name string, fifo bool) awssqs.Queue {
	props := &awssqs.QueueProps{
		QueueName:  queueName(stage, name),
		Encryption: awssqs.QueueEncryption_SQS_MANAGED, EnforceSSL: jsii.Bool(true), RetentionPeriod: Seconds(queueKept),
	}
	if fifo {
		props.Fifo = jsii.Bool(true)
	}
	return awssqs.NewQueue(scope, jsii.String(name), props)
}

// queueName ends in the topology's name: functions tell the queues that feed them apart by it, and people find them.
func queueName(stage config.Stage, name string) *string {
	return jsii.String("recado-" + stage.Name + "-" + name)
}

// NewQueue makes a queue of the topology over its dead letters.
func NewQueue(scope constructs.Construct, stage config.Stage, q topology.Queue, dead awssqs.IQueue) awssqs.Queue {
	props := &awssqs.QueueProps{
		QueueName:  queueName(stage, q.Name),
		Encryption: awssqs.QueueEncryption_SQS_MANAGED, EnforceSSL: jsii.Bool(true), RetentionPeriod: Seconds(queueKept),
		VisibilityTimeout: Seconds(q.Visibility()),
		DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: dead, MaxReceiveCount: jsii.Number(float64(q.MaxReceive))},
	}
	if q.FIFO {
		// Throughput and deduplication by message group, so that a busy group does not slow the others.
		props.Fifo = jsii.Bool(true)
		props.DeduplicationScope = awssqs.DeduplicationScope_MESSAGE_GROUP
		props.FifoThroughputLimit = awssqs.FifoThroughputLimit_PER_MESSAGE_GROUP_ID
	}
	return awssqs.NewQueue(scope, jsii.String(q.Name), props)
}
