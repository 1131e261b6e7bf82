// Package awscalls lets the local stack see what a function asks of AWS: each call that it makes through the SDK, once however often
// the SDK repeats it. It may import shared/boot and the AWS SDK.
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

// Watch shows every call before it is made, when its input may still be changed. What before answers, if anything, is told the
// operation's output and error.
func Watch(rt *boot.Runtime, name string, before func(Call) (after func(out any, err error))) {
	rt.AWS.APIOptions = append(rt.AWS.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc(name, func(
			ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (middleware.InitializeOutput, middleware.Metadata, error) {
			// The SDK's clients of two generations keep their names in two places.
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
