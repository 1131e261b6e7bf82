package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

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

// A list that is read at once is cut, too: the sessions of an operator, with what their browsers call themselves.
func TestListSessions_LongUserAgents_PagesFitTheAnswer(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	account, operator := owner.Me()
	const sessions = 40
	for i := range sessions {
		if err := b.Store.PutSession(t.Context(), chat.Session{
			Hash: fmt.Sprint("hash-", i), AccountID: account.ID, OperatorID: operator.ID, UserAgent: strings.Repeat("<", 100_000),
			CreatedAt: b.Clock.Now(), ExpiresAt: b.Clock.Now().Add(time.Hour),
		}); err != nil {
			t.Fatal(err)
		}
	}
	seen, answers, cursor := map[string]bool{}, 0, ""
	for range sessions {
		answers++
		page := apitest.Into[wire.List[wire.Session]](owner.Do("GET", "/api/v1/sessions?cursor="+cursor, nil), http.StatusOK)
		for _, s := range page.Items {
			seen[s.ID] = true
		}
		if page.NextCursor == nil {
			break
		}
		cursor = *page.NextCursor
	}
	if len(seen) != sessions+1 || answers < 2 {
		t.Errorf("%d sessions in %d answers", len(seen), answers)
	}
}
