package stories_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go/middleware"

	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/boot"
)

// use is one thing that a function did to a resource of ours, as IAM names it.
type use struct {
	function string
	kind     topology.Kind
	resource string
	action   string
}

// door is what is open or not, whatever goes through it.
func (u use) door() string { return fmt.Sprintf("%s %s %s", u.function, u.kind, u.resource) }

func (u use) String() string {
	return fmt.Sprintf("%s: %s on %s %s", u.function, u.action, u.kind, u.resource)
}

// used is what the functions did in all stories of this run.
var used = struct {
	sync.Mutex
	all map[use]bool
}{all: map[use]bool{}}

// TestMain compares what the functions did with what they may do on AWS, where a missing grant is a failure at night and one too
// many a door: nothing here refuses a call, so nothing else would notice.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if faults := compareGrants(wholeRun()); len(faults) > 0 {
			fmt.Fprintln(os.Stderr, "FAIL: grants (infra/topology) and what the stories used differ:\n"+strings.Join(faults, "\n"))
			code = 1
		}
	}
	os.Exit(code)
}

// wholeRun says that every story ran, so that what was never used is not needed.
func wholeRun() bool {
	return flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == ""
}

// own are the actions by which Lambda reads queues and streams in a function's name, and which a consumer needs for what failed.
var own = map[string]bool{
	"sqs:DeleteMessage": true, "sqs:GetQueueAttributes": true, "sqs:ReceiveMessage": true, "sqs:ChangeMessageVisibility": true,
	"dynamodb:DescribeStream": true, "dynamodb:GetRecords": true, "dynamodb:GetShardIterator": true,
}

// unseen are resources that a function may use and that no story brings it to.
var unseen = map[string]string{
	"api parameter origin-secret": "there is no CloudFront here to show it",
	"clock queue to-media":        "a file's timer is for a signal that was lost",
	"clock queue to-notify":       "a mail's timer is for a signal that was lost",
	"fanout bucket inbound":       "Lambda leaves there what fanout could not get past",
}

func compareGrants(whole bool) []string {
	var faults []string
	used.Lock()
	defer used.Unlock()
	granted, touched := map[use]bool{}, map[string]bool{}
	for _, f := range topology.Functions {
		for _, g := range f.Grants() {
			for _, action := range g.Actions {
				u := use{f.Name, g.Kind, g.Name, action}
				if granted[u] = true; !own[action] {
					touched[u.door()] = touched[u.door()] || used.all[u]
				}
			}
		}
	}
	for u := range used.all {
		if !granted[u] {
			faults = append(faults, "not granted, and done: "+u.String())
		}
	}
	for door, used := range touched {
		deadLetters := strings.HasSuffix(door, "queue "+topology.DeadLetters) // any consumer may meet a hopeless record
		if whole && !used && unseen[door] == "" && !deadLetters {
			faults = append(faults, "granted, and never used: "+door)
		}
	}
	slices.Sort(faults)
	return faults
}

