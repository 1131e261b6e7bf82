package chat

// Interactive is the interactive part of a message: buttons, or a list that one button opens.
type Interactive struct {
	Footer   string
	Buttons  []Button
	Button   string // opens the list of the sections
	Sections []Section
}

// Button is one button; its id comes back with the tap.
type Button struct {
	ID    string
	Title string
}

// Section is a part of a list, with a title if there are several.
type Section struct {
	Title string
	Rows  []Row
}

// Row is one choice of a list; its id comes back with the tap.
type Row struct {
	ID          string
	Title       string
	Description string
}
