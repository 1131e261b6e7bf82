package present

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
)

func encodeString(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func TestTime_Encoded_HasMilliseconds(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("-03", -3*60*60)
	for at, want := range map[time.Time]string{
		time.Date(2026, 11, 22, 0, 14, 22, 123_999_999, time.UTC): `"2026-11-22T00:14:22.123Z"`,
		time.Date(2026, 11, 22, 0, 14, 22, 0, time.UTC):           `"2026-11-22T00:14:22.000Z"`,
		time.Date(2026, 11, 21, 22, 0, 0, 0, zone):                `"2026-11-22T01:00:00.000Z"`,
		time.Date(36812, 2, 20, 0, 0, 0, 0, time.UTC):             `"9999-12-31T23:59:59.999Z"`,
		time.Date(-400, 1, 1, 0, 0, 0, 0, time.UTC):               `"0000-01-01T00:00:00.000Z"`,
	} {
		if got := encodeString(t, wire.Time(at)); got != want {
			t.Errorf("%s is encoded as %s, want %s", at, got, want)
		}
	}
	for _, loose := range []string{`"2026-11-22T00:14:22Z"`, `"2026-11-22"`, `7`, `"2026-11-22T00:14:22.123+00:00"`} {
		var at wire.Time
		if json.Unmarshal([]byte(loose), &at) == nil {
			t.Errorf("%s was decoded", loose)
		}
	}
}

func referred(url string) wire.Message {
	return Message(chat.Message{ID: "m", Referral: &chat.Referral{
		Source: chat.FromAd, SourceID: "12001", URL: url, Headline: "Ofertas", MediaType: chat.TypeVideo, MediaURL: "https://example.invalid/v.mp4",
	}})
}

func TestPresent_AbsentValues(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		value   any
		has     []string
		hasNone []string
	}{
		"a new conversation": {
			Conversation(chat.Conversation{ID: "c"}, 0),
			[]string{`"groupId":null`, `"assigneeId":null`, `"tags":[]`, `"preview":null`, `"windowUntil":null`, `"waitingSince":null`, `"dueAt":null`, `"lastInboundId":null`, `"resolvedAt":null`},
			[]string{`"unread"`},
		},
		"a conversation for its reader": {
			ConversationFor(chat.Conversation{ID: "c", LastInboundID: "2", InboundCount: 7}, 0, chat.ReadCursor{ReadUpTo: "1", InboundCount: 4}),
			[]string{`"unread":true`, `"unreadCount":3`, `"inboundCount":7`}, nil,
		},
		"a conversation whose messages were not counted": {
			ConversationFor(chat.Conversation{ID: "c", LastInboundID: "2"}, 0, chat.ReadCursor{}), []string{`"unread":true`, `"unreadCount":1`}, nil,
		},
		"a conversation that was read": {
			ConversationFor(chat.Conversation{ID: "c", LastInboundID: "2"}, 0, chat.ReadCursor{ReadUpTo: "2"}), []string{`"unread":false`, `"unreadCount":0`}, nil,
		},
		"an empty message": {
			Message(chat.Message{ID: "m"}), []string{`"text":""`, `"attachments":[]`, `"replyTo":null`, `"error":null`}, []string{`"clientId"`},
		},
		"a file that is not stored yet": {
			Message(chat.Message{ID: "m", Attachments: []chat.Attachment{{ID: "a", Key: "secret-key", State: chat.AttachmentPending}}}),
			[]string{`"url":null`}, []string{"secret-key"},
		},
		"a file of a revoked message": {
			Message(chat.Message{ID: "m", Revoked: chat.Moment{At: time.Unix(1, 0)}, Attachments: []chat.Attachment{{ID: "a"}}}), []string{`"attachments":[]`}, nil,
		},
		"a message without a referral":     {Message(chat.Message{ID: "m"}), nil, []string{"referral"}},
		"a referral with a script address": {referred("javascript:alert(1)"), []string{`"url":""`, `"source":"ad"`}, []string{"javascript"}},
		"a referral without a host":        {referred("https:fb.me/x"), []string{`"url":""`}, nil},
		"a referral":                       {referred("https://fb.me/x"), []string{`"url":"https://fb.me/x"`, `"headline":"Ofertas"`, `"sourceId":"12001"`}, []string{"media"}},
		"a contact who opted in": {
			Contact(chat.Contact{MarketingConsent: chat.MarketingConsent{At: time.Unix(1, 0)}}, permission.Scope{}), nil, []string{"marketing"},
		},
		"a contact in a store that is not seen": {
			Contact(chat.Contact{StoreIDs: []chat.StoreID{"seen", "hidden"}}, permission.ScopeOf(chat.Operator{Role: chat.OperatorRole, StoreIDs: []chat.StoreID{"seen"}})),
			[]string{`"storeIds":["seen"]`}, []string{"hidden"},
		},
		"a contact who opted out": {Contact(chat.Contact{MarketingConsent: chat.MarketingConsent{OptedOut: true, At: time.Unix(1, 0)}}, permission.Scope{}), []string{`"marketingOptOutAt":"1970-01-01T00:00:01.000Z"`}, nil},
		"a stored file": {
			Message(chat.Message{ID: "m", ConversationID: "c", Attachments: []chat.Attachment{{ID: "a", State: chat.AttachmentReady}}}),
			[]string{`"url":"/api/v1/conversations/c/messages/m/attachments/a"`}, nil,
		},
		"a channel": {
			Channel(chat.Channel{ID: "h", Credentials: chat.Secret("sealed")}), []string{`"settings":{}`}, []string{"displayPhone", "sealed", "credentials"},
		},
		"an operator for a reader who may not manage operators": {
			Operator(chat.Operator{ID: "o", Email: "ana@example.com"}, OperatorState{}), []string{`"storeIds":[]`, `"languages":[]`}, []string{"ana@example.com"},
		},
		"an Event without a reason":       {Event(chat.Event{ID: "e"}), []string{`"reason":null`, `"data":{}`}, nil},
		"an empty list":                   {List(nil, "", Store), []string{`{"items":[],"nextCursor":null}`}, nil},
		"settings without a closing time": {Settings(chat.Account{}), []string{`"closing":{"idleMinutes":null}`, `"managerId":null`}, nil},
	} {
		encoded := encodeString(t, test.value)
		for _, part := range test.has {
			if !strings.Contains(encoded, part) {
				t.Errorf("%s lacks %s: %s", name, part, encoded)
			}
		}
		for _, part := range test.hasNone {
			if strings.Contains(encoded, part) {
				t.Errorf("%s has %s: %s", name, part, encoded)
			}
		}
	}
}

