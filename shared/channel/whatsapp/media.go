package whatsapp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// mediaTimeout bounds a download: 100 MB at 10 Mbit/s.
const mediaTimeout = 90 * time.Second

// upload uploads a file to Meta and returns its media id, which is valid for 30 days.
func (a *Adapter) upload(ctx context.Context, credentials chat.Credentials, asset string, file channel.File) (string, error) {
	fields := []channel.FormField{{Name: "messaging_product", Value: "whatsapp"}, {Name: "type", Value: file.Mime}}
	request, content, err := channel.NewFileForm(ctx, a.url(asset, "media"), fields, "file", file)
	if err != nil {
		return "", err
	}
	defer func() { _ = content.Close() }() // only read
	answer, err := a.exchange(request, credentials, false)
	if err != nil {
		return "", err
	}
	var uploaded struct {
		ID scalar `json:"id"`
	}
	if err := json.Unmarshal(answer, &uploaded); err != nil || uploaded.ID == "" {
		return "", unanswered(false, &channel.ProviderError{Code: codeNoAnswer, Message: "the upload response has no media id"}, err)
	}
	return string(uploaded.ID), nil
}

// Fetch opens an inbound file: it asks Meta for the file's URL and downloads it. The URL expires after five minutes, so after a refused
// download Fetch asks for a new URL, once. Errors: NotFound when Meta no longer has the file, TooLarge, and those of Send.
func (a *Adapter) Fetch(ctx context.Context, credentials chat.Credentials, asset, ref string) (channel.Media, error) {
	media, stale, err := a.fetchOnce(ctx, credentials, asset, ref)
	if stale {
		media, _, err = a.fetchOnce(ctx, credentials, asset, ref)
	}
	return media, err
}

// fetchOnce also returns stale, whether a new URL may help.
func (a *Adapter) fetchOnce(ctx context.Context, credentials chat.Credentials, asset, ref string) (media channel.Media, stale bool, err error) {
	info, err := a.mediaInfo(ctx, credentials, asset, ref)
	if err != nil {
		return channel.Media{}, false, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, info.URL, nil)
	if err != nil {
		return channel.Media{}, false, fault.New(fault.Invalid, "WhatsApp returned an invalid URL for the file").WithReason("media_address").WithCause(err)
	}
	token, err := channel.OpenAccessToken(credentials)
	if err != nil {
		return channel.Media{}, false, err
	}
	response, err := a.media.Do(request, token)
	if err != nil {
		return channel.Media{}, false, fmt.Errorf("download a file from WhatsApp: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close() // only the status counts
		stale, err = downloadRefusal(response)
		return channel.Media{}, stale, err
	}
	media = channel.Media{
		Mime: firstOf(info.MimeType, response.Header.Get("Content-Type")), Size: response.ContentLength, ReadCloser: response.Body,
	}
	if media.Size < 0 {
		media.Size = info.FileSize
	}
	return media, false, nil
}

type mediaInfo struct {
	URL      string `json:"url"`
	MimeType string `json:"mime_type"`
	FileSize int64  `json:"file_size"`
}

func (a *Adapter) mediaInfo(ctx context.Context, credentials chat.Credentials, asset, ref string) (mediaInfo, error) {
	address := a.url(ref) + "?phone_number_id=" + url.QueryEscape(asset)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return mediaInfo{}, fmt.Errorf("make the request for a media id: %w", err)
	}
	answer, err := a.exchange(request, credentials, false)
	if p := channel.Provider(err); p != nil && (p.Code == "100" || p.Code == codeHTTP+"404") {
		return mediaInfo{}, gone(err) // the media id does not exist or is older than seven days
	}
	if err != nil {
		return mediaInfo{}, fmt.Errorf("ask WhatsApp for a file: %w", err)
	}
	var info mediaInfo
	if err := decode(answer, &info); err != nil || strings.TrimSpace(info.URL) == "" {
		return mediaInfo{}, unanswered(false, &channel.ProviderError{Code: codeNoAnswer, Message: "the response has no URL for the media id"}, err)
	}
	return info, nil
}

// downloadRefusal converts a failed download's response to an error; stale says whether a new URL may help. A 401 or 403 does not mean
// that the token is invalid, since Meta has just accepted it for the URL.
func downloadRefusal(response *http.Response) (stale bool, err error) {
	switch response.StatusCode {
	case http.StatusNotFound, http.StatusGone:
		return true, gone(nil)
	case http.StatusUnauthorized, http.StatusForbidden:
		return true, fault.New(fault.Unavailable, "WhatsApp does not give the file at the moment").WithReason("media_refused")
	}
	return false, withoutWords(response, false)
}

func gone(cause error) error {
	return fault.New(fault.NotFound, "WhatsApp does not have the file any more").WithReason("media_gone").WithCause(cause)
}
