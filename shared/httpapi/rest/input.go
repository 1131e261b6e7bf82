package rest

import (
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/text"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
)

// Limits of what clients send, in characters unless a comment says otherwise.
const (
	nameMax       = 120
	emailMax      = 254
	searchTextMax = 200 // bytes
	// PasswordMax is in bytes.
	PasswordMax = 256
	// CapacityMax is the highest number of open conversations of an operator.
	CapacityMax = 1000
	// IDMax bounds ids that clients name.
	IDMax = 128
	// DefaultLimit is the number of items of a page without a limit, MaxLimit the highest limit.
	DefaultLimit = 50
	MaxLimit     = 100
)

// Invalid makes a fault that names a field of the input.
func Invalid(field, message string, args ...any) error {
	return fault.New(fault.Invalid, message, args...).WithField(field)
}

// Name checks a required name and trims it.
func Name(field, value string) (string, error) {
	value = strings.TrimSpace(value)
	if value == "" {
		return "", Invalid(field, "name is required")
	}
	return OptionalName(field, value)
}

// OptionalName checks a name that may be empty and trims it.
func OptionalName(field, value string) (string, error) {
	value = strings.TrimSpace(value)
	if utf8.RuneCountInString(value) > nameMax {
		return "", Invalid(field, "at most %d characters", nameMax)
	}
	if strings.ContainsFunc(value, unicode.IsControl) {
		return "", Invalid(field, "control characters are not allowed")
	}
	return value, nil
}

// Email checks an e-mail address and lower-cases it: addresses are unique without regard to case.
func Email(value string) (string, error) {
	value = strings.ToLower(strings.TrimSpace(value))
	parsed, err := mail.ParseAddress(value)
	if err != nil || parsed.Address != value || len(value) > emailMax || strings.ContainsAny(value, "\r\n") {
		return "", Invalid("email", "invalid e-mail address")
	}
	return value, nil
}

// TimeZone checks the name of an IANA time zone.
func TimeZone(value string) (string, error) {
	if _, err := time.LoadLocation(value); err != nil || value == "" || value == "Local" {
		return "", Invalid("timeZone", "unknown time zone")
	}
	return value, nil
}

// Language checks a language of the interface.
func Language(field string, l chat.Language) (chat.Language, error) {
	switch l {
	case chat.Spanish, chat.Portuguese, chat.English:
		return l, nil
	}
	return "", Invalid(field, "must be one of es, pt, en")
}

// Languages checks the languages that an operator speaks.
func Languages(values []chat.Language) ([]chat.Language, error) {
	if len(values) > 20 {
		return nil, Invalid("languages", "too many languages")
	}
	list := make([]chat.Language, len(values))
	for i, value := range values {
		spoken, err := Language("languages", value)
		if err != nil {
			return nil, err
		}
		list[i] = spoken
	}
	return list, nil
}

// Availability checks an operator's availability.
func Availability(field string, a chat.Availability) (chat.Availability, error) {
	switch a {
	case chat.Available, chat.Away:
		return a, nil
	}
	return "", Invalid(field, "must be one of available, away")
}

// Phone reads a phone number as people write it and answers its digits.
func Phone(value string) (string, error) {
	digits, ok := text.PhoneDigits(value)
	digits = strings.TrimPrefix(digits, "00") // the international prefix, for +
	if !ok || len(digits) < 6 || len(digits) > 15 {
		return "", Invalid("phone", "must have 6 to 15 digits")
	}
	if digits[0] == '0' { // no country code begins with 0 (ITU-T E.164), but what is dialled inside many countries does
		return "", Invalid("phone", "must begin with the country code")
	}
	return digits, nil
}

// Page reads the limit and the cursor of a list.
func Page(r *httpapi.Request) (chat.PageRequest, error) {
	request := chat.PageRequest{Limit: DefaultLimit, Cursor: r.Query.Get("cursor")}
	if text := r.Query.Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > MaxLimit {
			return request, Invalid("limit", "must be a number from 1 to %d", MaxLimit)
		}
		request.Limit = limit
	}
	return request, nil
}

// SearchText reads the query parameter q, trimmed.
func SearchText(r *httpapi.Request) (string, error) {
	q := strings.TrimSpace(r.Query.Get("q"))
	if len(q) > searchTextMax {
		return "", Invalid("q", "at most %d bytes", searchTextMax)
	}
	return q, nil
}
