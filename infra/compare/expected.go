package main

import "regexp"

// expectedDifferences are those that the change between the builds is meant to make. A difference is explained when its text,
// "place: before ≠ after", matches the pattern. Keep the list short: a pattern here is behaviour that nobody compares.
var expectedDifferences = []struct {
	pattern *regexp.Regexp
	why     string
}{
	{regexp.MustCompile(`^#\d+ .*: body\.error\.message: `), "texts of error messages are in plainer words; codes, fields and reasons are compared"},
	{regexp.MustCompile(`^#\d+ GET /api/v1/openapi\.json .*: body\.(GET|POST) /widget/v1/.*: nothing ≠ `), "the widget's routes are in the document, too"},
	{regexp.MustCompile(`^#\d+ GET /api/v1/capabilities .*: body\.telegram: nothing ≠ `), "Telegram is a new type of channel"},
}

// alwaysWorks are the routes without a failure that a caller could cause.
var alwaysWorks = map[string]bool{
	"GET /healthz": true, "GET /api/v1/openapi.json": true, "POST /api/v1/auth/sign-out": true,
}

func expectedWhy(d difference) string {
	for _, e := range expectedDifferences {
		if e.pattern.MatchString(d.String()) {
			return e.why
		}
	}
	return ""
}
