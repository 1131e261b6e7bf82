package acceptance_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

type counts struct {
	Mine struct{ Open, Unread struct{ Value int } }
	All  struct{ Open, Pending, Resolved struct{ Value int } }
}

// PROVIDERS §2.1.4 and §2.3: imported history can be read and causes no notification or assignment.
func TestHistory_Imported_NotifiesNobody(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	bruno := a.operator("Bruno", object{"availability": "available"})
	a.distribute("account", "")
	const customer = "5491150006001"
	if _, err := a.Phone.ShareHistory(a.number, customer,
		whatsapp.HistoryMessage{Text: "¿Tienen stock?", Ago: 72 * time.Hour},
		whatsapp.HistoryMessage{Text: "Sí, quedan dos", FromBusiness: true, Ago: 71 * time.Hour},
		whatsapp.HistoryMessage{Ago: time.Hour, File: &whatsapp.Upload{Name: "recibo.png", Mime: "image/png", Content: files[0].content}},
	); err != nil {
		t.Fatal(err)
	}
	v := a.only()
	a.settle()
	a.advance(3 * time.Minute) // the timer of a file that arrives after its message
	eventually(t, func() error {
		all := a.owner.messages(v.ID)
		if len(all) != 3 || all[0].Text != "¿Tienen stock?" || all[1].Direction != "out" || all[1].Status != "read" || len(all[2].Attachments) != 1 {
			return wantCount(len(all), 3)
		}
		return wantText(all[2].Attachments[0].State, "ready")
	})
	v = a.owner.conversation(v.ID)
	if v.Status != "resolved" || v.assignee() != "" || v.Unread || v.WindowUntil != nil || v.WaitingSince != nil || v.DueAt != nil || v.Preview.Type != "image" {
		t.Errorf("the past is %+v", v)
	}
	var now counts
	bruno.get("/api/v1/conversations/counts", &now)
	if now.All.Open.Value+now.All.Pending.Value+now.Mine.Open.Value+now.Mine.Unread.Value != 0 {
		t.Errorf("it counts as %+v", now)
	}

	if err := a.Phone.PutCustomer(whatsapp.Customer{Phone: customer, Name: "Marta"}); err != nil {
		t.Fatal(err)
	}
	a.say(customer, "¿Y hoy?")
	live := a.from("¿Y hoy?")
	bruno.until(live.ID, func(v conversation) bool { return v.assignee() == bruno.id })
	eventually(t, func() error { return wantText(a.owner.conversation(v.ID).Contact.Name, "Marta") })
	if live.ID == v.ID || live.Contact.ID != v.Contact.ID {
		t.Errorf("the live one is %+v, the past %+v", live, v)
	}
	if n := a.dead("dead"); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

// PROVIDERS §2.1 and §2.1.4: the message shows the advertisement that the customer came from. The contact and the timeline show the
// customer's marketing consent.
func TestReferral_CustomerOptsOutOfMarketing(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	const customer = "5491150006002"
	a.deliver(whatsapp.Incoming{From: customer, Text: "Vi el aviso", Fields: map[string]any{
		"referral": map[string]any{"source_url": "https://fb.me/x", "source_id": "12001", "source_type": "ad", "headline": "Todo en rebaja", "body": "Escribinos"},
	}})
	v := a.only()
	var page list[struct {
		Referral *struct{ URL, Headline, Body, Source, SourceID string }
	}]
	a.owner.get("/api/v1/conversations/"+v.ID+"/messages", &page)
	if r := page.Items[0].Referral; r == nil || r.URL != "https://fb.me/x" || r.Headline != "Todo en rebaja" || r.Source != "ad" || r.SourceID != "12001" {
		t.Errorf("it came by %+v", r)
	}
	optedOut := func() *time.Time {
		var contact struct{ MarketingOptOutAt *time.Time }
		a.owner.call(http.MethodGet, "/api/v1/contacts/"+v.Contact.ID, nil, http.StatusOK).into(t, &contact)
		return contact.MarketingOptOutAt
	}
	b := a.owner.browse()
	b.view(v.ID)
	for _, stop := range []bool{true, false} {
		if err := a.Phone.SendMarketingPreference(a.number, customer, stop); err != nil {
			t.Fatal(err)
		}
		told := map[bool]string{true: "opted_out", false: "opted_in"}[stop]
		b.told("event.appended", func(f frame) bool { return f.Event.Type == told })
		eventually(t, func() error {
			if (optedOut() != nil) != stop {
				return wantText(told, "on the card")
			}
			return nil
		})
		a.advance(time.Minute)
	}
	if n := a.dead("dead"); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}
