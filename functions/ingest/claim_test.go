package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/webchat"
	"github.com/recado-chat/recado/shared/channel/whatsapp"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk/claims"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/push/audience"
	"github.com/recado-chat/recado/shared/push/dispatch"
)

// process is a warm process of the function: a handler with caches of its own.
func process(t *testing.T, f *desktest.Fixture) *Handler {
	t.Helper()
	log := obs.NewLogger(t.Output(), "ingest")
	metrics, err := obs.NewMetrics(t.Output(), f.Now, "ingest", ItemsIgnored, dispatch.ConnectionsGone)
	f.Must(err)
	rooms, err := audience.New(&watched{}, &posted{}, f.Now, log)
	f.Must(err)
	push, err := NewPusher(rooms, &left{}, metrics, log, f.Now)
	f.Must(err)
	h, err := New(Deps{
		Channels: only{whatsapp.New("https://graph.example.org", nil)}, Desk: f.Desk, Assets: Assets(f.Store, f.Now),
		Accounts: cache.New(accountKept, cached, f.Now, f.Store.Account), Businesses: f.Store.ChannelsOfBusiness, Works: f.Store.MarkChannelWorking, Heard: f.Store.NoteHeard,
		Bodies: noBodies{}, Push: push, Metrics: metrics, Log: log,
	})
	f.Must(err)
	return h
}

type noBodies struct{ bodies }

// writes delivers a customer's message to a process.
func writes(f *desktest.Fixture, h *Handler, id string) error {
	f.Helper()
	body, err := json.Marshal(map[string]any{"object": "whatsapp_business_account", "entry": []any{map[string]any{"id": "7", "changes": []any{map[string]any{
		"field": "messages", "value": map[string]any{
			"messaging_product": "whatsapp", "metadata": map[string]any{"phone_number_id": desktest.Number},
			"messages": []any{map[string]any{"from": "5491155550101", "id": id, "timestamp": fmt.Sprint(f.Time.Unix()), "type": "text", "text": map[string]any{"body": id}}},
		},
	}}}}})
	f.Must(err)
	adapter := whatsapp.New("https://graph.example.org", nil)
	items, err := adapter.Split(channel.Request{Body: body})
	f.Must(err)
	envelope, err := events.Wrap(id, "", f.Time, events.InboundReceived{
		Provider: "whatsapp", Asset: items[0].Asset, ItemID: items[0].ID, Kind: string(items[0].Kind), ReceivedAt: f.Time, Body: items[0].Body,
	})
	f.Must(err)
	return h.Routes().Handle(f.Context(), envelope)
}

// P44: once another account has a number, no process writes what its customers send to the account that had it.
func TestIngest_NumberMoved_WarmProcessesFollow(t *testing.T) {
	t.Parallel()
	f := desktest.New(t)
	f.Must(f.Store.CreateAccount(t.Context(), chat.Account{ID: "RIVAL", StoreID: "R", TimeZone: "UTC", CreatedAt: f.Time, Version: 1},
		chat.Store{ID: "R", AccountID: "RIVAL", CreatedAt: f.Time, Version: 1},
		chat.Operator{ID: "R", AccountID: "RIVAL", Email: "r@example.com", Role: chat.Owner, Active: true, CreatedAt: f.Time, Version: 1}, nil))
	claimer, err := claims.New(f.Store, f.Now, func(_ context.Context, d time.Duration) error { f.Advance(d); return nil })
	f.Must(err)
	warm := []*Handler{process(t, f), process(t, f)}
	for i, h := range warm {
		f.Must(writes(f, h, fmt.Sprint("before ", i)))
		f.Must(writes(f, h, fmt.Sprint("warm ", i))) // the first message changed the channel
	}
	old, _, err := f.Store.Identity(t.Context(), desktest.Account, f.Channel.ID, []string{"5491155550101"})
	f.Must(err)
	had := len(f.Messages(old.OpenConversationID))

	before, err := f.Store.Channel(t.Context(), desktest.Account, f.Channel.ID)
	f.Must(err)
	f.Must(f.Store.DeleteChannel(t.Context(), before, nil))
	rival := chat.Channel{ID: "RIVALS", AccountID: "RIVAL", StoreID: "R", Type: "whatsapp", ExternalID: desktest.Number, Health: chat.Health{State: chat.HealthWaiting}, CreatedAt: f.Time, Version: 1}
	f.Must(claimer.Connect(t.Context(), rival, nil))
	for i, h := range warm {
		f.Must(writes(f, h, fmt.Sprint("after ", i)))
	}
	if now := len(f.Messages(old.OpenConversationID)); now != had {
		t.Errorf("the account that had the number got %d more", now-had)
	}
	got, _, err := f.Store.Identity(t.Context(), "RIVAL", "RIVALS", []string{"5491155550101"})
	f.Must(err)
	page, err := f.Store.Messages(t.Context(), "RIVAL", got.OpenConversationID, chat.PageRequest{Limit: 100})
	f.Must(err)
	if len(page.Items) != len(warm) {
		t.Errorf("the account that has it got %d of %d", len(page.Items), len(warm))
	}
}

