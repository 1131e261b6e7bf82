package rest

import "github.com/recado-chat/recado/shared/httpapi"

// Operations describes routes for the published document.
func Operations(routes []Route) []httpapi.Operation {
	list := make([]httpapi.Operation, len(routes))
	for i, r := range routes {
		o := httpapi.Operation{
			Method: r.Method, Pattern: r.Pattern, Summary: r.Summary, Session: httpapi.OperatorSession,
			Status: r.Status, Body: r.Body, Answer: r.Answer, Query: r.Query, Idempotent: r.Creates,
		}
		switch r.Access {
		case Public:
			o.Session = httpapi.NoSession
		case SignedIn:
		default:
			o.Permission = string(r.Access)
		}
		list[i] = o
	}
	return list
}
