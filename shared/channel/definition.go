package channel

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Definition describes a channel type, for building, deploying and running it: plain data and a constructor.
type Definition struct {
	Type     chat.ChannelType
	Settings []Setting
	Secrets  []Secret
	New      func(Environment) Adapter
}

// Setting is a value of a deployment that the adapter needs, such as the address of the provider's API.
type Setting struct {
	Env     string // the environment variable, such as GRAPH_URL; a deployment overrides it by the context key graphUrl
	Default string
}

// Secret is a secret of a deployment: a parameter that holds a comma-separated list, all of whose values are accepted.
type Secret struct {
	Env       string // the environment variable with the parameter's name, such as META_APP_SECRET_NAME
	Name      string // the parameter's name below the stage
	Local     string // its value on the local stack
	Generated bool   // generated at random when it is not set; providers get what it signs when a webhook is registered
}

// Environment is what an adapter is made from.
type Environment struct {
	Settings map[string]string // by Setting.Env; "" when not set
	HTTP     *http.Client      // nil means http.DefaultClient
}

// maxToken bounds an access token, in bytes.
const maxToken = 4096

// AccessToken is the JSON document of credentials that consist of one token.
type AccessToken struct {
	AccessToken string `json:"accessToken"`
}

// ReadAccessToken checks an access token that a client gave and returns the document to encrypt. A token becomes part of a header or an
// address, so it consists of visible ASCII characters.
func ReadAccessToken(given []byte) (chat.Credentials, error) {
	var t AccessToken
	if json.Unmarshal(given, &t) != nil || t.AccessToken == "" || len(t.AccessToken) > maxToken || !IsVisibleASCII(t.AccessToken) {
		return nil, fault.New(fault.Invalid, "the provider's access token is needed").WithField("credentials.accessToken")
	}
	return t.Credentials(), nil
}

// IsVisibleASCII reports whether a text has neither spaces, control characters nor characters beyond ASCII.
func IsVisibleASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// Credentials returns the document to encrypt.
func (t AccessToken) Credentials() chat.Credentials {
	document, _ := json.Marshal(t) // a struct of one string always encodes
	return document
}

// OpenAccessToken reads the token from a decrypted document. The error has no cause, because the decoder's message could contain
// parts of the token.
func OpenAccessToken(credentials chat.Credentials) (string, error) {
	var t AccessToken
	if json.Unmarshal(credentials, &t) != nil || t.AccessToken == "" {
		return "", fault.New(fault.Invalid, "the channel's credentials cannot be read").WithReason("seal_broken")
	}
	return t.AccessToken, nil
}
