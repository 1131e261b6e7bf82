package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// fileMethods send a file; the part of the form has the name of the method behind "send". https://core.telegram.org/bots/api#sending-files
var fileMethods = map[chat.MessageType]string{
	chat.TypeImage: "sendPhoto", chat.TypeAudio: "sendAudio", chat.TypeVideo: "sendVideo", chat.TypeDocument: "sendDocument",
	chat.TypeSticker: "sendSticker",
}

// sendFile sends a file in a form. In a form, parameters that are objects travel as JSON texts.
// https://core.telegram.org/bots/api#making-requests
func (a *Adapter) sendFile(ctx context.Context, credentials chat.Credentials, method string, p parameters, file channel.File) (json.RawMessage, error) {
	if method == "sendAudio" && file.Mime == "audio/ogg" {
		method = "sendVoice" // https://core.telegram.org/bots/api#sendvoice
	}
	address, err := a.address(credentials, "/bot", "/"+method)
	if err != nil {
		return nil, err
	}
	fields := []channel.FormField{{Name: "chat_id", Value: strconv.FormatInt(p.ChatID, 10)}}
	if p.Caption != "" {
		fields = append(fields, channel.FormField{Name: "caption", Value: p.Caption})
	}
	if p.Reply != nil {
		quoted, err := encode(p.Reply)
		if err != nil {
			return nil, fmt.Errorf("encode a quote: %w", err)
		}
		fields = append(fields, channel.FormField{Name: "reply_parameters", Value: strings.TrimSpace(string(quoted))})
	}
	request, content, err := channel.NewFileForm(ctx, address, fields, strings.ToLower(strings.TrimPrefix(method, "send")), file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = content.Close() }() // only read
	return a.exchange(request, true)
}

// Fetch opens an inbound file: getFile says where it is, for at least an hour, and there it is read. Errors: NotFound when Telegram
// does not give the file, those of Send.
// https://core.telegram.org/bots/api#getfile
func (a *Adapter) Fetch(ctx context.Context, credentials chat.Credentials, _, ref string) (channel.Media, error) {
	answer, err := a.call(ctx, credentials, "getFile", struct {
		FileID string `json:"file_id"`
	}{ref}, false)
	if p := channel.Provider(err); p != nil && fault.Is(err, fault.Invalid) {
		return channel.Media{}, gone(err) // "wrong file_id", or "file is too big"
	}
	if err != nil {
		return channel.Media{}, fmt.Errorf("ask Telegram for a file: %w", err)
	}
	var found struct {
		Path string `json:"file_path"`
		Size int64  `json:"file_size"`
	}
	if err := decode(answer, &found); err != nil || found.Path == "" {
		return channel.Media{}, unanswered(false, &channel.ProviderError{Code: codeNoAnswer, Message: "the file has no path"})
	}
	return a.download(ctx, credentials, found.Path, found.Size)
}

func (a *Adapter) download(ctx context.Context, credentials chat.Credentials, path string, size int64) (channel.Media, error) {
	address, err := a.address(credentials, "/file/bot", "/"+(&url.URL{Path: path}).EscapedPath())
	if err != nil {
		return channel.Media{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return channel.Media{}, errors.New("make the request of a file") // the error has the token's address
	}
	response, err := a.files.Do(request, "")
	if err != nil {
		return channel.Media{}, fmt.Errorf("download a file from Telegram: %w", withoutAddress(err))
	}
	switch response.StatusCode {
	case http.StatusOK:
		media := channel.Media{Mime: response.Header.Get("Content-Type"), Size: response.ContentLength, ReadCloser: response.Body}
		if media.Size < 0 {
			media.Size = size
		}
		if media.Mime == "application/octet-stream" {
			media.Mime = "" // Telegram says so of everything; the message knows better
		}
		return media, nil
	case http.StatusNotFound:
		_ = response.Body.Close() // only the status counts
		return channel.Media{}, gone(nil)
	}
	_ = response.Body.Close() // only the status counts
	return channel.Media{}, refusal(response, nil, false)
}

func gone(cause error) error {
	return fault.New(fault.NotFound, "Telegram does not have the file any more").WithReason("media_gone").WithCause(cause)
}
