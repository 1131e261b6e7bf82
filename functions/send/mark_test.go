package send_test

import (
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/send"
	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
)

// said makes the customer write, both on the simulated phone and in the conversation.
func (w *fixture) said(text string) (provider string, id chat.MessageID) {
	w.Helper()
	w.Advance(time.Second)
	provider, err := w.phone.SendText(customer, text)
	w.Must(err)
	received, err := w.Desk.Receive(w.Context(), w.Account, w.Channel, chat.Inbound{
		Kind: chat.InboundMessage, Asset: desktest.Number, ProviderID: provider, At: w.Time, ReceivedAt: w.Time,
		Sender: chat.Sender{Addresses: []string{customer}, Name: customer, Phone: customer}, Type: chat.TypeText, Text: text,
	})
	w.Must(err)
	return provider, received.Message.ID
}

func (w *fixture) mark(h *send.Handler, signal events.ReadMarked) {
	w.Helper()
	signal.ConversationID = string(w.conversation)
	envelope, err := events.Wrap("1", string(desktest.Account), w.Time, signal)
	w.Must(err)
	w.Must(h.Routes().Handle(w.Context(), envelope))
}

func (w *fixture) wantMarks(want ...whatsapp.Mark) {
	w.Helper()
	got := w.phone.Marks()
	if len(got) != len(want) {
		w.Fatalf("marks on the phone: %+v, want %+v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			w.Errorf("mark %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

func TestMark_ReadSentToProvider(t *testing.T) { // B-14
	t.Parallel()
	w := open(t)
	h := w.handler()
	first, firstID := w.said("uno")
	second, secondID := w.said("dos")
	w.mark(h, events.ReadMarked{MessageID: string(firstID)})
	w.mark(h, events.ReadMarked{MessageID: string(secondID)})
	w.mark(h, events.ReadMarked{MessageID: string(secondID)}) // by a second operator
	w.mark(h, events.ReadMarked{MessageID: string(firstID)})  // an older message, by a second operator
	w.wantMarks(whatsapp.Mark{MessageID: first}, whatsapp.Mark{MessageID: second})
	w.mark(h, events.ReadMarked{Typing: true})
	w.Advance(19 * time.Second)
	w.mark(h, events.ReadMarked{Typing: true})
	w.Advance(time.Second)
	w.mark(h, events.ReadMarked{Typing: true})
	w.wantMarks(whatsapp.Mark{MessageID: first}, whatsapp.Mark{MessageID: second}, whatsapp.Mark{MessageID: second, Typing: true}, whatsapp.Mark{MessageID: second, Typing: true})
	if m, _ := w.phone.Message(second); m.Status != whatsapp.Read {
		t.Errorf("the phone shows %s", m.Status)
	}
	w.Advance(25 * time.Hour)
	w.mark(h, events.ReadMarked{Typing: true}) // the service window is closed
	if got := w.phone.Marks(); len(got) != 4 {
		t.Errorf("marks on the phone after the window: %+v", got)
	}
}

// A failed mark is logged and dropped, and the next one is sent.
func TestMark_Fails_Dropped(t *testing.T) {
	t.Parallel()
	w := open(t)
	h := w.handler()
	first, firstID := w.said("uno")
	w.Must(w.phone.Fail(whatsapp.Fault{On: whatsapp.OnMarks, Code: 131000}))
	w.mark(h, events.ReadMarked{MessageID: string(firstID)})
	if !strings.Contains(w.log.String(), "131000") {
		t.Errorf("the log says %s", &w.log)
	}
	w.wantMarks()
	w.mark(h, events.ReadMarked{MessageID: string(firstID)})
	w.mark(h, events.ReadMarked{MessageID: "01K9S3TJ8W0000000000000404"})
	w.wantMarks(whatsapp.Mark{MessageID: first})
	broken := w.Channel
	broken.Health = chat.Health{State: chat.HealthReauthorise, At: w.Time}
	w.Must(w.Store.UpdateChannel(t.Context(), w.Channel, broken, nil))
	_, secondID := w.said("dos")
	w.mark(h, events.ReadMarked{MessageID: string(secondID)})
	w.wantMarks(whatsapp.Mark{MessageID: first})
}
