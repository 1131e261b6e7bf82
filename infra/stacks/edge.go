package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3deployment"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/recado-chat/recado/infra/config"
	"github.com/recado-chat/recado/infra/topology"
)

// pages leads every path that names no file to the console's one page. It runs before the cache, in CloudFront's own JavaScript.
const pages = `function handler(event) {
  var request = event.request;
  if (request.uri.lastIndexOf('.') <= request.uri.lastIndexOf('/')) request.uri = '/index.html';
  return request;
}`

// viewer passes the viewer's address to the API, since API Gateway sees only CloudFront's.
const viewer = `function handler(event) {
  event.request.headers['x-recado-viewer'] = { value: event.viewer.ip };
  return event.request;
}`

// contentSecurity is the console's policy: no script but its own files, and no socket but its own, which has the console's host and is
// 'self' (www.w3.org/TR/CSP3/#match-url-to-source-expression). Styles are set inline by the component library; files of messages come
// from the bucket's own host, over signed links.
const contentSecurity = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: %[1]s; media-src 'self' blob: %[1]s; " +
	"connect-src 'self' %[1]s; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// NewEdge makes the distribution: one host name for the console, the API, the webhooks and the socket. Service does not depend on it;
// functions read its address from a parameter.
func NewEdge(scope constructs.Construct, stage config.Stage, state *State, service *Service, built Built) awscdk.Stack {
	stack := newStack(scope, stage, "Edge", "what the public sees: CloudFront and the console's files", false)
	files := awss3.NewBucket(stack, jsii.String("Console"), &awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(), EnforceSSL: jsii.Bool(true), MinimumTLSVersion: jsii.Number(1.2),
		Encryption: awss3.BucketEncryption_S3_MANAGED, ObjectOwnership: awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	// The stack's id ends in a random number that is not known outside the account: enough of a secret to tell our distribution from
	// others.
	originSecret := awscdk.Fn_Select(jsii.Number(2), awscdk.Fn_Split(jsii.String("/"), stack.StackId(), nil))
	toHTTP := forwarded(service.HTTPHost, map[string]*string{"X-Recado-Origin": originSecret})
	toAPI := *toHTTP
	toAPI.FunctionAssociations = onRequest(stack, "Viewer", viewer)
	distribution := awscloudfront.NewDistribution(stack, jsii.String("Distribution"), &awscloudfront.DistributionProps{
		Comment: jsii.String("recado-" + stage.Name), HttpVersion: awscloudfront.HttpVersion_HTTP2_AND_3,
		PriceClass: awscloudfront.PriceClass_PRICE_CLASS_ALL, DomainNames: names(stage), Certificate: certificate(stack, stage), WebAclId: optional(stage.WebACL),
		MinimumProtocolVersion: oldestTLS(stage),
		DefaultBehavior: &awscloudfront.BehaviorOptions{
			Origin:                awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl(files, nil),
			ViewerProtocolPolicy:  awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
			CachePolicy:           awscloudfront.CachePolicy_CACHING_OPTIMIZED(),
			ResponseHeadersPolicy: consoleHeaders(stack, stage, state),
			FunctionAssociations:  onRequest(stack, "Pages", pages),
		},
		AdditionalBehaviors: &map[string]*awscloudfront.BehaviorOptions{
			"/api/*": &toAPI, "/widget/v1/*": &toAPI, "/webhooks/*": toHTTP, "/healthz": toHTTP, "/" + socketStage: forwarded(service.SocketHost, nil),
		},
	})
	// Added behind the others, whose patterns are narrower: CloudFront takes the first that matches.
	distribution.AddBehavior(jsii.String("/widget/*"), awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl(files, nil), &awscloudfront.AddBehaviorOptions{
		ViewerProtocolPolicy:  awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
		CachePolicy:           awscloudfront.CachePolicy_CACHING_OPTIMIZED(),
		ResponseHeadersPolicy: widgetHeaders(stack, stage),
	})
	deployConsole(stack, files, distribution, built.Console)
	deployWidget(stack, files, distribution, built.Widget)
	address := "https://" + *distribution.DistributionDomainName()
	if stage.Domain != "" {
		address = "https://" + stage.Domain
	}
	parameter(stack, stage, topology.PublicURL, jsii.String(address),
		"Where people find the console: links in e-mails begin with it, and browsers' requests are accepted from it alone.")
	parameter(stack, stage, topology.OriginSecret, originSecret, "What CloudFront shows to the API, which then believes the viewer's address.")
	awscdk.NewCfnOutput(stack, jsii.String("Url"), &awscdk.CfnOutputProps{Value: jsii.String(address), Description: jsii.String("the console")})
	awscdk.NewCfnOutput(stack, jsii.String("DistributionName"), &awscdk.CfnOutputProps{
		Value: distribution.DistributionDomainName(), Description: jsii.String("what the domain's CNAME or alias record names"),
	})
	return stack
}

// parameter writes a value of Edge that functions read.
func parameter(stack awscdk.Stack, stage config.Stage, secret topology.Secret, value *string, what string) {
	awsssm.NewCfnParameter(stack, jsii.String("Parameter-"+secret.Name), &awsssm.CfnParameterProps{
		Name: jsii.String(stage.Parameter(secret.Name)), Type: jsii.String("String"), Value: value, Description: jsii.String(what),
	})
}

// onRequest runs a piece of CloudFront's JavaScript on each of a behaviour's requests.
func onRequest(stack awscdk.Stack, name, code string) *[]*awscloudfront.FunctionAssociation {
	return &[]*awscloudfront.FunctionAssociation{{
		EventType: awscloudfront.FunctionEventType_VIEWER_REQUEST,
		Function: awscloudfront.NewFunction(stack, jsii.String(name), &awscloudfront.FunctionProps{
			Code: awscloudfront.FunctionCode_FromInline(jsii.String(code)), Runtime: awscloudfront.FunctionRuntime_JS_2_0(),
		}),
	}}
}

// forwarded passes everything on, but the Host header, by which API Gateway would look for another API.
func forwarded(host string, headers map[string]*string) *awscloudfront.BehaviorOptions {
	return &awscloudfront.BehaviorOptions{
		Origin: awscloudfrontorigins.NewHttpOrigin(jsii.String(host), &awscloudfrontorigins.HttpOriginProps{
			ProtocolPolicy: awscloudfront.OriginProtocolPolicy_HTTPS_ONLY, CustomHeaders: &headers,
		}),
		AllowedMethods:       awscloudfront.AllowedMethods_ALLOW_ALL(),
		CachePolicy:          awscloudfront.CachePolicy_CACHING_DISABLED(),
		OriginRequestPolicy:  awscloudfront.OriginRequestPolicy_ALL_VIEWER_EXCEPT_HOST_HEADER(),
		ViewerProtocolPolicy: awscloudfront.ViewerProtocolPolicy_HTTPS_ONLY,
	}
}

func consoleHeaders(stack awscdk.Stack, stage config.Stage, state *State) awscloudfront.ResponseHeadersPolicy {
	media := "https://" + *state.Buckets[topology.Media].BucketRegionalDomainName()
	return awscloudfront.NewResponseHeadersPolicy(stack, jsii.String("Headers"), &awscloudfront.ResponseHeadersPolicyProps{
		Comment: jsii.String("the console of recado-" + stage.Name),
		SecurityHeadersBehavior: &awscloudfront.ResponseSecurityHeadersBehavior{
			ContentSecurityPolicy: &awscloudfront.ResponseHeadersContentSecurityPolicy{
				ContentSecurityPolicy: jsii.String(fmt.Sprintf(contentSecurity, media)), Override: jsii.Bool(true),
			},
			ContentTypeOptions: &awscloudfront.ResponseHeadersContentTypeOptions{Override: jsii.Bool(true)},
			ReferrerPolicy: &awscloudfront.ResponseHeadersReferrerPolicy{
				ReferrerPolicy: awscloudfront.HeadersReferrerPolicy_SAME_ORIGIN, Override: jsii.Bool(true),
			},
			StrictTransportSecurity: &awscloudfront.ResponseHeadersStrictTransportSecurity{
				AccessControlMaxAge: awscdk.Duration_Days(jsii.Number(365)), Override: jsii.Bool(true),
			},
		},
	})
}

// widgetHeaders let pages of any origin load the widget's files, those that are cross-origin isolated too.
func widgetHeaders(stack awscdk.Stack, stage config.Stage) awscloudfront.ResponseHeadersPolicy {
	return awscloudfront.NewResponseHeadersPolicy(stack, jsii.String("WidgetHeaders"), &awscloudfront.ResponseHeadersPolicyProps{
		Comment: jsii.String("the widget of recado-" + stage.Name),
		CorsBehavior: &awscloudfront.ResponseHeadersCorsBehavior{
			AccessControlAllowCredentials: jsii.Bool(false), AccessControlAllowHeaders: jsii.Strings("*"),
			AccessControlAllowMethods: jsii.Strings("GET", "HEAD"), AccessControlAllowOrigins: jsii.Strings("*"), OriginOverride: jsii.Bool(true),
		},
		CustomHeadersBehavior: &awscloudfront.ResponseCustomHeadersBehavior{CustomHeaders: &[]*awscloudfront.ResponseCustomHeader{{
			Header: jsii.String("Cross-Origin-Resource-Policy"), Value: jsii.String("cross-origin"), Override: jsii.Bool(true),
		}}},
		SecurityHeadersBehavior: &awscloudfront.ResponseSecurityHeadersBehavior{
			ContentTypeOptions: &awscloudfront.ResponseHeadersContentTypeOptions{Override: jsii.Bool(true)},
			StrictTransportSecurity: &awscloudfront.ResponseHeadersStrictTransportSecurity{
				AccessControlMaxAge: awscdk.Duration_Days(jsii.Number(365)), Override: jsii.Bool(true),
			},
		},
	})
}

// consoleNamed are the console's files whose names do not change with their content.
var consoleNamed = []string{"index.html", "scheme.js", "worker.js", "files.json", "favicon.svg"}

// deployConsole uploads the console: files whose names contain a hash are cached for a year, the others never. Files of older versions stay:
// open consoles still load them, and a version is a megabyte.
func deployConsole(stack awscdk.Stack, files awss3.IBucket, distribution awscloudfront.IDistribution, built string) {
	source := func(exclude ...string) *[]awss3deployment.ISource {
		return &[]awss3deployment.ISource{awss3deployment.Source_Asset(jsii.String(built), &awss3assets.AssetOptions{Exclude: jsii.Strings(exclude...)})}
	}
	assets := awss3deployment.NewBucketDeployment(stack, jsii.String("Assets"), &awss3deployment.BucketDeploymentProps{
		Sources: source(consoleNamed...), DestinationBucket: files, Prune: jsii.Bool(false),
		CacheControl: &[]awss3deployment.CacheControl{awss3deployment.CacheControl_FromString(jsii.String("public, max-age=31536000, immutable"))},
	})
	var paths []string
	for _, name := range consoleNamed {
		paths = append(paths, "/"+name)
	}
	page := awss3deployment.NewBucketDeployment(stack, jsii.String("Page"), &awss3deployment.BucketDeploymentProps{
		Sources: source("assets/*"), DestinationBucket: files, Prune: jsii.Bool(false),
		CacheControl: &[]awss3deployment.CacheControl{awss3deployment.CacheControl_NoCache()},
		Distribution: distribution, DistributionPaths: jsii.Strings(paths...),
	})
	page.Node().AddDependency(assets)
}

// deployWidget uploads the widget under fixed names, cached for five minutes.
func deployWidget(stack awscdk.Stack, files awss3.IBucket, distribution awscloudfront.IDistribution, built string) {
	awss3deployment.NewBucketDeployment(stack, jsii.String("Widget"), &awss3deployment.BucketDeploymentProps{
		Sources:           &[]awss3deployment.ISource{awss3deployment.Source_Asset(jsii.String(built), nil)},
		DestinationBucket: files, DestinationKeyPrefix: jsii.String("widget"), Prune: jsii.Bool(false),
		CacheControl: &[]awss3deployment.CacheControl{awss3deployment.CacheControl_FromString(jsii.String("public, max-age=300"))},
		Distribution: distribution, DistributionPaths: jsii.Strings("/widget/*"),
	})
}

func names(stage config.Stage) *[]*string {
	if stage.Domain == "" {
		return nil
	}
	return jsii.Strings(stage.Domain)
}

func certificate(stack awscdk.Stack, stage config.Stage) awscertificatemanager.ICertificate {
	if stage.Certificate == "" {
		return nil
	}
	return awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"), jsii.String(stage.Certificate))
}

// oldestTLS is the oldest protocol that a name of our own takes; CloudFront's own name has a fixed one.
func oldestTLS(stage config.Stage) awscloudfront.SecurityPolicyProtocol {
	if stage.Certificate == "" {
		return ""
	}
	return awscloudfront.SecurityPolicyProtocol_TLS_V1_2_2021
}

func optional(value string) *string {
	if value == "" {
		return nil
	}
	return jsii.String(value)
}
