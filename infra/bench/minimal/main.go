// Command minimal is the smallest function that Go makes for Lambda; cold starts are compared with its.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() { lambda.Start(func(context.Context) error { return nil }) }
