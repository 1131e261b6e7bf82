package whatsapp_test

import "testing"

// The webhook and ingest pay for this once per message.
func BenchmarkSplitAndParse(b *testing.B) {
	body, a := read(b, "testdata/text.json"), adapter()
	for b.Loop() {
		items, err := a.Split(body)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := a.Parse(items[0].Body, receivedAt); err != nil {
			b.Fatal(err)
		}
	}
}
