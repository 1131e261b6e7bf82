package whatsapp

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Codes of the Graph API that get special treatment, besides their class.
const (
	codeTokenUnreadable = 190
	codeWindowClosed    = 131047
	codeNotNow          = 131049
	codeMediaDownload   = 131052
	codeMediaUpload     = 131053
	codePairLimit       = 131056
	codeUpgrading       = 131057
)

// Codes of our own, for responses without a code of Meta's. codeHTTP is followed by the HTTP status.
const (
	codeNoAnswer = "no_answer"
	codeHTTP     = "http_"
)

// class says how an error code is handled.
type class int

const (
	classOurs        class = iota // our request is wrong: final
	classPasses                   // a temporary failure at Meta: retry
	classRate                     // a rate limit: retry later
	classReauthorise              // the token is invalid or lacks a permission
	classStopped                  // the account or the number is stopped
	classPolicy                   // this message may not be sent to this contact now: final
)

// classOf returns the class of an error of Meta's. An unknown code is classOurs, which is final: retrying an unknown error could go on
// for ever.
func classOf(e wireError) class {
	if e.Transient {
		return classPasses
	}
	switch code := *e.Code; code {
	case 1, 2, 131000, 131016, 133004:
		return classPasses
	case 4, 80007, 130429, codePairLimit, codeUpgrading:
		return classRate
	case 0, 3, 10, codeTokenUnreadable, 131005:
		return classReauthorise
	case 33, 368, 130497, 131031, 131037, 131042, 131045, 133010:
		return classStopped
	default:
		if code >= 200 && code <= 299 {
			return classReauthorise
		}
		if policyReasons[code] != "" {
			return classPolicy
		}
		return classOurs
	}
}

// fewTries are codes of temporary failures that Meta sometimes also returns for an invalid request: they get only a few tries.
var fewTries = []int{1, 131000}

// reasonPhoneNeeded says that a template cannot go to a contact who is known by a user id alone.
const reasonPhoneNeeded = "phone_needed"

// policyReasons maps the codes of classPolicy to machine-readable reasons.
var policyReasons = map[int]string{
	codeWindowClosed: chat.WindowClosed,
	131026:           "undeliverable",
	codeNotNow:       "not_now",
	131050:           "opted_out",
	131048:           "spam_limit",
	130472:           "experiment",
	131021:           "recipient_is_sender",
	131030:           "recipient_not_allowed",
	131062:           reasonPhoneNeeded,
}

// ourReasons maps those codes of classOurs that have a machine-readable reason of their own.
var ourReasons = map[int]string{
	131051: "unsupported_type",
	132000: "template", 132001: "template", 132005: "template", 132007: "template", 132012: "template",
	132015: "template_stopped", 132016: "template_stopped", 132018: "template",
	codeMediaDownload: "media_refused", codeMediaUpload: "media_refused",
}

// refusal converts an error response of the Graph API to a fault. delivers says that the request was the message itself.
func refusal(response *http.Response, body []byte, delivers bool) error {
	var answer struct {
		Error *wireError `json:"error"`
	}
	if err := decode(body, &answer); err != nil || answer.Error == nil || answer.Error.Code == nil {
		return withoutWords(response, delivers)
	}
	e := *answer.Error
	p := &channel.ProviderError{Code: e.code(), Message: e.words(), Class: channel.ClassMessage}
	switch classOf(e) {
	case classPasses:
		p.RetryAfter = retryAfter(response, *e.Code)
		if slices.Contains(fewTries, *e.Code) {
			p.MaxTries = 5
		}
		return fault.New(fault.Unavailable, "WhatsApp cannot take it at the moment").WithReason("provider_unavailable").WithCause(p)
	case classRate:
		p.RetryAfter = retryAfter(response, *e.Code)
		if *e.Code == codePairLimit {
			p.Factor = 4
		}
		return fault.New(fault.RateLimited, "WhatsApp asks us to slow down").WithReason("provider_limit").WithCause(p)
	case classReauthorise:
		p.Class = channel.ClassReauthorise
		return fault.New(fault.Forbidden, "WhatsApp no longer accepts this channel's token").WithReason("reauthorise").WithCause(p)
	case classStopped:
		p.Class = channel.ClassStopped
		return fault.New(fault.Forbidden, "WhatsApp stopped this number or its account").WithReason("stopped").WithCause(p)
	case classPolicy:
		if *e.Code == codeNotNow {
			p.RetryAfter = 24 * time.Hour
		}
		return fault.New(fault.Invalid, "WhatsApp does not deliver this message").WithReason(policyReasons[*e.Code]).WithCause(p)
	case classOurs:
	}
	reason := ourReasons[*e.Code]
	if reason == "" {
		reason = "provider_refused"
	}
	return fault.New(fault.Invalid, "WhatsApp refused the message").WithReason(reason).WithCause(p)
}

// withoutWords classifies a response without a readable error body by its HTTP status: a proxy answered, or Meta's response was cut
// off. After a 5xx or 408 the message may still have been accepted.
func withoutWords(response *http.Response, delivers bool) error {
	p := &channel.ProviderError{
		Code: codeHTTP + strconv.Itoa(response.StatusCode), Message: http.StatusText(response.StatusCode), Class: channel.ClassMessage,
	}
	switch {
	case response.StatusCode == http.StatusTooManyRequests:
		p.RetryAfter = retryAfter(response, 0)
		return fault.New(fault.RateLimited, "WhatsApp asks us to slow down").WithReason("provider_limit").WithCause(p)
	case response.StatusCode >= http.StatusInternalServerError, response.StatusCode == http.StatusRequestTimeout:
		return unanswered(delivers, p)
	case response.StatusCode >= http.StatusBadRequest:
		return fault.New(fault.Invalid, "WhatsApp refused the message").WithReason("provider_refused").WithCause(p)
	}
	return fault.New(fault.Unavailable, "unexpected response from WhatsApp").WithReason("provider_unavailable").WithCause(p)
}

// retryAfter returns the delay that the Retry-After header or Meta's documentation asks for; 0 when neither does.
func retryAfter(response *http.Response, code int) time.Duration {
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	switch code {
	case codePairLimit: // its documentation asks for 4^X seconds
		return time.Second
	case codeUpgrading: // takes a minute
		return time.Minute
	}
	return 0
}

// unanswered returns Unavailable for a request whose result is unknown. If the request was the message itself (delivers), its class is
// uncertain, because it may have been delivered; any other request can be repeated.
func unanswered(delivers bool, p *channel.ProviderError, because ...error) *fault.Error {
	cause := errors.Join(append([]error{p}, because...)...)
	if !delivers {
		p.Class = channel.ClassMessage
		return fault.New(fault.Unavailable, "WhatsApp did not answer").WithReason("provider_unavailable").WithCause(cause)
	}
	p.Class = channel.ClassUncertain
	return fault.New(fault.Unavailable, "WhatsApp did not say whether it took the message").WithReason("uncertain").WithCause(cause)
}

// accepted reads the response to a message that Meta accepted.
func accepted(body []byte) (channel.Delivered, error) {
	var answer struct {
		Messages []struct {
			ID scalar `json:"id"`
		} `json:"messages"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return channel.Delivered{}, unanswered(true, &channel.ProviderError{Code: codeNoAnswer, Message: "the response cannot be read"}, err)
	}
	if len(answer.Messages) == 0 || answer.Messages[0].ID == "" {
		return channel.Delivered{}, unanswered(true, &channel.ProviderError{Code: codeNoAnswer, Message: "the response has no message id"})
	}
	return channel.Delivered{ProviderID: string(answer.Messages[0].ID)}, nil
}
