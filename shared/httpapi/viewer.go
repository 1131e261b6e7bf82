package httpapi

import (
	"context"
	"crypto/hmac"
	"net/netip"
)

const (
	viewerHeader = "X-Recado-Viewer" // the address, written by our function in CloudFront over whatever a client sent
	originHeader = "X-Recado-Origin" // what our distribution adds to every request to its origin
)

// Viewer is the address of who makes a request. For API Gateway that is CloudFront's edge, which thousands of people share: to
// limit by it would let one of them lock out the others. Our distribution tells the viewer's address, but who calls the API's own
// address can write what they like there, as anybody can into X-Forwarded-For. So the header is believed beside one of the secrets
// that our distribution alone knows; without it the caller came directly, and the gateway's address is theirs. It is so too when the
// secrets cannot be read, which the error tells.
func Viewer(ctx context.Context, r *Request, secrets func(context.Context) ([]string, error)) (string, error) {
	viewer, originSecret := r.Header.Get(viewerHeader), r.Header.Get(originHeader)
	if viewer == "" || originSecret == "" {
		return r.IP, nil
	}
	list, err := secrets(ctx)
	if err != nil {
		return r.IP, err
	}
	for _, secret := range list {
		if hmac.Equal([]byte(secret), []byte(originSecret)) {
			if address, err := netip.ParseAddr(viewer); err == nil {
				return address.Unmap().String(), nil
			}
		}
	}
	return r.IP, nil
}

// Place is what tries are counted by: an address, and of IPv6 its /64, which is the least that one subscriber has.
func Place(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	if address = address.Unmap().WithZone(""); address.Is4() {
		return address.String()
	}
	return netip.PrefixFrom(address, 64).Masked().String()
}
