package webhook_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	lambdaevents "github.com/aws/aws-lambda-go/events"
)

// What is signed is accepted once and for all, whatever its bytes are: a 503 would come back for seven days.
func TestWebhook_HostileBody_AcceptedWithItsSiblings(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 9_995) + strings.Repeat("]", 9_995)
	long := strings.Repeat("7", 300_000)
	for name, bad := range map[string]string{
		"invalid UTF-8":             "{\"from\":\"549\",\"id\":\"wamid.1\",\"type\":\"text\",\"text\":{\"body\":\"x\xff\xfe\"},\"raw\":[\"\xed\xa0\x80\"]}",
		"nested to the limit":       `{"from":"549","id":"wamid.1","type":"text","text":` + deep + `}`,
		"nested beyond the limit":   `{"from":"549","id":"wamid.1","type":"text","text":[[[[[[[[[[` + deep + `]]]]]]]]]]}`,
		"an id of 300,000 digits":   `{"from":"549","id":"` + long + `","type":"text","text":{"body":"x"}}`,
		"a sender of 300,000":       `{"from":"` + long + `","id":"wamid.1","type":"text","text":{"body":"x"}}`,
		"characters that SQS hates": `{"from":"549","id":"wamid.1","type":"text","text":{"body":"\u0000` + "\uffff\ufffe" + `\ud800"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			body := bodyOf(text("551", "wamid.before", "uno"), bad, text("552", "wamid.after", "dos"))
			answer := w.request(lambdaevents.APIGatewayV2HTTPRequest{
				Body: base64.StdEncoding.EncodeToString([]byte(body)), IsBase64Encoded: true, Headers: signed(secret, body),
			}, http.MethodPost, "whatsapp")
			signals, _, _ := w.sent()
			if answer.StatusCode != http.StatusOK || len(signals) != 3 {
				t.Fatalf("answered %d, %d items are queued", answer.StatusCode, len(signals))
			}
			for _, signal := range signals {
				if len(signal.ItemID) > 512 || signal.Raw != nil {
					t.Errorf("an item cannot be read: %.100s", signal.Raw)
				}
			}
		})
	}
}

// An asset that is not one does not keep the body from the queue.
func TestWebhook_HostileAsset_Accepted(t *testing.T) {
	t.Parallel()
	w := open(t)
	body := strings.Replace(bodyOf(text("551", "wamid.1", "uno")), `"71"`, `"`+strings.Repeat("7", 1<<20)+`"`, 1)
	if got := w.post(body); got != http.StatusOK {
		t.Fatalf("answered %d", got)
	}
	if signals, _, _ := w.sent(); len(signals) != 1 || len(signals[0].Asset) > 512 {
		t.Errorf("%d items are queued", len(signals))
	}
}
