package chat

// Interactive is what a message offers to be tapped: some buttons, or one that opens a list.
type Interactive struct {
	Footer   string
	Buttons  []Button
	Button   string // opens the list of the sections
	Sections []Section
}

// Button is one tap; its id comes back with it.
type Button struct {
	ID    string
	Title string
}

// Section is a part of a list, with a heading if there are several.
type Section struct {
	Title string
	Rows  []Row
}

// Row is one choice of a list; its id comes back with it.
type Row struct {
	ID          string
	Title       string
	Description string
}
