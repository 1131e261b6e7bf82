package channel

import (
	"strings"
	"unicode"

	"github.com/recado-chat/recado/shared/chat/filetype"
)

// maxFileName bounds a name in runes: with a suffix it still fits every file system.
const maxFileName = 120

// FileName makes an untrusted file name safe to show and to save under: no path, no control or direction characters, and no
// characters that are special to a shell or a file system. It returns the fallback when nothing is left.
func FileName(given, fallback string) string {
	if i := strings.LastIndexAny(given, `/\`); i >= 0 {
		given = given[i+1:]
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case r == unicode.ReplacementChar, !unicode.IsPrint(r): // control, format (direction marks, joiners) and odd spaces
			return -1
		case strings.ContainsRune(`<>:"|?*`+"`$", r):
			return '_'
		}
		return r
	}, given)
	name = strings.Trim(name, " .")
	if name == "" {
		return fallback
	}
	return shorten(name)
}

// FileNameOf is FileName for a file of a kind, such as document, and a MIME type: a file without a name is called by its kind, and one
// without an extension gets that of its type.
func FileNameOf(given, kind, mimeType string) string {
	name := FileName(given, kind)
	if strings.ContainsRune(name, '.') {
		return name
	}
	return WithExtension(name, filetype.Extension(mimeType))
}

// WithExtension adds an extension, with its dot, to a name of FileName, which is cut where both would be too long.
func WithExtension(name, extension string) string {
	runes := []rune(name)
	return string(runes[:min(len(runes), maxFileName-len(extension))]) + extension
}

// shorten cuts a name to maxFileName runes and keeps an extension of up to ten bytes.
func shorten(name string) string {
	runes := []rune(name)
	if len(runes) <= maxFileName {
		return name
	}
	var extension []rune
	if i := strings.LastIndexByte(name, '.'); i > 0 && len(name)-i <= 10 {
		extension = []rune(name[i:])
	}
	return string(runes[:maxFileName-len(extension)]) + string(extension)
}
