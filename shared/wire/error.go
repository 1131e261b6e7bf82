package wire

import "github.com/recado-chat/recado/shared/fault"

// ErrorAnswer is the answer of a call that failed.
type ErrorAnswer struct {
	// Error describes what went wrong.
	Error ErrorBody `json:"error" widget:"strict"`
}

// ErrorBody describes what went wrong.
type ErrorBody struct {
	// Code is the kind of error; it decides the HTTP status.
	Code fault.Code `json:"code" widget:"strict"`
	// Message is English text for developers.
	Message string `json:"message" widget:"-"`
	// Field is the path of the offending part of the input; left out when no single field is at fault.
	Field string `json:"field,omitempty" widget:"strict"`
	// Reason tells conflicts apart by a stable word, for example version_changed or claimed; left out for all other codes.
	Reason string `json:"reason,omitempty" widget:"-"`
	// RetryAfter is how many seconds to wait before the same call may succeed, as the header Retry-After says; left out when waiting does
	// not help.
	RetryAfter int `json:"retryAfter,omitempty" widget:"-"`
}
