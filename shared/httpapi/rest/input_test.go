package rest

import "testing"

func TestPhone_WithCountryCodeOnly(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"+54 9 351 555-4321": "5493515554321", "0054 351 555 4321": "543515554321", "54 (351) 555.4321": "543515554321",
		"0351 15-555-4321": "", "000 351 555": "", "12345": "", "1234567890123456": "", "ext. 5551234": "",
	} {
		got, err := Phone(value)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v, want %q", value, got, err, want)
		}
	}
}
