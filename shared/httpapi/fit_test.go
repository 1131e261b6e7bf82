package httpapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/httpapi"
)

func TestEnvelopeBytes_EqualsEncodedResponse(t *testing.T) {
	t.Parallel()
	empty, err := json.Marshal(events.APIGatewayV2HTTPResponse{})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "hola", `"\`, "🙏 ñ", "<script>&", "\x00\x1f\n\t", "\u2028\u2029\ufffd"} {
		response, err := httpapi.JSON(http.StatusOK, map[string]string{"text": text})
		if err != nil {
			t.Fatal(err)
		}
		envelope, err := json.Marshal(events.APIGatewayV2HTTPResponse{Body: string(response.Body)})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := httpapi.EnvelopeBytes(response.Body), len(envelope)-len(empty); got != want {
			t.Errorf("%q: %d bytes, want %d", text, got, want)
		}
	}
}

func TestFitting_LongItems_PageShortened(t *testing.T) {
	t.Parallel()
	items := []string{"short", strings.Repeat("a", 2<<20), strings.Repeat("b", 2<<20), strings.Repeat("<", 300<<10), strings.Repeat("<", 300<<10), "short"}
	for first := range items {
		var limits []int
		response, err := httpapi.Fitting(chat.PageRequest{Limit: len(items)}, func(p chat.PageRequest) (chat.Page[string], error) {
			limits = append(limits, p.Limit)
			return chat.Page[string]{Items: items[first:min(first+p.Limit, len(items))]}, nil
		}, func(page chat.Page[string]) (httpapi.Response, error) { return httpapi.JSON(http.StatusOK, page.Items) })
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		if err := json.Unmarshal(response.Body, &got); err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 || httpapi.EnvelopeBytes(response.Body) > httpapi.MaxAnswer {
			t.Errorf("from %d: %d items in %d bytes, limits %v", first, len(got), httpapi.EnvelopeBytes(response.Body), limits)
		}
	}
}
