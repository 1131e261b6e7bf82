// Package ssm is the local stack's parameter store. It serves GetParameter from a fixed map. It imports awsjson and the
// standard library.
package ssm

import (
	"context"
	"maps"
	"net/http"

	"github.com/recado-chat/recado/infra/local/awsjson"
)

type input struct {
	Name string
}

type output struct {
	Parameter parameter
}

type parameter struct {
	Name    string
	Type    string
	Value   string
	Version int
}

// New serves the parameters by name. One with an empty value counts as missing.
func New(parameters map[string]string) http.Handler {
	parameters = maps.Clone(parameters)
	return awsjson.Handler("AmazonSSM", map[string]awsjson.Operation{
		"GetParameter": awsjson.On(func(_ context.Context, in input) (output, error) {
			value := parameters[in.Name]
			if value == "" {
				return output{}, &awsjson.Error{Type: "ParameterNotFound"}
			}
			return output{Parameter: parameter{Name: in.Name, Type: "SecureString", Value: value, Version: 1}}, nil
		}),
	})
}
