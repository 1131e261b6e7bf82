package contact

import (
	"slices"
	"strings"

	"github.com/recado-chat/recado/shared/dynamo/internal/item"
)

// Mobile numbers of three countries are written in two ways, and providers use either: Argentina's with or without a 9 after the
// country code, Mexico's with or without a 1, and Brazil's with or without a ninth digit after the area code.

// phoneVariants are the ways in which the digits that were typed may stand in a stored number: as they are, as a number with its country
// code, or as a local one.
func phoneVariants(typed string) []string {
	return distinctStrings(append([]string{typed}, localVariants(typed)...))
}

// countryVariants are the ways in which a number with its country code may be stored.
func countryVariants(d string) []string {
	d = strings.TrimLeft(d, "0")
	out := []string{d}
	switch {
	case strings.HasPrefix(d, "549"):
		out = append(out, "54"+d[3:])
	case strings.HasPrefix(d, "54"):
		out = append(out, "549"+d[2:])
	case strings.HasPrefix(d, "521"):
		out = append(out, "52"+d[3:])
	case strings.HasPrefix(d, "52"):
		out = append(out, "521"+d[2:])
	case strings.HasPrefix(d, "55") && len(d) > 5 && d[4] == '9':
		out = append(out, d[:4]+d[5:])
	case strings.HasPrefix(d, "55") && len(d) > 4:
		out = append(out, d[:4]+"9"+d[4:])
	}
	return distinctStrings(out)
}

// localVariants are the ways in which a stored number may go on when these digits were typed, with or without country and area code.
func localVariants(typed string) []string {
	d := strings.TrimLeft(typed, "0")
	out := countryVariants(d)
	if len(typed)-len(d) == 1 && (len(d) == 12 || len(d) == 13) {
		// Mexico's 044 and 045, or Brazil's 0 with the two digits of a carrier.
		out = append(out, localVariants(d[2:])...)
	}
	if strings.HasPrefix(d, "15") && len(d) >= 8 && len(d) <= 10 { // Argentina without area code: 15, number
		out = append(out, d[2:])
	}
	switch len(d) {
	case 9: // Brazil without area code
		if d[0] == '9' {
			out = append(out, d[1:])
		}
	case 10: // Brazil, the ninth digit left out
		out = append(out, d[:2]+"9"+d[2:])
	case 11: // Brazil with area code, or Argentina and Mexico with their mobile digit
		if d[2] == '9' {
			out = append(out, d[:2]+d[3:])
		}
		if d[0] == '9' || d[0] == '1' {
			out = append(out, d[1:])
		}
	case 12: // Argentina as dialled at home: area code, 15, number
		for area := 2; area <= 4; area++ {
			if d[area:area+2] == "15" {
				out = append(out, d[:area]+d[area+2:])
			}
		}
	}
	return distinctStrings(slices.DeleteFunc(out, func(v string) bool { return len(v) < item.MinDigits }))
}

func distinctStrings(in []string) []string {
	var out []string
	for _, s := range in {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
