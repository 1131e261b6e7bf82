package whatsapp_test

import (
	"testing"

	"github.com/recado-chat/recado/shared/channel"
)

// The webhook and ingest pay for this once per message.
func BenchmarkSplitAndParse(b *testing.B) {
	body, a := read(b, "testdata/text.json"), adapter()
	for b.Loop() {
		items, err := a.Split(channel.Request{Body: body})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := a.Parse(items[0].Body, receivedAt); err != nil {
			b.Fatal(err)
		}
	}
}
