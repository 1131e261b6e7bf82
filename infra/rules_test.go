package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/recado-chat/recado/functions/webhook"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/limit"
	"github.com/recado-chat/recado/shared/obs"
)

// everyStack looks at all stacks of all stages.
func everyStack(t *testing.T, look func(t *testing.T, stage, name string, stack template)) {
	t.Helper()
	for stage, templates := range synthesised {
		for name, stack := range templates {
			t.Run(stage+"/"+name, func(t *testing.T) { look(t, stage, name, stack) })
		}
	}
}

// free are the resource types that cost nothing without traffic, and idle those that cost the same every month, with the price of
// infra/cost. None is priced by the hour.
var (
	free = []string{
		"AWS::ApiGateway::Account", "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Stage", "AWS::CDK::Metadata",
		"AWS::CloudFront::Distribution", "AWS::CloudFront::Function", "AWS::CloudFront::OriginAccessControl", "AWS::CloudFront::ResponseHeadersPolicy",
		"AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient", "AWS::DynamoDB::Table", "AWS::Events::Rule", "AWS::IAM::Policy", "AWS::IAM::Role",
		"AWS::Lambda::Function", "AWS::Lambda::LayerVersion", "AWS::Lambda::Permission", "AWS::Logs::LogGroup", "AWS::S3::Bucket", "AWS::S3::BucketPolicy",
		"AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "AWS::SSM::Parameter", "Custom::CDKBucketDeployment",
	}
	idle = []string{"AWS::CloudWatch::Alarm", "AWS::KMS::Key", "AWS::Lambda::EventSourceMapping"}
)

// C-01: nothing costs while idle.
func TestTemplates_NoResourcePricedByHour(t *testing.T) {
	t.Parallel()
	everyStack(t, func(t *testing.T, _, _ string, stack template) {
		for id, r := range stack.Resources {
			if !slices.Contains(free, r.Type) && !slices.Contains(idle, r.Type) {
				t.Errorf("%s is a %s: say in this list, and in infra/cost, what it costs without traffic", id, r.Type)
			}
		}
		for id, r := range stack.of("AWS::DynamoDB::Table") {
			if r.Properties["BillingMode"] != "PAY_PER_REQUEST" {
				t.Errorf("%s has provisioned capacity, which is paid by the hour", id)
			}
		}
		for id, r := range stack.of("AWS::Lambda::Function") {
			if r.Properties["VpcConfig"] != nil || r.Properties["ProvisionedConcurrencyConfig"] != nil {
				t.Errorf("%s uses a resource that is billed by the hour", id)
			}
		}
	})
}

func TestTemplates_ValidatorFindsNothing(t *testing.T) {
	t.Parallel()
	for stage, report := range reports {
		var found struct {
			Title         string
			PluginReports []json.RawMessage
		}
		if err := json.Unmarshal(report, &found); err != nil || found.Title == "" {
			t.Fatalf("%s: %s, %v", stage, report, err)
		}
		for _, finding := range found.PluginReports {
			t.Errorf("%s: %s", stage, finding)
		}
	}
}

// actionsOf are the SDK's operations by IAM's service prefix: an action that is neither one of them nor in notCalls does not exist.
var actionsOf = map[string][]reflect.Type{
	"cognito-idp": {reflect.TypeFor[*cognitoidentityprovider.Client]()},
	"dynamodb":    {reflect.TypeFor[*dynamodb.Client](), reflect.TypeFor[*dynamodbstreams.Client]()},
	"kms":         {reflect.TypeFor[*kms.Client]()},
	"s3":          {reflect.TypeFor[*s3.Client]()},
	"ses":         {reflect.TypeFor[*sesv2.Client]()},
	"sqs":         {reflect.TypeFor[*sqs.Client]()},
	"ssm":         {reflect.TypeFor[*ssm.Client]()},
}

// notCalls are actions that are no operation of their own, or of a service whose client we do not have.
var notCalls = []string{
	"dynamodb:ConditionCheckItem",   // a part of TransactWriteItems
	"execute-api:ManageConnections", // every call of the management API
	"logs:CreateLogStream",          // Lambda's own
	"logs:PutLogEvents",             // Lambda's own
	"s3:ListBucket",                 // ListObjects, and a 404 instead of a 403
}

