package whatsapp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"unicode/utf8"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// outMessage is a message in the Graph API's form. Of To and Recipient one is set: a business-scoped user id in "to" is
// dropped in silence.
type outMessage struct {
	MessagingProduct string      `json:"messaging_product"`
	RecipientType    string      `json:"recipient_type"`
	To               string      `json:"to,omitempty"`
	Recipient        string      `json:"recipient,omitempty"`
	Type             string      `json:"type"`
	Context          *outContext `json:"context,omitempty"`
	Callback         string      `json:"biz_opaque_callback_data,omitempty"`
	Text             *outText    `json:"text,omitempty"`
	Image            *outMedia   `json:"image,omitempty"`
	Audio            *outMedia   `json:"audio,omitempty"`
	Video            *outMedia   `json:"video,omitempty"`
	Document         *outMedia   `json:"document,omitempty"`
}

type outContext struct {
	MessageID string `json:"message_id"`
}

type outText struct {
	Body       string `json:"body"`
	PreviewURL bool   `json:"preview_url"`
}

type outMedia struct {
	ID       string `json:"id"`
	Caption  string `json:"caption,omitempty"`
	Filename string `json:"filename,omitempty"`
}

// Send delivers a text or one file with its caption. Errors: Invalid for what WhatsApp will never take, Forbidden when the
// channel cannot send until somebody acts, RateLimited and Unavailable for what may pass. Only when the message itself may
// have been taken without our knowing is the meaning uncertain; a failed upload delivers nothing.
func (a *Adapter) Send(ctx context.Context, credentials chat.Credentials, message channel.Outbound) (channel.Delivered, error) {
	if err := check(message); err != nil {
		return channel.Delivered{}, err
	}
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
	if message.Type == chat.TypeText {
		out.Text = &outText{Body: message.Text}
		return a.post(ctx, credentials, message.Asset, out)
	}
	delivered, err := a.sendFile(ctx, credentials, message, out)
	if isMediaRefusal(err) { // Meta lost the upload or could not read it: once more from the start
		delivered, err = a.sendFile(ctx, credentials, message, out)
	}
	return delivered, err
}

// check refuses what cannot be sent before anything leaves.
func check(message channel.Outbound) error {
	invalid := func(reason, format string, args ...any) error {
		return fault.New(fault.Invalid, format, args...).WithReason(reason)
	}
	switch message.Type {
	case chat.TypeText:
		if len(message.Attachments) > 0 {
			return invalid("attachment_in_text", "a text carries no file")
		}
		if n := utf8.RuneCountInString(message.Text); n == 0 || n > maxText {
			return invalid("text_length", "a text has 1 to %d characters", maxText)
		}
		return nil
	case chat.TypeImage, chat.TypeVideo, chat.TypeDocument:
		if utf8.RuneCountInString(message.Text) > maxCaption {
			return invalid("text_length", "a caption has at most %d characters", maxCaption)
		}
	case chat.TypeAudio:
		if message.Text != "" {
			return invalid("no_caption", "audio carries no caption")
		}
	default:
		return invalid("unsupported_type", "WhatsApp messages of type %q cannot be sent", message.Type)
	}
	if len(message.Attachments) != 1 {
		return invalid("one_attachment", "a message carries exactly one file")
	}
	return nil
}

func isMediaRefusal(err error) bool {
	p := channel.Provider(err)
	return p != nil && (p.Code == fmt.Sprint(codeMediaDownload) || p.Code == fmt.Sprint(codeMediaUpload))
}

// sendFile uploads the file and sends it by its id: a link would make Meta fetch it, which fails by turns.
func (a *Adapter) sendFile(
	ctx context.Context, credentials chat.Credentials, message channel.Outbound, out outMessage,
) (channel.Delivered, error) {
	file := message.Attachments[0]
	id, err := a.upload(ctx, credentials, message.Asset, file)
	if err != nil {
		return channel.Delivered{}, err
	}
	media := &outMedia{ID: id, Caption: message.Text}
	switch message.Type {
	case chat.TypeImage:
		out.Image = media
	case chat.TypeAudio:
		out.Audio = media
	case chat.TypeVideo:
		out.Video = media
	default:
		media.Filename = file.Name
		out.Document = media
	}
	return a.post(ctx, credentials, message.Asset, out)
}

// post sends the message itself.
func (a *Adapter) post(ctx context.Context, credentials chat.Credentials, asset string, out outMessage) (channel.Delivered, error) {
	body, err := encode(out)
	if err != nil {
		return channel.Delivered{}, fmt.Errorf("encode the message: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url(asset, "messages"), bytes.NewReader(body))
	if err != nil {
		return channel.Delivered{}, fmt.Errorf("make the request of a message: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := a.exchange(request, credentials, true)
	if err != nil {
		return channel.Delivered{}, err
	}
	return accepted(answer)
}

// encode writes JSON with < and & as they are: they count against no limit then, and logs of the wire stay readable.
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

// maxAnswer bounds what is read of an answer of the Graph API.
const maxAnswer = 1 << 20

// exchange makes one call to the Graph API. delivers says that the request is the message itself.
func (a *Adapter) exchange(request *http.Request, credentials chat.Credentials, delivers bool) ([]byte, error) {
	request.Header.Set("Authorization", "Bearer "+credentials.AccessToken)
	var line connection
	request = request.WithContext(httptrace.WithClientTrace(request.Context(), line.trace()))
	response, err := a.client.Do(request)
	if err != nil {
		if f := fault.As(err); f.Code != fault.Internal { // the body's source failed
			return nil, f
		}
		return nil, unanswered(delivers && line.mayHaveWritten(err), noAnswer(), err)
	}
	defer func() { _ = response.Body.Close() }() // everything of use has been read
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

// connection watches how far a request got.
type connection struct{ asked, got atomic.Bool }

func (c *connection) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.got.Store(true) },
	}
}

// mayHaveWritten is false only where it is certain that no byte left: no connection was made.
func (c *connection) mayHaveWritten(err error) bool {
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		return false
	}
	return c.got.Load() || !c.asked.Load()
}
