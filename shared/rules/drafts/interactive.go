package drafts

import "github.com/recado-chat/recado/shared/chat"

const fieldInteractive = "interactive"

func fitsInteractive(limits chat.InteractiveLimits, body string, i *chat.Interactive) error {
	switch {
	case i == nil:
		return invalid(fieldInteractive, "buttons or a list are needed")
	case body == "":
		return invalid("text", "a text is needed")
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

func fitsButtons(limits chat.InteractiveLimits, i *chat.Interactive) error {
	const field = fieldInteractive + ".buttons"
	if len(i.Buttons) > limits.MaxButtons {
		return invalid(field, "at most %d buttons", limits.MaxButtons)
	}
	if i.Button != "" {
		return invalid(fieldInteractive+".button", "only allowed with a list")
	}
	ids, titles := seen{}, seen{}
	for _, b := range i.Buttons {
		if err := fitsChoice(limits, field, b.ID, b.Title, limits.MaxButtonTitle, ids); err != nil {
			return err
		}
		if titles.add(b.Title) {
			return invalid(field, "two buttons have the same title")
		}
	}
	return nil
}

func fitsList(limits chat.InteractiveLimits, i *chat.Interactive) error {
	const field = fieldInteractive + ".sections"
	if i.Button == "" {
		return invalid(fieldInteractive+".button", "a list needs a button title")
	}
	if err := tooLong(fieldInteractive+".button", i.Button, limits.MaxListButton); err != nil {
		return err
	}
	if len(i.Sections) > limits.MaxSections {
		return invalid(field, "at most %d sections", limits.MaxSections)
	}
	rows, ids := 0, seen{}
	for _, s := range i.Sections {
		if s.Title == "" && len(i.Sections) > 1 {
			return invalid(field, "a section needs a title when there are several")
		}
		if err := tooLong(field, s.Title, limits.MaxRowTitle); err != nil {
			return err
		}
		if rows += len(s.Rows); len(s.Rows) == 0 || rows > limits.MaxRows {
			return invalid(field, "at least one row per section, and at most %d in the list", limits.MaxRows)
		}
		for _, r := range s.Rows {
			if err := fitsChoice(limits, field, r.ID, r.Title, limits.MaxRowTitle, ids); err != nil {
				return err
			}
			if err := tooLong(field, r.Description, limits.MaxRowDescription); err != nil {
				return err
			}
		}
	}
	return nil
}

// fitsChoice checks one button or row.
func fitsChoice(limits chat.InteractiveLimits, field, id, title string, most int, ids seen) error {
	switch {
	case id == "" || len(id) > limits.MaxRowID:
		return invalid(field, "an id has 1 to %d characters", limits.MaxRowID)
	case ids.add(id):
		return invalid(field, "two choices have the same id")
	case title == "":
		return invalid(field, "a choice needs a title")
	}
	return tooLong(field, title, most)
}

// seen is a set of strings.
type seen map[string]bool

// add reports whether s was in the set already.
func (o seen) add(s string) bool {
	known := o[s]
	o[s] = true
	return known
}