func TestMessageUpserted_LongText_LeftOut(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text    string
		partial bool
	}{
		"a short text":                                {"hola 👩‍👩‍👧‍👦", false},
		"a text that just fits":                       {strings.Repeat("x", maxItem-500), false},
		"a text that does not fit":                    {strings.Repeat("x", wire.MaxFrame), true},
		"a text that does not fit once it is escaped": {strings.Repeat("<", wire.MaxFrame/4), true},
	} {
		encoded, err := MessageUpserted(chat.Message{ID: "m", ConversationID: "c", Text: test.text})
		if err != nil {
			t.Fatal(err)
		}
		var item wire.MessageUpserted
		if err := json.Unmarshal(encoded, &item); err != nil {
			t.Fatal(err)
		}
		if item.Partial != test.partial || (item.Message.Text == nil) != test.partial || len(encoded)+2 > wire.MaxFrame {
			t.Errorf("%s: partial %t, %d bytes", name, item.Partial, len(encoded))
		}
		if !test.partial && *item.Message.Text != test.text {
			t.Errorf("%s: the text changed", name)
		}
	}
}

// A frame that does not fit is never sent: whatever is too long is left out of it, and the browser is told to fetch.
func TestUpserted_AnyContentTooLong_OutlineFits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("<", wire.MaxFrame)
	for name, m := range map[string]chat.Message{
		"cards":       {Cards: []chat.Card{{Name: long}}},
		"attachments": {Attachments: []chat.Attachment{{ID: "1", Name: long}}},
		"referral":    {Referral: &chat.Referral{Headline: long}},
		"location":    {Text: "x", Location: &chat.Location{Address: long}},
		"author":      {Author: chat.Author{Kind: chat.ByContact, Name: long}},
		"error":       {Error: &chat.MessageError{Code: "1", Message: long}},
	} {
		m.ID, m.ConversationID, m.Status, m.Version = "m", "c", chat.StatusRead, 7
		encoded, err := MessageUpserted(m)
		if err != nil {
			t.Fatal(err)
		}
		var item wire.MessageUpserted
		if err := json.Unmarshal(encoded, &item); err != nil {
			t.Fatal(err)
		}
		if len(encoded) > maxItem || !item.Partial || item.Message.ID != "m" || item.Message.Status != chat.StatusRead || item.Message.Version != 7 {
			t.Errorf("%s: %d bytes, partial %t, %+v", name, len(encoded), item.Partial, item.Message)
		}
		if encoded, err = VisitorMessageUpserted(m); err != nil || len(encoded) > maxItem {
			t.Errorf("%s: %d bytes for the visitor, %v", name, len(encoded), err)
		}
	}
	encoded, err := ConversationUpserted(chat.Conversation{ID: "c", ContactName: long, Tags: slices.Repeat([]string{"tag"}, 10_000)}, 0)
	if err != nil || len(encoded) > maxItem {
		t.Errorf("conversation: %d bytes, %v", len(encoded), err)
	}
}

