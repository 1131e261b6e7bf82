package whatsapp

import (
	"slices"
	"testing"

	"github.com/recado-chat/recado/shared/channel/whatsapp/phone"
)

// PROVIDERS §11-12, §11-13, §11-14, §11-17.
func TestVariants(t *testing.T) {
	t.Parallel()
	for number, want := range map[string][]string{
		"5511987654321": {"551187654321"},
		"551187654321":  {"5511987654321"},
		"551133334444":  nil, // a landline
		"5511933334444": nil, // whose digit was never left out
		"5215512345678": {"525512345678"},
		"525512345678":  {"5215512345678"},
		"5491155550101": {"541155550101"},
		"541155550101":  {"5491155550101"},
		"54911555501":   nil, // too short
		"34600111222":   nil,
		"55":            nil,
		"":              nil,
	} {
		if got := phone.Variants(number); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", number, got, want)
		}
	}
	if s := senderOf(wireHead{From: "BR.5511987654321"}, wireContact{}); len(s.Variants) > 0 || s.Addresses[0] != "BR.5511987654321" {
		t.Errorf("a user id was taken for a number: %+v", s)
	}
}
