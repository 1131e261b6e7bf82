package widget

import "github.com/recado-chat/recado/shared/httpapi"

// Operations describes the routes for the published document.
func Operations() []httpapi.Operation {
	var list []httpapi.Operation
	for _, r := range (&Handler{}).routes() {
		o := httpapi.Operation{
			Method: r.method, Pattern: r.pattern, Summary: r.summary, Session: httpapi.VisitorSession,
			Status: r.status, Body: r.body, Answer: r.answer, Query: r.query,
		}
		if r.public {
			o.Session = httpapi.NoSession
		}
		list = append(list, o)
	}
	return list
}
