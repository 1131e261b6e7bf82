package desktest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"github.com/recado-chat/recado/shared/dynamo"
)

// Through is the store with each call of DynamoDB going through around, which gets the operation's name, such as PutItem, and makes the
// call or does not.
func (f *Fixture) Through(around func(operation string, call func() error) error) *dynamo.Store {
	client := dynamodb.New(f.DB.Client.Options(), func(o *dynamodb.Options) {
		o.APIOptions = append(slices.Clone(o.APIOptions), func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("around", func(
				ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
			) (out middleware.InitializeOutput, metadata middleware.Metadata, err error) {
				operation := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", in.Parameters), "*dynamodb."), "Input")
				err = around(operation, func() (err error) {
					out, metadata, err = next.HandleInitialize(ctx, in)
					return err
				})
				return out, metadata, err
			}), middleware.Before)
		})
	})
	return dynamo.New(client, f.DB.Tables, dynamo.WithClock(f.Now))
}
