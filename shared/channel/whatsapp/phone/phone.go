// Package phone knows the forms in which Meta writes one phone number.
package phone

import "strings"

// Variants returns the other forms of a phone number. Meta writes numbers of Brazil, Mexico and Argentina sometimes with and sometimes
// without the digit that marks a mobile line. Messages go to the form that Meta used last, so a number is never rewritten.
func Variants(phone string) []string {
	mobile := func(subscriber string) bool { return subscriber[0] >= '6' } // Brazil's landlines begin with 2 to 5
	switch {
	case strings.HasPrefix(phone, "55") && len(phone) == 13 && phone[4] == '9' && mobile(phone[5:]):
		return []string{phone[:4] + phone[5:]}
	case strings.HasPrefix(phone, "55") && len(phone) == 12 && mobile(phone[4:]):
		return []string{phone[:4] + "9" + phone[4:]}
	case strings.HasPrefix(phone, "521") && len(phone) == 13:
		return []string{"52" + phone[3:]}
	case strings.HasPrefix(phone, "52") && len(phone) == 12:
		return []string{"521" + phone[2:]}
	case strings.HasPrefix(phone, "549") && len(phone) == 13:
		return []string{"54" + phone[3:]}
	case strings.HasPrefix(phone, "54") && len(phone) == 12 && phone[2] != '9':
		// Landlines and mobiles share one numbering plan of area code and number: the ten digits are one subscriber's (ADR 0010).
		return []string{"549" + phone[2:]}
	}
	return nil
}

// Digits removes everything but the digits from a phone number, which is how Meta writes it.
func Digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
}
