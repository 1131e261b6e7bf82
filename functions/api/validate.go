package api

import (
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
)

const (
	nameMax     = 120
	emailMax    = 254
	passwordMin = 10
	passwordMax = 256
	capacityMax = 1000
	idMax       = 128
	usualLimit  = 50
	mostLimit   = 100
)

func invalid(field, message string, args ...any) error {
	return fault.New(fault.Invalid, message, args...).WithField(field)
}

// name reads what people call something: it is kept as they wrote it but for spaces around it.
func name(field, value string) (string, error) {
	value = strings.TrimSpace(value)
	if value == "" {
		return "", invalid(field, "a name is needed")
	}
	return optionalName(field, value)
}

func optionalName(field, value string) (string, error) {
	value = strings.TrimSpace(value)
	if utf8.RuneCountInString(value) > nameMax {
		return "", invalid(field, "at most %d characters", nameMax)
	}
	if strings.ContainsFunc(value, unicode.IsControl) {
		return "", invalid(field, "a name has no control characters")
	}
	return value, nil
}

// email reads an address in the one spelling in which it is unique.
func email(value string) (string, error) {
	value = strings.ToLower(strings.TrimSpace(value))
	parsed, err := mail.ParseAddress(value)
	if err != nil || parsed.Address != value || len(value) > emailMax || strings.ContainsAny(value, "\r\n") {
		return "", invalid("email", "this is no e-mail address")
	}
	return value, nil
}

func password(value string) error {
	if utf8.RuneCountInString(value) < passwordMin {
		return invalid("password", "a password has at least %d characters", passwordMin)
	}
	if len(value) > passwordMax {
		return invalid("password", "a password has at most %d bytes", passwordMax)
	}
	return nil
}

func timeZone(value string) (string, error) {
	if _, err := time.LoadLocation(value); err != nil || value == "" || value == "Local" {
		return "", invalid("timeZone", "this is no time zone")
	}
	return value, nil
}

func language(field string, l chat.Language) (chat.Language, error) {
	switch l {
	case chat.Spanish, chat.Portuguese, chat.English:
		return l, nil
	}
	return "", invalid(field, "the language is one of es, pt, en")
}

func languages(values []chat.Language) ([]chat.Language, error) {
	if len(values) > 20 {
		return nil, invalid("languages", "too many languages")
	}
	list := make([]chat.Language, len(values))
	for i, value := range values {
		spoken, err := language("languages", value)
		if err != nil {
			return nil, err
		}
		list[i] = spoken
	}
	return list, nil
}

func availability(field string, a chat.Availability) (chat.Availability, error) {
	switch a {
	case chat.Available, chat.Away:
		return a, nil
	}
	return "", invalid(field, "one of available, away")
}

// phone reads a number as people write it, and keeps its digits.
func phone(value string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -().+", r) {
			return -1
		}
		return r
	}, value)
	if len(digits) < 6 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
		return "", invalid("phone", "a phone number has 6 to 15 digits")
	}
	return digits, nil
}

// page reads the limit and the cursor of a list.
func page(r *httpapi.Request) (chat.PageRequest, error) {
	request := chat.PageRequest{Limit: usualLimit, Cursor: r.Query.Get("cursor")}
	if text := r.Query.Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > mostLimit {
			return request, invalid("limit", "a number from 1 to %d", mostLimit)
		}
		request.Limit = limit
	}
	return request, nil
}
