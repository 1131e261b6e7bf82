package present

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// goldens are read by the browser side's tests too.
const goldens = "../../web/lib/protocol/testdata"

// shapes says which type a golden file has, by its name up to the first underscore.
var shapes = map[string]any{
	"capabilities": wire.List[wire.Capabilities]{}, "channel": wire.Channel{}, "channels": wire.List[wire.Channel]{},
	"contact": wire.Contact{}, "contacts": wire.List[wire.Contact]{},
	"conversation": wire.Conversation{}, "conversations": wire.List[wire.Conversation]{}, "counts": wire.Counts{},
	"distribution": wire.Distribution{}, "error": wire.ErrorAnswer{},
	"event": wire.Event{}, "events": wire.List[wire.Event]{},
	"me": wire.Me{}, "message": wire.Message{}, "messages": wire.List[wire.Message]{},
	"operator": wire.Operator{}, "operators": wire.List[wire.Operator]{},
	"sessions": wire.List[wire.Session]{}, "settings": wire.Settings{}, "signed": wire.SignedIn{},
	"socket": wire.SocketTicket{}, "store": wire.Store{}, "stores": wire.List[wire.Store]{}, "templates": wire.List[wire.Template]{}, "upload": wire.Upload{},
}

// items says which type the items of a frame have, by their discriminator.
func items(frames []any) map[string]any {
	byType := map[string]any{}
	for _, frame := range frames {
		byType[discriminator(frame)] = frame
	}
	return byType
}

// discriminator is the value that the type field of a frame's item always has.
func discriminator(frame any) string {
	field, _ := reflect.TypeOf(frame).FieldByName("Type")
	return field.Tag.Get("const")
}

func TestGoldenFiles_Operator_RoundTrip(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(goldens + "/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files in %s: %v", goldens, err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if name == "actions.json" {
			continue // what browsers send: the tests of functions/socket read it
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

func TestGoldenFiles_Visitor_RoundTrip(t *testing.T) {
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
	if err := json.Unmarshal(read("frame.json"), &frame); err != nil || len(frame) != 4 {
		t.Fatalf("%d items, %v", len(frame), err)
	}
	for i, shape := range []any{wire.VisitorMessageUpserted{}, wire.VisitorTyping{}, wire.VisitorLimited{}, wire.Pong{}} {
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
		shape, known := items(wire.Frames())[typed.Type]
		if !known {
			t.Errorf("no item has the type %s", typed.Type)
			continue
		}
		checkShape(t, shape, item)
	}
}

// checkShape decodes the golden value strictly into a type and expects the same value when it is encoded again.
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
		t.Errorf("%T is encoded as\n%s\nwant\n%s", shape, encoded, golden)
	}
}

func plain(t *testing.T, encoded []byte) any {
	t.Helper()
	var value any
	if err := json.Unmarshal(encoded, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// TestFrames_Encoded_ReadAsTheirType decodes what each encoder writes strictly into the type that its discriminator names.
func TestFrames_Encoded_ReadAsTheirType(t *testing.T) {
	t.Parallel()
	frame := func(item json.RawMessage, err error) json.RawMessage {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return item
	}
	m := chat.Message{ID: "m", ConversationID: "c", SentAt: time.Unix(1, 0)}
	for _, test := range []struct {
		types   []any
		encoded []json.RawMessage
	}{
		{wire.Frames(), []json.RawMessage{
			frame(MessageUpserted(m)), frame(MessageRemoved(m)), frame(ConversationUpserted(chat.Conversation{ID: "c"}, time.Hour)),
			frame(EventAppended(chat.Event{ID: "e"})), frame(Read(chat.ReadCursor{ConversationID: "c"})),
			frame(Presence("o", true, chat.Away)), frame(Viewing("c", nil)), frame(Typing("c", chat.Author{}, true)),
			frame(Notice("assigned", "c")), frame(Pong()), frame(Watching()),
		}},
		{wire.VisitorFrames(), []json.RawMessage{frame(VisitorMessageUpserted(m)), frame(VisitorTyping(chat.Author{}, true)), frame(VisitorLimited(60)), frame(Pong())}},
	} {
		if len(test.encoded) != len(test.types) {
			t.Errorf("%d frames are encoded, %d in the contract", len(test.encoded), len(test.types))
		}
		for i, item := range test.encoded {
			var typed struct {
				Type string `json:"type"`
			}
			if err := json.Unmarshal(item, &typed); err != nil {
				t.Fatal(err)
			}
			if want := discriminator(test.types[i]); typed.Type != want {
				t.Errorf("%T is encoded as %q, want %q", test.types[i], typed.Type, want)
			}
			checkShape(t, test.types[i], item)
		}
	}
}
