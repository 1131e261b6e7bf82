// Package config holds the settings in which the stages of a deployment differ: typed, with defaults, and validated before anything is
// synthesised. What may change from one deployment to the next comes as CDK context (`cdk deploy -c stage=prod -c domain=…`).
//
// It imports the standard library and the topology, for the settings of providers.
package config

import (
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/recado-chat/recado/infra/topology"
)

// Stage is one deployment of the whole system into an account and region.
type Stage struct {
	Name         string // below it everything is named; a short word
	Architecture string // GOARCH of the functions: arm64 (cheaper by a fifth) or amd64
	// Kept says that tables, buckets, users and the key survive the deletion of their stack, which is protected against it.
	Kept bool

	Domain      string // the console's host name; "" = CloudFront's own
	Certificate string // ARN of Domain's certificate, in us-east-1: CloudFront takes no other
	WebACL      string // ARN of a web ACL of scope CLOUDFRONT; "" = none (a web ACL costs 5 dollars a month)

	MailFrom   string            // the sender of our e-mails, an identity that SES has verified
	AlarmEmail string            // receives alarms; "" = none are sent
	Providers  map[string]string // the providers' settings by environment variable

	LogsKept     time.Duration
	VersionsKept time.Duration // customers' files that were overwritten or deleted: as long as the tables' recovery to the second
	InboundKept  time.Duration // oversized bodies and stream records that failed: longer than any queue keeps a message
	WebhookBurst int           // requests at once, and
	WebhookRate  int           // requests per second, that the HTTP API lets through
	VisitorBurst int           // the same for the routes of the chat widget: an account's limits are in shared/limit
	VisitorRate  int
	// CountsOnly says that CloudWatch takes no metric math, as the deployment test's emulator: an alarm that compares a counter with
	// invocations watches the counter alone there.
	CountsOnly  bool
	SocketBurst int // the same for connections and messages of browsers' sockets
	SocketRate  int
}

const day = 24 * time.Hour

// defaults are the stages that a deployment starts from.
func defaults() []Stage {
	base := Stage{
		Architecture: "arm64", Kept: true, MailFrom: "Recado <no-reply@recado.example>",
		LogsKept: 30 * day, VersionsKept: 35 * day, InboundKept: 15 * day, WebhookRate: 2000, WebhookBurst: 2000,
		VisitorRate: 1000, VisitorBurst: 1000, SocketRate: 500, SocketBurst: 1000,
	}
	dev, prod, test := base, base, base
	dev.Name, dev.LogsKept = "dev", 7*day
	prod.Name = "prod"
	// The deployment's own test runs on an emulator, whose processes are the machine's.
	test.Name, test.Kept, test.Architecture, test.LogsKept, test.CountsOnly = "test", false, runtime.GOARCH, day, true
	return []Stage{dev, prod, test}
}

// Load makes the stage that the context asks for ("dev" when it asks for none) and checks it. lookup answers "" for a key that is
// not set. The error names all faults.
func Load(lookup func(key string) string) (Stage, error) {
	name := lookup("stage")
	if name == "" {
		name = "dev"
	}
	stages := defaults()
	i := slices.IndexFunc(stages, func(s Stage) bool { return s.Name == name })
	if i < 0 {
		return Stage{}, fmt.Errorf("there is no stage %q: say -c stage=dev, prod or test, or add one in infra/config", name)
	}
	s := stages[i]
	for key, field := range map[string]*string{
		"domain": &s.Domain, "certificate": &s.Certificate, "webAcl": &s.WebACL,
		"mailFrom": &s.MailFrom, "alarmEmail": &s.AlarmEmail, "architecture": &s.Architecture,
	} {
		if value := lookup(key); value != "" {
			*field = value
		}
	}
	s.Providers = topology.ProviderSettings()
	for key := range s.Providers {
		if value := lookup(contextKey(key)); value != "" {
			s.Providers[key] = value
		}
	}
	return s, s.Validate()
}

// contextKey is the context key that overrides a setting: graphUrl for GRAPH_URL.
func contextKey(env string) string {
	var key strings.Builder
	for i, word := range strings.Split(strings.ToLower(env), "_") {
		if i > 0 {
			word = strings.ToUpper(word[:1]) + word[1:]
		}
		key.WriteString(word)
	}
	return key.String()
}

var host = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)

// Validate returns all faults, joined.
func (s Stage) Validate() error {
	var faults []error
	fault := func(bad bool, text string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(text, args...))
		}
	}
	global := func(arn, service string) bool { return strings.HasPrefix(arn, "arn:aws:"+service+":us-east-1:") }
	fault(s.Architecture != "arm64" && s.Architecture != "amd64", "architecture %q is neither arm64 nor amd64", s.Architecture)
	fault(s.Domain != "" && !host.MatchString(s.Domain), "domain %q is no host name", s.Domain)
	fault((s.Domain == "") != (s.Certificate == ""), "domain and certificate come together, got %q and %q", s.Domain, s.Certificate)
	fault(s.Certificate != "" && !global(s.Certificate, "acm"), "certificate %q is not of us-east-1: CloudFront takes no other", s.Certificate)
	fault(s.WebACL != "" && !global(s.WebACL, "wafv2"), "webAcl %q is not of us-east-1: CloudFront takes no other", s.WebACL)
	for _, key := range slices.Sorted(maps.Keys(s.Providers)) {
		fault(strings.HasSuffix(key, "_URL") && !strings.HasPrefix(s.Providers[key], "http"), "%s %q is no URL", contextKey(key), s.Providers[key])
	}
	_, err := mail.ParseAddress(s.MailFrom)
	fault(err != nil, "mailFrom %q is no address", s.MailFrom)
	_, err = mail.ParseAddress(s.AlarmEmail)
	fault(s.AlarmEmail != "" && err != nil, "alarmEmail %q is no address", s.AlarmEmail)
	return errors.Join(faults...)
}

// Parameter is the full name of a parameter of this stage.
func (s Stage) Parameter(name string) string { return "/recado/" + s.Name + "/" + name }
