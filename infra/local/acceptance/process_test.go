package acceptance_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/local/stack"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/boot"
)

// binaries builds every function for this machine with the Makefile and returns the folder.
func binaries(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the binaries are Lambda's: they run on Linux")
	}
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "make", "-s", "-j2", "-C", "../../..", "build", "ARCH="+runtime.GOARCH, "BIN="+dir)
	build.Env = slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "MAKE") || strings.HasPrefix(entry, "MFLAGS=") // a make that runs this test must not pass on its job server
	})
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the functions: %v\n%s", err, out)
	}
	return dir
}

// The main job on built binaries: each Lambda environment is a process of its own.
func TestMainJob_OnBuiltBinaries(t *testing.T) {
	t.Parallel()
	dir := binaries(t)
	a := begin(t, func(o *stack.Options) {
		o.Binaries = dir
		o.Runtime = func(function string, _ *boot.Runtime) { t.Errorf("%s runs in this process", function) }
	}).open("America/Argentina/Buenos_Aires")
	a.mailed(a.email, "verify")
	a.distribute("account", "")
	a.owner.be("available")
	b := a.owner.browse()

	const text = "¿Tienen el café? 🏳️‍🌈"
	forged := []byte(`{"object":"whatsapp_business_account","entry":[]}`)
	if got, err := a.deliverRaw(forged, "application/json", signature("guess", forged)); err != nil || got.status != http.StatusUnauthorized {
		t.Errorf("a wrong signature was answered %d, %v", got.status, err)
	}
	a.say("5491150007001", text) // the simulated phone signs its requests
	b.told("conversation.upserted", func(f frame) bool { return f.Conversation.Preview != nil && f.Conversation.Preview.Text == text })
	v := a.from(text)
	if list := a.owner.messages(v.ID); len(list) != 1 || list[0].Text != text || list[0].Direction != "in" {
		t.Errorf("the conversation says %+v", list)
	}
	a.owner.until(v.ID, func(v conversation) bool { return v.assignee() == a.owner.id })

	m := a.owner.reply(v.ID, "¡Sí!")
	sent, err := a.Phone.WaitSent(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(sent) != 1 || sent[0].Text != "¡Sí!" || sent[0].Customer != "5491150007001" {
		t.Errorf("the phone got %+v", sent)
	}
	a.owner.untilMessage(v.ID, m.ID, "sent")
	if err := a.Phone.SetStatus(sent[0].ID, whatsapp.Read, 0); err != nil {
		t.Fatal(err)
	}
	a.owner.untilMessage(v.ID, m.ID, "read")

	const page = "https://tienda.example"
	a.visit(a.site("Tienda", page, ""), page).writes("m-1", "¿Están?")
	b.told("conversation.upserted", func(f frame) bool { return f.Conversation.Preview != nil && f.Conversation.Preview.Text == "¿Están?" })

	photo := files[0]
	a.deliver(whatsapp.Incoming{From: "5491150007001", Type: photo.kind, Text: photo.caption, File: &whatsapp.Upload{Name: photo.name, Mime: photo.mime, Content: photo.content}})
	eventually(t, func() error {
		ready := 0
		for _, m := range a.owner.messages(v.ID) {
			if len(m.Attachments) == 1 && m.Attachments[0].State == "ready" {
				ready++
			}
		}
		return wantCount(ready, 1)
	})

	a.closeAfter(30) // a job sets the timers of the open conversations
	if err := a.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The processes use the machine's clock, so nothing falls due: autoclose is invoked with its sample.
	due, err := os.ReadFile("../../../events/samples/autoclose/due.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Invoke(t.Context(), "autoclose", due); err != nil {
		t.Error(err)
	}
	a.settle()
	for _, f := range topology.Functions {
		if !a.log.heard(f.Name) {
			t.Errorf("nothing was heard of %s: this story does not reach it", f.Name)
		}
	}
	if n := a.dead("dead"); n != 1 { // from the sample, which belongs to another account
		t.Errorf("%d dead letters", n)
	}
}

// heard reports whether a function logged anything.
func (j *journal) heard(function string) bool {
	for line := range strings.Lines(j.String()) {
		var entry struct{ Function string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Function == function {
			return true
		}
	}
	return false
}
