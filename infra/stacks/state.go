// Package stacks is the deployment: State (what must never be lost), Service (everything made from code) and Edge (what the
// public sees). All names, grants and routes come from the topology.
//
// It imports the topology, the tables' schema, the stage's configuration, infra/constructs and CDK.
package stacks

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/recado-chat/recado/infra/config"
	"github.com/recado-chat/recado/infra/constructs"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/dynamo"
)

// Built is what is uploaded: the folder with <architecture>/<function>/bootstrap, and the console's.
type Built struct {
	Functions string
	Console   string
	Widget    string
}

// State is the stack of resources that hold data.
type State struct {
	Stack   awscdk.Stack
	Tables  map[topology.Table]awsdynamodb.CfnTable
	Buckets map[topology.Bucket]awss3.Bucket
	Key     awskms.Key
	Users   awscognito.UserPool
	Client  awscognito.UserPoolClient
}

// NewState makes the tables, the buckets, the key of providers' secrets, and the user pool.
func NewState(scope awsconstructs.Construct, stage config.Stage) *State {
	s := &State{
		Stack:   newStack(scope, stage, "State", "what must never be lost: tables, files, users, the key", stage.Kept),
		Tables:  make(map[topology.Table]awsdynamodb.CfnTable),
		Buckets: make(map[topology.Bucket]awss3.Bucket),
	}
	for _, table := range topology.Tables {
		s.Tables[table] = newTable(s.Stack, stage, table)
	}
	for _, bucket := range topology.Buckets {
		s.Buckets[bucket] = newBucket(s.Stack, stage, bucket)
	}
	s.Key = awskms.NewKey(s.Stack, jsii.String("Seal"), &awskms.KeyProps{
		Description:       jsii.String("Seals the tokens that channel providers gave to accounts; the account's id is the encryption context."),
		EnableKeyRotation: jsii.Bool(true), RemovalPolicy: constructs.Kept(stage),
	})
	s.Users = awscognito.NewUserPool(s.Stack, jsii.String("Users"), &awscognito.UserPoolProps{
		// The user pool only keeps passwords for our functions: no sign-up, no hosted page, no e-mail from Cognito.
		SelfSignUpEnabled: jsii.Bool(false), SignInCaseSensitive: jsii.Bool(false),
		SignInAliases:   &awscognito.SignInAliases{Email: jsii.Bool(true)},
		AccountRecovery: awscognito.AccountRecovery_NONE,
		PasswordPolicy: &awscognito.PasswordPolicy{
			// Length is what makes a password hard to guess: NIST SP 800-63B asks for no classes of characters.
			MinLength: jsii.Number(10), RequireDigits: jsii.Bool(false), RequireLowercase: jsii.Bool(false), RequireSymbols: jsii.Bool(false), RequireUppercase: jsii.Bool(false),
		},
		FeaturePlan:        awscognito.FeaturePlan_LITE, // the cheapest: we use passwords and nothing else
		DeletionProtection: jsii.Bool(stage.Kept), RemovalPolicy: constructs.Kept(stage),
	})
	newGatewayLogRole(s.Stack, stage)
	s.Client = s.Users.AddClient(jsii.String("Functions"), &awscognito.UserPoolClientOptions{
		AuthFlows: &awscognito.AuthFlow{AdminUserPassword: jsii.Bool(true)}, DisableOAuth: jsii.Bool(true), GenerateSecret: jsii.Bool(false),
		PreventUserExistenceErrors: jsii.Bool(true),
	})
	s.keepExports()
	return s
}

// keepExports exports what Services of earlier versions import: CloudFormation refuses to remove an export that is imported, and State is
// updated before Service. It may go when every deployment has been updated once.
func (s *State) keepExports() {
	exported := []any{s.Key.KeyId(), s.Key.KeyArn(), s.Users.UserPoolId(), s.Users.UserPoolArn(), s.Client.UserPoolClientId()}
	for _, name := range topology.Tables {
		table := s.Tables[name]
		exported = append(exported, table.Ref(), table.AttrArn())
		if table.StreamSpecification() != nil {
			exported = append(exported, table.AttrStreamArn())
		}
	}
	for _, name := range topology.Buckets {
		exported = append(exported, s.Buckets[name].BucketName(), s.Buckets[name].BucketArn())
	}
	exported = append(exported, s.Buckets[topology.Media].BucketRegionalDomainName())
	for _, value := range exported {
		s.Stack.ExportValue(value, nil)
	}
}

// newGatewayLogRole lets API Gateway write the access log of the WebSocket API. It is a setting of the account in its region, which other
// APIs there share, so it stays when the stack goes; HTTP APIs do without.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
func newGatewayLogRole(scope awsconstructs.Construct, stage config.Stage) {
	role := awsiam.NewRole(scope, jsii.String("GatewayLogs"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("apigateway.amazonaws.com"), nil),
		ManagedPolicies: &[]awsiam.IManagedPolicy{
			awsiam.ManagedPolicy_FromAwsManagedPolicyName(jsii.String("service-role/AmazonAPIGatewayPushToCloudWatchLogs")),
		},
	})
	account := awsapigateway.NewCfnAccount(scope, jsii.String("GatewayAccount"), &awsapigateway.CfnAccountProps{CloudWatchRoleArn: role.RoleArn()})
	role.ApplyRemovalPolicy(constructs.Kept(stage))
	account.ApplyRemovalPolicy(constructs.Kept(stage), nil)
}

