package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 1 << 20

// call makes one call with JSON parameters and returns its result. delivers says that it sends a message.
func (a *Adapter) call(ctx context.Context, credentials chat.Credentials, method string, parameters any, delivers bool) (json.RawMessage, error) {
	address, err := a.address(credentials, "/bot", "/"+method)
	if err != nil {
		return nil, err
	}
	body, err := encode(parameters)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", method, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make the request of %s", method) // the error has the token's address
	}
	request.Header.Set("Content-Type", "application/json")
	return a.exchange(request, delivers)
}

// address is one of the API's, which has the bot's token in its path: it must never be part of an error or a log line.
func (a *Adapter) address(credentials chat.Credentials, before, after string) (string, error) {
	token, err := channel.OpenAccessToken(credentials)
	if err != nil {
		return "", err
	}
	return a.base + before + url.PathEscape(token) + after, nil
}

// encode writes JSON with < and & as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return b.Bytes(), err
}

// exchange makes a request and reads the result of its answer. https://core.telegram.org/bots/api#making-requests
func (a *Adapter) exchange(request *http.Request, delivers bool) (json.RawMessage, error) {
	var trace channel.RequestTrace
	response, err := a.client.Do(trace.Attach(request))
	if err != nil {
		if f := fault.As(err); f.Code != fault.Internal { // the file's source failed
			return nil, f
		}
		return nil, unanswered(delivers && trace.MayHaveWritten(err), noAnswer(), withoutAddress(err))
	}
	defer func() { _ = response.Body.Close() }() // everything of use has been read
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if response.StatusCode/100 != 2 {
		return nil, refusal(response, body, delivers)
	}
	if err != nil {
		return nil, unanswered(delivers, noAnswer(), withoutAddress(err))
	}
	var answer struct {
		OK     bool            `json:"ok"`
		Result json.RawMessage `json:"result"`
	}
	if json.Unmarshal(body, &answer) != nil || !answer.OK {
		return nil, unanswered(delivers, &channel.ProviderError{Code: codeNoAnswer, Message: "the answer cannot be read"})
	}
	return answer.Result, nil
}

// withoutAddress takes the request's address, which has the token, out of an error of the HTTP client.
func withoutAddress(err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err
	}
	return err
}
