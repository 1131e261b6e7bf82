package bounds_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/bounds"
	"github.com/recado-chat/recado/shared/fault"
)

var arrived = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func TestApply_Times(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		kind chat.InboundKind
		at   time.Time
		kept bool
	}{
		{"now", chat.InboundMessage, arrived, true},
		{"a second ago", chat.InboundMessage, arrived.Add(-time.Second), true},
		{"a week late", chat.InboundMessage, arrived.AddDate(0, 0, -7), true},
		{"a year late", chat.InboundMessage, arrived.AddDate(-1, 0, 0), false},
		{"a year late, of the history", chat.InboundHistory, arrived.AddDate(-1, 0, 0), true},
		{"1970, of the history", chat.InboundHistory, time.Unix(1, 0), false},
		{"a minute ahead", chat.InboundMessage, arrived.Add(time.Minute), true},
		{"more than a minute ahead", chat.InboundMessage, arrived.Add(time.Minute + time.Second), false},
		{"the end of RFC 3339", chat.InboundMessage, time.Unix(253402300799, 0), false},
		{"year 36812", chat.InboundMessage, time.Unix(1<<40, 0), false},
		{"year 36812, of the history", chat.InboundHistory, time.Unix(1<<40, 0), false},
		{"none", chat.InboundMessage, time.Time{}, false},
	} {
		want := arrived
		if test.kept {
			want = test.at
		}
		in := chat.Inbound{
			Kind: test.kind, At: test.at, ReceivedAt: arrived,
			Update: &chat.MessageUpdate{When: chat.Moment{At: test.at}}, Template: &chat.InboundTemplateChange{Change: chat.TemplateChange{At: test.at}},
		}
		if err := bounds.Apply(&in); err != nil {
			t.Fatal(err)
		}
		if !in.At.Equal(want) || !in.Update.When.At.Equal(want) || !in.Template.Change.At.Equal(want) {
			t.Errorf("%s: %s, %s, %s", test.name, in.At, in.Update.When.At, in.Template.Change.At)
		}
	}
	status := chat.Inbound{Kind: chat.InboundStatus, ReceivedAt: arrived, Status: chat.StatusUpdate{At: arrived.AddDate(9, 0, 0)}}
	consent := chat.Inbound{Kind: chat.InboundMarketing, ReceivedAt: arrived, MarketingConsent: chat.MarketingConsent{At: arrived.AddDate(9, 0, 0)}}
	if bounds.Apply(&status) != nil || bounds.Apply(&consent) != nil || !status.Status.At.Equal(arrived) || !consent.MarketingConsent.At.Equal(arrived) {
		t.Errorf("status at %s, consent at %s", status.Status.At, consent.MarketingConsent.At)
	}
}

func TestApply_Names(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"Ana Pérez":                         "Ana Pérez",
		"  Ana  ":                           "Ana",
		"Ana\r\nPérez\x00":                  "Ana  Pérez",
		"\u202Eanaconda\u2066":              "anaconda",
		"\u200B\u2800\u3164 \uFEFF":         "",
		"👩‍👩‍👧 familia":                     "👩‍👩‍👧 familia",
		"راما":                              "راما",
		strings.Repeat("ñ", 300_000):        strings.Repeat("ñ", 127) + "…",
		strings.Repeat("x", 127) + "\u2029": strings.Repeat("x", 127),
	} {
		in := chat.Inbound{Kind: chat.InboundMessage, ReceivedAt: arrived, Sender: chat.Sender{Addresses: []string{"1"}, Name: given}}
		if err := bounds.Apply(&in); err != nil || in.Sender.Name != want {
			t.Errorf("%.40q became %.40q, want %.40q, %v", given, in.Sender.Name, want, err)
		}
	}
}

func TestApply_IDsTooLong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("7", 300_000)
	for name, in := range map[string]chat.Inbound{
		"message":     {ProviderID: long},
		"target":      {Target: long},
		"sender":      {Sender: chat.Sender{Addresses: []string{"1", long}}},
		"new address": {NewIdentity: chat.Sender{Addresses: []string{long}}},
	} {
		if err := bounds.Apply(&in); !fault.Is(err, fault.Invalid) || fault.Reason(err) != "id_too_long" {
			t.Errorf("%s: %v", name, err)
		}
	}
	in := chat.Inbound{ReplyTo: long}
	if err := bounds.Apply(&in); err != nil || in.ReplyTo != "" {
		t.Errorf("quote: %v, %d bytes", err, len(in.ReplyTo))
	}
}

// Texts of the longest message of WhatsApp's app are whole; one that is longer says that its end was left out, and so does a longer edit.
func TestApply_LongText_SaysThatItWasCut(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		strings.Repeat("漢", 65_536): strings.Repeat("漢", 65_536),
		strings.Repeat("漢", 65_537): strings.Repeat("漢", 65_532) + " […]",
	} {
		in := chat.Inbound{ReceivedAt: arrived, Text: given, Update: &chat.MessageUpdate{Kind: chat.Edited, Text: given}}
		if err := bounds.Apply(&in); err != nil || in.Text != want || in.Update.Text != want {
			t.Errorf("of %d bytes %d and %d are kept, want %d, %v", len(given), len(in.Text), len(in.Update.Text), len(want), err)
		}
	}
}

// Whatever a provider sends, a message is far below the 400 KB of an item of the tables, and every text is valid.
func TestApply_AnySize_Storable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) string {
			return strings.Repeat(rapid.SampledFrom([]string{"x", "ñ", "👩‍👩‍👧", "\n", "\u202E"}).Draw(t, name), rapid.SampledFrom([]int{0, 1, 300, 70_000}).Draw(t, name+" length"))
		}
		in := chat.Inbound{
			Kind: chat.InboundMessage, ReceivedAt: arrived, Text: text("text"), Sender: chat.Sender{Name: text("name"), Username: text("username")},
			Attachments: []chat.Attachment{{Name: text("file"), Mime: text("mime"), Ref: text("ref"), State: chat.AttachmentPending}},
			Location:    &chat.Location{Name: text("place"), Address: text("address")},
			Referral:    &chat.Referral{SourceID: text("source"), URL: text("url"), Headline: text("headline"), Body: text("body"), MediaURL: text("media")},
		}
		card := chat.Card{Name: rapid.StringN(0, 400, -1).Draw(t, "card"), Phones: rapid.SliceOfN(rapid.String(), 0, 40).Draw(t, "phones")}
		in.Cards = slices.Repeat([]chat.Card{card}, rapid.SampledFrom([]int{0, 2, 300}).Draw(t, "cards"))
		if err := bounds.Apply(&in); err != nil {
			t.Fatal(err)
		}
		total := 0
		count := func(texts ...string) {
			for _, s := range texts {
				if total += len(s); !utf8.ValidString(s) {
					t.Fatalf("invalid UTF-8: %.40q", s)
				}
			}
		}
		count(in.Text, in.Sender.Name, in.Sender.Username, in.Location.Name, in.Location.Address)
		count(in.Referral.SourceID, in.Referral.URL, in.Referral.Headline, in.Referral.Body, in.Referral.MediaURL)
		for _, a := range in.Attachments {
			count(a.Name, a.Mime, a.Ref)
		}
		for _, c := range in.Cards {
			count(append(c.Phones, c.Name)...)
		}
		if total > 350<<10 {
			t.Fatalf("%d bytes", total)
		}
	})
}
