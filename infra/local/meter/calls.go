package meter

import (
	"errors"
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/recado-chat/recado/infra/cost"
	"github.com/recado-chat/recado/infra/local/awscalls"
	"github.com/recado-chat/recado/shared/boot"
)

const (
	sqsChunk    = 64 << 10
	socketChunk = 32 << 10
)

// Watch counts a function's calls of AWS and of providers. A call that the SDK repeated counts once.
func (m *Meter) Watch(function string, rt *boot.Runtime) {
	awscalls.Watch(rt, "Meter", func(call awscalls.Call) func(any, error) {
		askCapacity(call.In)
		return func(out any, err error) { m.called(function, call.Service, call.Operation, call.In, out, err) }
	})
	base := rt.HTTP.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	client := *rt.HTTP
	client.Transport = provider{m, function, base}
	rt.HTTP = &client
}

// provider counts calls of providers, which cost nothing but the time that is spent waiting for them.
type provider struct {
	meter    *Meter
	function string
	inner    http.RoundTripper
}

func (p provider) RoundTrip(r *http.Request) (*http.Response, error) {
	p.meter.waited(p.function, cost.CallProvider)
	return p.inner.RoundTrip(r)
}

func (m *Meter) called(function, service, operation string, in, out any, err error) {
	switch service {
	case "DynamoDB":
		m.tables(function, operation, in, out, err)
		return
	case "SQS":
		m.queues(function, in)
	case "S3":
		item := cost.S3Gets
		if strings.HasPrefix(operation, "Put") || strings.HasPrefix(operation, "List") {
			item = cost.S3Puts
		}
		m.add(function, item, "", 1)
	case "KMS":
		m.add(function, cost.KMSRequests, operation, 1)
	case "SSM":
		m.add(function, cost.KMSRequests, "a parameter", 1)
	case "SESv2":
		if sent, ok := in.(*sesv2.SendEmailInput); ok && sent.Destination != nil {
			d := sent.Destination
			m.add(function, cost.SESMails, "", float64(len(d.ToAddresses)+len(d.CcAddresses)+len(d.BccAddresses)))
		}
		service = cost.CallSES
	case "ApiGatewayManagementApi":
		if posted, ok := in.(*apigatewaymanagementapi.PostToConnectionInput); ok && err == nil {
			m.add(function, cost.SocketMessages, "to browsers", chunks(len(posted.Data), socketChunk))
			m.add(function, cost.CloudFrontOut, "frames", float64(len(posted.Data)))
		}
	case "Cognito Identity Provider":
		service = cost.CallCognito
	}
	m.waited(function, service)
}

func (m *Meter) queues(function string, in any) {
	size := func(body *string, attributes map[string]sqstypes.MessageAttributeValue) int {
		n := len(aws.ToString(body))
		for name, a := range attributes {
			n += len(name) + len(aws.ToString(a.DataType)) + len(aws.ToString(a.StringValue)) + len(a.BinaryValue)
		}
		return n
	}
	ask := func(url *string, what string, bytes int) {
		name := path.Base(aws.ToString(url))
		m.add(function, queueItem(name), name+" "+what, chunks(bytes, sqsChunk))
	}
	switch in := in.(type) {
	case *sqs.SendMessageInput:
		ask(in.QueueUrl, "send", size(in.MessageBody, in.MessageAttributes))
	case *sqs.SendMessageBatchInput:
		bytes := 0
		for _, e := range in.Entries {
			bytes += size(e.MessageBody, e.MessageAttributes)
		}
		ask(in.QueueUrl, "send", bytes)
	case *sqs.ChangeMessageVisibilityInput:
		ask(in.QueueUrl, "postpone", 0)
	}
}

// askCapacity requests the consumed capacity of a call from DynamoDB.
func askCapacity(in any) {
	field := reflect.ValueOf(in).Elem().FieldByName("ReturnConsumedCapacity")
	if field.IsValid() {
		field.Set(reflect.ValueOf(types.ReturnConsumedCapacityIndexes))
	}
}

func (m *Meter) tables(function, operation string, in, out any, err error) {
	item, call := cost.DynamoReads, cost.CallDynamo
	if strings.HasPrefix(operation, "Transact") {
		call = cost.CallTransact
	}
	switch operation {
	case "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem":
		item = cost.DynamoWrites
	}
	m.waited(function, call)
	if err != nil {
		m.add(function, item, "refused", refused(in, err))
		return
	}
	for _, c := range consumed(out) {
		m.capacity(function, item, c)
	}
}

func (m *Meter) capacity(function string, item cost.Item, c types.ConsumedCapacity) {
	table := strings.TrimPrefix(aws.ToString(c.TableName), "local-")
	rest := aws.ToFloat64(c.CapacityUnits)
	for name, index := range c.GlobalSecondaryIndexes {
		units := aws.ToFloat64(index.CapacityUnits)
		rest -= units
		m.add(function, item, table+"/"+name, units)
	}
	m.add(function, item, table, rest)
}

// consumed finds what an answer says of capacity: a single one, or one for each table.
func consumed(out any) []types.ConsumedCapacity {
	v := reflect.ValueOf(out)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return nil
	}
	field := v.Elem().FieldByName("ConsumedCapacity")
	if !field.IsValid() {
		return nil
	}
	switch c := field.Interface().(type) {
	case *types.ConsumedCapacity:
		if c != nil {
			return []types.ConsumedCapacity{*c}
		}
	case []types.ConsumedCapacity:
		return c
	}
	return nil
}

// refused is what a write costs whose condition did not hold: as much as the write, of which the answer says nothing. A unit is
// counted, two for each item of a transaction.
func refused(in any, err error) float64 {
	var condition *types.ConditionalCheckFailedException
	var cancelled *types.TransactionCanceledException
	switch {
	case errors.As(err, &condition):
		return 1
	case errors.As(err, &cancelled):
		items := reflect.ValueOf(in).Elem().FieldByName("TransactItems")
		if items.IsValid() {
			return 2 * float64(items.Len())
		}
	}
	return 0
}
