package channeltest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/chattest"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/bounds"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/drafts"
)

const (
	person = "5491155550101"
	other  = "5491155550102"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// room is a desk with the channel connected, and its adapter.
type room struct {
	*desktest.Fixture
	adapter channel.Adapter
	channel chat.Channel
	wire    Wire
}

func (w Wire) room(t *testing.T, provider http.Handler) *room {
	t.Helper()
	r := &room{Fixture: desktest.New(t), adapter: w.adapter(t, provider), wire: w}
	r.channel = r.Channel
	r.channel.ID, r.channel.Type, r.channel.ExternalID = "CONFORMS", r.adapter.Type(), w.Asset
	r.Must(r.Store.CreateChannel(t.Context(), r.channel, nil))
	return r
}

// tell sends updates as the provider does, and applies them as the function ingest does.
func (r *room) tell(updates ...Update) error {
	items, err := r.wire.split(r.adapter, updates...)
	if err != nil {
		return err
	}
	for i, item := range items {
		// As the function webhook does: a microsecond apart, in order.
		in, err := r.adapter.Parse(item.Body, r.Time.Add(time.Duration(i)*time.Microsecond))
		if err != nil {
			return err
		}
		if err := bounds.Apply(&in); err != nil {
			return err
		}
		switch in.Kind {
		case chat.InboundMessage:
			_, err = r.Desk.Receive(r.Context(), r.Account, r.channel, in)
		case chat.InboundStatus:
			err = r.Desk.UpdateStatus(r.Context(), r.Account, r.channel, in)
		case chat.InboundUpdate:
			err = r.Desk.ApplyMessageUpdate(r.Context(), r.Account, r.channel, in)
		case chat.InboundEcho:
			err = r.Desk.Echo(r.Context(), r.Account, r.channel, in)
		case chat.InboundIdentityChange:
			err = r.Desk.ChangeIdentity(r.Context(), r.Account, r.channel, in)
		case chat.InboundHistory:
			err = r.Desk.ImportHistory(r.Context(), r.Account, r.channel, in)
		case chat.InboundMarketing:
			err = r.Desk.SetMarketingConsent(r.Context(), r.Account, r.channel, in)
		case chat.InboundTemplate, chat.InboundShown, chat.InboundIgnored:
		default:
			err = fmt.Errorf("unknown kind %q", in.Kind)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// talk is the conversation with a person, and its messages.
func (r *room) talk(address string) (chat.Conversation, []chat.Message) {
	r.Helper()
	identity, _, err := r.Store.Identity(r.Context(), desktest.Account, r.channel.ID, []string{address})
	r.Must(err)
	page, err := r.Store.Messages(r.Context(), desktest.Account, identity.OpenConversationID, chat.PageRequest{Limit: 100})
	r.Must(err)
	return r.Conversation(identity.OpenConversationID), page.Items
}

// unknownAssets: an item belongs to the channel whose asset it names, and to none where that is not connected.
func (w Wire) unknownAssets(t *testing.T) {
	connected, other := w.room(t, http.NotFoundHandler()), desktest.New(t)
	items, err := w.split(connected.adapter, Update{Kind: Text, ID: "m1", Person: person, Text: "hola", At: noon})
	connected.Must(err)
	for _, item := range items {
		if ch, err := connected.Store.ChannelByAsset(t.Context(), connected.adapter.Type(), item.Asset); err != nil || ch.ID != connected.channel.ID {
			t.Errorf("%q leads to %q, %v", item.Asset, ch.ID, err)
		}
		if ch, err := other.Store.ChannelByAsset(t.Context(), connected.adapter.Type(), item.Asset); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q, which is not connected, leads to %q, %v", item.Asset, ch.ID, err)
		}
	}
}

// sizeLimits: the largest that the capabilities allow is queued, and one character or byte more is refused before it is stored. S1-24
func (w Wire) sizeLimits(t *testing.T) {
	r := w.room(t, http.NotFoundHandler())
	able := r.adapter.Capabilities()
	r.Must(r.tell(Update{Kind: Text, ID: "m1", Person: person, Text: "hola", At: r.Time}))
	c, _ := r.talk(person)
	n := 0
	try := func(name string, want fault.Code, draft drafts.Draft) {
		t.Helper()
		n++
		draft.ClientID = fmt.Sprint("limit", n)
		_, _, err := r.Desk.Reply(r.Context(), chat.Actor{Operator: r.Owner, RequestID: draft.ClientID}, c, draft)
		if want == "" && err != nil || want != "" && !fault.Is(err, want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	try("the longest text", "", drafts.Draft{Type: chat.TypeText, Text: strings.Repeat("ñ", able.MaxText)})
	try("a longer one", fault.Invalid, drafts.Draft{Type: chat.TypeText, Text: strings.Repeat("ñ", able.MaxText+1)})
	for kind, limit := range able.Attachments {
		file := chat.Attachment{ID: "f", Name: "a", Mime: limit.Mimes[0], Size: limit.MaxSize, Key: "k", State: chat.AttachmentReady}
		larger := file
		larger.Size++
		try("the largest "+string(kind), "", drafts.Draft{Type: kind, Attachments: []chat.Attachment{file}})
		try("a larger "+string(kind), fault.TooLarge, drafts.Draft{Type: kind, Attachments: []chat.Attachment{larger}})
		words := drafts.Draft{Type: kind, Attachments: []chat.Attachment{file}, Text: strings.Repeat("ñ", able.MaxCaption)}
		if able.Captions[kind] {
			try("the longest words with "+string(kind), "", words)
			words.Text += "ñ"
		} else {
			words.Text = "ñ"
		}
		try("more words than go with "+string(kind), fault.Invalid, words)
	}
}

// unknownKinds: an unknown kind is no error, and a message of one becomes a placeholder.
func (w Wire) unknownKinds(t *testing.T) {
	r := w.room(t, http.NotFoundHandler())
	r.Must(r.tell(Update{Kind: Unknown, ID: "m1", Person: person, At: r.Time}, Update{Kind: Elsewise, ID: "e1", Person: person, At: r.Time}))
	_, messages := r.talk(person)
	if len(messages) != 1 || messages[0].Type != chat.TypeUnsupported || messages[0].Text != "" {
		t.Errorf("the conversation holds %+v", messages)
	}
}

// everyOrder: a message and its changes give the same result in every order of arrival, each delivered twice, whatever form of the
// message's id they have.
func (w Wire) everyOrder(t *testing.T) {
	updates := []Update{{Kind: Text, Text: "hola"}}
	want := "hola"
	if w.tells(Reaction) {
		updates = append(updates, Update{Kind: Reaction, Text: "👍"}, Update{Kind: Reaction, Text: "🧡"})
		want += " 🧡"
	}
	if w.tells(Edit) {
		updates = append(updates, Update{Kind: Edit, Text: "hola!"})
		want = "hola!" + want[len("hola"):]
	}
	r := w.room(t, http.NotFoundHandler())
	n := 0
	for order := range chattest.Permutations(len(updates)) {
		n++
		address, target := fmt.Sprintf("54911555%05d", n), fmt.Sprint("m", n)
		for range 2 {
			for _, i := range order {
				u := updates[i]
				u.Person, u.ID, u.Target, u.At = address, fmt.Sprint(target, "-", i), w.form(target, i), r.Time.Add(time.Duration(i)*time.Second)
				if u.Kind == Text {
					u.ID, u.Target = w.form(target, i), ""
				}
				r.Must(r.tell(u))
			}
		}
		c, messages := r.talk(address)
		if len(messages) != 1 {
			t.Fatalf("order %v: %d messages", order, len(messages))
		}
		got := messages[0].Text
		for _, reaction := range messages[0].Reactions {
			got += " " + reaction.Emoji
		}
		if got != want || c.Preview.Text != messages[0].Text {
			t.Errorf("order %v: the message is %q, want %q; the list shows %q", order, got, want, c.Preview.Text)
		}
		if w.tells(Revoke) {
			for range 2 {
				r.Must(r.tell(Update{Kind: Revoke, ID: target + "-gone", Target: w.form(target, len(updates)), Person: address, At: r.Time.Add(time.Minute)}))
			}
			if c, messages = r.talk(address); messages[0].Text != "" || messages[0].Revoked.IsZero() || !c.Preview.Revoked {
				t.Errorf("order %v: what was taken back is %+v", order, messages[0])
			}
		}
	}
}

// aroundASend: statuses, a reaction and the message's own echo may come before the answer to the send, or after it.
func (w Wire) aroundASend(t *testing.T) {
	around := []Update{{Kind: Status, Status: chat.StatusDelivered}, {Kind: Reaction, Text: "🙏"}, {Kind: Echo, Text: "buenas"}}
	around = slices.DeleteFunc(around, func(u Update) bool { return !w.tells(u.Kind) })
	answer := len(around)
	n := 0
	var before func()
	var id string
	r := w.room(t, http.HandlerFunc(func(rw http.ResponseWriter, request *http.Request) {
		before()
		w.Takes(id)(rw, request)
	}))
	for order := range chattest.Permutations(answer + 1) {
		n++
		address := fmt.Sprintf("54911556%05d", n)
		r.Must(r.tell(Update{Kind: Text, ID: fmt.Sprint("in", n), Person: address, Text: "hola", At: r.Time}))
		c, _ := r.talk(address)
		r.Advance(time.Second)
		m := r.Reply(c.ID, "buenas")
		name := w.names(n, m)
		id = w.form(name, answer)
		say := func(which []int) {
			for _, i := range which {
				u := around[i]
				u.Person, u.Target, u.At, u.ID = address, w.form(name, i), r.Time, fmt.Sprint(name, "-", i)
				if u.Kind == Echo {
					u.ID, u.Target = w.form(name, i), ""
				}
				if err := r.tell(u); err != nil {
					t.Errorf("order %v: %s: %v", order, u.Kind, err)
				}
			}
		}
		early, late := order[:slices.Index(order, answer)], order[slices.Index(order, answer)+1:]
		before = func() { say(early) }
		said, err := r.Desk.Deliver(r.Context(), c, r.channel, nil, func(ctx context.Context, c chat.Conversation, m chat.Message) (channel.Delivered, error) {
			if w.firstParty() {
				before()
			}
			return r.adapter.Send(ctx, w.Credentials, channel.Outbound{
				Asset: w.Asset, To: c.ExternalID, Type: m.Type, Text: m.Text, Ref: desk.Ref(m),
			})
		})
		if r.Must(err); said != nil {
			t.Fatalf("order %v: the provider said %v", order, said)
		}
		say(late)
		say(early)
		c, messages := r.talk(address)
		if len(messages) != 2 || messages[1].ID != m.ID || c.Preview.MessageID != m.ID {
			t.Errorf("order %v: the conversation holds %+v", order, messages)
			continue
		}
		if got := messages[1]; w.tells(Status) && got.Status != chat.StatusDelivered || w.tells(Reaction) && len(got.Reactions) != 1 {
			t.Errorf("order %v: %s, %v", order, got.Status, got.Reactions)
		}
	}
}

// quotes: a message finds the one that it quotes in every order of arrival, each delivered twice. A quote leads nowhere else, and what is
// never told of is none.
func (w Wire) quotes(t *testing.T) {
	if !w.tells(Quote) {
		t.Skip("the provider has no quotes")
	}
	r := w.room(t, http.NotFoundHandler())
	r.Must(r.tell(Update{Kind: Text, ID: w.form("q9", 0), Person: other, Text: "hola", At: r.Time}))
	n := 0
	for order := range chattest.Permutations(4) {
		n++
		address := fmt.Sprintf("54911557%05d", n)
		name := func(i int) string { return fmt.Sprint("q", 10*n+i) }
		updates := []Update{
			{Kind: Text, ID: w.form(name(0), 0), Text: "quoted"},
			{Kind: Quote, ID: w.form(name(1), 0), Text: "quotes", Target: w.form(name(0), 1)},
			{Kind: Quote, ID: w.form(name(2), 0), Text: "quotes that", Target: w.form(name(1), 2)},
			{Kind: Quote, ID: w.form(name(3), 0), Text: "quotes another's", Target: w.form("q9", 1)},
		}
		for range 2 {
			for _, i := range order {
				u := updates[i]
				u.Person, u.At = address, r.Time.Add(time.Duration(i)*time.Second)
				r.Must(r.tell(u))
			}
		}
		_, messages := r.talk(address)
		ids := map[string]chat.MessageID{}
		for _, m := range messages {
			ids[m.Text] = m.ID
		}
		for _, m := range messages {
			if want := map[string]chat.MessageID{"quotes": ids["quoted"], "quotes that": ids["quotes"]}[m.Text]; m.ReplyTo != want || len(messages) != 4 {
				t.Errorf("order %v: %q quotes %q, want %q, of %d messages", order, m.Text, m.ReplyTo, want, len(messages))
			}
		}
	}
}

// names is the id that the provider gives a message of ours, or the first-party channel's own.
func (w Wire) names(n int, m chat.Message) string {
	if w.firstParty() {
		return w.MessageID(m)
	}
	return fmt.Sprint("out", n)
}

// duplicates: the same updates delivered twenty times at once are stored once. C-02, PROVIDERS §11-1, §11-2
func (w Wire) duplicates(t *testing.T) {
	r := w.room(t, http.NotFoundHandler())
	body := []Update{
		{Kind: Text, ID: "m1", Person: person, Text: "uno", At: r.Time},
		{Kind: Text, ID: "m2", Person: person, Text: "dos", At: r.Time.Add(time.Second)},
	}
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if err := r.tell(body...); err != nil && fault.Permanent(err) {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	r.Must(r.tell(body...))
	if _, messages := r.talk(person); len(messages) != 2 || messages[0].Text != "uno" || messages[1].Text != "dos" {
		t.Errorf("the conversation holds %+v", messages)
	}
}

// window: free text is refused once the channel's window has closed, and never where there is none.
func (w Wire) window(t *testing.T) {
	r := w.room(t, http.NotFoundHandler())
	window := r.adapter.Capabilities().Window
	r.Must(r.tell(Update{Kind: Text, ID: "m1", Person: person, Text: "hola", At: r.Time}))
	c, _ := r.talk(person)
	reply := func(id string) error {
		_, _, err := r.Desk.Reply(r.Context(), chat.Actor{Operator: r.Owner, RequestID: id}, c, drafts.Draft{ClientID: id, Type: chat.TypeText, Text: "buenas"})
		return err
	}
	if window == 0 {
		r.Advance(365 * 24 * time.Hour)
		r.Must(reply("late"))
		return
	}
	r.Advance(window - time.Second)
	r.Must(reply("in time"))
	r.Advance(2 * time.Second)
	if err := reply("late"); !fault.Is(err, fault.Conflict) {
		t.Errorf("after the window: %v", err)
	}
}

// media: a file is read as it is, and one that is gone is told apart from one that may come yet.
func (w Wire) media(t *testing.T) {
	fetcher := func(provider http.Handler) channel.Fetcher {
		f, _ := w.adapter(t, provider).(channel.Fetcher)
		return f
	}
	if w.Serves == nil {
		if fetcher(http.NotFoundHandler()) != nil {
			t.Error("the adapter fetches files, and the wire format has none")
		}
		return
	}
	content := []byte("\x89PNG\r\n\x1a\nbytes")
	got, err := fetcher(w.Serves("f1", content)).Fetch(t.Context(), w.Credentials, w.Asset, "f1")
	if err != nil {
		t.Fatal(err)
	}
	read, err := io.ReadAll(got)
	if err != nil || string(read) != string(content) {
		t.Errorf("read %q, %v", read, err)
	}
	if err := got.Close(); err != nil {
		t.Error(err)
	}
	if _, err := fetcher(w.Gone).Fetch(t.Context(), w.Credentials, w.Asset, "f1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a file that is gone: %v", err)
	}
	down := http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) })
	if _, err := fetcher(down).Fetch(t.Context(), w.Credentials, w.Asset, "f1"); err == nil || fault.Permanent(err) {
		t.Errorf("a provider that is down: %v", err)
	}
}
