package directory_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

var noon = dynamotest.Noon()

const (
	account = dynamotest.Account
	channel = dynamotest.Channel
	shop    = dynamotest.Shop
	ana     = dynamotest.Ana
)

func TestCreateAccount_Whole(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		a := chat.Account{
			ID: account, Name: "Tienda", StoreID: shop, TimeZone: "America/Argentina/Buenos_Aires", Language: chat.Spanish,
			Closing: chat.Closing{Idle: time.Hour}, Distribution: chat.Distribution{Mode: chat.DistributeToGroups}, InboxShards: 1, CreatedAt: noon,
		}
		st := chat.Store{ID: shop, AccountID: account, Name: "Tienda", CreatedAt: noon}
		owner := chat.Operator{ID: ana, AccountID: account, Name: "Ana", Email: "Ana@Example.com", Role: chat.Owner, Capacity: 20, Active: true, CreatedAt: noon}
		mail := chat.Mail{ID: "MAIL", AccountID: account, To: owner.Email, Template: chat.MailVerify, State: chat.MailQueued, CreatedAt: noon}
		dynamotest.Must(t, db.CreateAccount(ctx, a, st, owner, &mail))
		a.Version, st.Version, owner.Version, mail.Version = 1, 1, 1, 1
		gotAccount, err := db.Account(ctx, account)
		dynamotest.Must(t, err)
		dynamotest.Same(t, gotAccount, a)
		stores, err := db.Stores(ctx, account)
		dynamotest.Must(t, err)
		dynamotest.Same(t, stores, []chat.Store{st})
		gotOwner, err := db.OperatorByEmail(ctx, "ana@EXAMPLE.com")
		dynamotest.Must(t, err)
		dynamotest.Same(t, gotOwner, owner)
		gotMail, err := db.Mail(ctx, account, "MAIL")
		dynamotest.Must(t, err)
		dynamotest.Same(t, gotMail, mail)

		other := owner
		other.ID, other.AccountID, other.Email = "OPEX", "ACC2", "ANA@example.com"
		err = db.CreateAccount(ctx, chat.Account{ID: "ACC2"}, chat.Store{ID: "STOX", AccountID: "ACC2"}, other, nil)
		if dynamotest.WantFault(t, err, fault.Conflict, "exists"); fault.As(err).Field != "email" {
			t.Fatalf("field %q", fault.As(err).Field)
		}
		_, err = db.Account(ctx, "ACC2")
		dynamotest.WantFault(t, err, fault.NotFound, "")
		_, err = db.Account(ctx, "")
		dynamotest.WantFault(t, err, fault.NotFound, "")

		after := a
		after.Closing.Idle = 30 * time.Minute
		job := chat.Job{ID: "JOB", AccountID: account, Kind: chat.JobRearm, CreatedAt: noon}
		activity := chat.Activity{AccountID: account, RequestID: "REQ", At: noon, Action: "settings.update"}
		dynamotest.Must(t, db.UpdateAccount(ctx, a, after, &activity, &job))
		dynamotest.WantFault(t, db.UpdateAccount(ctx, a, after, nil, nil), fault.Conflict, "version_changed")
		if _, err = db.Job(ctx, account, "JOB"); err != nil {
			t.Fatal(err)
		}
		if gotAccount, err = db.Account(ctx, account); err != nil || gotAccount.Version != 2 || gotAccount.Closing.Idle != 30*time.Minute {
			t.Fatalf("%+v, %v", gotAccount, err)
		}
	})
}

