// Package awscalls lets the local stack observe the AWS calls that a function makes through the SDK. A call that the SDK retries is
// reported once. It may import shared/boot and the AWS SDK.
package awscalls

import (
	"cmp"
	"context"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/recado-chat/recado/shared/boot"
)

// Call is one call. Service and Operation are AWS's names, In the operation's input, such as *sqs.SendMessageInput.
type Call struct {
	Service, Operation string
	In                 any
}

// Watch calls before ahead of every AWS call; it may change the input. The function that before returns, if any, gets the output and
// the error.
func Watch(rt *boot.Runtime, name string, before func(Call) (after func(out any, err error))) {
	rt.AWS.APIOptions = append(rt.AWS.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc(name, func(
			ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (middleware.InitializeOutput, middleware.Metadata, error) {
			// Older and newer SDK clients store the names in different places.
			after := before(Call{
				Service:   cmp.Or(awsmiddleware.GetServiceID(ctx), middleware.GetServiceID(ctx)),
				Operation: cmp.Or(awsmiddleware.GetOperationName(ctx), middleware.GetOperationName(ctx)),
				In:        in.Parameters,
			})
			out, metadata, err := next.HandleInitialize(ctx, in)
			if after != nil {
				after(out.Result, err)
			}
			return out, metadata, err
		}), middleware.Before)
	})
}
