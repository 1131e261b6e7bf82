package whatsapp

import "strings"

// variants are the other forms in which a number may be known. Meta writes numbers of Brazil, Mexico and Argentina now with and now
// without the digit that marks a mobile line; which one it is today is the one to write to, so none is ever rewritten.
func variants(phone string) []string {
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
		// One way only: without the 9 it may be a landline of somebody else.
		return []string{"54" + phone[3:]}
	}
	return nil
}
