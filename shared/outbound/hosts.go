package outbound

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// listed says whether a URL's host is on a list of hosts.
func listed(hosts []string, u *url.URL) bool {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	usual := u.Scheme == "https" && (u.Port() == "" || u.Port() == "443")
	for _, entry := range hosts {
		parent, wild := strings.CutPrefix(entry, "*.")
		switch {
		case wild:
			if usual && strings.HasSuffix(host, "."+parent) {
				return true
			}
		case entry == hostPort(u), usual && entry == host:
			return true
		}
	}
	return false
}

// hostPort is where a URL's connection goes.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// publicNetwork knows which addresses are somebody else's server on the open internet.
type publicNetwork struct {
	global6  netip.Prefix // the only part of IPv6 that is handed out
	nat64    netip.Prefix // IPv4 through a translator
	reserved []netip.Prefix
}

func newPublicNetwork() publicNetwork {
	n := publicNetwork{global6: netip.MustParsePrefix("2000::/3"), nat64: netip.MustParsePrefix("64:ff9b::/96")}
	for _, prefix := range []string{
		"0.0.0.0/8",       // this network
		"100.64.0.0/10",   // carriers' NAT
		"192.0.0.0/24",    // protocol assignments
		"192.0.2.0/24",    // documentation
		"192.88.99.0/24",  // 6to4 relays
		"198.18.0.0/15",   // benchmarks
		"198.51.100.0/24", // documentation
		"203.0.113.0/24",  // documentation
		"240.0.0.0/4",     // reserved, broadcast
		"2001::/23",       // protocol assignments, Teredo
		"2001:db8::/32",   // documentation
		"2002::/16",       // 6to4: wraps any IPv4
		"3fff::/20",       // documentation
	} {
		n.reserved = append(n.reserved, netip.MustParsePrefix(prefix))
	}
	return n
}

// contains says whether a connection may go there.
func (n publicNetwork) contains(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	if n.nat64.Contains(address) {
		bytes := address.As16()
		address = netip.AddrFrom4([4]byte(bytes[12:]))
	}
	if !address.IsGlobalUnicast() || address.IsPrivate() || address.Is6() && !n.global6.Contains(address) {
		return false
	}
	for _, prefix := range n.reserved {
		if prefix.Contains(address) {
			return false
		}
	}
	return true
}
