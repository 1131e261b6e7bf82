package httpapi

import "testing"

func TestPlace_AddressOrIPv6Prefix(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]string{
		"198.51.100.10":        "198.51.100.10",
		"::ffff:198.51.100.10": "198.51.100.10",
		"2001:db8:1:2::3":      "2001:db8:1:2::/64",
		"2001:db8:1:2:ff::9":   "2001:db8:1:2::/64",
		"2001:db8:1:3::3":      "2001:db8:1:3::/64",
		"fe80::1%eth0":         "fe80::/64",
		"unknown":              "unknown",
	} {
		if got := Place(ip); got != want {
			t.Errorf("%s is counted as %s, want %s", ip, got, want)
		}
	}
}
