package webchat

import (
	"encoding/hex"
	"encoding/json"
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/recado-chat/recado/shared/fault"
)

// Settings are the settings of one site's chat.
type Settings struct {
	Origins  []string `json:"origins"` // of the pages that may show the chat: scheme, host and port
	Title    string   `json:"title"`
	Greeting string   `json:"greeting"`
	Color    string   `json:"color"` // #rrggbb; "" = our default
}

const (
	maxOrigins  = 50
	maxTitle    = 60
	maxGreeting = 500
)

// ReadSettings reads a channel's settings, which were checked when they were stored.
func ReadSettings(stored []byte) (Settings, error) {
	var s Settings
	if err := json.Unmarshal(stored, &s); err != nil {
		return s, fault.New(fault.Invalid, "the settings are not a JSON object").WithField("settings").WithCause(err)
	}
	return s, nil
}

// Allows says whether a page of this origin may show the chat.
func (s Settings) Allows(origin string) bool {
	normal, err := Origin(origin)
	return err == nil && slices.Contains(s.Origins, normal)
}

// Settings checks settings, and normalises, sorts and deduplicates the origins.
func (*Adapter) Settings(given []byte) ([]byte, error) {
	s, err := ReadSettings(given)
	if err != nil {
		return nil, err
	}
	if len(s.Origins) == 0 || len(s.Origins) > maxOrigins {
		return nil, invalid("settings.origins", "1 to %d origins are required", maxOrigins)
	}
	for i, origin := range s.Origins {
		if s.Origins[i], err = Origin(origin); err != nil {
			return nil, err
		}
	}
	slices.Sort(s.Origins)
	s.Origins = slices.Compact(s.Origins)
	switch {
	case utf8.RuneCountInString(s.Title) > maxTitle:
		return nil, invalid("settings.title", "at most %d characters", maxTitle)
	case utf8.RuneCountInString(s.Greeting) > maxGreeting:
		return nil, invalid("settings.greeting", "at most %d characters", maxGreeting)
	case s.Color != "" && !isColor(s.Color):
		return nil, invalid("settings.color", "a colour is written #rrggbb")
	}
	return json.Marshal(s)
}

// isColor says whether a text is #rrggbb.
func isColor(text string) bool {
	digits, hash := strings.CutPrefix(text, "#")
	_, err := hex.DecodeString(digits)
	return hash && err == nil && len(digits) == 6
}

// asciiHost converts a host's name as browsers do before they look it up: UTS #46 without transitional processing, in ASCII. It does not
// demand the rules for new registrations, such as that no name has an underscore. Not a variable: binaries that never call it
// leave idna's tables out. https://url.spec.whatwg.org/#idna
func asciiHost(name string) (string, error) {
	return idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.StrictDomainName(false), idna.CheckHyphens(false), idna.VerifyDNSLength(false)).ToASCII(name)
}

// Origin normalises an origin to the form that browsers send: the host in lower case and ASCII (xn--), and without the scheme's default
// port. It accepts https, and http only for loopback hosts.
func Origin(given string) (string, error) {
	wrong := invalid("settings.origins", "an origin is written https://shop.example, without a path")
	u, err := url.Parse(strings.TrimSuffix(strings.TrimSpace(given), "/"))
	if err != nil || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", wrong
	}
	host := strings.ToLower(u.Hostname())
	if !strings.Contains(host, ":") { // an IPv6 address has no name
		if host, err = asciiHost(host); err != nil || host == "" {
			return "", wrong
		}
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !local(host)) {
		return "", wrong
	}
	if strings.ContainsAny(host, " *,;'\"<>") {
		return "", wrong // the host becomes part of a Content-Security-Policy
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && (u.Scheme != "https" || port != "443") && (u.Scheme != "http" || port != "80") {
		host += ":" + port
	}
	return u.Scheme + "://" + host, nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func invalid(field, format string, args ...any) error {
	return fault.New(fault.Invalid, format, args...).WithField(field)
}
