package whatsapp_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/whatsapp"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

var update = flag.Bool("update", false, "write the golden files anew")

var receivedAt = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func adapter() *whatsapp.Adapter { return whatsapp.New("https://graph.example.org", nil) }

// parsed is what a golden file shows of an item: how it is routed and what it says.
type parsed struct {
	Asset, Group, ID, State string
	Kind                    chat.InboundKind
	Inbound                 *chat.Inbound `json:",omitempty"`
	Fault                   string        `json:",omitempty"`
}

// S0-22, S1-01, S1-24: every recorded body is parsed into domain types, or refused with a reason.
func TestParse_RecordedBodies_Golden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no bodies in testdata: %v", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".golden.json") {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			got := canonical(t, read(t, file))
			golden := strings.TrimSuffix(file, ".json") + ".golden.json"
			if *update {
				if err := os.WriteFile(golden, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if want := read(t, golden); !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func canonical(t *testing.T, body []byte) []byte {
	t.Helper()
	items, err := adapter().Split(channel.Request{Body: body})
	if err != nil {
		t.Fatalf("split: %v", err)
	}
	var all []parsed
	for _, item := range items {
		p := parsed{Asset: item.Asset, Group: item.Group, ID: item.ID, State: item.State, Kind: item.Kind}
		inbound, err := adapter().Parse(item.Body, receivedAt)
		if err != nil {
			p.Fault = string(fault.As(err).Code) + " " + fault.Reason(err)
		} else {
			p.Inbound = &inbound
		}
		all = append(all, p)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(all); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestSplit_OtherBody_Invalid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, reason string }{
		"nothing":                   {``, "malformed_json"},
		"half a body":               {`{"object":"whatsapp_business_account","entry":[`, "malformed_json"},
		"another provider's body":   {`{"object":"page","entry":[]}`, "unknown_format"},
		"an array":                  {`[]`, "unknown_format"},
		"null":                      {`null`, "unknown_format"},
		"an object without a word":  {`{}`, "unknown_format"},
		"an object of another type": {`{"object":7}`, "unknown_format"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := adapter().Split(channel.Request{Body: []byte(c.body)})
			if !fault.Is(err, fault.Invalid) || fault.Reason(err) != c.reason {
				t.Errorf("got %v, want invalid %s", err, c.reason)
			}
		})
	}
}

func TestSplit_ThousandUpdates_AllParsed(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("á😀", 480)
	var body bytes.Buffer
	body.WriteString(`{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"7"},"messages":[`)
	for i := range 1000 {
		if i > 0 {
			body.WriteByte(',')
		}
		body.WriteString(`{"from":"54911","id":"wamid.` + strings.Repeat("x", i+1) + `","timestamp":"1795262000","type":"text","text":{"body":"` + text + `"}}`)
	}
	body.WriteString(`]}}]}]}`)
	if body.Len() < 3<<20 {
		t.Fatalf("the body is only %d bytes", body.Len())
	}
	items, err := adapter().Split(channel.Request{Body: body.Bytes()})
	if err != nil || len(items) != 1000 {
		t.Fatalf("got %d items and %v, want 1000", len(items), err)
	}
	for _, item := range items {
		in, err := adapter().Parse(item.Body, receivedAt)
		if err != nil || in.Text != text || in.ProviderID != item.ID {
			t.Fatalf("item %s: %v", item.ID, err)
		}
	}
}

func TestSplit_DeliveredTwice_SameIDs(t *testing.T) {
	t.Parallel()
	body := read(t, "testdata/ignored.json")
	first, err := adapter().Split(channel.Request{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	second, err := adapter().Split(channel.Request{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i := range first {
		if first[i].ID != second[i].ID {
			t.Errorf("item %d is %s, then %s", i, first[i].ID, second[i].ID)
		}
		if seen[first[i].ID] {
			t.Errorf("two items are called %s", first[i].ID)
		}
		seen[first[i].ID] = true
	}
}

// S1-24: what can be attached is known before anything is uploaded.
func TestCapabilities_FourKindsOfFiles(t *testing.T) {
	t.Parallel()
	c := adapter().Capabilities()
	for kind, size := range map[chat.MessageType]int64{
		chat.TypeImage: 5 << 20, chat.TypeAudio: 16 << 20, chat.TypeVideo: 16 << 20, chat.TypeDocument: 100 << 20,
	} {
		if limit := c.Attachments[kind]; limit.MaxSize != size || len(limit.Mimes) == 0 {
			t.Errorf("%s: got %+v, want %d bytes and some types", kind, limit, size)
		}
	}
	if c.Window != 24*time.Hour || c.MaxText != 4096 || c.Captions[chat.TypeAudio] || !c.Captions[chat.TypeImage] {
		t.Errorf("got %+v", c)
	}
	var _ channel.Adapter = adapter()
}
