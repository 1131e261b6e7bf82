package whatsapp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Send delivers a message. Errors: Invalid when WhatsApp will never accept it, Forbidden when the channel cannot send until a person
// acts, RateLimited and Unavailable when a retry may succeed. The class is uncertain only when the request of the message itself may
// have been accepted; a failed upload is never uncertain.
func (a *Adapter) Send(ctx context.Context, credentials chat.Credentials, message channel.Outbound) (channel.Delivered, error) {
	if err := check(message); err != nil {
		return channel.Delivered{}, err
	}
	delivered, err := a.sendOnce(ctx, credentials, message)
	if len(message.Attachments) > 0 && isMediaRefusal(err) { // Meta lost the upload or could not read it: upload and send once more
		delivered, err = a.sendOnce(ctx, credentials, message)
	}
	return delivered, err
}

func (a *Adapter) sendOnce(ctx context.Context, credentials chat.Credentials, message channel.Outbound) (channel.Delivered, error) {
	out := outMessage{
		MessagingProduct: "whatsapp", RecipientType: "individual", Type: string(message.Type), Callback: message.Ref,
	}
	if isUserID(message.To) {
		out.Recipient = message.To
	} else {
		out.To = message.To
	}
	if message.ReplyTo != "" {
		out.Context = &outContext{MessageID: message.ReplyTo}
	}
	var file *outMedia
	if len(message.Attachments) > 0 { // not a link, which Meta would fetch, and which fails now and then
		id, err := a.upload(ctx, credentials, message.Asset, message.Attachments[0])
		if err != nil {
			return channel.Delivered{}, err
		}
		file = &outMedia{ID: id}
	}
	out.fill(message, file)
	return a.post(ctx, credentials, message.Asset, out)
}

// post sends the message itself.
func (a *Adapter) post(ctx context.Context, credentials chat.Credentials, asset string, out outMessage) (channel.Delivered, error) {
	answer, err := a.postJSON(ctx, credentials, asset, out, true)
	if err != nil {
		return channel.Delivered{}, err
	}
	return accepted(answer)
}

// postJSON posts to the messages endpoint of a number. delivers says that the request is a message, and not a read mark.
func (a *Adapter) postJSON(ctx context.Context, credentials chat.Credentials, asset string, v any, delivers bool) ([]byte, error) {
	body, err := encode(v)
	if err != nil {
		return nil, fmt.Errorf("encode the message: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url(asset, "messages"), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make the request of a message: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	return a.exchange(request, credentials, delivers)
}

// encode writes JSON without escaping <, > and &, so that escapes count against no limit and traffic logs stay readable.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return b.Bytes(), err
}

func (a *Adapter) url(parts ...string) string {
	address := a.base
	for _, part := range parts {
		address += "/" + url.PathEscape(part)
	}
	return address
}

// maxAnswer bounds what is read of a response of the Graph API, in bytes.
const maxAnswer = 1 << 20

// exchange makes one call to the Graph API. delivers says that the request is the message itself.
func (a *Adapter) exchange(request *http.Request, credentials chat.Credentials, delivers bool) ([]byte, error) {
	token, err := channel.OpenAccessToken(credentials)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	var trace channel.RequestTrace
	response, err := a.client.Do(trace.Attach(request))
	if err != nil {
		if f := fault.As(err); f.Code != fault.Internal { // reading the attachment failed
			return nil, f
		}
		return nil, unanswered(delivers && trace.MayHaveWritten(err), noAnswer(), err)
	}
	defer func() { _ = response.Body.Close() }() // the body has been read
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if response.StatusCode/100 != 2 {
		return nil, refusal(response, body, delivers)
	}
	if err != nil {
		return nil, unanswered(delivers, noAnswer(), err)
	}
	return body, nil
}

func noAnswer() *channel.ProviderError {
	return &channel.ProviderError{Code: codeNoAnswer, Message: "no answer"}
}
