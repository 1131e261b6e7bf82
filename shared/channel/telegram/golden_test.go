package telegram_test

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
	"github.com/recado-chat/recado/shared/channel/telegram"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

var update = flag.Bool("update", false, "write the golden files anew")

var receivedAt = time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)

const bot = "7000000001"

func adapter() *telegram.Adapter { return telegram.New("https://telegram.example.org", nil) }

// parsed is what a golden file shows of an item: how it is routed and what it says.
type parsed struct {
	Asset, Group, ID string
	Kind             chat.InboundKind
	Inbound          *chat.Inbound `json:",omitempty"`
	Fault            string        `json:",omitempty"`
}

// bodies are the webhook bodies of a file: a list, because each has one update.
func bodies(t testing.TB, file string) (list []json.RawMessage) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(content, &list)
	}
	if err != nil || len(list) == 0 {
		t.Fatalf("read %s: %d bodies, %v", file, len(list), err)
	}
	return list
}

func files(t testing.TB) (found []string) {
	t.Helper()
	all, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range all {
		if !strings.HasSuffix(file, ".golden.json") {
			found = append(found, file)
		}
	}
	return found
}

// B-50: every kind of update becomes a message, a change, a word on advertising or a reason to ignore it.
func TestParse_RecordedUpdates_Golden(t *testing.T) {
	t.Parallel()
	for _, file := range files(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			var all []parsed
			for _, body := range bodies(t, file) {
				items, err := adapter().Split(channel.Request{Asset: bot, Body: body})
				if err != nil || len(items) != 1 {
					t.Fatalf("%s: %d items, %v", body, len(items), err)
				}
				p := parsed{Asset: items[0].Asset, Group: items[0].Group, ID: items[0].ID, Kind: items[0].Kind}
				in, err := adapter().Parse(items[0].Body, receivedAt)
				if err != nil {
					p.Fault = string(fault.As(err).Code) + " " + fault.Reason(err)
				} else {
					p.Inbound = &in
				}
				all = append(all, p)
			}
			var got bytes.Buffer
			encoder := json.NewEncoder(&got)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", " ")
			if err := encoder.Encode(all); err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".json") + ".golden.json"
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%v: got\n%s\nwant\n%s", err, &got, want)
			}
		})
	}
}

func TestSplit_NoUpdate_Invalid(t *testing.T) {
	t.Parallel()
	for body, reason := range map[string]string{
		``: "malformed_json", `{"update_id":1,"message":`: "malformed_json", `[]`: "unknown_format", `null`: "unknown_format", `{}`: "unknown_format",
		`{"update_id":"x"}`: "unknown_format", `{"object":"page","entry":[]}`: "unknown_format",
	} {
		if _, err := adapter().Split(channel.Request{Asset: bot, Body: []byte(body)}); !fault.Is(err, fault.Invalid) || fault.Reason(err) != reason {
			t.Errorf("%s: got %v, want invalid %s", body, err, reason)
		}
	}
}
