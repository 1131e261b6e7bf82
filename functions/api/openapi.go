package api

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/wire"
)

// document is the OpenAPI document that infra/contract makes from the routes and package wire.
//
//go:embed openapi.json
var document []byte

// published is the document with the server's address in it.
func published(server string) ([]byte, error) {
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(document, &members); err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	servers, err := json.Marshal([]map[string]string{{"url": server}})
	if err != nil {
		return nil, fmt.Errorf("encode the server's address: %w", err)
	}
	members["servers"] = servers
	encoded, err := json.Marshal(members)
	if err != nil {
		return nil, fmt.Errorf("encode the OpenAPI document: %w", err)
	}
	return encoded, nil
}

// Operations describes the routes for the published document.
func Operations() []httpapi.Operation {
	var list []httpapi.Operation
	for _, r := range (&Handler{}).routes() {
		o := httpapi.Operation{
			Method: r.method, Pattern: r.pattern, Summary: r.summary, Session: httpapi.OperatorSession,
			Status: r.status, Body: r.body, Answer: r.answer, Query: r.query, Idempotent: r.creates,
		}
		switch r.access {
		case public:
			o.Session = httpapi.NoSession
		case signedIn:
		default:
			o.Permission = string(r.access)
		}
		list = append(list, o)
	}
	return list
}

// describe answers the OpenAPI document.
func (h *Handler) describe(context.Context, *call) (httpapi.Response, error) {
	body, err := h.openAPI()
	if err != nil {
		return httpapi.Response{}, err
	}
	return ok(json.RawMessage(body))
}

// healthPath is what monitors request.
const healthPath = "/healthz"

// health answers as long as the process runs.
func health(context.Context, *call) (httpapi.Response, error) {
	return ok(wire.ServiceHealth{Status: "ok"})
}
