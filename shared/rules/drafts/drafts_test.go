package drafts

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
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

// able is a channel with small limits.
var able = chat.Capabilities{
	MaxText: 4096, MaxCaption: 1024, Window: 24 * time.Hour,
	Attachments: map[chat.MessageType]chat.FileLimit{chat.TypeImage: {Mimes: []string{"image/jpeg"}, MaxSize: 5 << 20}},
	Captions:    map[chat.MessageType]bool{chat.TypeImage: true},
	Locations:   true, MaxCards: 2, Templates: true,
	Interactive: &chat.InteractiveLimits{
		MaxBody: 50, MaxFooter: 10, MaxButtons: 2, MaxButtonTitle: 5, MaxListButton: 5, MaxSections: 2, MaxRows: 3,
		MaxRowTitle: 6, MaxRowDescription: 8, MaxRowID: 10,
	},
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// open is a conversation whose window is open at noon.
func open() chat.Conversation {
	return chat.Conversation{Status: chat.Open, LastInboundAt: noon.Add(-time.Minute)}
}

// S1-24: what the channel does not take is refused with its field.
func TestCheck_Fits(t *testing.T) {
	t.Parallel()
	file := []chat.Attachment{{ID: "f", Mime: "image/jpeg", Size: 10}}
	yes, no, long := chat.Button{ID: "y", Title: "Sí"}, chat.Button{ID: "n", Title: "No"}, strings.Repeat("ñ", 60)
	row := chat.Row{ID: "1", Title: "Uno"}
	other := chat.Row{ID: "2", Title: "Dos"}
	interactive := func(i *chat.Interactive) Draft {
		return Draft{Type: chat.TypeInteractive, Text: "¿Sí?", Interactive: i}
	}
	for name, test := range map[string]struct {
		draft Draft
		field string // "" = it fits
	}{
		"a text":                          {Draft{Type: chat.TypeText, Text: "hola"}, ""},
		"a text with a location":          {Draft{Type: chat.TypeText, Text: "hola", Location: place()}, "location"},
		"a text with a template":          {Draft{Type: chat.TypeText, Text: "hola", Template: &Template{}}, "template"},
		"an unsupported sticker":          {Draft{Type: chat.TypeSticker, Attachments: file}, "type"},
		"an image":                        {Draft{Type: chat.TypeImage, Attachments: file}, ""},
		"an image with cards":             {Draft{Type: chat.TypeImage, Attachments: file, Cards: cards(1)}, "cards"},
		"a reaction":                      {Draft{Type: chat.TypeReaction, Text: "x"}, "type"},
		"a location":                      {Draft{Type: chat.TypeLocation, Location: place()}, ""},
		"a location with a text":          {Draft{Type: chat.TypeLocation, Location: place(), Text: "aquí"}, "text"},
		"no location":                     {Draft{Type: chat.TypeLocation}, "location"},
		"latitude over 90":                {Draft{Type: chat.TypeLocation, Location: &chat.Location{Latitude: 90.1}}, "location.latitude"},
		"longitude NaN":                   {Draft{Type: chat.TypeLocation, Location: &chat.Location{Longitude: math.NaN()}}, "location.longitude"},
		"a long address":                  {Draft{Type: chat.TypeLocation, Location: &chat.Location{Address: strings.Repeat("x", 1001)}}, "location.address"},
		"two cards":                       {Draft{Type: chat.TypeContacts, Cards: cards(2)}, ""},
		"no card":                         {Draft{Type: chat.TypeContacts}, "cards"},
		"too many cards":                  {Draft{Type: chat.TypeContacts, Cards: cards(3)}, "cards"},
		"a card without name":             {Draft{Type: chat.TypeContacts, Cards: []chat.Card{{Name: " ", Phones: []string{"1"}}}}, "cards"},
		"a card without phone and e-mail": {Draft{Type: chat.TypeContacts, Cards: []chat.Card{{Name: "Ana"}}}, "cards"},
		"a card with an empty phone":      {Draft{Type: chat.TypeContacts, Cards: []chat.Card{{Name: "Ana", Phones: []string{""}}}}, "cards"},
		"buttons":                         {interactive(taps(yes, no)), ""},
		"buttons and a file":              {Draft{Type: chat.TypeInteractive, Text: "¿?", Interactive: taps(yes), Attachments: file}, "attachments"},
		"buttons without a text":          {Draft{Type: chat.TypeInteractive, Interactive: taps(yes)}, "text"},
		"buttons with a long text":        {Draft{Type: chat.TypeInteractive, Text: long, Interactive: taps(yes)}, "text"},
		"neither buttons nor a list":      {interactive(&chat.Interactive{}), "interactive"},
		"no interactive part":             {interactive(nil), "interactive"},
		"buttons and a list":              {interactive(&chat.Interactive{Buttons: []chat.Button{yes}, Sections: []chat.Section{{Rows: []chat.Row{row}}}}), "interactive"},
		"too many buttons":                {interactive(taps(yes, no, chat.Button{ID: "m", Title: "Más"})), "interactive.buttons"},
		"two buttons with one id":         {interactive(taps(yes, chat.Button{ID: "y", Title: "No"})), "interactive.buttons"},
		"two buttons with one title":      {interactive(taps(yes, chat.Button{ID: "n", Title: "Sí"})), "interactive.buttons"},
		"a long title":                    {interactive(taps(chat.Button{ID: "y", Title: "Seguro"})), "interactive.buttons"},
		"a button without id":             {interactive(taps(chat.Button{Title: "Sí"})), "interactive.buttons"},
		"a long footer":                   {interactive(&chat.Interactive{Footer: long, Buttons: []chat.Button{yes}}), "interactive.footer"},
		"buttons with a list button":      {interactive(&chat.Interactive{Button: "Ver", Buttons: []chat.Button{yes}}), "interactive.button"},
		"a list":                          {interactive(choices(chat.Section{Rows: []chat.Row{row, other}})), ""},
		"a list of two sections":          {interactive(choices(chat.Section{Title: "A", Rows: []chat.Row{row}}, chat.Section{Title: "B", Rows: []chat.Row{other}})), ""},
		"sections without titles":         {interactive(choices(chat.Section{Title: "A", Rows: []chat.Row{row}}, chat.Section{Rows: []chat.Row{other}})), "interactive.sections"},
		"a list without a button":         {interactive(&chat.Interactive{Sections: []chat.Section{{Rows: []chat.Row{row}}}}), "interactive.button"},
		"an empty section":                {interactive(choices(chat.Section{})), "interactive.sections"},
		"too many sections":               {interactive(choices(slices.Repeat([]chat.Section{{Title: "A", Rows: []chat.Row{row}}}, 3)...)), "interactive.sections"},
		"too many rows":                   {interactive(choices(chat.Section{Rows: slices.Repeat([]chat.Row{row}, 4)})), "interactive.sections"},
		"two rows with one id":            {interactive(choices(chat.Section{Rows: []chat.Row{row, row}})), "interactive.sections"},
		"a long description":              {interactive(choices(chat.Section{Rows: []chat.Row{{ID: "1", Title: "a", Description: long}}})), "interactive.sections"},
		"no template":                     {Draft{Type: chat.TypeTemplate}, "template"},
		"a template with a text":          {Draft{Type: chat.TypeTemplate, Template: &Template{Name: "aviso"}, Text: "hola"}, "text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := Check(open(), able, true, test.draft, noon)
			if test.field == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !fault.Is(err, fault.Invalid) || fault.As(err).Field != test.field {
				t.Errorf("got %v of %q, want %q", err, fault.As(err).Field, test.field)
			}
		})
	}
}

