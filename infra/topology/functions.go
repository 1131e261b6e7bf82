package topology

import (
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/dynamo/stream"
)

// Functions are all functions. What a function may touch is here and nowhere else.
var Functions = []Function{
	{
		Name: "webhook", Timeout: 10 * time.Second, MemoryMB: 256,
		Buckets:         map[Bucket]Objects{Inbound: Store},
		SendsTo:         names(events.ToIngest),
		ProviderSecrets: true,
	},
	{
		Name: "ingest", Timeout: 30 * time.Second, MemoryMB: 256,
		Tables: map[Table]Items{
			Directory: Get | Query | Update,
			Desk:      Get | Query | Put | Update | Delete,
			Live:      Get | Query | Delete,
		},
		Buckets:        map[Bucket]Objects{Inbound: Fetch},
		SendsTo:        append(names(events.ToPush), DeadLetters),
		PostsToSockets: true,
	},
	{
		Name: "fanout", Timeout: 30 * time.Second, MemoryMB: 256,
		Tables:  map[Table]Items{Directory: Query, Live: Query},
		SendsTo: append(names(events.Queues(events.FromStream)...), DeadLetters),
	},
	{
		Name: "assignment", Timeout: 60 * time.Second, MemoryMB: 256,
		Tables:  map[Table]Items{Directory: Get | Query, Desk: Get | Query | Put | Update | Delete},
		Indexes: []string{"waiting"},
		SendsTo: []string{DeadLetters},
	},
	{
		Name: "autoclose", Timeout: 30 * time.Second, MemoryMB: 256,
		Tables:  map[Table]Items{Directory: Get, Desk: Get | Put | Update | Delete},
		SendsTo: []string{DeadLetters},
	},
	{
		Name: "clock", Timeout: 60 * time.Second, MemoryMB: 256, Schedule: time.Minute,
		Tables:  map[Table]Items{Desk: 0},
		Indexes: []string{"due"},
		SendsTo: names(events.Queues(events.FromClock)...),
	},
	{
		Name: "send", Timeout: 60 * time.Second, MemoryMB: 256,
		Tables:          map[Table]Items{Directory: Get | Update, Desk: Get | Query | Put | Update | Delete},
		Buckets:         map[Bucket]Objects{Media: Fetch},
		SendsTo:         []string{DeadLetters},
		DecryptsSecrets: true,
		ProviderCalls:   true,
	},
	{
		Name: "media", Timeout: 120 * time.Second, MemoryMB: 512,
		Tables:          map[Table]Items{Directory: Get | Put, Desk: Get | Query | Put | Delete},
		Buckets:         map[Bucket]Objects{Media: Fetch | Store | Remove},
		SendsTo:         []string{DeadLetters},
		DecryptsSecrets: true,
		ProviderCalls:   true,
	},
	{
		Name: "push", Timeout: 30 * time.Second, MemoryMB: 256,
		Tables:         map[Table]Items{Directory: Query, Live: Get | Query | Delete},
		SendsTo:        []string{DeadLetters},
		PostsToSockets: true,
	},
	{
		Name: "socket", Timeout: 10 * time.Second, MemoryMB: 256, Socket: true,
		Tables:         map[Table]Items{Directory: Query, Desk: Get, Live: Get | Query | Put | Update | Delete | Check},
		SendsTo:        names(events.ToSend),
		PostsToSockets: true,
	},
	{
		Name: "api", Timeout: 29 * time.Second, MemoryMB: 512,
		Tables: map[Table]Items{
			Directory: Get | Query | Put,
			Desk:      Get | BatchGet | Query | Put | Update | Delete,
			Live:      Get | BatchGet | Query | Put | Update | Delete,
		},
		Indexes: []string{"inbox", "waiting"},
		Buckets: map[Bucket]Objects{Media: Fetch | Store},
		Secrets: []Secret{SigningKey, PublicURL, OriginSecret},
	},
	{
		Name: "admin", Timeout: 29 * time.Second, MemoryMB: 512,
		Tables: map[Table]Items{
			Directory: Get | Query | Put | Update | Delete,
			Desk:      Query | Put,
			Live:      Get | Query | Put | Update | Delete,
		},
		Secrets:         []Secret{SigningKey, PublicURL, OriginSecret},
		EncryptsSecrets: true,
		ProviderCalls:   true,
		Identity:        true,
	},
	{
		Name: "widget", Timeout: 29 * time.Second, MemoryMB: 256,
		Tables: map[Table]Items{
			Directory: Get | Query,
			Desk:      Get | BatchGet | Query,
			Live:      Get | Put | Update,
		},
		Buckets: map[Bucket]Objects{Media: Fetch | Store},
		SendsTo: names(events.ToIngest),
		Secrets: []Secret{SigningKey, PublicURL, OriginSecret},
	},
	{
		Name: "notify", Timeout: 30 * time.Second, MemoryMB: 256,
		Tables:    map[Table]Items{Desk: Get | Put | Delete},
		SendsTo:   []string{DeadLetters},
		SendsMail: true,
		Settings:  []string{MailFrom},
	},
	{
		Name: "jobs", Timeout: 120 * time.Second, MemoryMB: 256, RegistersHooks: true,
		Tables: map[Table]Items{
			Directory: Get | Query | Put | Update | Delete,
			Desk:      Get | BatchGet | Query | Put | Update | Delete | Check,
			Live:      Query,
		},
		Indexes:         []string{"inbox", "waiting"},
		SendsTo:         []string{DeadLetters},
		Secrets:         []Secret{PublicURL},
		PostsToSockets:  true,
		DecryptsSecrets: true,
		ProviderCalls:   true,
	},
}

