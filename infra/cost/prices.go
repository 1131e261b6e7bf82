package cost

// PricesOf is the day of the price list, for us-east-1.
const PricesOf = "2026-11-24"

// Item is something that AWS counts and asks money for.
type Item string

// The items.
const (
	LambdaRequests     Item = "invocations"
	LambdaGBSeconds    Item = "memory × duration"
	DynamoWrites       Item = "write units"
	DynamoReads        Item = "read units"
	DynamoStorage      Item = "table storage"
	SQSStandard        Item = "standard requests"
	SQSFIFO            Item = "FIFO requests"
	HTTPRequests       Item = "HTTP requests"
	SocketMessages     Item = "WebSocket messages"
	SocketMinutes      Item = "connection minutes"
	LogBytes           Item = "log ingestion"
	CustomMetrics      Item = "custom metrics"
	Alarms             Item = "alarms"
	KMSKeys            Item = "keys"
	KMSRequests        Item = "key requests"
	S3Puts             Item = "PUT requests"
	S3Gets             Item = "GET requests"
	S3Storage          Item = "object storage"
	SESMails           Item = "e-mails"
	DataOut            Item = "data to the internet"
	CloudFrontRequests Item = "HTTPS requests"
	CloudFrontRuns     Item = "function runs"
	CloudFrontOut      Item = "data to viewers"
	CloudFrontToOrigin Item = "data to the origin"
	EventBridgeTicks   Item = "scheduled events"
	SSMParameters      Item = "standard parameters"
)

// Price is what an item costs: USD for each Per units.
type Price struct {
	Item Item
	Page string // the service's page: aws.amazon.com/<page>/pricing
	Unit string
	USD  float64
	Per  float64
	// Note says how AWS counts the unit, and what is not certain about the price.
	Note string
}

const (
	million  = 1_000_000
	gigabyte = 1 << 30
)

// Prices are the first tier of each, without what is free for a year or below a threshold.
var Prices = []Price{
	{LambdaRequests, "lambda", "requests", 0.20, million, ""},
	{LambdaGBSeconds, "lambda", "GB-s", 0.0000133334, 1, "arm64; by the millisecond"},
	{DynamoWrites, "dynamodb/on-demand", "WRU", 0.625, million, "since November 2024; 1 KB each, indexes apart, twice in a transaction"},
	{DynamoReads, "dynamodb/on-demand", "RRU", 0.125, million, "4 KB each, half of one when eventually consistent"},
	{DynamoStorage, "dynamodb/on-demand", "GB-months", 0.45, 1, "0.25 for the table and 0.20 for its point-in-time recovery"},
	{SQSStandard, "sqs", "requests", 0.40, million, "64 KB each; no message group, which would cost 0.10 more (fair queues)"},
	{SQSFIFO, "sqs", "requests", 0.50, million, "64 KB each"},
	{HTTPRequests, "api-gateway", "requests", 1.00, million, "HTTP API; 512 KB each"},
	{SocketMessages, "api-gateway", "messages", 1.00, million, "32 KB each, either way"},
	{SocketMinutes, "api-gateway", "minutes", 0.25, million, ""},
	{LogBytes, "cloudwatch", "bytes", 0.50, gigabyte, "standard class; 26 bytes more for each line, which are counted here to be safe: the page says so of stored logs only"},
	{CustomMetrics, "cloudwatch", "metric-months", 0.30, 1, "each name with each set of dimensions, by the hour in which it is published"},
	{Alarms, "cloudwatch", "alarm-months", 0.10, 1, "standard resolution; each metric that an alarm watches"},
	{KMSKeys, "kms", "key-months", 1.00, 1, "each of the first two rotations adds as much again"},
	{KMSRequests, "kms", "requests", 0.03, 10_000, "symmetric; reading a SecureString parameter is one too"},
	{S3Puts, "s3", "requests", 0.005, 1_000, ""},
	{S3Gets, "s3", "requests", 0.0004, 1_000, ""},
	{S3Storage, "s3", "GB-months", 0.023, 1, ""},
	{SESMails, "ses", "e-mails", 0.10, 1_000, ""},
	{DataOut, "ec2/on-demand", "bytes", 0.09, gigabyte, "what API Gateway and S3 answer without CloudFront"},
	{CloudFrontRequests, "cloudfront", "requests", 0.0100, 10_000, "United States and Europe; South America 0.0220"},
	{CloudFrontRuns, "cloudfront", "runs", 0.10, million, ""},
	{CloudFrontOut, "cloudfront", "bytes", 0.085, gigabyte, "United States and Europe; South America 0.110"},
	{CloudFrontToOrigin, "cloudfront", "bytes", 0.020, gigabyte, "United States and Europe"},
	{EventBridgeTicks, "eventbridge", "events", 0, million, "rules with a schedule are not on the page and not on bills; were they custom events, a million would cost a dollar"},
	{SSMParameters, "systems-manager", "parameters", 0, 1, "standard throughput"},
}

// price of an item; one that is not in the list is a programming error.
func price(item Item) Price {
	for _, p := range Prices {
		if p.Item == item {
			return p
		}
	}
	panic("cost: no price of " + string(item))
}
