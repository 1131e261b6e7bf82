package api

import (
	"context"
	"crypto/hmac"
	"log/slog"
	"net/netip"

	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
)

const (
	viewerHeader = "X-Recado-Viewer" // the address, written by our function in CloudFront over whatever a client sent
	originHeader = "X-Recado-Origin" // what our distribution adds to every request to its origin
)

// viewer is the address of who makes a request. For API Gateway that is CloudFront's edge, which thousands of people share: to
// limit by it would let one of them lock out the others. Our distribution tells the viewer's address, but who calls the API's own
// address can write what they like there, as anybody can into X-Forwarded-For. So the header is believed beside the secret that our
// distribution alone knows; without it the caller came directly, and the gateway's address is theirs.
func (h *Handler) viewer(ctx context.Context, r *httpapi.Request) string {
	told, given := r.Header.Get(viewerHeader), r.Header.Get(originHeader)
	if told == "" || given == "" {
		return r.IP
	}
	secrets, err := h.Keys.List(ctx, h.OriginSecretName)
	if err != nil {
		h.Log.LogAttrs(ctx, slog.LevelWarn, "the origin's secret cannot be read", slog.String("reason", fault.Reason(err)))
		return r.IP
	}
	for _, secret := range secrets {
		if hmac.Equal([]byte(secret), []byte(given)) {
			if address, err := netip.ParseAddr(told); err == nil {
				return address.Unmap().String()
			}
		}
	}
	return r.IP
}

// place is what tries are counted by: an address, and of IPv6 its /64, which is the least that one subscriber has.
func place(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	if address = address.Unmap().WithZone(""); address.Is4() {
		return address.String()
	}
	return netip.PrefixFrom(address, 64).Masked().String()
}
