package stacks

import (
	"fmt"
	"maps"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/recado-chat/recado/infra/config"
	"github.com/recado-chat/recado/infra/constructs"
	"github.com/recado-chat/recado/infra/topology"
)

// Service is the stack of functions, queues, both APIs and alarms.
type Service struct {
	Stack awscdk.Stack
	// HTTPHost and SocketHost are the APIs' own names.
	HTTPHost, SocketHost string

	stage     config.Stage
	state     *State
	queues    map[string]awssqs.IQueue
	functions map[string]awslambda.Function
	http      *api
	sockets   *api
}

// NewService makes it over the state.
func NewService(scope awsconstructs.Construct, stage config.Stage, state *State, built Built) *Service {
	s := &Service{
		Stack: newStack(scope, stage, "Service", "everything made from code: functions, queues, APIs", false),
		stage: stage, state: state, queues: make(map[string]awssqs.IQueue), functions: make(map[string]awslambda.Function),
	}
	s.newQueues()
	s.http, s.sockets = s.newHTTP(), s.newSockets()
	s.HTTPHost, s.SocketHost = s.http.host(s.Stack), s.sockets.host(s.Stack)
	values := s.values()
	for _, f := range topology.Functions {
		s.functions[f.Name] = constructs.NewFunction(s.Stack, f, constructs.FunctionProps{
			Stage: stage, Binaries: built.Functions, Environment: f.Environment(values), Permissions: s.permissions(f),
		})
	}
	s.connectSources()
	s.connectHTTP()
	s.connectSockets()
	s.newAlarms()
	s.output("HttpUrl", "https://"+s.HTTPHost, "the HTTP API's own address; people use Edge's")
	s.output("WebhookUrl", "https://"+s.HTTPHost+"/webhooks", "what providers are given, with their name behind it; Edge's works too and costs a dollar more a million")
	s.output("SocketUrl", "wss://"+s.SocketHost+"/"+socketStage, "the WebSocket API's own address; people use Edge's")
	return s
}

func (s *Service) output(name, value, what string) {
	awscdk.NewCfnOutput(s.Stack, jsii.String(name), &awscdk.CfnOutputProps{Value: jsii.String(value), Description: jsii.String(what)})
}

func (s *Service) newQueues() {
	for _, name := range []string{topology.DeadLetters, topology.DeadLettersStandard, topology.DeadLettersFIFO} {
		s.queues[name] = constructs.NewDeadLetters(s.Stack, s.stage, name, name == topology.DeadLettersFIFO)
	}
	for _, q := range topology.Queues {
		s.queues[q.Name] = constructs.NewQueue(s.Stack, s.stage, q, s.queues[q.Dead()])
	}
}

// values are what the topology's environments stand for in this stage.
func (s *Service) values() topology.Values {
	v := topology.Values{
		Tables:   make(map[topology.Table]string),
		Buckets:  make(map[topology.Bucket]string),
		QueueURL: func(name string) string { return *s.queues[name].QueueUrl() },
		Secret:   func(secret topology.Secret) string { return s.stage.Parameter(secret.Name) },
		Resource: map[string]string{
			"SOCKET_ENDPOINT": "https://" + s.SocketHost + "/" + socketStage, "SECRET_KEY_ID": *s.state.Key.KeyId(),
			"USER_POOL_ID": *s.state.Users.UserPoolId(), "USER_POOL_CLIENT_ID": *s.state.Client.UserPoolClientId(),
			topology.WebhookURL: "https://" + s.HTTPHost + "/webhooks",
		},
		Settings: maps.Clone(s.stage.Providers),
	}
	v.Settings[topology.MailFrom] = s.stage.MailFrom
	for table, resource := range s.state.Tables {
		v.Tables[table] = *resource.Ref()
	}
	for bucket, resource := range s.state.Buckets {
		v.Buckets[bucket] = *resource.BucketName()
	}
	return v
}

// permissions are the function's grants, on the resources of this stage.
func (s *Service) permissions(f topology.Function) []constructs.Permission {
	var permissions []constructs.Permission
	for _, grant := range f.Grants() {
		permissions = append(permissions, s.permission(grant)...)
	}
	return permissions
}

func (s *Service) permission(g topology.Grant) []constructs.Permission {
	one := func(resource string) []constructs.Permission {
		return []constructs.Permission{{Actions: g.Actions, Resources: []string{resource}}}
	}
	arn := func(service, resource string) string {
		return *s.Stack.FormatArn(&awscdk.ArnComponents{
			Service: jsii.String(service), Resource: jsii.String(resource), ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
		})
	}
	switch g.Kind {
	case topology.KindTable:
		return one(*s.state.Tables[topology.Table(g.Name)].AttrArn())
	case topology.KindIndex:
		table, index := g.Index()
		return one(*s.state.Tables[table].AttrArn() + "/index/" + index)
	case topology.KindStream:
		return one(*s.state.Tables[topology.Table(g.Name)].AttrStreamArn())
	case topology.KindBucket:
		return bucketPermissions(g.Actions, *s.state.Buckets[topology.Bucket(g.Name)].BucketArn())
	case topology.KindQueue:
		return one(*s.queues[g.Name].QueueArn())
	case topology.KindParameter:
		return one(arn("ssm", "parameter"+s.stage.Parameter(g.Name)))
	case topology.KindKey:
		return one(*s.state.Key.KeyArn())
	case topology.KindUsers:
		return one(*s.state.Users.UserPoolArn())
	case topology.KindSockets:
		return one(arn("execute-api", *s.sockets.api.Ref()+"/"+socketStage+"/*/@connections/*"))
	case topology.KindMail:
		return one(arn("ses", "identity/*"))
	}
	panic(fmt.Sprintf("stacks: no resource for a grant on a %s", g.Kind))
}

// bucketPermissions tell what is done to a bucket from what is done to its objects.
func bucketPermissions(actions []string, arn string) []constructs.Permission {
	var permissions []constructs.Permission
	var objects []string
	for _, action := range actions {
		if action == "s3:ListBucket" {
			permissions = append(permissions, constructs.Permission{Actions: []string{action}, Resources: []string{arn}})
			continue
		}
		objects = append(objects, action)
	}
	return append(permissions, constructs.Permission{Actions: objects, Resources: []string{arn + "/*"}})
}