func TestVisitorMessage_Author_FirstNameOnly(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Ana Ruiz": "Ana", " Bruno": "Bruno", "ana@tienda.example": "", "": "", "王芳": "王芳",
	} {
		if got := VisitorMessage(chat.Message{Author: chat.Author{Kind: chat.ByOperator, Name: name}}).Author.Name; got != want {
			t.Errorf("visitors read %q of %q, want %q", got, name, want)
		}
	}
}

func TestFrames_ItemSizes_FitLimit(t *testing.T) {
	t.Parallel()
	item := func(size int) json.RawMessage { return json.RawMessage(`"` + strings.Repeat("x", size-2) + `"`) }
	for name, test := range map[string]struct {
		sizes  []int
		frames int
	}{
		"no items":                 {nil, 0},
		"items that fit one frame": {[]int{100, 200, 300}, 1},
		"an item that does not fit the first frame":  {[]int{20_000, 20_000, 10_000}, 2},
		"an item after a full frame":                 {[]int{maxItem, 2}, 2},
		"two items that fit with their comma":        {[]int{wire.MaxFrame/2 - 2, wire.MaxFrame/2 - 1}, 1},
		"two items that do not fit with their comma": {[]int{wire.MaxFrame/2 - 1, wire.MaxFrame/2 - 1}, 2},
	} {
		var list []json.RawMessage
		for _, size := range test.sizes {
			list = append(list, item(size))
		}
		frames, err := Frames(list)
		if err != nil || len(frames) != test.frames {
			t.Errorf("%s: %d frames, %v", name, len(frames), err)
		}
		var count int
		for _, frame := range frames {
			var items []json.RawMessage
			if err := json.Unmarshal(frame, &items); err != nil || len(frame) > wire.MaxFrame {
				t.Errorf("%s: a frame of %d bytes: %v", name, len(frame), err)
			}
			count += len(items)
		}
		if count != len(test.sizes) {
			t.Errorf("%s: %d items, want %d", name, count, len(test.sizes))
		}
	}
	if _, err := Frames([]json.RawMessage{item(maxItem + 1)}); err == nil {
		t.Error("an item over the limit was accepted")
	}
}
