// Package topology describes the whole system as plain data: functions with their triggers, environment and grants, queues,
// tables, buckets, routes. CDK, the local stack and the tests read this one description.
//
// Invariants, each a test in shared/arch: a function's environment has exactly the keys that its Config reads; every queue has
// a dead-letter queue and a visibility of at least six times its function's time-out; webhook, socket's edges and clock only
// send. Beside the standard library it imports the list of channels, since which settings and secrets of a deployment a provider needs is
// said in the provider's folder alone, and the patterns by which the readers of a stream share its records.
package topology

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/channel/all"
)

// Table names one of the four tables.
type Table string

// The tables, by life span and by who may touch them.
const (
	Directory Table = "directory"
	Desk      Table = "desk"
	Ledger    Table = "ledger"
	Live      Table = "live"
)

// Tables are all of them.
var Tables = []Table{Directory, Desk, Ledger, Live}

// Items are what a function does with a table's items, one bit for each of IAM's actions, and 0 if it only asks the table's
// indexes. What a transaction does is asked of IAM item by item.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
type Items uint8

// What there is to do. Scan is not among it.
const (
	Get Items = 1 << iota
	BatchGet
	Query
	Put
	Update
	Delete
	Check
)

var itemActions = []string{"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"}

// Write says whether anything changes by it.
func (i Items) Write() bool { return i&(Put|Update|Delete) != 0 }

// Actions are IAM's names, sorted.
func (i Items) Actions() []string {
	var actions []string
	for bit, name := range itemActions {
		if i&(1<<bit) != 0 {
			actions = append(actions, "dynamodb:"+name)
		}
	}
	slices.Sort(actions)
	return actions
}

// Objects are the operations of a function on a bucket's objects, as bits.
type Objects uint8

// What there is to do.
const (
	Fetch Objects = 1 << iota
	Store
	Remove
)

// Actions are IAM's names, sorted. Without s3:ListBucket, S3 answers 403 for an object that is not there, where our code waits
// for a 404.
func (o Objects) Actions() []string {
	var actions []string
	if o&Fetch != 0 {
		actions = append(actions, "s3:GetObject", "s3:ListBucket")
	}
	if o&Store != 0 {
		actions = append(actions, "s3:PutObject")
	}
	if o&Remove != 0 {
		actions = append(actions, "s3:DeleteObject")
	}
	slices.Sort(actions)
	return actions
}

// Bucket names an S3 bucket.
type Bucket string

// The buckets: files of messages, and bodies too large for a queue.
const (
	Media   Bucket = "media"
	Inbound Bucket = "inbound"
)

// Buckets are all of them.
var Buckets = []Bucket{Media, Inbound}

// StreamFailures is the prefix under which Lambda puts the stream records that fanout could not process.
const StreamFailures = Inbound

// Queue feeds one function.
type Queue struct {
	Name       string // without stage; FIFO ones end in .fifo
	Function   string
	FIFO       bool
	BatchSize  int
	Window     time.Duration // how long Lambda gathers a batch
	MaxReceive int
	Env        string // the key under which senders find its URL
}

// DeadLetters takes records that consumers reject themselves. DeadLettersFIFO and DeadLettersStandard take those that SQS moves from
// FIFO and standard queues after too many receives.
const (
	DeadLetters         = "dead"
	DeadLettersStandard = "dead-standard"
	DeadLettersFIFO     = "dead-ordered.fifo"
)

// DeadLetterQueues are all of them.
var DeadLetterQueues = []string{DeadLetters, DeadLettersStandard, DeadLettersFIFO}

// Dead is where SQS moves what was received too often.
func (q Queue) Dead() string {
	if q.FIFO {
		return DeadLettersFIFO
	}
	return DeadLettersStandard
}

// Visibility is six times the function's time-out plus the window, as AWS recommends.
func (q Queue) Visibility() time.Duration {
	return 6*MustFunction(q.Function).Timeout + q.Window
}

// Route leads HTTP requests to a function.
type Route struct {
	Method   string
	Path     string // with {parameter} and {proxy+}
	Function string
}

// Stream feeds a function with a table's changes.
type Stream struct {
	Table     Table
	Function  string
	BatchSize int
	Window    time.Duration // how long a batch waits for more records; whole seconds, as Lambda has them
	Retries   int
	// Patterns, if there are any, leave out the records that match none of them, in the language of Lambda's event filtering.
	Patterns []string
}

// Secret is a parameter that a function reads by name.
type Secret struct {
	Env  string // the key under which the function finds the parameter's name
	Name string // below /recado/<stage>/
	// Generated says that a random value is written when none is set.
	Generated bool
}

// The parameters that are no provider's. Each is a list, so that a secret is replaced without a gap. Of the signing keys the first signs and all are
// accepted, and processes know another list within minutes of each other: a new key goes behind the old one first, some minutes
// later in front of it, and the old one leaves when nothing that it signed is in use any more, a day later.
var (
	SigningKey = Secret{Env: "SIGNING_KEY_NAME", Name: "signing-key", Generated: true}
	// PublicURL and OriginSecret are written by the deployment of Edge, which comes last: where the console is found, and what the
	// distribution adds to each request to its origin, as X-Recado-Origin. Only beside that does the API believe X-Recado-Viewer, the
	// viewer's address.
	PublicURL    = Secret{Env: "PUBLIC_URL_NAME", Name: "public-url"}
	OriginSecret = Secret{Env: "ORIGIN_SECRET_NAME", Name: "origin-secret"}
)

