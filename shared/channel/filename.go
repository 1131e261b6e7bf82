package channel

import (
	"strings"
	"unicode"
)

// maxFileName bounds a name in runes: with a suffix it still fits every file system.
const maxFileName = 120

// FileName makes a file name that a stranger chose safe to show and to save under: no path, no control or direction characters,
// nothing that a shell or a file system reads as more than a name. What is left of nothing is the fallback.
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

// shorten keeps the extension, by which people and programs know the file.
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
