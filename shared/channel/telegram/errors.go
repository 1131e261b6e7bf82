package telegram

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/fault"
)

// codeNoAnswer is our own code, where Telegram gave none.
const codeNoAnswer = "no_answer"

func noAnswer() *channel.ProviderError {
	return &channel.ProviderError{Code: codeNoAnswer, Message: "no answer"}
}

// reasons are the refusals that somebody may want to tell apart, by a part of the description. Telegram has no finer codes than those
// of HTTP. https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp
var reasons = []struct{ part, reason string }{
	{"bot was blocked by the user", "blocked"},
	{"user is deactivated", "undeliverable"},
	{"bot can't initiate conversation", "undeliverable"},
	{"chat not found", "undeliverable"},
	{"message is too long", "too_long"},
	{"caption is too long", "too_long"},
	{"PHOTO_INVALID_DIMENSIONS", "media_refused"},
	{"IMAGE_PROCESS_FAILED", "media_refused"},
	{"wrong file", "media_refused"},
	{"file is too big", "media_refused"},
	{"VOICE_MESSAGES_FORBIDDEN", "not_allowed"},
}

// refusal is an answer that is not the result: {"ok":false,"error_code","description","parameters":{"retry_after"}}.
// https://core.telegram.org/bots/api#making-requests and #responseparameters
func refusal(response *http.Response, body []byte, delivers bool) error {
	var answer struct {
		Description string `json:"description"`
		Parameters  struct {
			RetryAfter int `json:"retry_after"` // seconds
		} `json:"parameters"`
	}
	_ = decode(body, &answer) // something in between may have answered
	status := response.StatusCode
	p := &channel.ProviderError{Code: strconv.Itoa(status), Message: answer.Description, Class: channel.ClassMessage}
	if p.Message == "" {
		p.Message = http.StatusText(status)
	}
	switch {
	case status == http.StatusUnauthorized, status == http.StatusNotFound && answer.Description == "Not Found": // no such bot
		p.Class = channel.ClassReauthorise
		return fault.New(fault.Forbidden, "Telegram no longer accepts this bot's token").WithReason("reauthorise").WithCause(p)
	case status == http.StatusTooManyRequests:
		p.RetryAfter = time.Duration(answer.Parameters.RetryAfter) * time.Second
		return fault.New(fault.RateLimited, "Telegram asks us to slow down").WithReason("provider_limit").WithCause(p)
	case status >= http.StatusInternalServerError, status == http.StatusRequestTimeout:
		return unanswered(delivers, p)
	case status == http.StatusRequestEntityTooLarge:
		return fault.New(fault.Invalid, "the file is too large for Telegram").WithReason("media_refused").WithCause(p)
	case status >= http.StatusBadRequest:
		return fault.New(fault.Invalid, "Telegram refused the message").WithReason(reasonOf(answer.Description)).WithCause(p)
	}
	return fault.New(fault.Unavailable, "Telegram's API is not at its address").WithReason("provider_unavailable").WithCause(p)
}

func reasonOf(description string) string {
	for _, r := range reasons {
		if strings.Contains(description, r.part) {
			return r.reason
		}
	}
	return "provider_refused"
}

// unanswered is a request whose outcome we do not know. One that delivers may have delivered; any other is simply made again.
func unanswered(delivers bool, p *channel.ProviderError, because ...error) *fault.Error {
	cause := errors.Join(append([]error{p}, because...)...)
	if !delivers {
		p.Class = channel.ClassMessage
		return fault.New(fault.Unavailable, "Telegram did not answer").WithReason("provider_unavailable").WithCause(cause)
	}
	p.Class = channel.ClassUncertain
	return fault.New(fault.Unavailable, "Telegram did not say whether it took the message").WithReason("uncertain").WithCause(cause)
}