func TestPermissions_AreExplicit(t *testing.T) {
	t.Parallel()
	for stage, templates := range synthesised {
		for id, role := range templates["Service"].of("AWS::IAM::Role") {
			if role.Properties["ManagedPolicyArns"] != nil {
				t.Errorf("%s of %s has a policy of another service", id, stage)
			}
			for _, s := range statements(role) {
				for _, action := range s.actions {
					if err := knownAction(action); err != nil {
						t.Errorf("%s of %s: %v", id, stage, err)
					}
				}
				for _, r := range s.resources {
					if r == "*" {
						t.Errorf("%s of %s may do %v with everything", id, stage, s.actions)
					}
				}
			}
		}
		for kind := range map[string]bool{"AWS::IAM::Policy": true, "AWS::IAM::ManagedPolicy": true} {
			if found := templates["Service"].of(kind); len(found) > 0 {
				t.Errorf("%s has policies beside the functions' roles: %v", stage, slices.Sorted(maps.Keys(found)))
			}
		}
	}
}

func knownAction(action string) error {
	if slices.Contains(notCalls, action) {
		return nil
	}
	service, name, _ := strings.Cut(action, ":")
	if name == "Scan" || strings.Contains(action, "*") {
		return fmt.Errorf("%s: every access is by key and by name", action)
	}
	clients, known := actionsOf[service]
	if !known {
		return fmt.Errorf("%s: no client of that service is known here", action)
	}
	if !slices.ContainsFunc(clients, func(c reflect.Type) bool { _, has := c.MethodByName(name); return has }) {
		return fmt.Errorf("%s: there is no such operation", action)
	}
	return nil
}

// TestGrants_MatchEnvironment, in both directions: a function has no permission on what its Config does not name, and none
// of the resources that its Config names without a permission on it.
func TestGrants_MatchEnvironment(t *testing.T) {
	t.Parallel()
	values := topology.Values{QueueURL: func(name string) string { return name }, Secret: func(s topology.Secret) string { return s.Name }}
	plain := append(slices.Collect(maps.Keys(topology.ProviderSettings())), topology.WebhookURL, "USER_POOL_CLIENT_ID") // name no resource, or a part of another one
	for _, f := range topology.Functions {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			environment := f.Environment(values)
			granted := map[string]bool{}
			for _, g := range f.Grants() {
				if g.Trigger == (g.Env != "") {
					t.Errorf("%s %s: a grant is for a trigger or has the key by which the function finds its resource", g.Kind, g.Name)
				}
				if g.Env == "" {
					continue
				}
				granted[g.Env] = true
				if _, reads := environment[g.Env]; !reads {
					t.Errorf("it may %v %s %s, and its Config does not read %s", g.Actions, g.Kind, g.Name, g.Env)
				}
			}
			for key := range environment {
				if !granted[key] && !slices.Contains(plain, key) {
					t.Errorf("its Config reads %s, and no grant goes with it", key)
				}
			}
		})
	}
}

func TestTemplates_FitLambdaLimits(t *testing.T) {
	t.Parallel()
	everyStack(t, func(t *testing.T, _, name string, stack template) {
		for id, r := range stack.of("AWS::Lambda::Function") {
			if timeout, ok := r.Properties["Timeout"].(float64); !ok || timeout > 900 {
				t.Errorf("%s may run %v s: Lambda ends it after 900", id, r.Properties["Timeout"])
			}
		}
		for id, r := range stack.of("AWS::Lambda::EventSourceMapping") {
			if got := texts(r.Properties["FunctionResponseTypes"]); !slices.Equal(got, []string{"ReportBatchItemFailures"}) {
				t.Errorf("%s: one bad record would stop a batch: %v", id, got)
			}
		}
		if name != "Service" {
			return
		}
		dead := 0
		for id, r := range stack.of("AWS::SQS::Queue") {
			if r.Properties["SqsManagedSseEnabled"] != true {
				t.Errorf("%s is not encrypted", id)
			}
			if r.Properties["RedrivePolicy"] == nil {
				dead++
			}
		}
		if want := 3; dead != want {
			t.Errorf("%d queues have no dead letters, want the %d dead-letter queues alone", dead, want)
		}
		for id, r := range stack.of("AWS::Logs::LogGroup") {
			if r.Properties["RetentionInDays"] == nil {
				t.Errorf("%s has no retention", id)
			}
		}
	})
}

