// Package grants compares the AWS calls of functions on the local stack with their grants in infra/topology. The local stack checks no
// grants, so a missing or superfluous one would otherwise show only on AWS.
//
// A Watch records every call that a function makes through the AWS SDK as an IAM action and resource. It may import infra/topology,
// infra/local/awscalls, shared/boot and the AWS SDK.
package grants

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/recado-chat/recado/infra/local/awscalls"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/boot"
)

// Use is an action of a function on a resource, in IAM's terms.
type Use struct {
	Function string
	Kind     topology.Kind
	Resource string
	Action   string // dynamodb:GetItem
}

func (u Use) String() string {
	return fmt.Sprintf("%s: %s on %s %s", u.Function, u.Action, u.Kind, u.Resource)
}

// Watch records the uses of functions. The zero value is ready; it is safe for concurrent use.
type Watch struct {
	mu   sync.Mutex
	seen map[Use]bool
}

// Function records the AWS calls of a function from now on.
func (w *Watch) Function(name string, rt *boot.Runtime) {
	awscalls.Watch(rt, "Grants", func(call awscalls.Call) func(any, error) {
		w.note(name, usesOf(call.Service, call.Operation, call.In))
		return nil
	})
}

func (w *Watch) note(function string, uses []Use) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.seen == nil {
		w.seen = map[Use]bool{}
	}
	for _, u := range uses {
		u.Function = function
		w.seen[u] = true
	}
}

// Beyond returns the uses without a grant, sorted.
func (w *Watch) Beyond() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	granted := granted()
	var list []string
	for u := range w.seen {
		if !granted[u] {
			list = append(list, "used, but not granted: "+u.String())
		}
	}
	slices.Sort(list)
	return list
}

// Timing begins the reason of an exception for a grant that is used in some runs only.
const Timing = "timing: "

// Idle returns the grants without a use, sorted. excused holds exceptions with their reasons; an exception that is not needed is
// returned too, unless its reason begins with Timing. Three kinds of grants are left out: those that Lambda uses to read queues and streams, the dead-letter queue's, and
// s3:ListBucket, which makes S3 answer 404 instead of 403 for a missing object.
func (w *Watch) Idle(excused map[Use]string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	granted := granted()
	var list []string
	for u := range granted {
		if !w.seen[u] && excused[u] == "" && !silent[u.Action] && u.Resource != topology.DeadLetters {
			list = append(list, "granted, but never used: "+u.String())
		}
	}
	for u, reason := range excused {
		if !granted[u] || w.seen[u] && !strings.HasPrefix(reason, Timing) {
			list = append(list, "exception that is not needed: "+u.String())
		}
	}
	slices.Sort(list)
	return list
}

var silent = map[string]bool{
	"sqs:DeleteMessage": true, "sqs:GetQueueAttributes": true, "sqs:ReceiveMessage": true, "sqs:ChangeMessageVisibility": true,
	"dynamodb:DescribeStream": true, "dynamodb:GetRecords": true, "dynamodb:GetShardIterator": true,
	"s3:ListBucket": true,
}

func granted() map[Use]bool {
	all := map[Use]bool{}
	for _, f := range topology.Functions {
		for _, g := range f.Grants() {
			for _, action := range g.Actions {
				all[Use{f.Name, g.Kind, g.Name, action}] = true
			}
		}
	}
	return all
}

func usesOf(service, operation string, parameters any) []Use {
	switch service {
	case "DynamoDB":
		return tableUses(operation, parameters)
	case "SQS":
		switch in := parameters.(type) {
		case *sqs.SendMessageInput:
			return []Use{{Kind: topology.KindQueue, Resource: last(in.QueueUrl), Action: "sqs:SendMessage"}}
		case *sqs.SendMessageBatchInput:
			return []Use{{Kind: topology.KindQueue, Resource: last(in.QueueUrl), Action: "sqs:SendMessage"}}
		case *sqs.ChangeMessageVisibilityInput:
			return []Use{{Kind: topology.KindQueue, Resource: last(in.QueueUrl), Action: "sqs:ChangeMessageVisibility"}}
		}
	case "S3":
		return objectUses(parameters)
	case "SSM":
		if in, ok := parameters.(*ssm.GetParameterInput); ok {
			return []Use{{Kind: topology.KindParameter, Resource: last(in.Name), Action: "ssm:GetParameter"}}
		}
	case "KMS":
		return []Use{{Kind: topology.KindKey, Action: "kms:" + operation}}
	case "SESv2":
		return []Use{{Kind: topology.KindMail, Action: "ses:" + operation}}
	case "Cognito Identity Provider":
		return []Use{{Kind: topology.KindUsers, Action: "cognito-idp:" + operation}}
	case "ApiGatewayManagementApi":
		return []Use{{Kind: topology.KindSockets, Action: "execute-api:ManageConnections"}}
	}
	return []Use{{Kind: topology.Kind(service), Action: operation}} // no grant matches an unknown call
}

func objectUses(parameters any) []Use {
	one := func(bucket *string, action string) []Use {
		return []Use{{Kind: topology.KindBucket, Resource: plain(bucket), Action: action}}
	}
	switch in := parameters.(type) {
	case *s3.GetObjectInput:
		return one(in.Bucket, "s3:GetObject")
	case *s3.HeadObjectInput:
		return one(in.Bucket, "s3:GetObject")
	case *s3.PutObjectInput:
		return one(in.Bucket, "s3:PutObject")
	case *s3.DeleteObjectInput:
		return one(in.Bucket, "s3:DeleteObject")
	}
	return []Use{{Kind: topology.KindBucket, Action: fmt.Sprintf("%T", parameters)}}
}

func tableUses(operation string, parameters any) []Use {
	one := func(table *string, action string) Use {
		return Use{Kind: topology.KindTable, Resource: plain(table), Action: "dynamodb:" + action}
	}
	switch in := parameters.(type) {
	case *dynamodb.GetItemInput:
		return []Use{one(in.TableName, operation)}
	case *dynamodb.PutItemInput:
		return []Use{one(in.TableName, operation)}
	case *dynamodb.UpdateItemInput:
		return []Use{one(in.TableName, operation)}
	case *dynamodb.DeleteItemInput:
		return []Use{one(in.TableName, operation)}
	case *dynamodb.QueryInput:
		if in.IndexName != nil {
			return []Use{{Kind: topology.KindIndex, Resource: plain(in.TableName) + "/" + *in.IndexName, Action: "dynamodb:Query"}}
		}
		return []Use{one(in.TableName, operation)}
	case *dynamodb.BatchGetItemInput:
		var uses []Use
		for table := range in.RequestItems {
			uses = append(uses, one(&table, operation))
		}
		return uses
	case *dynamodb.TransactWriteItemsInput:
		var uses []Use
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
	return []Use{{Kind: topology.KindTable, Action: fmt.Sprintf("%T", parameters)}}
}

// last returns the last part of a path or URL.
func last(text *string) string {
	whole := aws.ToString(text)
	return whole[strings.LastIndexByte(whole, '/')+1:]
}

// plain returns a local resource's name without the stage.
func plain(name *string) string { return strings.TrimPrefix(aws.ToString(name), "local-") }
