package present

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/wire"
)

// goldens lie where the console's tests read them too: a field renamed on one side turns the other side red.
const goldens = "../../web/lib/protocol/testdata"

// shapes says which shape a golden file has, by the beginning of its name up to the first "_" or ".".
var shapes = map[string]any{
	"capabilities": wire.List[wire.Capabilities]{}, "channel": wire.Channel{}, "channels": wire.List[wire.Channel]{},
	"contact": wire.Contact{}, "contacts": wire.List[wire.Contact]{},
	"conversation": wire.Conversation{}, "conversations": wire.List[wire.Conversation]{}, "counts": wire.Counts{},
	"distribution": wire.Distribution{}, "error": wire.Error{},
	"event": wire.Event{}, "events": wire.List[wire.Event]{},
	"me": wire.Me{}, "message": wire.Message{}, "messages": wire.List[wire.Message]{},
	"operator": wire.Operator{}, "operators": wire.List[wire.Operator]{},
	"sessions": wire.List[wire.Session]{}, "settings": wire.Settings{}, "signed": wire.SignedIn{},
	"socket": wire.SocketTicket{}, "store": wire.Store{}, "stores": wire.List[wire.Store]{}, "templates": wire.List[wire.Template]{}, "upload": wire.Upload{},
}

// items says which shape the items of a frame have, by their type.
var items = map[string]any{
	"message.upserted": wire.MessageUpserted{}, "message.removed": wire.MessageRemoved{}, "conversation.upserted": wire.ConversationUpserted{}, "event.appended": wire.EventAppended{},
	"read": wire.ReadMoved{}, "presence": wire.Presence{}, "viewing": wire.Viewing{}, "typing": wire.Typing{}, "notice": wire.Notice{}, "pong": wire.Pong{},
}

func TestGoldenFiles(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(goldens + "/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files in %s: %v", goldens, err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if name == "actions.json" {
			continue // what browsers send: the socket's tests read it
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			kind, _, _ := strings.Cut(strings.TrimSuffix(name, ".json"), "_")
			if kind == "frame" {
				checkFrame(t, golden)
				return
			}
			shape, known := shapes[kind]
			if !known {
				t.Fatalf("no shape is named %s", kind)
			}
			checkShape(t, shape, golden)
		})
	}
}

// TestVisitorGoldenFiles: what the widget reads.
func TestVisitorGoldenFiles(t *testing.T) {
	t.Parallel()
	read := func(name string) []byte {
		golden, err := os.ReadFile(filepath.Join(goldens, "visitor", name))
		if err != nil {
			t.Fatal(err)
		}
		return golden
	}
	checkShape(t, wire.VisitorSession{}, read("session.json"))
	checkShape(t, wire.List[wire.VisitorMessage]{}, read("messages.json"))
	checkShape(t, wire.FileLink{}, read("file_link.json"))
	var frame []json.RawMessage
	if err := json.Unmarshal(read("frame.json"), &frame); err != nil || len(frame) != 3 {
		t.Fatalf("%d items, %v", len(frame), err)
	}
	for i, shape := range []any{wire.VisitorMessageUpserted{}, wire.VisitorTyping{}, wire.Pong{}} {
		checkShape(t, shape, frame[i])
	}
}

func checkFrame(t *testing.T, golden []byte) {
	t.Helper()
	var list []json.RawMessage
	if err := json.Unmarshal(golden, &list); err != nil {
		t.Fatal(err)
	}
	for _, item := range list {
		var typed struct {
			Type string `json:"type"`
		}
		if err := json.Unmarshal(item, &typed); err != nil {
			t.Fatal(err)
		}
		shape, known := items[typed.Type]
		if !known {
			t.Errorf("no item has the type %s", typed.Type)
			continue
		}
		checkShape(t, shape, item)
	}
}

// checkShape decodes the golden value strictly into the shape and expects it back.
func checkShape(t *testing.T, shape any, golden []byte) {
	t.Helper()
	value := reflect.New(reflect.TypeOf(shape))
	decoder := json.NewDecoder(bytes.NewReader(golden))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value.Interface()); err != nil {
		t.Fatalf("decode as %T: %v", shape, err)
	}
	encoded, err := json.Marshal(value.Elem().Interface())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := plain(t, encoded), plain(t, golden); !reflect.DeepEqual(got, want) {
		t.Errorf("%T came back as\n%s\nand was\n%s", shape, encoded, golden)
	}
}

// plain is a JSON value without the facts of Events that are null: the contract leaves those out, and readers take both.
func plain(t *testing.T, encoded []byte) any {
	t.Helper()
	var value any
	if err := json.Unmarshal(encoded, &value); err != nil {
		t.Fatal(err)
	}
	dropNullFacts(value)
	return value
}

func dropNullFacts(value any) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			dropNullFacts(item)
		}
	case map[string]any:
		for name, member := range value {
			if data, ok := member.(map[string]any); ok && name == "data" {
				for fact, known := range data {
					if known == nil {
						delete(data, fact)
					}
				}
			}
			dropNullFacts(member)
		}
	}
}
