package inbound_test

import (
	"cmp"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
)

// PROVIDERS §11-12, §11-13, §11-14.
func TestReceive_NumberInAnotherForm_AnswersFollow(t *testing.T) {
	t.Parallel()
	forms := map[string][2]string{
		"Argentina": {"5491155550101", "541155550101"},
		"Brazil":    {"5511987654321", "551187654321"},
		"Mexico":    {"5215512345678", "525512345678"},
	}
	for country, pair := range forms {
		for _, order := range [][]int{{0, 1}, {1, 0}, {0, 1, 0}, {1, 0, 1}} {
			for echoed := range 1 << len(order) {
				b := desktest.New(t)
				for i, form := range order {
					b.Advance(time.Minute)
					number, other := pair[form], []string{pair[1-form]}
					in := b.Text(number, "hola")
					if echoed>>i&1 == 1 {
						in = b.EchoOf(number, "wamid.E"+string(rune('0'+i)), "hola")
					}
					in.Sender.Phone, in.Sender.Variants = number, other
					if echoed>>i&1 == 1 {
						b.Echo(in)
					} else {
						b.Receive(in)
					}
					wantAnswersTo(t, b, pair[order[0]], number)
				}
				first, _, err := b.Store.Identity(b.Context(), desktest.Account, b.Channel.ID, []string{pair[0]})
				b.Must(err)
				second, _, err := b.Store.Identity(b.Context(), desktest.Account, b.Channel.ID, []string{pair[1]})
				b.Must(err)
				if first.ContactID != second.ContactID || first.OpenConversationID != second.OpenConversationID {
					t.Errorf("%s %v, echoes %b: %+v and %+v", country, order, echoed, first, second)
				}
			}
		}
	}
}

func TestReceive_LateMessageInAnotherForm_AnswersStay(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	late := b.Text("525512345678", "antes")
	late.Sender.Phone, late.Sender.Variants = "525512345678", []string{"5215512345678"}
	late.At = b.Time.Add(-time.Hour)
	b.Receive(b.Text("5215512345678", "ahora"))
	b.Receive(late)
	wantAnswersTo(t, b, "5215512345678", "5215512345678")
}

func wantAnswersTo(t *testing.T, b *desktest.Fixture, known, want string) {
	t.Helper()
	identity, _, err := b.Store.Identity(b.Context(), desktest.Account, b.Channel.ID, []string{known})
	b.Must(err)
	if got := cmp.Or(identity.Address, identity.ExternalID); got != want {
		t.Errorf("answers go to %s, want %s", got, want)
	}
}