// maxReceive is how often a record is received before SQS moves it to the dead letters. It is high, since records behind a failing one
// of their group are received without being processed.
const maxReceive = 20

// summaryWindow is how long changes of lists wait for each other.
const summaryWindow = 2 * time.Second

// names turns names of queues into strings.
func names(queues ...events.Queue) []string {
	list := make([]string, len(queues))
	for i, q := range queues {
		list[i] = string(q)
	}
	return list
}

// carrier fills in what follows from the name of a queue that carries signals.
func carrier(name events.Queue, q Queue) Queue {
	q.Name, q.FIFO, q.Env, q.MaxReceive = string(name), name.FIFO(), name.URLKey(), maxReceive
	return q
}

// Queues are all queues that feed functions.
var Queues = []Queue{
	carrier(events.ToIngest, Queue{Function: "ingest", BatchSize: 10}),
	carrier(events.ToAssignment, Queue{Function: "assignment", BatchSize: 10}),
	carrier(events.ToSend, Queue{Function: "send", BatchSize: 10}),
	carrier(events.ToPush, Queue{Function: "push", BatchSize: 10}),
	carrier(events.ToPushSummary, Queue{Function: "push", BatchSize: 1000, Window: summaryWindow}),
	carrier(events.ToMedia, Queue{Function: "media", BatchSize: 5}),
	carrier(events.ToNotify, Queue{Function: "notify", BatchSize: 10}),
	carrier(events.ToAutoclose, Queue{Function: "autoclose", BatchSize: 10}),
	carrier(events.ToJobs, Queue{Function: "jobs", BatchSize: 1}),
}

// Routes are the routes of the HTTP API.
var Routes = []Route{
	{Method: "GET", Path: "/webhooks/{provider}", Function: "webhook"},
	{Method: "POST", Path: "/webhooks/{provider}", Function: "webhook"},
	{Method: "POST", Path: "/webhooks/{provider}/{asset}", Function: "webhook"}, // of providers whose bodies do not name the channel
	{Method: "ANY", Path: "/api/v1/{proxy+}", Function: "api"},
	{Method: "GET", Path: "/api/v1/openapi.json", Function: "admin"},
	{Method: "POST", Path: "/api/v1/auth/{proxy+}", Function: "admin"},
	{Method: "POST", Path: "/api/v1/auth/sign-out", Function: "api"},
	{Method: "PUT", Path: "/api/v1/me/password", Function: "admin"},
	{Method: "POST", Path: "/api/v1/operators", Function: "admin"},
	{Method: "PATCH", Path: "/api/v1/operators/{id}", Function: "admin"},
	{Method: "ANY", Path: "/api/v1/invitations", Function: "admin"},
	{Method: "ANY", Path: "/api/v1/invitations/{proxy+}", Function: "admin"},
	{Method: "POST", Path: "/api/v1/stores", Function: "admin"},
	{Method: "POST", Path: "/api/v1/channels", Function: "admin"},
	{Method: "PATCH", Path: "/api/v1/channels/{id}", Function: "admin"},
	{Method: "DELETE", Path: "/api/v1/channels/{id}", Function: "admin"},
	{Method: "POST", Path: "/api/v1/channels/{id}/verify", Function: "admin"},
	{Method: "POST", Path: "/api/v1/channels/{id}/templates/sync", Function: "admin"},
	{Method: "PATCH", Path: "/api/v1/settings", Function: "admin"},
	{Method: "PUT", Path: "/api/v1/distribution", Function: "admin"},
	{Method: "GET", Path: "/healthz", Function: "api"},
	{Method: "ANY", Path: "/widget/v1/{proxy+}", Function: "widget"},
}

// Streams feed fanout, and push with the inbound messages that lists show. A shard of a stream has two readers at most.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
var Streams = []Stream{
	{Table: Desk, Function: "fanout", BatchSize: 100, Retries: 50, Patterns: stream.ForSignals()},
	{Table: Desk, Function: "push", BatchSize: 1000, Window: summaryWindow, Retries: 5, Patterns: stream.ForLists()},
	{Table: Directory, Function: "fanout", BatchSize: 100, Retries: 50},
	{Table: Ledger, Function: "fanout", BatchSize: 100, Retries: 50},
}
