package api

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/wire"
)

// schemas are the shapes of requests and answers, kept by hand; what they are used for comes from the route table.
//
//go:embed schemas.json
var schemas []byte

// object is a JSON object of the description.
type object map[string]any

// document describes the routes as OpenAPI 3.1.
func document(routes []route, server string) ([]byte, error) {
	components := object{}
	if err := json.Unmarshal(schemas, &components); err != nil {
		return nil, fmt.Errorf("read the schemas: %w", err)
	}
	paths := map[string]object{}
	for _, r := range routes {
		if paths[r.pattern] == nil {
			paths[r.pattern] = object{}
		}
		paths[r.pattern][strings.ToLower(r.method)] = operation(r)
	}
	encoded, err := json.Marshal(object{
		"openapi": "3.1.0",
		"info":    object{"title": "Recado", "version": "1", "description": "One inbox for everything that customers write."},
		"servers": []object{{"url": server}},
		"paths":   paths,
		"components": object{
			"schemas": components,
			"securitySchemes": object{
				"cookie": object{"type": "apiKey", "in": "cookie", "name": "recado_session"},
				"bearer": object{"type": "http", "scheme": "bearer"},
			},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("encode the description: %w", err)
	}
	return encoded, nil
}

func operation(r route) object {
	answer := object{"description": r.summary}
	if r.answer != nil {
		answer["content"] = content(schemaName(r.answer))
	}
	described := object{
		"summary":    r.summary,
		"parameters": parameters(r),
		"responses": object{
			strconv.Itoa(r.status): answer,
			"default":              object{"description": "What went wrong", "content": content("Error")},
		},
	}
	if r.body != nil {
		described["requestBody"] = object{"required": true, "content": content(schemaName(r.body))}
	}
	if r.access == public {
		described["security"] = []object{}
		return described
	}
	described["security"] = []object{{"cookie": []string{}}, {"bearer": []string{}}}
	if r.access != signedIn {
		described["x-permission"] = string(r.access)
	}
	return described
}

func content(schema string) object {
	return object{"application/json": object{"schema": object{"$ref": "#/components/schemas/" + schema}}}
}

// schemaName names the schema of a type of package wire; wire.List[wire.Message] is MessageList.
func schemaName(value any) string {
	name := reflect.TypeOf(value).Name()
	if _, item, list := strings.Cut(strings.TrimSuffix(name, "]"), "["); list {
		return item[strings.LastIndex(item, ".")+1:] + "List"
	}
	return name
}

var wildcards = regexp.MustCompile(`\{(\w+)\}`)

func parameters(r route) []object {
	text := object{"type": "string"}
	list := []object{}
	for _, match := range wildcards.FindAllStringSubmatch(r.pattern, -1) {
		list = append(list, object{"name": match[1], "in": "path", "required": true, "schema": text})
	}
	if r.query != nil {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(r.query)) {
			name, _, tagged := strings.Cut(field.Tag.Get("json"), ",")
			if !tagged {
				continue
			}
			schema := maps.Clone(text)
			switch name {
			case "limit":
				schema = object{"type": "integer", "minimum": 1, "maximum": mostLimit, "default": usualLimit}
			case "sort":
				schema["enum"] = wire.Orders()
			}
			list = append(list, object{"name": name, "in": "query", "schema": schema})
		}
	}
	if r.creates {
		list = append(list, object{"name": idempotencyHeader, "in": "header", "schema": text})
	}
	return list
}

// describe answers with the description of the whole API.
func (h *Handler) describe(context.Context, *call) (httpapi.Response, error) {
	body, err := h.openAPI()
	if err != nil {
		return httpapi.Response{}, err
	}
	response, err := ok(json.RawMessage(body))
	return response, err
}

// healthPath is what monitors ask.
const healthPath = "/healthz"

// health answers as long as the process runs.
func health(context.Context, *call) (httpapi.Response, error) {
	return ok(wire.ServiceHealth{Status: "ok"})
}
