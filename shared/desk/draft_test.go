package desk_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
)

func place() *chat.Location { return &chat.Location{Latitude: -34.6, Longitude: -58.4} }

func cards(n int) []chat.Card {
	return slices.Repeat([]chat.Card{{Name: "Ana", Phones: []string{"+54 11"}}}, n)
}

func taps(buttons ...chat.Button) *chat.Interactive { return &chat.Interactive{Buttons: buttons} }

func choices(sections ...chat.Section) *chat.Interactive {
	return &chat.Interactive{Button: "Ver", Sections: sections}
}

// S1-24: what the channel does not take is refused before it is written, and the field is named.
func TestADraftMustFitItsChannel(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.receive(b.text("1", "hola")).Conversation.ID
	file := []chat.Attachment{{ID: "f", Mime: "image/jpeg", Size: 10}}
	yes, no, long := chat.Button{ID: "y", Title: "Sí"}, chat.Button{ID: "n", Title: "No"}, strings.Repeat("ñ", 60)
	row := chat.Row{ID: "1", Title: "Uno"}
	other := chat.Row{ID: "2", Title: "Dos"}
	interactive := func(i *chat.Interactive) desk.Draft {
		return desk.Draft{Type: chat.TypeInteractive, Text: "¿Sí?", Interactive: i}
	}
	for name, test := range map[string]struct {
		draft desk.Draft
		field string // "" = it fits
	}{
		"a text":                        {desk.Draft{Type: chat.TypeText, Text: "hola"}, ""},
		"a text with a place":           {desk.Draft{Type: chat.TypeText, Text: "hola", Location: place()}, "location"},
		"a text with a template":        {desk.Draft{Type: chat.TypeText, Text: "hola", Template: &desk.TemplateDraft{}}, "template"},
		"a sticker, here without":       {desk.Draft{Type: chat.TypeSticker, Attachments: file}, "type"},
		"an image":                      {desk.Draft{Type: chat.TypeImage, Attachments: file}, ""},
		"an image with cards":           {desk.Draft{Type: chat.TypeImage, Attachments: file, Cards: cards(1)}, "cards"},
		"a reaction":                    {desk.Draft{Type: chat.TypeReaction, Text: "x"}, "type"},
		"a place":                       {desk.Draft{Type: chat.TypeLocation, Location: place()}, ""},
		"a place with words":            {desk.Draft{Type: chat.TypeLocation, Location: place(), Text: "aquí"}, "text"},
		"no place":                      {desk.Draft{Type: chat.TypeLocation}, "location"},
		"beyond the pole":               {desk.Draft{Type: chat.TypeLocation, Location: &chat.Location{Latitude: 90.1}}, "location.latitude"},
		"no number":                     {desk.Draft{Type: chat.TypeLocation, Location: &chat.Location{Longitude: math.NaN()}}, "location.longitude"},
		"a place of many words":         {desk.Draft{Type: chat.TypeLocation, Location: &chat.Location{Address: strings.Repeat("x", 1001)}}, "location.address"},
		"two cards":                     {desk.Draft{Type: chat.TypeContacts, Cards: cards(2)}, ""},
		"no card":                       {desk.Draft{Type: chat.TypeContacts}, "cards"},
		"more cards than it takes":      {desk.Draft{Type: chat.TypeContacts, Cards: cards(3)}, "cards"},
		"a card of nobody":              {desk.Draft{Type: chat.TypeContacts, Cards: []chat.Card{{Name: " ", Phones: []string{"1"}}}}, "cards"},
		"a card that leads nowhere":     {desk.Draft{Type: chat.TypeContacts, Cards: []chat.Card{{Name: "Ana"}}}, "cards"},
		"a card with an empty phone":    {desk.Draft{Type: chat.TypeContacts, Cards: []chat.Card{{Name: "Ana", Phones: []string{""}}}}, "cards"},
		"buttons":                       {interactive(taps(yes, no)), ""},
		"buttons and a file":            {desk.Draft{Type: chat.TypeInteractive, Text: "¿?", Interactive: taps(yes), Attachments: file}, "attachments"},
		"buttons without a question":    {desk.Draft{Type: chat.TypeInteractive, Interactive: taps(yes)}, "text"},
		"buttons under a long one":      {desk.Draft{Type: chat.TypeInteractive, Text: long, Interactive: taps(yes)}, "text"},
		"nothing to tap":                {interactive(&chat.Interactive{}), "interactive"},
		"a question alone":              {interactive(nil), "interactive"},
		"both":                          {interactive(&chat.Interactive{Buttons: []chat.Button{yes}, Sections: []chat.Section{{Rows: []chat.Row{row}}}}), "interactive"},
		"too many buttons":              {interactive(taps(yes, no, chat.Button{ID: "m", Title: "Más"})), "interactive.buttons"},
		"two of one id":                 {interactive(taps(yes, chat.Button{ID: "y", Title: "No"})), "interactive.buttons"},
		"two that say the same":         {interactive(taps(yes, chat.Button{ID: "n", Title: "Sí"})), "interactive.buttons"},
		"a long title":                  {interactive(taps(chat.Button{ID: "y", Title: "Seguro"})), "interactive.buttons"},
		"a button without id":           {interactive(taps(chat.Button{Title: "Sí"})), "interactive.buttons"},
		"a long footer":                 {interactive(&chat.Interactive{Footer: long, Buttons: []chat.Button{yes}}), "interactive.footer"},
		"buttons and what opens a list": {interactive(&chat.Interactive{Button: "Ver", Buttons: []chat.Button{yes}}), "interactive.button"},
		"a list":                        {interactive(choices(chat.Section{Rows: []chat.Row{row, other}})), ""},
		"a list of two sections":        {interactive(choices(chat.Section{Title: "A", Rows: []chat.Row{row}}, chat.Section{Title: "B", Rows: []chat.Row{other}})), ""},
		"sections without titles":       {interactive(choices(chat.Section{Title: "A", Rows: []chat.Row{row}}, chat.Section{Rows: []chat.Row{other}})), "interactive.sections"},
		"a list that nothing opens":     {interactive(&chat.Interactive{Sections: []chat.Section{{Rows: []chat.Row{row}}}}), "interactive.button"},
		"an empty section":              {interactive(choices(chat.Section{})), "interactive.sections"},
		"too many sections":             {interactive(choices(slices.Repeat([]chat.Section{{Title: "A", Rows: []chat.Row{row}}}, 3)...)), "interactive.sections"},
		"too many rows":                 {interactive(choices(chat.Section{Rows: slices.Repeat([]chat.Row{row}, 4)})), "interactive.sections"},
		"two rows of one id":            {interactive(choices(chat.Section{Rows: []chat.Row{row, row}})), "interactive.sections"},
		"a long description":            {interactive(choices(chat.Section{Rows: []chat.Row{{ID: "1", Title: "a", Description: long}}})), "interactive.sections"},
		"a template of no name":         {desk.Draft{Type: chat.TypeTemplate}, "template"},
		"a template with words":         {desk.Draft{Type: chat.TypeTemplate, Template: &desk.TemplateDraft{Name: "aviso"}, Text: "hola"}, "text"},
	} {
		t.Run(name, func(t *testing.T) {
			test.draft.ClientID = name
			_, created, err := b.Reply(b.ctx, b.owner, c, test.draft)
			if test.field == "" {
				if err != nil || !created {
					t.Fatalf("%t, %v", created, err)
				}
				return
			}
			if !fault.Is(err, fault.Invalid) || fault.As(err).Field != test.field {
				t.Errorf("got %v of %q, want %q", err, fault.As(err).Field, test.field)
			}
		})
	}
}

