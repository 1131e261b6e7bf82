package webhook_test

import (
	"net/http"
	"testing"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/functions/webhook"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
)

// pathed is a provider whose bodies do not name the channel, and which accepts a call in the response.
type pathed struct{ channel.Adapter }

func (p pathed) Of(t chat.ChannelType) (channel.Adapter, bool) { return p, t == "pigeon" }

func (pathed) Type() chat.ChannelType { return "pigeon" }

func (pathed) Verify(r channel.Request, _ channel.Secrets) error {
	if r.Asset != "7" {
		return fault.New(fault.Unauthenticated, "another channel")
	}
	return nil
}

func (pathed) Split(r channel.Request) ([]channel.Item, error) {
	return []channel.Item{{Asset: r.Asset, Group: "g", ID: "1", Kind: chat.InboundMessage, Body: r.Body}}, nil
}

func (pathed) Respond(r channel.Request) []byte {
	if string(r.Body) == `{"tap":1}` {
		return []byte(`{"method":"ack"}`)
	}
	return nil
}

func TestWebhook_AssetInPath_CallInResponse(t *testing.T) {
	t.Parallel()
	w := open(t)
	h, err := webhook.New(webhook.Deps{
		Channels: pathed{}, Ingest: w.queues.Sender(inbound), Bodies: w.bucket, Secrets: w.parameters, SecretNames: all.Secrets{}, Metrics: w.metrics,
		Now: dynamotest.Noon, Log: obs.NewLogger(w.logs, "webhook"),
	})
	if err != nil {
		t.Fatal(err)
	}
	post := func(asset, method, body string) lambdaevents.APIGatewayV2HTTPResponse {
		r := lambdaevents.APIGatewayV2HTTPRequest{Body: body, PathParameters: map[string]string{"provider": "pigeon", "asset": asset}}
		r.RequestContext.HTTP.Method = method
		answer, err := h.Handle(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	w.queues.Refuse(func(string) bool { return true })
	if got := post("7", http.MethodPost, `{"tap":1}`); got.StatusCode != http.StatusServiceUnavailable || got.Body != "" {
		t.Errorf("queue unavailable: %d %q", got.StatusCode, got.Body)
	}
	w.queues.Refuse(nil)
	for _, tt := range []struct {
		asset, method, body string
		status              int
		answer, mime        string
	}{
		{"7", http.MethodPost, `{"tap":1}`, http.StatusOK, `{"method":"ack"}`, "application/json"},
		{"7", http.MethodPost, `{"text":1}`, http.StatusOK, "", "text/plain; charset=utf-8"},
		{"8", http.MethodPost, `{"tap":1}`, http.StatusUnauthorized, "", "text/plain; charset=utf-8"},
		{"7", http.MethodGet, "", http.StatusNotFound, "", "text/plain; charset=utf-8"},
	} {
		if got := post(tt.asset, tt.method, tt.body); got.StatusCode != tt.status || got.Body != tt.answer || got.Headers["Content-Type"] != tt.mime {
			t.Errorf("%s %s %s: %d %q %v", tt.method, tt.asset, tt.body, got.StatusCode, got.Body, got.Headers)
		}
	}
	if signals, _, _ := w.sent(); len(signals) == 0 || signals[0].Asset != "7" || signals[0].Provider != "pigeon" {
		t.Errorf("on the queue: %+v", signals)
	}
}
