// Package grants compares what functions do on the local stack with what they may do on AWS, where a missing grant is a failure at
// night and one too many a door: the local stack refuses no call, so nothing else would notice.
//
// A Watch notes every call that a function makes through the AWS SDK as the action and the resource that IAM would be asked about.
// It may import infra/topology, infra/local/asked, shared/boot and the AWS SDK.
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

// Use is one thing that a function did to a resource of ours, as IAM names it.
type Use struct {
	Function string
	Kind     topology.Kind
	Resource string
	Action   string // dynamodb:GetItem
}

func (u Use) String() string {
	return fmt.Sprintf("%s: %s on %s %s", u.Function, u.Action, u.Kind, u.Resource)
}

// Watch is what functions did. It is safe for concurrent use, and empty at first.
type Watch struct {
	mu   sync.Mutex
	seen map[Use]bool
}

// Function notes what a function asks of AWS from now on.
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

// Beyond is what was done and is granted to nobody, sorted.
func (w *Watch) Beyond() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	granted := granted()
	var list []string
	for u := range w.seen {
		if !granted[u] {
			list = append(list, "not granted, and done: "+u.String())
		}
	}
	slices.Sort(list)
	return list
}

// Idle is what is granted and was not done, sorted. Excused are exceptions, each with its reason; one that excuses nothing is told
// as well. Left out is what Lambda does in a function's name, by which a consumer puts a record back or gives it up, and by which S3
// tells that there is no such object.
func (w *Watch) Idle(excused map[Use]string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	granted := granted()
	var list []string
	for u := range granted {
		if !w.seen[u] && excused[u] == "" && !silent[u.Action] && u.Resource != topology.DeadLetters {
			list = append(list, "granted, and never done: "+u.String())
		}
	}
	for u := range excused {
		if !granted[u] || w.seen[u] {
			list = append(list, "an exception for nothing: "+u.String())
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
	return []Use{{Kind: topology.Kind(service), Action: operation}} // an unknown call is granted by nobody
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

// last is the last part of a path or URL.
func last(text *string) string {
	whole := aws.ToString(text)
	return whole[strings.LastIndexByte(whole, '/')+1:]
}

// plain is a local resource's name without its stage.
func plain(name *string) string { return strings.TrimPrefix(aws.ToString(name), "local-") }