func TestTemplates_DataSurvivesStackDeletion(t *testing.T) {
	t.Parallel()
	holds := []string{"AWS::Cognito::UserPool", "AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::S3::Bucket"}
	for stage, templates := range synthesised {
		want := "Retain"
		if stage == "test" {
			want = "Delete"
		}
		for id, r := range templates["State"].Resources {
			if slices.Contains(holds, r.Type) && r.DeletionPolicy != want {
				t.Errorf("%s of %s: %s, want %s", id, stage, r.DeletionPolicy, want)
			}
		}
		for _, name := range []string{"Service", "Edge"} {
			for id, r := range templates[name].Resources {
				if r.DeletionPolicy == "Retain" && r.Type != "AWS::Lambda::LayerVersion" {
					t.Errorf("%s of %s %s is kept, and belongs into State", id, stage, name)
				}
			}
		}
	}
}

func TestFiles_DeletedOrOverwritten_KeptAsVersions(t *testing.T) {
	t.Parallel()
	for stage, templates := range synthesised {
		for id, r := range templates["State"].of("AWS::S3::Bucket") {
			if !strings.HasPrefix(id, "Media") {
				continue
			}
			versioning, _ := r.Properties["VersioningConfiguration"].(map[string]any)
			if versioning["Status"] != "Enabled" || !strings.Contains(fmt.Sprint(r.Properties["LifecycleConfiguration"]), "NoncurrentDays:35") {
				t.Errorf("%s of %s: versions %v, %v", id, stage, versioning, r.Properties["LifecycleConfiguration"])
			}
		}
	}
}

func TestGateways_ThrottledAndLoggedWithoutSecrets(t *testing.T) {
	t.Parallel()
	for stage, templates := range synthesised {
		found := templates["Service"].of("AWS::ApiGatewayV2::Stage")
		if len(found) != 2 {
			t.Errorf("%d gateways in %s, want HTTP and sockets", len(found), stage)
		}
		for id, r := range found {
			settings, _ := r.Properties["DefaultRouteSettings"].(map[string]any)
			for _, limit := range []string{"ThrottlingRateLimit", "ThrottlingBurstLimit"} {
				if n, _ := settings[limit].(float64); n <= 0 {
					t.Errorf("%s of %s has no %s", id, stage, limit)
				}
			}
			if routes, ok := r.Properties["RouteSettings"].(map[string]any); ok {
				visitors, _ := routes["ANY /widget/v1/{proxy+}"].(map[string]any)
				if rate, _ := visitors["ThrottlingRateLimit"].(float64); rate <= 0 || rate >= settings["ThrottlingRateLimit"].(float64) {
					t.Errorf("%s of %s lets through %v requests of visitors a second, of %v in all", id, stage, rate, settings["ThrottlingRateLimit"])
				}
			} else if id == "HttpStage" {
				t.Errorf("%s of %s has no throttle for visitors", id, stage)
			}
			log, _ := r.Properties["AccessLogSettings"].(map[string]any)
			format, _ := log["Format"].(string)
			if !strings.Contains(format, "$context.routeKey") {
				t.Errorf("%s of %s: access log %q", id, stage, format)
			}
			for _, secret := range []string{"path", "query", "authorizer", "header"} {
				if strings.Contains(strings.ToLower(format), secret) {
					t.Errorf("the access log of %s holds %q: %s", id, secret, format)
				}
			}
		}
	}
}

func TestRoutes_NoAuthorizerInGateway(t *testing.T) {
	t.Parallel()
	for id, r := range synthesised["prod"]["Service"].of("AWS::ApiGatewayV2::Route") {
		if r.Properties["AuthorizationType"] != "NONE" {
			t.Errorf("%s: %v", id, r.Properties["AuthorizationType"])
		}
	}
	want := len(topology.Routes) + 3 // and the socket's
	if got := len(synthesised["prod"]["Service"].of("AWS::ApiGatewayV2::Route")); got != want {
		t.Errorf("%d routes, want %d", got, want)
	}
}

