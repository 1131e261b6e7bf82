// Package mail sends e-mail through SES, once.
//
// SES has no idempotency key, so nothing here retries: the error tells whether the mail was certainly not accepted (Unavailable: retry
// later), is refused permanently (Invalid, with SES's code as the reason), or may have been accepted (Uncertain). The caller records the
// attempt before and the outcome after. It imports fault and the SDK's client.
package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"

	"github.com/recado-chat/recado/shared/fault"
)

// Message is one e-mail, in plain text and HTML.
type Message struct {
	To      string
	Subject string
	Text    string
	HTML    string
}

// LogValue keeps the address and the text out of the logs.
func (m Message) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("text_length", len(m.Text)), slog.Int("html_length", len(m.HTML)))
}

// ReasonUncertain marks a fault after which the mail may or may not have left.
const ReasonUncertain = "mail_uncertain"

// Uncertain says that the mail may have left although an error came back.
func Uncertain(err error) bool { return err != nil && fault.Reason(err) == ReasonUncertain }

// Sender sends in the name of one address.
type Sender struct {
	client *sesv2.Client
	from   string
}

// New names what is missing.
func New(client *sesv2.Client, from string) (*Sender, error) {
	if client == nil || from == "" {
		return nil, fmt.Errorf("mail: client and sender's address are required, got address %q", from)
	}
	return &Sender{client: client, from: from}, nil
}

// Send hands the mail to SES.
func (s *Sender) Send(ctx context.Context, m Message) error {
	part := func(text string) *types.Content {
		return &types.Content{Data: aws.String(text), Charset: aws.String("UTF-8")}
	}
	_, err := s.client.SendEmail(ctx, &sesv2.SendEmailInput{
		FromEmailAddress: &s.from,
		Destination:      &types.Destination{ToAddresses: []string{m.To}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: part(m.Subject),
			Body:    &types.Body{Text: part(m.Text), Html: part(m.HTML)},
		}},
	}, func(o *sesv2.Options) { o.Retryer = aws.NopRetryer{} })
	if err != nil {
		return toFault(err)
	}
	return nil
}

// toFault keeps SES's words inside: they may repeat the address.
func toFault(err error) error {
	var (
		dial     *net.OpError
		response *awshttp.ResponseError
		busy     *types.TooManyRequestsException
		paused   *types.SendingPausedException
		limited  *types.LimitExceededException
		refusal  smithy.APIError
	)
	switch {
	case errors.As(err, &busy), errors.As(err, &paused), errors.As(err, &limited):
		return later(err)
	case errors.As(err, &response) && response.HTTPStatusCode() >= 500:
		return later(err)
	case errors.As(err, &response) && errors.As(err, &refusal):
		return fault.New(fault.Invalid, "the mail service refused the mail").WithReason(refusal.ErrorCode())
	case errors.As(err, &dial) && dial.Op == "dial":
		return later(err)
	}
	return fault.New(fault.Unavailable, "no response from the mail service").WithReason(ReasonUncertain)
}

func later(cause error) error {
	f := fault.New(fault.Unavailable, "the mail service is unavailable").WithReason("mail_unavailable")
	var refusal smithy.APIError
	if errors.As(cause, &refusal) {
		f = f.WithReason(refusal.ErrorCode())
	}
	return f
}