func TestOperator_EmailUnique(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		dynamotest.NewAccount(t, db, noon)
		var won atomic.Int32
		var wg sync.WaitGroup
		for _, id := range []chat.OperatorID{"OPE1", "OPE2", "OPE3", "OPE4"} {
			wg.Go(func() {
				err := db.CreateOperator(ctx, chat.Operator{ID: id, AccountID: account, Email: "beto@example.com", Role: chat.OperatorRole}, nil)
				switch {
				case err == nil:
					won.Add(1)
				case fault.As(err).Field != "email":
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d operators have the address", won.Load())
		}
		before, err := db.OperatorByEmail(ctx, "beto@example.com")
		dynamotest.Must(t, err)
		after := before
		after.Email = "ana@example.com"
		dynamotest.WantFault(t, db.UpdateOperator(ctx, before, after, nil, nil), fault.Conflict, "exists")
		after.Email, after.Availability = "roberto@example.com", chat.Available
		dynamotest.Must(t, db.UpdateOperator(ctx, before, after, nil, nil))
		_, err = db.OperatorByEmail(ctx, "beto@example.com")
		dynamotest.WantFault(t, err, fault.NotFound, "")
		moved, err := db.OperatorByEmail(ctx, "roberto@example.com")
		dynamotest.Must(t, err)
		after.Version = 2
		dynamotest.Same(t, moved, after)
		operators, err := db.Operators(ctx, account)
		dynamotest.Must(t, err)
		if len(operators) != 2 {
			t.Fatalf("%d operators", len(operators))
		}
		_, err = db.Operator(ctx, "ACC2", moved.ID)
		dynamotest.WantFault(t, err, fault.NotFound, "")
	})
}

// connected is a verified channel.
func connected(id chat.ChannelID, account chat.AccountID, asset string) chat.Channel {
	return chat.Channel{
		ID: id, AccountID: account, StoreID: shop, Type: "whatsapp", Name: "Ventas", ExternalID: asset,
		Credentials: chat.Secret("sealed"), Health: chat.Health{State: chat.HealthWaiting}, CreatedAt: noon, Version: 1,
	}
}

func TestChannel_Verified_AssetUnique(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		c := connected(channel, account, "1055#1")
		dynamotest.Must(t, db.CreateChannel(ctx, c, nil))
		found, err := db.ChannelByAsset(ctx, "whatsapp", "1055#1")
		dynamotest.Must(t, err)
		dynamotest.Same(t, found, c)
		thief := connected("CHN2", "ACC2", "1055#1")
		err = db.CreateChannel(ctx, thief, nil)
		if dynamotest.WantFault(t, err, fault.Conflict, "claimed"); fault.As(err).Field != "externalId" {
			t.Fatalf("field %q", fault.As(err).Field)
		}
		_, err = db.ChannelByAsset(ctx, "messenger", "1055#1")
		dynamotest.WantFault(t, err, fault.NotFound, "")

		moved := c
		moved.ExternalID, moved.Health = "2066", chat.Health{State: chat.HealthOK, At: noon}
		dynamotest.Must(t, db.UpdateChannel(ctx, c, moved, nil))
		dynamotest.WantFault(t, db.UpdateChannel(ctx, c, moved, nil), fault.Conflict, "version_changed")
		_, err = db.ChannelByAsset(ctx, "whatsapp", "1055#1")
		dynamotest.WantFault(t, err, fault.NotFound, "")
		dynamotest.WantFault(t, db.DeleteChannel(ctx, c, nil), fault.Conflict, "version_changed")
		moved.Version = 2
		channels, err := db.Channels(ctx, account)
		dynamotest.Must(t, err)
		dynamotest.Same(t, channels, []chat.Channel{moved})
		dynamotest.Must(t, db.DeleteChannel(ctx, moved, nil))
		_, err = db.ChannelByAsset(ctx, "whatsapp", "2066")
		dynamotest.WantFault(t, err, fault.NotFound, "")
		_, err = db.Channel(ctx, account, channel)
		dynamotest.WantFault(t, err, fault.NotFound, "")
	})
}

// A released asset can be claimed again at once by the channel that had it, and by another one when it has rested.
func TestChannel_ReleasedAsset_Rests(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx, now := t.Context(), noon
		store := dynamo.New(db.Client, db.Tables, dynamo.WithClock(func() time.Time { return now }))
		first, second := connected(channel, account, "1055"), connected("CHN2", "ACC2", "1055")
		dynamotest.Must(t, store.CreateChannel(ctx, first, nil))
		dynamotest.Must(t, store.DeleteChannel(ctx, first, nil))
		claim, err := store.AssetClaim(ctx, "whatsapp", "1055")
		dynamotest.Must(t, err)
		dynamotest.Same(t, claim, chat.Claim{AccountID: account, ChannelID: channel, ReleasedAt: noon})
		now = noon.Add(chat.ClaimRest - time.Millisecond)
		dynamotest.WantFault(t, store.CreateChannel(ctx, second, nil), fault.Conflict, "claimed")
		dynamotest.Must(t, store.CreateChannel(ctx, first, nil))
		dynamotest.Must(t, store.DeleteChannel(ctx, first, nil))
		now = now.Add(chat.ClaimRest)
		dynamotest.Must(t, store.CreateChannel(ctx, second, nil))
		found, err := store.ChannelByAsset(ctx, "whatsapp", "1055")
		dynamotest.Must(t, err)
		dynamotest.Same(t, found.AccountID, "ACC2")
	})
}

// B-22: an unverified channel excludes nobody, is not found by its asset and hears nothing of its business account.
func TestChannel_Unverified_HasNoClaim(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		thief, owner := connected(channel, account, "1055"), connected("CHN2", "ACC2", "1055")
		thief.Settings = []byte(`{"businessAccountId":"700"}`)
		thief.Health.State = chat.HealthUnverified
		dynamotest.Must(t, db.CreateChannel(ctx, thief, nil))
		_, err := db.ChannelByAsset(ctx, "whatsapp", "1055")
		dynamotest.WantFault(t, err, fault.NotFound, "")
		businesses, err := db.ChannelsOfBusiness(ctx, "whatsapp", "700")
		dynamotest.Must(t, err)
		dynamotest.Same(t, len(businesses), 0)
		dynamotest.Must(t, db.CreateChannel(ctx, owner, nil))
		verified := thief
		verified.Health.State = chat.HealthWaiting
		dynamotest.WantFault(t, db.UpdateChannel(ctx, thief, verified, nil), fault.Conflict, "claimed")
		dynamotest.Must(t, db.DeleteChannel(ctx, thief, nil))
		found, err := db.ChannelByAsset(ctx, "whatsapp", "1055")
		dynamotest.Must(t, err)
		dynamotest.Same(t, found.ID, "CHN2")
	})
}

