package outbound_test

import (
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

func TestReply(t *testing.T) {
	t.Parallel()
	t.Run("assigns the conversation and ends WaitingSince", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		c := b.Receive(b.Text("1", "hola")).Conversation
		b.Advance(time.Minute)
		m := b.Reply(c.ID, "buenas")
		got := b.Conversation(c.ID)
		if got.AssigneeID != b.Owner.ID || !got.WaitingSince.IsZero() || got.Preview.Text != "buenas" || b.LoadOf(b.Owner.ID) != 1 {
			t.Errorf("%+v, load %d", got, b.LoadOf(b.Owner.ID))
		}
		timers, err := b.Store.PendingTimers(b.Context(), desktest.Account, c.ID, chat.TimerSend)
		b.Must(err)
		if len(timers) != 1 || timers[0].MessageID != m.ID || m.Status != chat.StatusQueued {
			t.Errorf("%+v %+v", timers, m)
		}
	})
	t.Run("same client id is the same message, another body a Conflict", func(t *testing.T) { // PROVIDERS §11-33
		t.Parallel()
		b := desktest.New(t)
		c := b.Receive(b.Text("1", "hola")).Conversation
		first, _, err := b.Draft(c.ID, drafts.Draft{ClientID: "a", Type: chat.TypeText, Text: "buenas"})
		b.Must(err)
		b.Advance(time.Second)
		again, created, err := b.Draft(c.ID, drafts.Draft{ClientID: "a", Type: chat.TypeText, Text: "buenas"})
		b.Must(err)
		if created || again.ID != first.ID || len(b.Messages(c.ID)) != 2 {
			t.Errorf("created %v, %s, want %s", created, again.ID, first.ID)
		}
		_, _, err = b.Draft(c.ID, drafts.Draft{ClientID: "a", Type: chat.TypeText, Text: "otra"})
		b.WantFault(err, fault.Conflict, "")
	})
	t.Run("window closed: refused before it is queued", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		c := b.Receive(b.Text("1", "hola")).Conversation
		b.Advance(24 * time.Hour)
		_, _, err := b.Draft(c.ID, drafts.Draft{ClientID: "a", Type: chat.TypeText, Text: "tarde"})
		b.WantFault(err, fault.Conflict, "window_closed")
		if len(b.Messages(c.ID)) != 1 {
			t.Error("it was queued")
		}
	})
	t.Run("operator without the grant: NotFound", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		c := b.Receive(b.Text("1", "hola")).Conversation
		stranger := chat.Actor{Operator: b.Employ("ines", desktest.Carries(5))}
		stranger.Operator.StoreIDs = []chat.StoreID{"other"}
		_, _, err := b.Desk.Reply(b.Context(), stranger, c, drafts.Draft{ClientID: "a", Type: chat.TypeText, Text: "hola"})
		b.WantFault(err, fault.NotFound, "")
	})
}

func TestRetry_IsNewAttempt(t *testing.T) { // B-13, PROVIDERS §11-9
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("1", "hola")).Conversation.ID
	m := b.Reply(c, "uno")
	p := &desktest.Provider{Errors: []error{desktest.Refusal(fault.Invalid, channel.ClassMessage)}}
	b.Deliver(c, p)
	retried, err := b.Desk.Retry(b.Context(), b.Actor(), c, m.ID)
	b.Must(err)
	if retried.Status != chat.StatusQueued || retried.Attempt != 2 || retried.Error != nil {
		t.Errorf("%+v", retried)
	}
	b.Status("wamid.of.the.first", chat.StatusUpdate{Status: chat.StatusFailed, Ref: desk.Ref(m)})
	b.Deliver(c, p)
	if got := b.Statuses(c); got[0] != chat.StatusSent {
		t.Errorf("ended %v: a status of the first attempt counted", got)
	}
	_, err = b.Desk.Retry(b.Context(), b.Actor(), c, m.ID)
	b.WantFault(err, fault.Conflict, "delivered")
}

// B-13: a message is retried as it was, whatever its type.
func TestRetry_EveryType(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("1", "hola")).Conversation.ID
	b.Must(b.Store.PutTemplate(b.Context(), b.Template(), b.Time))
	for name, draft := range map[string]drafts.Draft{
		"location": {Type: chat.TypeLocation, Location: &chat.Location{Name: "Plaza"}},
		"cards":    {Type: chat.TypeContacts, Cards: []chat.Card{{Name: "Ana", Phones: []string{"+54 11"}}}},
		"buttons":  {Type: chat.TypeInteractive, Text: "¿Sí?", Interactive: &chat.Interactive{Buttons: []chat.Button{{ID: "y", Title: "Sí"}}}},
		"template": desktest.TemplateDraft(""),
	} {
		b.Advance(time.Second)
		draft.ClientID = name
		m, _, err := b.Draft(c, draft)
		b.Must(err)
		b.Deliver(c, &desktest.Provider{Errors: []error{desktest.Refusal(fault.Invalid, channel.ClassMessage)}})
		again, err := b.Desk.Retry(b.Context(), b.Actor(), c, m.ID)
		if err != nil || again.Status != chat.StatusQueued || again.Attempt != 2 || again.Text != m.Text {
			t.Errorf("%s: %+v, %v", name, again, err)
		}
		b.Deliver(c, &desktest.Provider{})
	}
}