func newStack(scope awsconstructs.Construct, stage config.Stage, name, what string, protected bool) awscdk.Stack {
	return awscdk.NewStack(scope, jsii.String("Recado-"+stage.Name+"-"+name), &awscdk.StackProps{
		Description: jsii.String("Recado (" + stage.Name + "): " + what), TerminationProtection: jsii.Bool(protected),
		AnalyticsReporting: jsii.Bool(false),
		Tags:               &map[string]*string{"product": jsii.String("recado"), "stage": jsii.String(stage.Name)},
	})
}

func newTable(scope awsconstructs.Construct, stage config.Stage, name topology.Table) awsdynamodb.CfnTable {
	schema := dynamo.Schema()[string(name)]
	props := &awsdynamodb.CfnTableProps{
		BillingMode: jsii.String("PAY_PER_REQUEST"),
		KeySchema:   keySchema(schema.HashKey, schema.RangeKey),
		// Live data lasts for hours, so it needs no point-in-time recovery.
		PointInTimeRecoverySpecification: &awsdynamodb.CfnTable_PointInTimeRecoverySpecificationProperty{
			PointInTimeRecoveryEnabled: jsii.Bool(name != topology.Live),
		},
		DeletionProtectionEnabled: jsii.Bool(stage.Kept && name != topology.Live),
	}
	var attributes []any
	for _, attribute := range slices.Sorted(maps.Keys(schema.Attributes)) {
		attributes = append(attributes, &awsdynamodb.CfnTable_AttributeDefinitionProperty{
			AttributeName: jsii.String(attribute), AttributeType: jsii.String(schema.Attributes[attribute]),
		})
	}
	props.AttributeDefinitions = &attributes
	var indexes []any
	for _, index := range schema.Indexes {
		projection := &awsdynamodb.CfnTable_ProjectionProperty{ProjectionType: jsii.String(index.Projection)}
		if len(index.Include) > 0 {
			projection.NonKeyAttributes = jsii.Strings(index.Include...)
		}
		indexes = append(indexes, &awsdynamodb.CfnTable_GlobalSecondaryIndexProperty{
			IndexName: jsii.String(index.Name), KeySchema: keySchema(index.HashKey, index.RangeKey), Projection: projection,
		})
	}
	if len(indexes) > 0 {
		props.GlobalSecondaryIndexes = &indexes
	}
	if schema.Stream {
		props.StreamSpecification = &awsdynamodb.CfnTable_StreamSpecificationProperty{StreamViewType: jsii.String("NEW_AND_OLD_IMAGES")}
	}
	if schema.TTL != "" {
		props.TimeToLiveSpecification = &awsdynamodb.CfnTable_TimeToLiveSpecificationProperty{
			AttributeName: jsii.String(schema.TTL), Enabled: jsii.Bool(true),
		}
	}
	table := awsdynamodb.NewCfnTable(scope, jsii.String(title(string(name))), props)
	table.ApplyRemovalPolicy(constructs.Kept(stage), nil)
	return table
}

func keySchema(hash, sort string) *[]any {
	return &[]any{
		&awsdynamodb.CfnTable_KeySchemaProperty{AttributeName: jsii.String(hash), KeyType: jsii.String("HASH")},
		&awsdynamodb.CfnTable_KeySchemaProperty{AttributeName: jsii.String(sort), KeyType: jsii.String("RANGE")},
	}
}

func newBucket(scope awsconstructs.Construct, stage config.Stage, name topology.Bucket) awss3.Bucket {
	props := &awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(), EnforceSSL: jsii.Bool(true), MinimumTLSVersion: jsii.Number(1.2),
		Encryption: awss3.BucketEncryption_S3_MANAGED, ObjectOwnership: awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		RemovalPolicy: constructs.Kept(stage),
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Id: jsii.String("unfinished"), AbortIncompleteMultipartUploadAfter: constructs.Days(stage.InboundKept),
		}},
	}
	switch name {
	case topology.Media:
		props.Versioned = jsii.Bool(true)
		*props.LifecycleRules = append(*props.LifecycleRules, &awss3.LifecycleRule{
			Id: jsii.String("replaced"), NoncurrentVersionExpiration: constructs.Days(stage.VersionsKept), ExpiredObjectDeleteMarker: jsii.Bool(true),
		})
		// Any origin: access is limited by the signed links, each for one object.
		props.Cors = &[]*awss3.CorsRule{{
			AllowedMethods: &[]awss3.HttpMethods{awss3.HttpMethods_GET, awss3.HttpMethods_PUT},
			AllowedOrigins: jsii.Strings("*"), AllowedHeaders: jsii.Strings("content-type", "if-none-match"), MaxAge: jsii.Number(3600),
		}}
	case topology.Inbound:
		*props.LifecycleRules = append(*props.LifecycleRules, &awss3.LifecycleRule{
			Id: jsii.String("passed"), Expiration: constructs.Days(stage.InboundKept),
		})
	}
	return awss3.NewBucket(scope, jsii.String(title(string(name))), props)
}

// title is a name as logical ids are written.
func title(name string) string { return string(name[0]-'a'+'A') + name[1:] }
