package desk

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// approved is a template that may be sent: Conflict with reason template_unavailable for one that is not known or not approved.
func (d *Desk) approved(ctx context.Context, c chat.Conversation, name, language string) (chat.Template, error) {
	t, err := d.store.Template(ctx, c.AccountID, c.ChannelID, name, language)
	if err == nil && t.Status == chat.TemplateApproved {
		return t, nil
	}
	if err == nil || fault.Is(err, fault.NotFound) {
		return t, fault.New(fault.Conflict, "there is no such approved template").WithField("template").WithReason("template_unavailable")
	}
	return t, fmt.Errorf("read template %s: %w", name, err)
}

// fill makes of a draft the template as the message uses it, and the text that its reader sees.
func (d *Desk) fill(ctx context.Context, c chat.Conversation, draft Draft) (*chat.TemplateRef, string, error) {
	t, err := d.approved(ctx, c, draft.Template.Name, draft.Template.Language)
	if err != nil {
		return nil, "", err
	}
	ref := chat.TemplateRef{Name: t.Name, Language: t.Language}
	wrong := invalid("template.parameters", "the template has other gaps")
	header := chat.TemplateText{}
	if t.Header != nil {
		header, ref.Format = t.Header.TemplateText, t.Header.Format
	}
	var ok bool
	if ref.Header, ok = header.Fill(draft.Template.Header); !ok {
		return nil, "", wrong
	}
	if ref.Body, ok = t.Body.Fill(draft.Template.Body); !ok {
		return nil, "", wrong
	}
	if ref.Buttons, ok = fillButtons(t.Buttons, draft.Template.Buttons); !ok {
		return nil, "", wrong
	}
	if err := d.fitsHeader(c, ref.Format, draft.Attachments); err != nil {
		return nil, "", err
	}
	return &ref, t.Render(ref), nil
}

// fillButtons takes a value for every button with a gap. A quick reply may have one too: it comes back with the tap.
func fillButtons(buttons []chat.TemplateButton, values map[int]string) ([]chat.TemplateButtonParameter, bool) {
	for i, b := range buttons {
		if b.Parameter && values[i] == "" {
			return nil, false
		}
	}
	var filled []chat.TemplateButtonParameter
	for _, i := range slices.Sorted(maps.Keys(values)) {
		if i < 0 || i >= len(buttons) || values[i] == "" || !buttons[i].Parameter && buttons[i].Type != chat.ButtonQuickReply {
			return nil, false
		}
		filled = append(filled, chat.TemplateButtonParameter{Index: i, Type: buttons[i].Type, Text: values[i]})
	}
	return filled, true
}

// fitsHeader asks that a header which is a file gets one, and no other does.
func (d *Desk) fitsHeader(c chat.Conversation, format chat.TemplateFormat, files []chat.Attachment) error {
	kind, media := format.Media()
	if !media {
		if len(files) > 0 {
			return invalid("attachments", "the template has no place for a file")
		}
		return nil
	}
	able, _ := d.capabilities(c.ChannelType)
	if err := fitsFile(able, kind, files); err != nil {
		return err
	}
	if !slices.Contains(able.Attachments[kind].Mimes, files[0].Mime) {
		return invalid("attachments", "the template's header is of type %s", kind)
	}
	return nil
}

// SyncTemplates starts the job that reads a channel's templates from the provider; asked again within seconds, it is the same job.
// Conflict says why there is nothing to read: unsupported, or no_business_account.
func (d *Desk) SyncTemplates(ctx context.Context, ch chat.Channel) error {
	if able, _ := d.capabilities(ch.Type); !able.Templates {
		return fault.New(fault.Conflict, "this type of channel has no templates").WithReason("unsupported").WithField("type")
	}
	if ch.BusinessAccountID() == "" {
		return fault.New(fault.Conflict, "the channel's settings name no business account").WithReason("no_business_account").WithField("settings")
	}
	return d.readTemplates(ctx, ch, "asked", d.now().Truncate(syncGrain).Format(time.RFC3339))
}

// syncGrain bounds how often a person's clicks read templates: the provider counts the calls.
const syncGrain = 10 * time.Second

func (d *Desk) readTemplates(ctx context.Context, ch chat.Channel, cause ...string) error {
	err := d.store.PutJob(ctx, chat.NewTemplatesJob(ch.AccountID, ch.ID, d.now(), cause...))
	if err == nil || fault.Is(err, fault.Conflict) {
		return nil
	}
	return fmt.Errorf("start reading the templates of channel %s: %w", ch.ID, err)
}

// ChangeTemplate takes the provider's word on a template. One that is not known here is read from the provider, with all the others.
func (d *Desk) ChangeTemplate(ctx context.Context, account chat.Account, ch chat.Channel, name, language string, change chat.TemplateChange) error {
	err := d.store.UpdateTemplate(ctx, account.ID, ch.ID, name, language, change)
	if fault.Is(err, fault.NotFound) {
		return d.readTemplates(ctx, ch, "unknown", name, language, change.At.UTC().Format(time.RFC3339))
	}
	if err != nil {
		return fmt.Errorf("change template %s of channel %s: %w", name, ch.ID, err)
	}
	return nil
}
