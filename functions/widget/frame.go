package widget

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/webchat"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/secret"
)

// document is the page in which the chat runs, inside a frame of the site's page. It loads only our own files.
const document = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Chat</title>
<link rel="stylesheet" href="/widget/app.css">
</head>
<body>
<div id="app" data-site="%s" data-color="%s"></div>
<script type="module" src="/widget/app.js"></script>
</body>
</html>
`

// policy allows only our own files, and framing only by the site's pages and the console, which shows a preview. %[1]s is the origin of the messages' files; %[3]s is the
// origin of the socket, which not every browser treats as 'self'.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' %[3]s %[1]s; img-src 'self' data: blob: %[1]s; " +
	"media-src 'self' blob: %[1]s; base-uri 'none'; form-action 'none'; frame-ancestors 'self' %[2]s"

// frame returns the chat document of a site.
func (h *Handler) frame(ctx context.Context, c *call) (httpapi.Response, error) {
	ch, err := h.site(ctx, c.Query.Get("site"))
	if err != nil {
		return httpapi.Response{}, err
	}
	settings, err := webchat.ReadSettings(ch.Settings)
	if err != nil {
		return httpapi.Response{}, err
	}
	files, err := h.filesOrigin(ctx)
	if err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.Response{
		Status: http.StatusOK,
		Header: map[string]string{
			"Content-Type":            "text/html; charset=utf-8",
			"Content-Security-Policy": fmt.Sprintf(policy, files, strings.Join(settings.Origins, " "), "ws"+strings.TrimPrefix(h.PublicURL, "http")),
			"X-Frame-Options":         "", // it cannot list several origins; frame-ancestors in the policy does
			"Cache-Control":           "private, max-age=60",
			// A page that is cross-origin isolated shows only frames that have both. The links to files have no policy of their own, so
			// they are loaded without credentials (html.spec.whatwg.org/multipage/browsers.html#coep). Safari does not know that value.
			"Cross-Origin-Embedder-Policy": "credentialless",
			"Cross-Origin-Resource-Policy": "cross-origin",
		},
		Body: fmt.Appendf(nil, document, html.EscapeString(ch.ExternalID), html.EscapeString(settings.Color)),
	}, nil
}

// filesOrigin returns the origin of links to files, taken from a sample link.
func (h *Handler) filesOrigin(ctx context.Context) (string, error) {
	link, err := h.Files.PresignGet(ctx, "any", "any", "text/plain", false, linkLasts)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(link)
	if err != nil {
		return "", fmt.Errorf("parse the sample link: %w", err)
	}
	return u.Scheme + "://" + u.Host, nil
}

func secure(publicURL string) bool { return strings.HasPrefix(publicURL, "https://") }

func (h *Handler) signingKeys(ctx context.Context) ([]string, error) {
	return secret.Required(ctx, h.Secrets, h.SigningKeyName)
}

// fileLimits returns the limits of all file types: the type of a message is decided when it is sent.
func (h *Handler) fileLimits() []channel.Limit {
	var limits []channel.Limit
	for _, limit := range h.Chat.Capabilities().Attachments {
		limits = append(limits, limit)
	}
	return limits
}
