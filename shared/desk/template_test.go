package desk_test

import (
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
)

func aviso() chat.Template {
	return chat.Template{
		ID: "1", AccountID: "account", ChannelID: "channel", Name: "aviso", Language: "es", Status: chat.TemplateApproved,
		Header: &chat.TemplateHeader{Format: chat.HeaderText, TemplateText: chat.NewTemplateText("Hola {{1}}")},
		Body:   chat.NewTemplateText("Su pedido {{1}} sale {{2}}"), Footer: "Tienda",
		Buttons: []chat.TemplateButton{{Type: chat.ButtonQuickReply, Text: "Gracias"}, {Type: chat.ButtonURL, Text: "Ver", Parameter: true}},
	}
}

func filled() *desk.TemplateDraft {
	return &desk.TemplateDraft{Name: "aviso", Language: "es", Header: []string{"Ana"}, Body: []string{"42", "hoy"}, Buttons: map[int]string{1: "x"}}
}

// B-12: outside the window a template passes and nothing else; its text is what its reader sees.
func TestATemplateIsFilled(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.receive(b.text("1", "hola")).Conversation.ID
	b.must(b.store.PutTemplate(b.ctx, aviso(), b.now))
	b.now = b.now.Add(25 * time.Hour)
	_, _, err := b.Reply(b.ctx, b.owner, c, desk.Draft{ClientID: "text", Type: chat.TypeText, Text: "hola"})
	b.wantFault(err, fault.Conflict, "window_closed")
	draft := desk.Draft{ClientID: "a", Type: chat.TypeTemplate, Template: filled()}
	m, created, err := b.Reply(b.ctx, b.owner, c, draft)
	b.must(err)
	if !created || m.Text != "Hola Ana\n\nSu pedido 42 sale hoy\n\nTienda" || m.Template.Format != chat.HeaderText || m.Template.Body[1].Text != "hoy" ||
		!slices.Equal(m.Template.Buttons, []chat.TemplateButtonParameter{{Index: 1, Type: chat.ButtonURL, Text: "x"}}) {
		t.Errorf("%t, %+v of %q", created, m.Template, m.Text)
	}
	if got := b.conversation(c).Preview.Text; got != m.Text {
		t.Errorf("the list shows %q", got)
	}
	changed := aviso()
	changed.Body, changed.SyncedAt = chat.NewTemplateText("Otra cosa"), b.now
	b.must(b.store.PutTemplate(b.ctx, changed, b.now))
	again, created, err := b.Reply(b.ctx, b.owner, c, draft) // §11-33: the same words from an impatient browser
	if err != nil || created || again.ID != m.ID {
		t.Errorf("asked again: %t, %s, %v", created, again.ID, err)
	}
}

func TestATemplateThatCannotBeSent(t *testing.T) { // B-12
	t.Parallel()
	b := newBed(t)
	c := b.receive(b.text("1", "hola")).Conversation.ID
	paused, pictured := aviso(), aviso()
	paused.Name, paused.Status = "pausada", chat.TemplatePaused
	pictured.Name, pictured.Header = "foto", &chat.TemplateHeader{Format: chat.HeaderImage}
	for _, it := range []chat.Template{aviso(), paused, pictured} {
		b.must(b.store.PutTemplate(b.ctx, it, b.now))
	}
	picture := []chat.Attachment{{ID: "f", Mime: "image/jpeg", Size: 10}}
	for name, test := range map[string]struct {
		change func(*desk.TemplateDraft)
		files  []chat.Attachment
		code   fault.Code
		field  string
		reason string
	}{
		"unknown":               {func(d *desk.TemplateDraft) { d.Name = "nada" }, nil, fault.Conflict, "template", "template_unavailable"},
		"in another language":   {func(d *desk.TemplateDraft) { d.Language = "en" }, nil, fault.Conflict, "template", "template_unavailable"},
		"without a name":        {func(d *desk.TemplateDraft) { d.Name = "" }, nil, fault.Conflict, "template", "template_unavailable"},
		"paused":                {func(d *desk.TemplateDraft) { d.Name = "pausada" }, nil, fault.Conflict, "template", "template_unavailable"},
		"a header too few":      {func(d *desk.TemplateDraft) { d.Header = nil }, nil, fault.Invalid, "template.parameters", ""},
		"a word too many":       {func(d *desk.TemplateDraft) { d.Body = []string{"1", "2", "3"} }, nil, fault.Invalid, "template.parameters", ""},
		"an empty word":         {func(d *desk.TemplateDraft) { d.Body[0] = "" }, nil, fault.Invalid, "template.parameters", ""},
		"no address":            {func(d *desk.TemplateDraft) { d.Buttons = nil }, nil, fault.Invalid, "template.parameters", ""},
		"a button that is none": {func(d *desk.TemplateDraft) { d.Buttons[7] = "x" }, nil, fault.Invalid, "template.parameters", ""},
		"a file without place":  {func(*desk.TemplateDraft) {}, picture, fault.Invalid, "attachments", ""},
		"no picture":            {func(d *desk.TemplateDraft) { d.Name, d.Header = "foto", nil }, nil, fault.Invalid, "attachments", ""},
		"another kind of file": {func(d *desk.TemplateDraft) { d.Name, d.Header = "foto", nil },
			[]chat.Attachment{{ID: "f", Mime: "application/pdf", Size: 1}}, fault.Invalid, "attachments", ""},
		"a file too large": {func(d *desk.TemplateDraft) { d.Name, d.Header = "foto", nil },
			[]chat.Attachment{{ID: "f", Mime: "image/jpeg", Size: 6 << 20}}, fault.TooLarge, "attachments", ""},
		"a picture, and a payload": {func(d *desk.TemplateDraft) { d.Name, d.Header, d.Buttons[0] = "foto", nil, "P1" }, picture, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := filled()
			test.change(d)
			_, _, err := b.Reply(b.ctx, b.owner, c, desk.Draft{ClientID: name, Type: chat.TypeTemplate, Template: d, Attachments: test.files})
			if test.code == "" {
				b.must(err)
				return
			}
			if f := fault.As(err); err == nil || f.Code != test.code || f.Field != test.field || f.Reason != test.reason {
				t.Errorf("got %v of %q, want %s of %q", err, f.Field, test.code, test.field)
			}
		})
	}
	b.deliver(c, &provider{})
	m, _, err := b.Reply(b.ctx, b.owner, c, desk.Draft{ClientID: "later", Type: chat.TypeTemplate, Template: filled()})
	b.must(err)
	b.must(b.ChangeTemplate(b.ctx, b.account, b.channel, "aviso", "es", chat.TemplateChange{Status: chat.TemplatePaused, At: b.now}))
	b.deliver(c, &provider{errors: []error{refusal(fault.Invalid, channel.ClassMessage)}})
	_, err = b.Retry(b.ctx, b.owner, c, m.ID)
	b.wantFault(err, fault.Conflict, "template_unavailable")
}