// What is noted of a channel neither disturbs those who change it nor is lost to them. B-22
func TestNotedTimes_BesideOtherChanges(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		c := connected(channel, account, "1055")
		dynamotest.Must(t, db.CreateChannel(ctx, c, nil))
		for _, minutes := range []time.Duration{2, 1} { // the earlier one is not noted
			dynamotest.Must(t, db.NoteHeard(ctx, c, noon.Add(minutes*time.Minute)))
			dynamotest.Must(t, db.NoteAwaited(ctx, c, noon.Add((minutes+5)*time.Minute)))
		}
		changed := c
		changed.Name, changed.DisplayPhone, changed.Settings = "Postventa", "", nil
		dynamotest.Must(t, db.UpdateChannel(ctx, c, changed, nil))
		got, err := db.Channel(ctx, account, channel)
		dynamotest.Must(t, err)
		want := changed
		want.Version, want.HeardAt, want.AwaitedSince = 2, noon.Add(2*time.Minute), noon.Add(7*time.Minute)
		dynamotest.Same(t, got, want)
		dynamotest.WantFault(t, db.UpdateChannel(ctx, c, changed, nil), fault.Conflict, "version_changed")

		gone := connected("GONE", account, "1066")
		dynamotest.Must(t, db.NoteHeard(ctx, gone, noon))
		_, err = db.Channel(ctx, account, "GONE")
		dynamotest.WantFault(t, err, fault.NotFound, "")
	})
}

// B-22
func TestMarkChannelSilent_UnlessItWasHeard(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		c := connected(channel, account, "1055")
		dynamotest.Must(t, db.CreateChannel(ctx, c, nil))
		silent := chat.Health{State: chat.HealthSilent, Code: chat.HealthUnreported, At: noon, Since: noon.Add(-time.Hour)}
		stored := func() chat.Channel {
			t.Helper()
			got, err := db.Channel(ctx, account, channel)
			dynamotest.Must(t, err)
			return got
		}
		dynamotest.Must(t, db.NoteHeard(ctx, c, noon))
		dynamotest.Must(t, db.MarkChannelSilent(ctx, c, silent)) // c was read before it was heard
		dynamotest.Same(t, stored().Health, c.Health)
		dynamotest.Must(t, db.MarkChannelSilent(ctx, stored(), silent))
		dynamotest.Same(t, stored().Health, silent)
		dynamotest.Must(t, db.MarkChannelWorking(ctx, stored(), noon.Add(time.Hour)))
		want := c
		want.Health, want.HeardAt, want.Version = chat.Health{State: chat.HealthOK, At: noon.Add(time.Hour)}, noon.Add(time.Hour), 3
		dynamotest.Same(t, stored(), want)
	})
}

func TestMarkChannelWorking_OnlyWhileItWaits(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		c := connected(channel, account, "1055")
		dynamotest.Must(t, db.CreateChannel(ctx, c, nil))
		for range 2 {
			dynamotest.Must(t, db.MarkChannelWorking(ctx, c, noon.Add(time.Minute)))
		}
		got, err := db.Channel(ctx, account, channel)
		dynamotest.Must(t, err)
		want := c
		want.Health, want.HeardAt, want.Version = chat.Health{State: chat.HealthOK, At: noon.Add(time.Minute)}, noon.Add(time.Minute), 2
		dynamotest.Same(t, got, want)
	})
}

func TestChannelsOfBusiness_FollowSettings(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		channel := func(account chat.AccountID, id chat.ChannelID, business string) chat.Channel {
			return chat.Channel{
				ID: id, AccountID: account, Type: "whatsapp", ExternalID: string(id), Settings: []byte(`{"businessAccountId":"` + business + `"}`),
				Health: chat.Health{State: chat.HealthWaiting}, CreatedAt: noon, Version: 1,
			}
		}
		found := func(business string) (ids []chat.ChannelID) {
			t.Helper()
			channels, err := db.ChannelsOfBusiness(ctx, "whatsapp", business)
			dynamotest.Must(t, err)
			for _, c := range channels {
				ids = append(ids, c.ID)
			}
			return ids
		}
		one, two, none := channel(account, "CH1", "700"), channel("ACC2", "CH2", "700"), channel(account, "CH3", "")
		for _, c := range []chat.Channel{one, two, none} {
			dynamotest.Must(t, db.CreateChannel(ctx, c, nil))
		}
		dynamotest.Same(t, found("700"), []chat.ChannelID{"CH1", "CH2"})
		moved := channel(account, "CH1", "800")
		dynamotest.Must(t, db.UpdateChannel(ctx, one, moved, nil))
		dynamotest.Same(t, found("700"), []chat.ChannelID{"CH2"})
		dynamotest.Same(t, found("800"), []chat.ChannelID{"CH1"})
		dynamotest.Must(t, db.DeleteChannel(ctx, two, nil))
		if got := found("700"); len(got) != 0 {
			t.Errorf("a deleted channel was found: %v", got)
		}
		if got := found(""); len(got) != 0 {
			t.Errorf("no business account: got %v", got)
		}
	})
}
