package chat

// Page is a part of a list. Next is the cursor of the following page, empty on the last one. A page may be empty and still have a Next,
// when filtering found nothing within what one request may read.
type Page[T any] struct {
	Items []T
	Next  string
}

// PageRequest asks for a page. A Limit of zero is the default.
type PageRequest struct {
	Limit  int
	Cursor string
}
