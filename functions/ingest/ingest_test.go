package ingest

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/obs"
)

func TestWhatIsIgnoredLeavesATrace(t *testing.T) {
	t.Parallel()
	var counted, logged bytes.Buffer
	metrics, err := obs.NewMetrics(&counted, time.Now, "ingest", ItemsIgnored)
	if err != nil {
		t.Fatal(err)
	}
	h := &Handler{Deps{Metrics: metrics, Log: obs.NewLogger(&logged, "ingest")}}
	in := chat.Inbound{Kind: chat.InboundIgnored, Ignored: "reaction"}
	if err := h.take(t.Context(), events.Envelope{}, chat.Account{}, chat.Channel{}, in); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(counted.String(), `"ItemsIgnored":1`) {
		t.Errorf("counted %s", &counted)
	}
	if !strings.Contains(logged.String(), `"ignored":"reaction"`) {
		t.Errorf("logged %s", &logged)
	}
}
