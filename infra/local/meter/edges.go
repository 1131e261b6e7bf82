package meter

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/recado-chat/recado/infra/cost"
	"github.com/recado-chat/recado/infra/local/gateway"
)

const (
	httpChunk = 512 << 10
	// accessLine and socketLine are API Gateway's lines for a request and for what a browser's socket sends, in the formats of infra/stacks;
	// answerHead is what an answer weighs on its way to the viewer beside its body.
	accessLine = 120
	socketLine = 150
	answerHead = 400
	// Browsers stands for what no function did.
	Browsers = "browsers"
)

// HTTP counts the requests of the HTTP API. People's come through CloudFront; providers post to the API's own address, as nothing of
// theirs is cached and the way through CloudFront costs as much as the API.
func (m *Meter) HTTP(invoke gateway.Invoke) gateway.Invoke {
	return func(ctx context.Context, function string, payload []byte) ([]byte, error) {
		answer, err := invoke(ctx, function, payload)
		var request struct {
			Body           string
			RequestContext struct{ HTTP struct{ Method, Path string } }
		}
		_ = json.Unmarshal(payload, &request) // the gateway made it
		m.add(function, cost.HTTPRequests, "", chunks(len(request.Body), httpChunk))
		m.add(function, cost.LogBytes, "access log", accessLine+lineOverhead)
		if strings.HasPrefix(request.RequestContext.HTTP.Path, "/webhooks/") {
			m.add(function, cost.DataOut, "answers", float64(len(answer)+answerHead))
			return answer, err
		}
		m.add(function, cost.CloudFrontRequests, "", 1)
		m.add(function, cost.CloudFrontOut, "answers", float64(len(answer)+answerHead))
		if strings.HasPrefix(request.RequestContext.HTTP.Path, "/api/") {
			m.add(function, cost.CloudFrontRuns, "viewer's address", 1)
		}
		if request.RequestContext.HTTP.Method != http.MethodGet {
			m.add(function, cost.CloudFrontToOrigin, "", float64(len(request.Body)))
		}
		return answer, err
	}
}

// Socket counts the browsers' messages and connections.
func (m *Meter) Socket(invoke gateway.Invoke) gateway.Invoke {
	return func(ctx context.Context, function string, payload []byte) ([]byte, error) {
		var event struct {
			Body           string
			RequestContext struct{ EventType string }
		}
		_ = json.Unmarshal(payload, &event) // the gateway made it
		m.add(function, cost.LogBytes, "access log", socketLine+lineOverhead)
		switch event.RequestContext.EventType {
		case "MESSAGE":
			m.add(function, cost.SocketMessages, "from browsers", chunks(len(event.Body), socketChunk))
			m.add(function, cost.CloudFrontToOrigin, "", float64(len(event.Body)))
		case "CONNECT":
			m.add(function, cost.CloudFrontRequests, "", 1)
		}
		return invoke(ctx, function, payload)
	}
}

// Console counts the console's files: CloudFront serves them, and asks the bucket once for all viewers.
func (m *Meter) Console(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counted := &countingWriter{ResponseWriter: w}
		next.ServeHTTP(counted, r)
		m.add(Browsers, cost.CloudFrontRequests, "console", 1)
		m.add(Browsers, cost.CloudFrontRuns, "pages", 1)
		m.add(Browsers, cost.CloudFrontOut, "console", float64(counted.bytes+answerHead))
	})
}

// Objects counts what browsers put and get over signed links.
func (m *Meter) Objects(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("X-Amz-Signature") != "" {
			item := cost.S3Gets
			if r.Method == http.MethodPut {
				item = cost.S3Puts
			}
			m.add(Browsers, item, "", 1)
		}
		next.ServeHTTP(w, r)
	})
}

// countingWriter counts an answer's body.
type countingWriter struct {
	http.ResponseWriter
	bytes int
}

func (w *countingWriter) Write(b []byte) (int, error) {
	n, err := w.ResponseWriter.Write(b)
	w.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Connected is the usage of sockets that were open for that time in total.
func Connected(d time.Duration) cost.Usage {
	usage := cost.Usage{}
	usage.Add(Browsers, cost.SocketMinutes, "", d.Minutes())
	return usage
}
