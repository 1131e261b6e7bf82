package main

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/recado-chat/recado/shared/boot"
)

// units are read and write capacity units by function, as the engine answers them, indexes and transactions counted.
type units struct {
	mu    sync.Mutex
	read  map[string]float64
	wrote map[string]float64
}

func newUnits() *units { return &units{read: map[string]float64{}, wrote: map[string]float64{}} }

// watch counts what a function asks of DynamoDB.
func (u *units) watch(function string, rt *boot.Runtime) {
	rt.AWS.APIOptions = append(rt.AWS.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("units", func(
			ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (middleware.InitializeOutput, middleware.Metadata, error) {
			input := reflect.ValueOf(in.Parameters).Elem()
			ask := input.FieldByName("ReturnConsumedCapacity")
			if !ask.IsValid() {
				return next.HandleInitialize(ctx, in)
			}
			ask.Set(reflect.ValueOf(types.ReturnConsumedCapacityTotal))
			out, metadata, err := next.HandleInitialize(ctx, in)
			if err == nil {
				u.add(function, in.Parameters, out.Result)
			}
			return out, metadata, err
		}), middleware.Before)
	})
}

func (u *units) add(function string, input, output any) {
	u.mu.Lock()
	defer u.mu.Unlock()
	total := 0.0
	switch c := reflect.ValueOf(output).Elem().FieldByName("ConsumedCapacity").Interface().(type) {
	case *types.ConsumedCapacity:
		if c != nil {
			total = aws.ToFloat64(c.CapacityUnits)
		}
	case []types.ConsumedCapacity:
		for _, each := range c {
			total += aws.ToFloat64(each.CapacityUnits)
		}
	}
	switch input.(type) {
	case *dynamodb.GetItemInput, *dynamodb.QueryInput, *dynamodb.BatchGetItemInput, *dynamodb.TransactGetItemsInput:
		u.read[function] += total
	default:
		u.wrote[function] += total
	}
}

// take answers what was counted since it was asked last.
func (u *units) take() (read, wrote map[string]float64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	read, wrote = u.read, u.wrote
	u.read, u.wrote = map[string]float64{}, map[string]float64{}
	return read, wrote
}

func sum(of map[string]float64) (total float64) {
	for _, n := range of {
		total += n
	}
	return total
}

// shares prints each function's part of n things.
func shares(of map[string]float64, n int) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(of)) {
		if of[name] > 0 {
			list = append(list, fmt.Sprintf("%s %.1f", name, of[name]/float64(n)))
		}
	}
	return strings.Join(list, ", ")
}
