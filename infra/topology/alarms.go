package topology

import (
	"time"

	"github.com/recado-chat/recado/events"
)

// Alarm watches one metric. Its description says what fails and what to do first.
type Alarm struct {
	Name     string
	Queue    string // the metric is of this queue or Function; of the HTTP API if both are empty and it is not Own
	Function string
	Own      bool // the metric is a counter of ours, of all functions together
	// Share, if it is not 0, also asks that the metric, a counter of ours, is more than this part of Function's invocations. CloudWatch then
	// bills two metrics.
	Share       float64
	Metric      string
	Statistic   string
	Period      time.Duration
	Periods     int
	Above       float64
	Below       bool // alarm when the metric is below Above
	Missing     bool // no data is an alarm too
	Description string
}

const (
	rejected = " Read the messages' reason attribute, fix the cause, then run: go run ./infra/local/redrive -queue <URL of this queue> [-reason <reason>]"
	// SQS moves a record after 20 receives, which back-off stretches over about half an hour.
	moved = " The cause lasted longer than half an hour (20 receives): read the logs of the functions and fix it, then run: go run ./infra/local/redrive -queue <URL of this queue>"
)

// Alarms are few, since each costs 10 cents a month: every lasting failure shows as dead letters or as the age of a queue or stream.
var Alarms = []Alarm{
	{
		Name: "dead-letters", Queue: DeadLetters, Metric: "ApproximateNumberOfMessagesVisible", Statistic: "Maximum", Period: 5 * time.Minute, Periods: 1,
		Description: "Functions rejected records that cannot be processed: customers' messages or replies are missing until this is fixed." + rejected,
	},
	{
		Name: "dead-standard", Queue: DeadLettersStandard, Metric: "ApproximateNumberOfMessagesVisible", Statistic: "Maximum", Period: 5 * time.Minute, Periods: 1,
		Description: "Records failed too many times (pushes, files, e-mails, closings, jobs) and were moved to the dead-letter queue." + moved,
	},
	{
		Name: "dead-ordered", Queue: DeadLettersFIFO, Metric: "ApproximateNumberOfMessagesVisible", Statistic: "Maximum", Period: 5 * time.Minute, Periods: 1,
		Description: "Inbound messages, assignments or replies failed too many times and were moved to the dead-letter queue. Customers are waiting." + moved,
	},
	{
		Name: "stream-age", Function: "fanout", Metric: "IteratorAge", Statistic: "Maximum", Period: time.Minute, Periods: 5, Above: 60_000,
		Description: "fanout is over a minute behind the tables' streams: assignments, replies and live updates are late. Read fanout's log. A record that fails 50 times is copied to the inbound bucket and skipped. Streams keep records for 24 hours; timers repeat the work of lost ones.",
	},
	{
		Name: "inbound-age", Queue: string(events.ToIngest), Metric: "ApproximateAgeOfOldestMessage", Statistic: "Maximum", Period: time.Minute, Periods: 5, Above: 300,
		Description: "Inbound messages have waited over five minutes: ingest fails or is throttled. Read ingest's log; check the account's Lambda concurrency and the Desk table's throttled writes.",
	},
	{
		Name: "outbound-age", Queue: string(events.ToSend), Metric: "ApproximateAgeOfOldestMessage", Statistic: "Maximum", Period: time.Minute, Periods: 5, Above: 300,
		Description: "Replies have waited over five minutes: the provider or the function send fails. Read send's log for the provider's error codes.",
	},
	{
		Name: "clock-silent", Function: "clock", Metric: "Invocations", Statistic: "Sum", Period: 5 * time.Minute, Periods: 1, Above: 1, Below: true, Missing: true,
		Description: "The function clock has not run for five minutes: conversations are not closed or woken, and nothing is retried. Check the EventBridge rule and clock's log.",
	},
	{
		Name: "calls-retried", Own: true, Metric: "CallsRetried", Statistic: "Sum", Period: 5 * time.Minute, Periods: 1, Above: 300,
		Description: "More than one call of DynamoDB, SQS or another service a second was repeated: messages are late. Read AWS's health page, the Desk table's throttled requests, and the functions' logs: each line with CallsRetried names its function.",
	},
	{
		Name: "signatures-rejected", Own: true, Metric: "SignaturesRejected", Function: "webhook", Share: 0.2, Statistic: "Sum", Period: 15 * time.Minute, Periods: 1, Above: 20,
		Description: "Over a fifth of the webhook requests, and more than 20 in 15 minutes, have a signature that is not the provider's: customers' messages are refused. The lines of webhook's log with status 401 name the provider. If its secret was changed there, write it here with: make secrets STAGE=<stage>; it accepts the old and the new one at once, and the provider repeats what was refused for hours. If not, somebody sends requests who is not the provider.",
	},
	{
		Name: "visitors-limited", Own: true, Metric: "RequestsLimited", Statistic: "Sum", Period: 5 * time.Minute, Periods: 1, Above: 600,
		Description: "Limits refused more than two requests a second of chat visitors: a script floods a site, or a limit is too narrow. In the logs of widget and socket, the lines with the code rate_limited name the account and, as the reason, the limit (shared/limit/visitors.go). A web ACL (context webAcl) stops a flood of many addresses before it is paid for.",
	},
	{
		Name: "http-failures", Metric: "5xx", Statistic: "Sum", Period: 5 * time.Minute, Periods: 1, Above: 5,
		Description: "The HTTP API answered more than five requests with a 5xx status. Providers repeat their webhooks, but people see errors. Read the logs of webhook, api, admin and widget.",
	},
}
