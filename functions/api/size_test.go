package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// C-04: a customer cannot write so much that the conversation does not open. The client checks what each answer takes.
func TestListMessages_LongTexts_PagesFitTheAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text   string
		number int
	}{
		"emoji":          {strings.Repeat("🙏", 32_768), 60},
		"quotes":         {strings.Repeat(`"`, 65_536), 60},
		"angle brackets": {strings.Repeat("<", 65_536), 60}, // each takes seven bytes of the response
		"controls":       {strings.Repeat("\x01", 65_536), 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := apitest.New(t)
			owner := b.Owner("ana@example.com")
			ch := owner.Connect("phone-1")
			var id chat.ConversationID
			var want []string
			for i := range test.number {
				b.Clock.Advance(1e9)
				id = owner.Receive(ch, "573001112233", "Luisa", fmt.Sprint(i, " ", test.text))
				want = append(want, fmt.Sprint(i))
			}
			var got []string
			cursor := ""
			for range test.number {
				page := apitest.Into[wire.List[wire.Message]](owner.Do("GET", "/api/v1/conversations/"+string(id)+"/messages?limit=50&cursor="+cursor, nil), http.StatusOK)
				var numbers []string
				for _, m := range page.Items {
					number, _, _ := strings.Cut(*m.Text, " ")
					numbers = append(numbers, number)
				}
				got = append(numbers, got...)
				if page.NextCursor == nil {
					break
				}
				cursor = *page.NextCursor
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("the pages hold %v", got)
			}
		})
	}
}
