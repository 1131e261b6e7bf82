package dynamotest

import (
	"context"
	"fmt"
	"reflect"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/recado-chat/recado/shared/dynamo"
)

// Around runs f around every call of the store's client.
func Around(db DB, f func(input any, call func() (any, error)) (any, error)) *dynamo.Store {
	client := dynamodb.New(db.Client.Options(), func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("around", func(
				ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
			) (out middleware.InitializeOutput, metadata middleware.Metadata, err error) {
				out.Result, err = f(in.Parameters, func() (any, error) {
					var err error
					out, metadata, err = next.HandleInitialize(ctx, in)
					return out.Result, err
				})
				return out, metadata, err
			}), middleware.Before)
		})
	})
	return dynamo.New(client, db.Tables, dynamo.WithClock(Noon))
}

// Meter is a store that adds up the capacity units of its calls.
type Meter struct {
	*dynamo.Store
	mu          sync.Mutex
	Read, Write float64
	Lines       []string // the units of each call
}

// NewMeter makes one over the tables of a test.
func NewMeter(db DB) *Meter {
	m := &Meter{}
	m.Store = Around(db, func(input any, call func() (any, error)) (any, error) {
		reflect.ValueOf(input).Elem().FieldByName("ReturnConsumedCapacity").
			Set(reflect.ValueOf(types.ReturnConsumedCapacityIndexes))
		out, err := call()
		if err == nil {
			m.add(input, out)
		}
		return out, err
	})
	return m
}

func (m *Meter) add(input, out any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var consumed []types.ConsumedCapacity
	switch c := reflect.ValueOf(out).Elem().FieldByName("ConsumedCapacity").Interface().(type) {
	case *types.ConsumedCapacity:
		consumed = append(consumed, *c)
	case []types.ConsumedCapacity:
		consumed = c
	}
	for _, c := range consumed {
		units := aws.ToFloat64(c.CapacityUnits)
		switch input.(type) {
		case *dynamodb.GetItemInput, *dynamodb.QueryInput, *dynamodb.BatchGetItemInput:
			m.Read += units
		default:
			m.Write += units
		}
		m.Lines = append(m.Lines, fmt.Sprintf("%T %.1f", input, units))
	}
}
