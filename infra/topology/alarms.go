package topology

import (
	"time"

	"github.com/recado-chat/recado/events"
)

// Alarm watches one metric of AWS's own. Its description says what breaks and what to do: it is read at night.
type Alarm struct {
	Name        string
	Queue       string // the queue or the function that the metric is of; neither means the HTTP API
	Function    string
	Metric      string
	Statistic   string
	Period      time.Duration
	Periods     int
	Above       float64
	Below       bool // alarm when it is below Above instead
	Missing     bool // no data is an alarm too
	Description string
}

const redrive = " Look at a message's reason attribute, mend the cause, and put them back with SQS's redrive."

// Alarms are few, since each costs ten cents a month: everything that stops for good ends in dead letters or in age.
var Alarms = []Alarm{
	{
		Name: "dead-letters", Queue: DeadLetters, Metric: "ApproximateNumberOfMessagesVisible", Statistic: "Maximum", Period: 5 * time.Minute, Periods: 1,
		Description: "Functions gave up on records that can never succeed: messages or answers are missing until somebody acts." + redrive,
	},
	{
		Name: "dead-standard", Queue: DeadLettersStandard, Metric: "ApproximateNumberOfMessagesVisible", Statistic: "Maximum", Period: 5 * time.Minute, Periods: 1,
		Description: "SQS gave up on records that failed again and again (pushes, files, e-mails, closings, jobs)." + redrive,
	},
	{
		Name: "dead-ordered", Queue: DeadLettersFIFO, Metric: "ApproximateNumberOfMessagesVisible", Statistic: "Maximum", Period: 5 * time.Minute, Periods: 1,
		Description: "SQS gave up on ordered records: inbound messages, assignments or replies. Customers wait." + redrive,
	},
	{
		Name: "stream-age", Function: "fanout", Metric: "IteratorAge", Statistic: "Maximum", Period: time.Minute, Periods: 5, Above: 60_000,
		Description: "fanout is a minute behind the tables' streams: nothing is assigned, sent or shown live. Read its log; records that it cannot get past go to the inbound bucket after 50 tries. After 24 hours the stream forgets them; the timers then bring what waits.",
	},
	{
		Name: "inbound-age", Queue: string(events.ToIngest), Metric: "ApproximateAgeOfOldestMessage", Statistic: "Maximum", Period: time.Minute, Periods: 5, Above: 300,
		Description: "Inbound messages have waited five minutes: ingest fails or is throttled. Read its log; check the account's Lambda concurrency and the Desk table's throttled writes.",
	},
	{
		Name: "outbound-age", Queue: string(events.ToSend), Metric: "ApproximateAgeOfOldestMessage", Statistic: "Maximum", Period: time.Minute, Periods: 5, Above: 300,
		Description: "Replies have waited five minutes: the provider fails or send does. Read send's log for the provider's error codes.",
	},
	{
		Name: "clock-silent", Function: "clock", Metric: "Invocations", Statistic: "Sum", Period: 5 * time.Minute, Periods: 1, Above: 1, Below: true, Missing: true,
		Description: "The minute's tick has not run for five minutes: nothing closes, wakes or is tried again. Check the EventBridge rule and clock's log.",
	},
	{
		Name: "http-failures", Metric: "5xx", Statistic: "Sum", Period: 5 * time.Minute, Periods: 1, Above: 5,
		Description: "The HTTP API answered more than five requests with a 5xx: providers post again for days, but people see errors. Read the logs of webhook and api.",
	},
}