// B-12: outside the window only a template passes; its text is what its reader sees.
func TestReply_Template(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("1", "hola")).Conversation.ID
	b.Must(b.Store.PutTemplate(b.Context(), b.Template(), b.Time))
	b.Advance(25 * time.Hour)
	_, _, err := b.Draft(c, drafts.Draft{ClientID: "text", Type: chat.TypeText, Text: "hola"})
	b.WantFault(err, fault.Conflict, "window_closed")
	draft := desktest.TemplateDraft("a")
	m, created, err := b.Draft(c, draft)
	b.Must(err)
	if !created || m.Text != "Hola Ana\n\nSu pedido 42 sale hoy\n\nTienda" || m.Template.Format != chat.HeaderText || m.Template.Body[1].Text != "hoy" ||
		!slices.Equal(m.Template.Buttons, []chat.TemplateButtonParameter{{Index: 1, Type: chat.ButtonURL, Text: "x"}}) {
		t.Errorf("%t, %+v of %q", created, m.Template, m.Text)
	}
	if got := b.Conversation(c).Preview.Text; got != m.Text {
		t.Errorf("the list shows %q", got)
	}
	changed := b.Template()
	changed.Body, changed.SyncedAt = chat.NewTemplateText("Otra cosa"), b.Time
	b.Must(b.Store.PutTemplate(b.Context(), changed, b.Time))
	again, created, err := b.Draft(c, draft) // §11-33: repeated by the browser
	if err != nil || created || again.ID != m.ID {
		t.Errorf("asked again: %t, %s, %v", created, again.ID, err)
	}
}

func TestReply_TemplateUnavailable(t *testing.T) { // B-12
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("1", "hola")).Conversation.ID
	paused := b.Template()
	paused.Name, paused.Status = "pausada", chat.TemplatePaused
	for _, template := range []chat.Template{b.Template(), paused} {
		b.Must(b.Store.PutTemplate(b.Context(), template, b.Time))
	}
	for name, change := range map[string]func(*drafts.Template){
		"unknown":          func(d *drafts.Template) { d.Name = "nada" },
		"another language": func(d *drafts.Template) { d.Language = "en" },
		"no name":          func(d *drafts.Template) { d.Name = "" },
		"paused":           func(d *drafts.Template) { d.Name = "pausada" },
	} {
		t.Run(name, func(t *testing.T) {
			draft := desktest.TemplateDraft(name)
			change(draft.Template)
			_, _, err := b.Draft(c, draft)
			if f := fault.As(err); err == nil || f.Code != fault.Conflict || f.Field != "template" || f.Reason != "template_unavailable" {
				t.Errorf("got %v of %q", err, f.Field)
			}
		})
	}
	draft := desktest.TemplateDraft("mismatch")
	draft.Template.Header = nil
	_, _, err := b.Draft(c, draft)
	b.WantFault(err, fault.Invalid, "")
}

func TestRetry_TemplateNotApproved(t *testing.T) { // B-12
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("1", "hola")).Conversation.ID
	b.Must(b.Store.PutTemplate(b.Context(), b.Template(), b.Time))
	m, _, err := b.Draft(c, desktest.TemplateDraft("later"))
	b.Must(err)
	b.Must(b.Desk.ChangeTemplate(b.Context(), b.Account, b.Channel, "aviso", "es", chat.TemplateChange{Status: chat.TemplatePaused, At: b.Time}))
	b.Deliver(c, &desktest.Provider{Errors: []error{desktest.Refusal(fault.Invalid, channel.ClassMessage)}})
	_, err = b.Desk.Retry(b.Context(), b.Actor(), c, m.ID)
	b.WantFault(err, fault.Conflict, "template_unavailable")
}

// A reply into a conversation whose channel was disconnected fails at once, with its reason, and waits for nothing.
func TestReply_ChannelGone_FailsAtOnce(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("1", "hola")).Conversation
	ch, err := b.Store.Channel(b.Context(), desktest.Account, b.Channel.ID)
	b.Must(err)
	b.Must(b.Store.DeleteChannel(b.Context(), ch, nil))
	m := b.Reply(c.ID, "¿sigue ahí?")
	if got := b.Message(m); got.Status != chat.StatusFailed || got.Error == nil || got.Error.Code != "channel_gone" {
		t.Errorf("%+v", got)
	}
	timers, err := b.Store.PendingTimers(b.Context(), desktest.Account, c.ID, chat.TimerSend)
	b.Must(err)
	if len(timers) != 0 {
		t.Errorf("%+v waits", timers)
	}
	events := b.Timeline(c.ID)
	if !slices.ContainsFunc(events, func(e chat.Event) bool {
		return e.Type == chat.EventMessageFailed && e.Data.Code == "channel_gone" && e.Data.MessageID == m.ID
	}) {
		t.Errorf("the timeline is %+v", events)
	}
	_, err = b.Desk.Retry(b.Context(), b.Actor(), c.ID, m.ID)
	b.WantFault(err, fault.Conflict, "channel_gone")
}

// The visitor of a deleted site is shown nothing any more.
func TestReply_SiteGone_NoVisitor(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	site := b.Channel
	site.ID, site.Type, site.ExternalID = "SITE", "webchat", "CODE"
	b.Must(b.Store.CreateChannel(b.Context(), site, nil))
	b.Channel = site
	c := b.Receive(b.Text("V1", "hola")).Conversation
	if m := b.Reply(c.ID, "buenas"); m.Visitor != "V1" {
		t.Errorf("the visitor of a site is %q", m.Visitor)
	}
	b.Must(b.Store.DeleteChannel(b.Context(), site, nil))
	if m := b.Reply(c.ID, "otra"); m.Visitor != "" || m.Status != chat.StatusFailed {
		t.Errorf("%s for %q", m.Status, m.Visitor)
	}
}
