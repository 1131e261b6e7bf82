// Package fault is the vocabulary of errors that cross a boundary of Recado.
//
// A fault carries a code that HTTP and queues act on, and a message that is safe to show to anyone. An error that is not a
// fault is internal: its text never leaves the process, and a queue tries it again. It imports the standard library only.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Code is what a caller may act on. The set is closed: it is part of the HTTP contract.
type Code string

// The codes of the HTTP contract.
const (
	Invalid         Code = "invalid"
	Unauthenticated Code = "unauthenticated"
	Forbidden       Code = "forbidden"
	NotFound        Code = "not_found"
	Conflict        Code = "conflict"
	TooLarge        Code = "too_large"
	RateLimited     Code = "rate_limited"
	Unavailable     Code = "unavailable"
	Internal        Code = "internal"
)

// Error is a fault. Message is safe to show; Field names the offending part of the input, if one does; Reason is a stable
// word for machines (dead letters carry it); RetryAfter is how long a caller who asked too often has to wait, 0 when nobody knows; Cause
// stays inside.
type Error struct {
	Code       Code
	Message    string
	Field      string
	Reason     string
	RetryAfter time.Duration
	Cause      error
}

// New makes a fault with a safe message.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// TooOften is the fault of a caller who asked too often and may ask again after a while.
func TooOften(after time.Duration) *Error {
	return &Error{Code: RateLimited, Message: "too many attempts, try again later", RetryAfter: after}
}

// RetrySeconds is RetryAfter in seconds, rounded up.
func (e *Error) RetrySeconds() int { return int((e.RetryAfter + time.Second - 1) / time.Second) }

// WithField names the part of the input that is at fault.
func (e *Error) WithField(field string) *Error {
	e.Field = field
	return e
}

// WithReason sets the stable word that machines read.
func (e *Error) WithReason(reason string) *Error {
	e.Reason = reason
	return e
}

// WithCause keeps the error behind the fault for the log.
func (e *Error) WithCause(err error) *Error {
	e.Cause = err
	return e
}

// Error is for logs: it includes the cause.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// As finds the fault in err's chain, or describes err as internal with nothing of its text.
func As(err error) *Error {
	var f *Error
	if errors.As(err, &f) {
		return f
	}
	return &Error{Code: Internal, Message: "something went wrong on our side", Reason: "internal", Cause: err}
}

// Is says whether err is a fault with this code.
func Is(err error, code Code) bool {
	return err != nil && As(err).Code == code
}

// Permanent says that trying again cannot help: the input itself is at fault. Conflicts, throttles, unavailability and
// everything unknown may pass, so they are not permanent.
func Permanent(err error) bool {
	if err == nil {
		return false
	}
	switch As(err).Code {
	case Invalid, Unauthenticated, Forbidden, NotFound, TooLarge:
		return true
	case Conflict, RateLimited, Unavailable, Internal:
		return false
	}
	return false
}

// Reason is the stable word for a dead letter: the fault's own, or its code.
func Reason(err error) string {
	f := As(err)
	if f.Reason != "" {
		return f.Reason
	}
	return string(f.Code)
}
