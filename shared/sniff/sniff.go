// Package sniff decides what a file is by its content: what a sender declares is believed only where the content agrees.
package sniff

import (
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"github.com/recado-chat/recado/shared/chat/filetype"
)

// Head is how many of a file's first bytes Type needs.
const Head = 3072

// Type returns the declared type if it is the same as that of the content or more specific: a codec, a document in a zip container,
// audio in a container that can also hold video, a table in plain text. A declared type that browsers would render is accepted only if
// the content is of the same family. Otherwise it returns the content's type.
func Type(declared string, head []byte) string {
	found := mimetype.Detect(head)
	base := filetype.Of(declared, "")
	if base == filetype.Unknown {
		return found.String()
	}
	if found.Is(base) {
		return declared
	}
	family, _, _ := strings.Cut(base, "/")
	seen, _, _ := strings.Cut(found.String(), "/")
	timed := func(s string) bool { return s == "audio" || s == "video" }
	switch {
	case timed(family) && (timed(seen) || found.Is("application/ogg")):
		return declared
	case found.Is(filetype.Unknown):
		if family == "image" || family == "text" {
			return filetype.Unknown
		}
		return declared
	case found.Is("text/plain") && (base == "text/csv" || base == "text/calendar" || base == "text/vcard"):
		return declared
	case narrows(base, found):
		return declared
	}
	return found.String()
}

// narrows reports whether base is a more specific type than the detected one, as a document type is of zip.
func narrows(base string, found *mimetype.MIME) bool {
	if found.Is(filetype.Unknown) || found.Is("text/plain") {
		return false
	}
	for kind := mimetype.Lookup(base); kind != nil; kind = kind.Parent() {
		if kind.Is(found.String()) {
			return true
		}
	}
	return false
}