func TestCheck_Conversation(t *testing.T) {
	t.Parallel()
	text, template := Draft{Type: chat.TypeText, Text: "hola"}, Draft{Type: chat.TypeTemplate, Template: &Template{Name: "aviso"}}
	late := open()
	late.LastInboundAt = noon.Add(-24 * time.Hour)
	held, consent := open(), open()
	held.Status, consent.Status = chat.Held, chat.AwaitingConsent
	for name, test := range map[string]struct {
		c      chat.Conversation
		known  bool
		draft  Draft
		reason string // "" = accepted
	}{
		"window open":                     {open(), true, text, ""},
		"window closed":                   {late, true, text, "window_closed"},
		"template after the window":       {late, true, template, ""},
		"type of channel without adapter": {open(), false, text, "unsupported"},
		"held":                            {held, true, template, "held"},
		"awaiting consent":                {consent, true, text, "held"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := Check(test.c, able, test.known, test.draft, noon)
			if (err == nil) != (test.reason == "") || err != nil && (!fault.Is(err, fault.Conflict) || fault.As(err).Reason != test.reason) {
				t.Errorf("got %v, want %q", err, test.reason)
			}
		})
	}
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	for want, draft := range map[string]Draft{
		"hola":           {Type: chat.TypeText, Text: "hola"},
		"Plaza\nCalle 1": {Type: chat.TypeLocation, Location: &chat.Location{Name: "Plaza", Address: "Calle 1"}},
		"Calle 2":        {Type: chat.TypeLocation, Location: &chat.Location{Address: "Calle 2"}},
		"Ana, Beto":      {Type: chat.TypeContacts, Cards: []chat.Card{{Name: "Ana", Phones: []string{"1"}}, {Name: "Beto", Emails: []string{"b@example.com"}}}},
	} {
		if got := draft.PlainText(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func aviso() chat.Template {
	return chat.Template{
		Name: "aviso", Language: "es", Status: chat.TemplateApproved,
		Header: &chat.TemplateHeader{Format: chat.HeaderText, TemplateText: chat.NewTemplateText("Hola {{1}}")},
		Body:   chat.NewTemplateText("Su pedido {{1}} sale {{2}}"), Footer: "Tienda",
		Buttons: []chat.TemplateButton{{Type: chat.ButtonQuickReply, Text: "Gracias"}, {Type: chat.ButtonURL, Text: "Ver", Parameter: true}},
	}
}

func TestFill(t *testing.T) { // B-12
	t.Parallel()
	withImage := aviso()
	withImage.Header = &chat.TemplateHeader{Format: chat.HeaderImage}
	image := []chat.Attachment{{ID: "f", Mime: "image/jpeg", Size: 10}}
	for name, test := range map[string]struct {
		template chat.Template
		change   func(*Template)
		files    []chat.Attachment
		code     fault.Code // "" = accepted
		field    string
	}{
		"all parameters":           {aviso(), func(*Template) {}, nil, "", ""},
		"header missing":           {aviso(), func(d *Template) { d.Header = nil }, nil, fault.Invalid, "template.parameters"},
		"one value too many":       {aviso(), func(d *Template) { d.Body = []string{"1", "2", "3"} }, nil, fault.Invalid, "template.parameters"},
		"empty value":              {aviso(), func(d *Template) { d.Body[0] = "" }, nil, fault.Invalid, "template.parameters"},
		"blank value":              {aviso(), func(d *Template) { d.Body[0] = " \u00a0" }, nil, fault.Invalid, "template.parameters"},
		"line break":               {aviso(), func(d *Template) { d.Body[1] = "hoy\nno" }, nil, fault.Invalid, "template.parameters"},
		"tab":                      {aviso(), func(d *Template) { d.Header[0] = "Ana\t" }, nil, fault.Invalid, "template.parameters"},
		"five spaces":              {aviso(), func(d *Template) { d.Buttons[1] = "a     b" }, nil, fault.Invalid, "template.parameters"},
		"blank URL parameter":      {aviso(), func(d *Template) { d.Buttons[1] = "  " }, nil, fault.Invalid, "template.parameters"},
		"four spaces":              {aviso(), func(d *Template) { d.Header[0] = "Ana    Paz" }, nil, "", ""},
		"URL parameter missing":    {aviso(), func(d *Template) { d.Buttons = nil }, nil, fault.Invalid, "template.parameters"},
		"unknown button":           {aviso(), func(d *Template) { d.Buttons[7] = "x" }, nil, fault.Invalid, "template.parameters"},
		"file without file header": {aviso(), func(*Template) {}, image, fault.Invalid, "attachments"},
		"file missing":             {withImage, func(d *Template) { d.Header = nil }, nil, fault.Invalid, "attachments"},
		"file of another type":     {withImage, func(d *Template) { d.Header = nil }, []chat.Attachment{{ID: "f", Mime: "application/pdf", Size: 1}}, fault.Invalid, "attachments"},
		"file too large":           {withImage, func(d *Template) { d.Header = nil }, []chat.Attachment{{ID: "f", Mime: "image/jpeg", Size: 6 << 20}}, fault.TooLarge, "attachments"},
		"file and reply payload":   {withImage, func(d *Template) { d.Header, d.Buttons[0] = nil, "P1" }, image, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &Template{Name: "aviso", Language: "es", Header: []string{"Ana"}, Body: []string{"42", "hoy"}, Buttons: map[int]string{1: "x"}}
			test.change(d)
			ref, text, err := Fill(able, test.template, Draft{Type: chat.TypeTemplate, Template: d, Attachments: test.files})
			if test.code == "" {
				if err != nil || ref.Name != "aviso" || !strings.Contains(text, "Su pedido 42 sale hoy") {
					t.Errorf("%+v of %q, %v", ref, text, err)
				}
				return
			}
			if f := fault.As(err); err == nil || f.Code != test.code || f.Field != test.field {
				t.Errorf("got %v of %q, want %s of %q", err, f.Field, test.code, test.field)
			}
		})
	}
}
