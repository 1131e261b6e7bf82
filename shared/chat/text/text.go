// Package text shortens and cleans what people and providers write, and reads phone numbers in it. It imports the standard library only.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Cut shortens a text to a number of runes, with an ellipsis as the last one.
func Cut(text string, most int) string {
	if len(text) <= most || utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

// CutBytes shortens a text to a number of bytes, with an ellipsis behind them.
func CutBytes(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// omission is how a text says that its end was left out. An ellipsis alone may be the author's.
const omission = " […]"

// Omit shortens a text to a number of runes and of bytes. One that was shortened says so at its end.
func Omit(text string, runes, bytes int) string {
	if len(text) <= bytes && (len(text) <= runes || utf8.RuneCountInString(text) <= runes) {
		return text
	}
	kept := []rune(strings.ToValidUTF8(text[:min(len(text), bytes-len(omission))], ""))
	return string(kept[:min(len(kept), runes-utf8.RuneCountInString(omission))]) + omission
}

// maxMarks is how many combining marks in a row Line keeps: written languages need up to eight behind a letter.
const maxMarks = 10

// Line makes a text one line that cannot turn the direction of what stands beside it, nor cover it with piled marks. It is empty when
// nothing of it is visible.
func Line(text string, most int) string {
	if plain(text) && len(text) <= most {
		return text
	}
	marks := 0
	text = strings.Map(func(r rune) rune {
		if !unicode.IsMark(r) {
			marks = 0
		} else if marks++; marks > maxMarks {
			return -1
		}
		switch {
		case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069': // embeddings, overrides and isolates
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == utf8.RuneError:
			return ' '
		}
		return r
	}, text)
	if strings.IndexFunc(text, Visible) < 0 {
		return ""
	}
	return Cut(strings.TrimSpace(text), most)
}

// plain is the usual case: printable ASCII without blanks at its ends.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return text == "" || text[0] != ' ' && text[len(text)-1] != ' '
}

// Visible reports whether a character is seen by itself: formats and blanks are not, nor are the fillers that Unicode counts as letters.
func Visible(r rune) bool {
	switch r {
	case '\u115F', '\u1160', '\u2800', '\u3164', '\uFFA0':
		return false
	}
	return unicode.IsGraphic(r) && !unicode.IsSpace(r)
}
