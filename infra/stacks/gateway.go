package stacks

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"github.com/recado-chat/recado/infra/topology"
)

// socketStage is also the path of the socket behind Edge: a stage is the first part of a WebSocket API's path.
const socketStage = "socket"

// api is an API of API Gateway with what leads its routes to functions.
type api struct {
	name         string
	api          awsapigatewayv2.CfnApi
	stage        awsapigatewayv2.CfnStage
	integrations map[string]awsapigatewayv2.CfnIntegration
}

func (a *api) host(stack awscdk.Stack) string {
	return *a.api.Ref() + ".execute-api." + *stack.Region() + "." + *stack.UrlSuffix()
}

func (s *Service) newHTTP() *api {
	a := &api{name: "Http", integrations: make(map[string]awsapigatewayv2.CfnIntegration)}
	a.api = awsapigatewayv2.NewCfnApi(s.Stack, jsii.String(a.name), &awsapigatewayv2.CfnApiProps{
		Name: jsii.String("recado-" + s.stage.Name), ProtocolType: jsii.String("HTTP"),
	})
	a.stage = awsapigatewayv2.NewCfnStage(s.Stack, jsii.String("HttpStage"), &awsapigatewayv2.CfnStageProps{
		ApiId: a.api.Ref(), StageName: jsii.String("$default"), AutoDeploy: jsii.Bool(true),
		DefaultRouteSettings: &awsapigatewayv2.CfnStage_RouteSettingsProperty{
			ThrottlingRateLimit: jsii.Number(float64(s.stage.WebhookRate)), ThrottlingBurstLimit: jsii.Number(float64(s.stage.WebhookBurst)),
		},
		RouteSettings:     s.visitorThrottle(),
		AccessLogSettings: s.accessLog(a, `{"id":"$context.requestId","route":"$context.routeKey","status":"$context.status","ms":"$context.responseLatency","error":"$context.integrationErrorMessage"}`),
	})
	return a
}

// visitorFunction serves the routes that anybody calls who sees a shop's page.
const visitorFunction = "widget"

// visitorThrottle is the throttle of visitors' routes, by route key: a flood of them leaves providers and operators theirs, and requests
// that the gateway refuses reach no function.
func (s *Service) visitorThrottle() map[string]any {
	settings := map[string]any{}
	for _, route := range topology.Routes {
		if route.Function == visitorFunction {
			settings[route.Method+" "+route.Path] = map[string]any{"ThrottlingRateLimit": s.stage.VisitorRate, "ThrottlingBurstLimit": s.stage.VisitorBurst}
		}
	}
	return settings
}

// accessLog is an API's access log. Its format has the route and never the path or the query: they may hold secrets and tickets.
func (s *Service) accessLog(a *api, format string) *awsapigatewayv2.CfnStage_AccessLogSettingsProperty {
	logs := awslogs.NewLogGroup(s.Stack, jsii.String(a.name+"Logs"), &awslogs.LogGroupProps{
		Retention: awslogs.RetentionDays_ONE_WEEK, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	return &awsapigatewayv2.CfnStage_AccessLogSettingsProperty{DestinationArn: logs.LogGroupArn(), Format: jsii.String(format)}
}

func (s *Service) newSockets() *api {
	a := &api{name: "Sockets", integrations: make(map[string]awsapigatewayv2.CfnIntegration)}
	a.api = awsapigatewayv2.NewCfnApi(s.Stack, jsii.String(a.name), &awsapigatewayv2.CfnApiProps{
		Name: jsii.String("recado-" + s.stage.Name + "-sockets"), ProtocolType: jsii.String("WEBSOCKET"),
		RouteSelectionExpression: jsii.String("$request.body.action"),
	})
	awsapigatewayv2.NewCfnStage(s.Stack, jsii.String("SocketsStage"), &awsapigatewayv2.CfnStageProps{
		ApiId: a.api.Ref(), StageName: jsii.String(socketStage), AutoDeploy: jsii.Bool(true),
		DefaultRouteSettings: &awsapigatewayv2.CfnStage_RouteSettingsProperty{
			ThrottlingRateLimit: jsii.Number(float64(s.stage.SocketRate)), ThrottlingBurstLimit: jsii.Number(float64(s.stage.SocketBurst)),
		},
		AccessLogSettings: s.accessLog(a, `{"id":"$context.requestId","connection":"$context.connectionId","event":"$context.eventType","route":"$context.routeKey","status":"$context.status","error":"$context.integrationErrorMessage"}`),
	})
	return a
}

func (s *Service) connectHTTP() {
	for _, route := range topology.Routes {
		made := s.route(s.http, route.Method+" "+route.Path, route.Function)
		if route.Function == visitorFunction {
			s.http.stage.AddResourceDependency(made, jsii.String("a stage with settings of a route that does not exist is refused"))
		}
	}
	s.allow(s.http, "/*/*/*")
}

func (s *Service) connectSockets() {
	for _, f := range topology.Functions {
		if !f.Socket {
			continue
		}
		for _, key := range []string{"$connect", "$disconnect", "$default"} {
			s.route(s.sockets, key, f.Name)
		}
	}
	s.allow(s.sockets, "/*/*")
}

func (s *Service) route(a *api, key, function string) awsapigatewayv2.CfnRoute {
	integration := a.integrations[function]
	if integration == nil {
		props := &awsapigatewayv2.CfnIntegrationProps{
			ApiId: a.api.Ref(), IntegrationType: jsii.String("AWS_PROXY"), IntegrationUri: s.invocationURI(function),
		}
		if a == s.http {
			props.IntegrationUri, props.PayloadFormatVersion = s.functions[function].FunctionArn(), jsii.String("2.0")
		}
		integration = awsapigatewayv2.NewCfnIntegration(s.Stack, jsii.String(a.name+"To-"+function), props)
		a.integrations[function] = integration
	}
	return awsapigatewayv2.NewCfnRoute(s.Stack, jsii.String(a.name+"Route-"+logical(key)), &awsapigatewayv2.CfnRouteProps{
		ApiId: a.api.Ref(), RouteKey: jsii.String(key), AuthorizationType: jsii.String("NONE"),
		Target: jsii.String("integrations/" + *integration.Ref()),
	})
}

func (s *Service) invocationURI(function string) *string {
	return s.Stack.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("apigateway"), Account: jsii.String("lambda"), Resource: jsii.String("path"),
		ResourceName: jsii.String("2015-03-31/functions/" + *s.functions[function].FunctionArn() + "/invocations"),
	})
}

// allow lets the API invoke the functions behind its routes; pattern is stage, method and path, as far as the API has them.
func (s *Service) allow(a *api, pattern string) {
	var names []string
	for name := range a.integrations {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		awslambda.NewCfnPermission(s.Stack, jsii.String(a.name+"MayCall-"+name), &awslambda.CfnPermissionProps{
			Action: jsii.String("lambda:InvokeFunction"), FunctionName: s.functions[name].FunctionName(),
			Principal: jsii.String("apigateway.amazonaws.com"),
			SourceArn: s.Stack.FormatArn(&awscdk.ArnComponents{
				Service: jsii.String("execute-api"), ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME, Resource: jsii.String(*a.api.Ref() + pattern),
			}),
		})
	}
}

// logical is a route key without what a logical id cannot hold.
func logical(key string) string {
	return strings.Trim(strings.NewReplacer(" ", "-", "/", "-", "{", "", "}", "", "+", "", "$", "").Replace(key), "-")
}