// secretLike finds secrets, which templates must not contain, since everybody who may describe a stack reads them.
var secretLike = regexp.MustCompile(`(?i)(SECRET|TOKEN|PASSWORD|SIGNING_KEY)(=|":")`)

func TestTemplates_ContainNoSecret(t *testing.T) {
	t.Parallel()
	for stage, templates := range synthesised {
		for id, r := range templates["Service"].of("AWS::Lambda::Function") {
			environment, _ := r.Properties["Environment"].(map[string]any)
			variables, _ := environment["Variables"].(map[string]any)
			if len(variables) == 0 {
				t.Errorf("%s of %s has no environment", id, stage)
			}
			for key := range variables {
				if secretLike.MatchString(key + "=") {
					t.Errorf("%s of %s holds %s itself: it gets the parameter's name", id, stage, key)
				}
			}
		}
	}
}

// An alarm on a counter of ours watches the name and namespace that functions write, without a dimension.
func TestAlarms_Own_WatchesCounter(t *testing.T) {
	t.Parallel()
	counters, found := []any{boot.CallsRetried.Name, limit.RequestsLimited.Name, webhook.SignaturesRejected.Name}, 0
	for id, r := range synthesised["prod"]["Service"].of("AWS::CloudWatch::Alarm") {
		p := r.Properties
		for _, query := range each(p["Metrics"]) {
			if stat, ok := query.(map[string]any)["MetricStat"].(map[string]any); ok && p["Namespace"] != obs.Namespace {
				p, _ = stat["Metric"].(map[string]any)
			}
		}
		if p["Namespace"] != obs.Namespace {
			continue
		}
		found++
		if !slices.Contains(counters, p["MetricName"]) || p["Dimensions"] != nil {
			t.Errorf("%s watches %v with %v, which no function writes", id, p["MetricName"], p["Dimensions"])
		}
	}
	if found != len(counters) {
		t.Errorf("%d alarms watch counters of ours, want %d", found, len(counters))
	}
}

func TestAlarms_DescribedAndSent(t *testing.T) {
	t.Parallel()
	for _, alarm := range topology.Alarms {
		if len(alarm.Description) < 80 {
			t.Errorf("%s says %q: a description says what fails and what to do", alarm.Name, alarm.Description)
		}
	}
	for id, r := range synthesised["prod"]["Service"].of("AWS::CloudWatch::Alarm") {
		if len(each(r.Properties["AlarmActions"])) != 1 {
			t.Errorf("%s has no action", id)
		}
	}
}

// The widget's files are for pages of any origin, the console's policy is for the console alone.
func TestEdge_Headers(t *testing.T) {
	t.Parallel()
	edge := synthesised["prod"]["Edge"]
	var patterns []string
	for _, r := range edge.of("AWS::CloudFront::Distribution") {
		distribution, _ := r.Properties["DistributionConfig"].(map[string]any)
		for _, behaviour := range each(distribution["CacheBehaviors"]) {
			pattern, _ := behaviour.(map[string]any)
			patterns = append(patterns, fmt.Sprint(pattern["PathPattern"]))
		}
	}
	if api, files := slices.Index(patterns, "/widget/v1/*"), slices.Index(patterns, "/widget/*"); api < 0 || files < api {
		t.Errorf("the behaviours are %v: the first that matches is taken", patterns)
	}
	encoded, err := json.Marshal(edge.of("AWS::CloudFront::ResponseHeadersPolicy"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(encoded)
	for _, want := range []string{
		`"Header":"Cross-Origin-Resource-Policy","Override":true,"Value":"cross-origin"`, `"AccessControlAllowOrigins":{"Items":["*"]}`, "connect-src 'self' https://",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the headers lack %s: %s", want, text)
		}
	}
	if strings.Contains(text, "wss:") {
		t.Errorf("the console's policy names every socket: %s", text)
	}
}