// watchGrants notes what a function asks of AWS.
func watchGrants(function string, rt *boot.Runtime) {
	rt.AWS.APIOptions = append(rt.AWS.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Grants", func(
			ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (middleware.InitializeOutput, middleware.Metadata, error) {
			// The SDK's clients of two generations keep their names in two places.
			service := cmp.Or(awsmiddleware.GetServiceID(ctx), middleware.GetServiceID(ctx))
			uses := usesOf(service, cmp.Or(awsmiddleware.GetOperationName(ctx), middleware.GetOperationName(ctx)), in.Parameters)
			used.Lock()
			for _, u := range uses {
				u.function = function
				used.all[u] = true
			}
			used.Unlock()
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
}

func usesOf(service, operation string, parameters any) []use {
	switch service {
	case "DynamoDB":
		return tableUses(operation, parameters)
	case "SQS":
		switch in := parameters.(type) {
		case *sqs.SendMessageInput:
			return []use{{kind: topology.KindQueue, resource: last(in.QueueUrl), action: "sqs:SendMessage"}}
		case *sqs.SendMessageBatchInput:
			return []use{{kind: topology.KindQueue, resource: last(in.QueueUrl), action: "sqs:SendMessage"}}
		case *sqs.ChangeMessageVisibilityInput:
			return []use{{kind: topology.KindQueue, resource: last(in.QueueUrl), action: "sqs:ChangeMessageVisibility"}}
		}
	case "S3":
		return objectUses(parameters)
	case "SSM":
		if in, ok := parameters.(*ssm.GetParameterInput); ok {
			return []use{{kind: topology.KindParameter, resource: last(in.Name), action: "ssm:GetParameter"}}
		}
	case "KMS":
		return []use{{kind: topology.KindKey, action: "kms:" + operation}}
	case "SESv2":
		return []use{{kind: topology.KindMail, action: "ses:" + operation}}
	case "Cognito Identity Provider":
		return []use{{kind: topology.KindUsers, action: "cognito-idp:" + operation}}
	case "ApiGatewayManagementApi":
		return []use{{kind: topology.KindSockets, action: "execute-api:ManageConnections"}}
	}
	return []use{{kind: topology.Kind(service), action: operation}} // an unknown call is granted by nobody
}

func objectUses(parameters any) []use {
	one := func(bucket *string, action string) []use {
		return []use{{kind: topology.KindBucket, resource: plain(bucket), action: action}}
	}
	switch in := parameters.(type) {
	case *s3.GetObjectInput:
		return one(in.Bucket, "s3:GetObject")
	case *s3.HeadObjectInput:
		return one(in.Bucket, "s3:GetObject")
	case *s3.PutObjectInput:
		return one(in.Bucket, "s3:PutObject")
	}
	return []use{{kind: topology.KindBucket, action: fmt.Sprintf("%T", parameters)}}
}

func tableUses(operation string, parameters any) []use {
	one := func(table *string, action string) use {
		return use{kind: topology.KindTable, resource: plain(table), action: "dynamodb:" + action}
	}
	switch in := parameters.(type) {
	case *dynamodb.GetItemInput:
		return []use{one(in.TableName, operation)}
	case *dynamodb.PutItemInput:
		return []use{one(in.TableName, operation)}
	case *dynamodb.UpdateItemInput:
		return []use{one(in.TableName, operation)}
	case *dynamodb.DeleteItemInput:
		return []use{one(in.TableName, operation)}
	case *dynamodb.QueryInput:
		if in.IndexName != nil {
			return []use{{kind: topology.KindIndex, resource: plain(in.TableName) + "/" + *in.IndexName, action: "dynamodb:Query"}}
		}
		return []use{one(in.TableName, operation)}
	case *dynamodb.BatchGetItemInput:
		var uses []use
		for table := range maps.Keys(in.RequestItems) {
			uses = append(uses, one(&table, operation))
		}
		return uses
	case *dynamodb.TransactWriteItemsInput:
		var uses []use
		for _, item := range in.TransactItems {
			switch {
			case item.Put != nil:
				uses = append(uses, one(item.Put.TableName, "PutItem"))
			case item.Update != nil:
				uses = append(uses, one(item.Update.TableName, "UpdateItem"))
			case item.Delete != nil:
				uses = append(uses, one(item.Delete.TableName, "DeleteItem"))
			case item.ConditionCheck != nil:
				uses = append(uses, one(item.ConditionCheck.TableName, "ConditionCheckItem"))
			}
		}
		return uses
	}
	return []use{{kind: topology.KindTable, action: fmt.Sprintf("%T", parameters)}}
}

// last is the last part of a path or URL.
func last(text *string) string {
	whole := aws.ToString(text)
	return whole[strings.LastIndexByte(whole, '/')+1:]
}

// plain is a local resource's name without its stage.
func plain(name *string) string { return strings.TrimPrefix(aws.ToString(name), "local-") }