func TestWhatHasNoWordsIsReadInLists(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.receive(b.text("1", "hola")).Conversation.ID
	for want, draft := range map[string]desk.Draft{
		"Plaza\nCalle 1": {Type: chat.TypeLocation, Location: &chat.Location{Name: "Plaza", Address: "Calle 1"}},
		"Calle 2":        {Type: chat.TypeLocation, Location: &chat.Location{Address: "Calle 2"}},
		"Ana, Beto":      {Type: chat.TypeContacts, Cards: []chat.Card{{Name: "Ana", Phones: []string{"1"}}, {Name: "Beto", Emails: []string{"b@example.com"}}}},
	} {
		b.now = b.now.Add(time.Second)
		draft.ClientID = want[:3]
		m, _, err := b.Reply(b.ctx, b.owner, c, draft)
		b.must(err)
		if got := b.conversation(c); m.Text != want || got.Preview.Text != want {
			t.Errorf("it reads %q and %q, want %q", m.Text, got.Preview.Text, want)
		}
	}
}

// B-13: what failed is sent again as it was, whatever its kind.
func TestEveryKindIsSentAgain(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.receive(b.text("1", "hola")).Conversation.ID
	b.must(b.store.PutTemplate(b.ctx, aviso(), b.now))
	for name, draft := range map[string]desk.Draft{
		"place": {Type: chat.TypeLocation, Location: &chat.Location{Name: "Plaza"}},
		"cards": {Type: chat.TypeContacts, Cards: cards(1)},
		"taps":  {Type: chat.TypeInteractive, Text: "¿Sí?", Interactive: taps(chat.Button{ID: "y", Title: "Sí"})},
		"form":  {Type: chat.TypeTemplate, Template: filled()},
	} {
		b.now = b.now.Add(time.Second)
		draft.ClientID = name
		m, _, err := b.Reply(b.ctx, b.owner, c, draft)
		b.must(err)
		b.deliver(c, &provider{errors: []error{refusal(fault.Invalid, channel.ClassMessage)}})
		again, err := b.Retry(b.ctx, b.owner, c, m.ID)
		if err != nil || again.Status != chat.StatusQueued || again.Attempt != 2 || again.Text != m.Text {
			t.Errorf("%s: %+v, %v", name, again, err)
		}
		b.deliver(c, &provider{})
	}
}