// B-22: health says that a channel waits for its first message, and since when it works.
func TestIngest_FirstMessage_ChannelWorks(t *testing.T) {
	t.Parallel()
	f := desktest.New(t)
	h := process(t, f)
	f.Advance(time.Minute)
	first := f.Time
	for i := range 3 {
		f.Must(writes(f, h, fmt.Sprint("m", i)))
		f.Advance(time.Second)
	}
	ch, err := f.Store.Channel(t.Context(), desktest.Account, f.Channel.ID)
	f.Must(err)
	if ch.Health.State != chat.HealthOK || !ch.Health.At.Equal(first) || ch.Version != 2 {
		t.Errorf("%+v at version %d", ch.Health, ch.Version)
	}
}

// B-22: a call of the provider is noted once in an hour, and ends a silence at once.
func TestIngest_ProviderCalls_NotedSeldom(t *testing.T) {
	t.Parallel()
	f := desktest.New(t)
	h := process(t, f)
	stored := func() chat.Channel {
		t.Helper()
		ch, err := f.Store.Channel(t.Context(), desktest.Account, f.Channel.ID)
		f.Must(err)
		return ch
	}
	f.Must(writes(f, h, "m0"))
	heard := f.Time
	for i := range 5 {
		f.Advance(10 * time.Minute)
		f.Must(writes(f, h, fmt.Sprint("within", i)))
	}
	if got := stored(); !got.HeardAt.Equal(heard) || got.Version != 2 {
		t.Errorf("heard at %s, at version %d", got.HeardAt, got.Version)
	}
	f.Advance(10 * time.Minute)
	f.Must(writes(f, h, "after"))
	if got := stored(); !got.HeardAt.Equal(f.Time) || got.Version != 2 {
		t.Errorf("an hour later: heard at %s, at version %d", got.HeardAt, got.Version)
	}
	f.Must(f.Store.MarkChannelSilent(t.Context(), stored(), chat.Health{State: chat.HealthSilent, At: f.Time, Since: f.Time}))
	f.Advance(time.Minute)
	f.Must(writes(f, h, "again"))
	if got := stored().Health; got.State != chat.HealthOK || !got.Since.IsZero() || !got.At.Equal(f.Time) {
		t.Errorf("it was heard, and is %+v", got)
	}
}

// B-22: a page that opens the chat shows that the site has it, and a message does; one from the console's preview does not.
func TestIngest_Webchat_WaitsForItsPages(t *testing.T) {
	t.Parallel()
	f := desktest.New(t)
	h := process(t, f)
	h.Channels = only{webchat.New()}
	message := webchat.Item{Kind: webchat.Message, ID: "1", Type: chat.TypeText, Text: "hola"}
	preview := message
	preview.Preview = true
	for name, step := range map[string]struct {
		item webchat.Item
		want chat.HealthState
	}{
		"a message from the preview": {preview, chat.HealthWaiting},
		"a message from the site":    {message, chat.HealthOK},
		"a page that opens the chat": {webchat.Item{Kind: webchat.Shown}, chat.HealthOK},
	} {
		site := chat.Channel{
			ID: chat.ChannelID(name), AccountID: desktest.Account, StoreID: desktest.Shop, Type: webchat.Type, ExternalID: name, Settings: []byte(`{"origins":["https://a.example"]}`),
			Health: chat.Health{State: chat.HealthWaiting}, CreatedAt: f.Time, Version: 1,
		}
		f.Must(f.Store.CreateChannel(t.Context(), site, nil))
		step.item.Visitor = webchat.Visitor{ID: "V", Name: "Visitante"}
		body, err := webchat.Encode(webchat.Body{Site: site.ExternalID, Items: []webchat.Item{step.item}})
		f.Must(err)
		items, err := webchat.New().Split(channel.Request{Body: body})
		f.Must(err)
		envelope, err := events.Wrap(name, "", f.Time, events.InboundReceived{
			Provider: string(webchat.Type), Asset: site.ExternalID, ItemID: items[0].ID, Kind: string(items[0].Kind), ReceivedAt: f.Time, Body: items[0].Body,
		})
		f.Must(err)
		f.Must(h.Routes().Handle(t.Context(), envelope))
		after, err := f.Store.Channel(t.Context(), desktest.Account, site.ID)
		f.Must(err)
		if after.Health.State != step.want {
			t.Errorf("after %s the channel is %s, want %s", name, after.Health.State, step.want)
		}
	}
}

// B-22: what a channel cannot prove is not its own.
func TestIngest_UnverifiedChannel_ReceivesNothing(t *testing.T) {
	t.Parallel()
	f := desktest.New(t)
	after := f.Channel
	after.Health = chat.Health{State: chat.HealthUnverified}
	f.Must(f.Store.UpdateChannel(t.Context(), f.Channel, after, nil))
	if err := writes(f, process(t, f), "m1"); !fault.Is(err, fault.NotFound) || fault.Reason(err) != "unknown_asset" {
		t.Errorf("%v", err)
	}
}