// jobs are the channel's readings of templates that were started.
func (b *bed) jobs() (ids []string) {
	b.t.Helper()
	for shard := range 16 {
		due, err := b.store.Due(b.ctx, shard, b.now.Add(time.Hour), chat.PageRequest{Limit: 100})
		b.must(err)
		for _, item := range due.Items {
			if item.Kind != string(chat.TimerJob) {
				continue
			}
			job, err := b.store.Job(b.ctx, "account", item.Subject)
			b.must(err)
			if job.Kind == chat.JobTemplates && job.Subject == "channel" {
				ids = append(ids, job.ID)
			}
		}
	}
	return ids
}

func TestTheProviderSpeaksOfATemplate(t *testing.T) { // B-12
	t.Parallel()
	b := newBed(t)
	b.must(b.store.PutTemplate(b.ctx, aviso(), b.now))
	change := chat.TemplateChange{Status: chat.TemplatePaused, Reason: "blocked", At: b.now.Add(time.Second)}
	for range 2 {
		b.must(b.ChangeTemplate(b.ctx, b.account, b.channel, "aviso", "es", change))
	}
	got, err := b.store.Template(b.ctx, "account", "channel", "aviso", "es")
	if b.must(err); got.Status != chat.TemplatePaused || got.Reason != "blocked" || len(b.jobs()) != 0 {
		t.Errorf("%+v, jobs %v", got, b.jobs())
	}
	for range 2 {
		b.must(b.ChangeTemplate(b.ctx, b.account, b.channel, "nueva", "es", change))
	}
	if jobs := b.jobs(); len(jobs) != 1 {
		t.Errorf("an unknown one is read by %v", jobs)
	}
}

func TestTemplatesAreReadWhenSomebodyAsks(t *testing.T) { // B-12
	t.Parallel()
	b := newBed(t)
	b.wantFault(b.SyncTemplates(b.ctx, b.channel), fault.Conflict, "no_business_account")
	connected := b.channel
	connected.Settings = []byte(`{"businessAccountId":"700"}`)
	for range 3 {
		b.must(b.SyncTemplates(b.ctx, connected))
	}
	if len(b.jobs()) != 1 {
		t.Errorf("three clicks started %v", b.jobs())
	}
	b.now = b.now.Add(10 * time.Second)
	b.must(b.SyncTemplates(b.ctx, connected))
	if len(b.jobs()) != 2 {
		t.Errorf("a later one started %v", b.jobs())
	}
	bare, err := desk.New(b.store, func(chat.ChannelType) (channel.Capabilities, bool) { return channel.Capabilities{}, true }, func() time.Time { return b.now })
	b.must(err)
	b.wantFault(bare.SyncTemplates(b.ctx, connected), fault.Conflict, "unsupported")
}
