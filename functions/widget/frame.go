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

// document is the page in which the chat runs, inside a frame of the site's page. It is all that our origin shows there: what it
// loads are files of ours.
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
<div id="app" data-site="%s"></div>
<script type="module" src="/widget/app.js"></script>
</body>
</html>
`

// policy lets nothing but our own files in, and no page but the site's frame it. %[1]s is where files of messages are, %[3]s
// where the socket is, which not every browser counts as our own.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' %[3]s %[1]s; img-src 'self' data: blob: %[1]s; " +
	"media-src 'self' blob: %[1]s; base-uri 'none'; form-action 'none'; frame-ancestors %[2]s"

// frame answers the document of a site.
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
			"X-Frame-Options":         "", // it cannot name several pages; the policy does
			"Cache-Control":           "private, max-age=60",
		},
		Body: fmt.Appendf(nil, document, html.EscapeString(ch.ExternalID)),
	}, nil
}

// filesOrigin is the host that links to files lead to: that of any link.
func (h *Handler) filesOrigin(ctx context.Context) (string, error) {
	link, err := h.Files.PresignGet(ctx, "any", "any", "text/plain", false, linkLasts)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(link)
	if err != nil {
		return "", fmt.Errorf("read a link of our own: %w", err)
	}
	return u.Scheme + "://" + u.Host, nil
}

func secure(publicURL string) bool { return strings.HasPrefix(publicURL, "https://") }

func (h *Handler) signingKeys(ctx context.Context) ([]string, error) {
	return secret.Required(ctx, h.Secrets, h.SigningKeyName)
}

// fileLimits are those of all types together: which type a file makes is decided when it is sent.
func (h *Handler) fileLimits() []channel.Limit {
	var limits []channel.Limit
	for _, limit := range h.Chat.Capabilities().Attachments {
		limits = append(limits, limit)
	}
	return limits
}
