package desk

import (
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

const fieldInteractive = "interactive"

func fitsInteractive(limits channel.InteractiveLimits, body string, i *chat.Interactive) error {
	switch {
	case i == nil:
		return invalid(fieldInteractive, "buttons or a list are needed")
	case body == "":
		return invalid("text", "a message needs a text")
	case (len(i.Buttons) > 0) == (len(i.Sections) > 0):
		return invalid(fieldInteractive, "either buttons or a list")
	}
	if err := tooLong("text", body, limits.MaxBody); err != nil {
		return err
	}
	if err := tooLong(fieldInteractive+".footer", i.Footer, limits.MaxFooter); err != nil {
		return err
	}
	if len(i.Buttons) > 0 {
		return fitsButtons(limits, i)
	}
	return fitsList(limits, i)
}

func fitsButtons(limits channel.InteractiveLimits, i *chat.Interactive) error {
	const field = fieldInteractive + ".buttons"
	if len(i.Buttons) > limits.MaxButtons {
		return invalid(field, "at most %d buttons", limits.MaxButtons)
	}
	if i.Button != "" {
		return invalid(fieldInteractive+".button", "what opens a list has no place beside buttons")
	}
	ids, titles := once{}, once{}
	for _, b := range i.Buttons {
		if err := choice(limits, field, b.ID, b.Title, limits.MaxButtonTitle, ids); err != nil {
			return err
		}
		if titles.again(b.Title) {
			return invalid(field, "two buttons say the same")
		}
	}
	return nil
}

func fitsList(limits channel.InteractiveLimits, i *chat.Interactive) error {
	const field = fieldInteractive + ".sections"
	if i.Button == "" {
		return invalid(fieldInteractive+".button", "what opens the list needs a word")
	}
	if err := tooLong(fieldInteractive+".button", i.Button, limits.MaxListButton); err != nil {
		return err
	}
	if len(i.Sections) > limits.MaxSections {
		return invalid(field, "at most %d sections", limits.MaxSections)
	}
	rows, ids := 0, once{}
	for _, s := range i.Sections {
		if s.Title == "" && len(i.Sections) > 1 {
			return invalid(field, "several sections need their titles")
		}
		if err := tooLong(field, s.Title, limits.MaxRowTitle); err != nil {
			return err
		}
		if rows += len(s.Rows); len(s.Rows) == 0 || rows > limits.MaxRows {
			return invalid(field, "a section has at least one row, and the list at most %d", limits.MaxRows)
		}
		for _, r := range s.Rows {
			if err := choice(limits, field, r.ID, r.Title, limits.MaxRowTitle, ids); err != nil {
				return err
			}
			if err := tooLong(field, r.Description, limits.MaxRowDescription); err != nil {
				return err
			}
		}
	}
	return nil
}

// choice checks one button or row.
func choice(limits channel.InteractiveLimits, field, id, title string, most int, ids once) error {
	switch {
	case id == "" || len(id) > limits.MaxRowID:
		return invalid(field, "an id has 1 to %d characters", limits.MaxRowID)
	case ids.again(id):
		return invalid(field, "two choices have the same id")
	case title == "":
		return invalid(field, "a choice needs a title")
	}
	return tooLong(field, title, most)
}

// once notices what comes a second time.
type once map[string]bool

func (o once) again(s string) bool {
	known := o[s]
	o[s] = true
	return known
}
