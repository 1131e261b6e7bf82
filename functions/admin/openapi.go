package admin

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
)

// document is the OpenAPI document of all functions, which infra/contract makes from their routes and package wire.
//
//go:embed openapi.json
var document []byte

// describe responds with the document and the server's address.
func describe(server *rest.Server) func(context.Context, *rest.Call) (httpapi.Response, error) {
	return func(context.Context, *rest.Call) (httpapi.Response, error) {
		members := map[string]json.RawMessage{}
		if err := json.Unmarshal(document, &members); err != nil {
			return httpapi.Response{}, fmt.Errorf("read the OpenAPI document: %w", err)
		}
		servers, err := json.Marshal([]map[string]string{{"url": server.PublicURL}})
		if err != nil {
			return httpapi.Response{}, fmt.Errorf("encode the server's address: %w", err)
		}
		members["servers"] = servers
		return rest.OK(members)
	}
}