// Secrets are all secrets; SecretsOfEdge those that the deployment of Edge writes.
var (
	Secrets       = append(ProviderSecrets(), SigningKey, PublicURL, OriginSecret)
	SecretsOfEdge = []Secret{PublicURL, OriginSecret}
)

// Function is one Lambda function: its folder below functions/, what it may touch, and what its environment holds.
type Function struct {
	Name     string
	Timeout  time.Duration
	MemoryMB int
	Schedule time.Duration // started that often, 0 = never
	Socket   bool          // serves the WebSocket API

	Tables          map[Table]Items
	Indexes         []string // of Desk, that it queries
	Buckets         map[Bucket]Objects
	SendsTo         []string // queues, by name
	Secrets         []Secret
	EncryptsSecrets bool // encrypts provider secrets
	DecryptsSecrets bool // decrypts them
	PostsToSockets  bool // to browsers' sockets
	SendsMail       bool
	Identity        bool     // the identity provider's administration
	ProviderSecrets bool     // reads the secrets of all providers
	ProviderCalls   bool     // calls providers: has the settings of all of them
	RegistersHooks  bool     // registers webhooks with providers: has their address and the generated secrets
	Settings        []string // keys with a value of the stage, listed in Setting
}

// Setting keys are values of the stage that are no resource.
const (
	MailFrom = "MAIL_FROM"
)

// ProviderSecrets are the parameters of all providers.
func ProviderSecrets() []Secret {
	var secrets []Secret
	for _, definition := range all.Definitions() {
		for _, s := range definition.Secrets {
			secrets = append(secrets, Secret{Env: s.Env, Name: s.Name, Generated: s.Generated})
		}
	}
	return secrets
}

// ProviderSettings are the settings of all providers, with their defaults.
func ProviderSettings() map[string]string {
	settings := make(map[string]string)
	for _, definition := range all.Definitions() {
		for _, s := range definition.Settings {
			settings[s.Env] = s.Default
		}
	}
	return settings
}

// The environment keys of resources.
const (
	socketEndpoint = "SOCKET_ENDPOINT"
	secretKeyID    = "SECRET_KEY_ID"
	userPoolID     = "USER_POOL_ID"
	userPoolClient = "USER_POOL_CLIENT_ID"
	deadQueueURL   = "DEAD_QUEUE_URL"
	// WebhookURL is where providers find our webhooks, without the provider's segment.
	WebhookURL = "WEBHOOK_URL"
)

// Values are what the keys of an environment stand for in one stage.
type Values struct {
	Tables   map[Table]string
	Buckets  map[Bucket]string
	QueueURL func(name string) string
	Secret   func(Secret) string // the parameter's full name
	Resource map[string]string   // SOCKET_ENDPOINT, SECRET_KEY_ID, USER_POOL_ID, USER_POOL_CLIENT_ID, WEBHOOK_URL
	Settings map[string]string
}

// AllSecrets are the function's own and the providers' secrets.
func (f Function) AllSecrets() []Secret {
	secrets := slices.Clone(f.Secrets)
	for _, s := range ProviderSecrets() {
		if f.ProviderSecrets || f.RegistersHooks && s.Generated {
			secrets = append(secrets, s)
		}
	}
	return secrets
}

// Environment is the function's whole environment in a stage.
func (f Function) Environment(v Values) map[string]string {
	env := make(map[string]string)
	for table := range f.Tables {
		env[strings.ToUpper(string(table))+"_TABLE"] = v.Tables[table]
	}
	for bucket := range f.Buckets {
		env[strings.ToUpper(string(bucket))+"_BUCKET"] = v.Buckets[bucket]
	}
	for _, name := range f.SendsTo {
		if name == DeadLetters {
			env[deadQueueURL] = v.QueueURL(name)
			continue
		}
		env[MustQueue(name).Env] = v.QueueURL(name)
	}
	for _, secret := range f.AllSecrets() {
		env[secret.Env] = v.Secret(secret)
	}
	resource := func(has bool, keys ...string) {
		for _, key := range keys {
			if has {
				env[key] = v.Resource[key]
			}
		}
	}
	resource(f.EncryptsSecrets || f.DecryptsSecrets, secretKeyID)
	resource(f.PostsToSockets, socketEndpoint)
	resource(f.Identity, userPoolID, userPoolClient)
	resource(f.RegistersHooks, WebhookURL)
	if f.ProviderCalls {
		for key := range ProviderSettings() {
			env[key] = v.Settings[key]
		}
	}
	for _, key := range f.Settings {
		env[key] = v.Settings[key]
	}
	return env
}

// MustFunction finds a function by name; a name that is not in Functions is a programming error.
func MustFunction(name string) Function {
	i := slices.IndexFunc(Functions, func(f Function) bool { return f.Name == name })
	if i < 0 {
		panic(fmt.Sprintf("topology: no function %q", name))
	}
	return Functions[i]
}

// MustQueue finds a queue by name; a name that is not in Queues is a programming error.
func MustQueue(name string) Queue {
	i := slices.IndexFunc(Queues, func(q Queue) bool { return q.Name == name })
	if i < 0 {
		panic(fmt.Sprintf("topology: no queue %q", name))
	}
	return Queues[i]
}
