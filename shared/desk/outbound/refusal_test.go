package outbound_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/drafts"
)

// windowClosed is the provider's refusal of free text.
func windowClosed() error {
	return fault.New(fault.Invalid, "refused").WithReason(chat.WindowClosed).
		WithCause(&channel.ProviderError{Code: "131047", Message: "Re-engagement message", Class: channel.ClassMessage})
}

// B-12: after the provider refused a message for the window, free text is refused until the contact writes again, however the provider
// said it and although by our clock the window is open. Templates pass.
func TestDeliver_WindowRefused(t *testing.T) {
	t.Parallel()
	refused := &chat.MessageError{Code: "131047", Message: "Re-engagement message", Reason: chat.WindowClosed}
	failed := chat.StatusUpdate{Status: chat.StatusFailed, Error: refused}
	for name, refuse := range map[string]func(*desktest.Fixture, chat.ConversationID){
		"at once": func(b *desktest.Fixture, c chat.ConversationID) {
			b.Deliver(c, &desktest.Provider{Errors: []error{windowClosed()}})
		},
		"in a status": func(b *desktest.Fixture, c chat.ConversationID) {
			b.Deliver(c, &desktest.Provider{})
			b.Advance(time.Second)
			b.Status("wamid.out.uno", failed)
		},
		"in a status that names the attempt": func(b *desktest.Fixture, c chat.ConversationID) {
			b.Deliver(c, &desktest.Provider{})
			named := failed
			named.Ref = desk.Ref(b.Outbound(c))
			b.Status("wamid.out.uno", named)
		},
		"in a status before the response": func(b *desktest.Fixture, c chat.ConversationID) {
			said := b.DeliverBy(c, func(context.Context, chat.Conversation, chat.Message) (channel.Delivered, error) {
				b.Status("wamid.out.uno", failed)
				return channel.Delivered{ProviderID: "wamid.out.uno"}, nil
			})
			if said != nil {
				b.Fatalf("the provider said %v of the channel", said)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := desktest.New(t)
			b.Must(b.Store.PutTemplate(b.Context(), b.Template(), b.Time))
			c := b.Receive(b.Text("1", "hola")).Conversation.ID
			m := b.Reply(c, "uno")
			refuse(b, c)
			if got := b.Outbound(c); got.Status != chat.StatusFailed || got.Error == nil || *got.Error != *refused {
				t.Fatalf("the message is %s because of %+v", got.Status, got.Error)
			}
			if until := b.Conversation(c).WindowUntil(24 * time.Hour); until.After(b.Time) || until.IsZero() {
				t.Errorf("the window closes at %v, it is %v", until, b.Time)
			}
			_, err := b.Desk.Retry(b.Context(), b.Actor(), c, m.ID)
			b.WantFault(err, fault.Conflict, chat.WindowClosed)
			_, _, err = b.Draft(c, drafts.Draft{ClientID: "dos", Type: chat.TypeText, Text: "uno"})
			b.WantFault(err, fault.Conflict, chat.WindowClosed)
			_, _, err = b.Draft(c, desktest.TemplateDraft("tres"))
			b.Must(err)

			b.Advance(time.Second)
			b.Receive(b.Text("1", "aquí estoy"))
			if again, err := b.Desk.Retry(b.Context(), b.Actor(), c, m.ID); err != nil || again.Status != chat.StatusQueued {
				t.Errorf("%+v, %v after the contact wrote", again, err)
			}
		})
	}
}

func TestDeliver_WindowRefusedBeforeContactWrote_StaysOpen(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("1", "hola")).Conversation.ID
	b.Reply(c, "uno")
	b.Deliver(c, &desktest.Provider{})
	at := b.Time
	b.Advance(10 * time.Second)
	b.Receive(b.Text("1", "aquí estoy"))
	b.Must(b.Desk.UpdateStatus(b.Context(), b.Account, b.Channel, chat.Inbound{
		Kind: chat.InboundStatus, ProviderID: "wamid.out.uno",
		Status: chat.StatusUpdate{Status: chat.StatusFailed, At: at, Error: &chat.MessageError{Code: "131047", Reason: chat.WindowClosed}},
	}))
	b.Reply(c, "dos")
}

func TestDeliver_OtherRefusal_LeavesConversation(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("1", "hola")).Conversation.ID
	b.Reply(c, "uno")
	before := b.Conversation(c)
	b.Deliver(c, &desktest.Provider{Errors: []error{desktest.Refusal(fault.Invalid, channel.ClassMessage)}})
	if after := b.Conversation(c); after.Version != before.Version {
		t.Errorf("version %d after %d", after.Version, before.Version)
	}
}

// B-12: a template that the provider does not take for a contact with this address is refused before it is queued.
func TestReply_TemplateNotForContact(t *testing.T) {
	t.Parallel()
	for address, reason := range map[string]string{"AR.8812300045": "phone_needed", "5491155550101": ""} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			b := desktest.New(t)
			code := b.Template()
			code.Category = "authentication"
			b.Must(b.Store.PutTemplate(b.Context(), code, b.Time))
			c := b.Receive(b.Text(address, "hola")).Conversation.ID
			m, _, err := b.Draft(c, desktest.TemplateDraft("uno"))
			if reason == "" {
				b.Must(err)
				if !slices.Contains(b.Statuses(c), m.Status) {
					t.Errorf("the conversation has %v", b.Statuses(c))
				}
				return
			}
			b.WantFault(err, fault.Conflict, reason)
			if f := fault.As(err); f.Field != "template" || len(b.Statuses(c)) != 0 {
				t.Errorf("refused for %q, with %v queued", f.Field, b.Statuses(c))
			}
		})
	}
}

func TestRetry_TemplateNotForContact(t *testing.T) { // B-12
	t.Parallel()
	b := desktest.New(t)
	template := b.Template()
	b.Must(b.Store.PutTemplate(b.Context(), template, b.Time))
	c := b.Receive(b.Text("AR.8812300045", "hola")).Conversation.ID
	m, _, err := b.Draft(c, desktest.TemplateDraft("uno"))
	b.Must(err)
	b.Deliver(c, &desktest.Provider{Errors: []error{desktest.Refusal(fault.Invalid, channel.ClassMessage)}})
	b.Advance(time.Second)
	template.Category, template.SyncedAt = "authentication", b.Time
	b.Must(b.Store.PutTemplate(b.Context(), template, b.Time))
	_, err = b.Desk.Retry(b.Context(), b.Actor(), c, m.ID)
	b.WantFault(err, fault.Conflict, "phone_needed")
}
