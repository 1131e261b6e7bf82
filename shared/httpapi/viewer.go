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

// Viewer returns the client's IP address. Behind CloudFront the gateway's address is an edge shared by many clients, so rate limits need
// the viewer's address, which the distribution sends in a header. A client that calls the API directly can forge that header, so it is
// trusted only together with one of the secrets that the distribution adds. Otherwise, also when the secrets cannot be read (then with
// the error), it is the gateway's address.
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

// Place is the key of address-based rate limits: an IPv4 address, or the /64 of an IPv6 address.
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
