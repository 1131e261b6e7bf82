package dynamo_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

func TestAnAccountIsCreatedWhole(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		a := chat.Account{
			ID: account, Name: "Tienda", StoreID: shop, TimeZone: "America/Argentina/Buenos_Aires", Language: chat.Spanish,
			Closing: chat.Closing{Idle: time.Hour}, Distribution: chat.Distribution{Mode: chat.DistributeToGroups}, InboxShards: 1, CreatedAt: noon,
		}
		st := chat.Store{ID: shop, AccountID: account, Name: "Tienda", CreatedAt: noon}
		owner := chat.Operator{ID: ana, AccountID: account, Name: "Ana", Email: "Ana@Example.com", Role: chat.Owner, Capacity: 20, Active: true, CreatedAt: noon}
		mail := chat.Mail{ID: "MAIL", AccountID: account, To: owner.Email, Template: chat.MailVerify, State: chat.MailQueued, CreatedAt: noon}
		must(t, db.CreateAccount(ctx, a, st, owner, &mail))
		a.Version, st.Version, owner.Version, mail.Version = 1, 1, 1, 1
		gotAccount, err := db.Account(ctx, account)
		must(t, err)
		same(t, gotAccount, a)
		stores, err := db.Stores(ctx, account)
		must(t, err)
		same(t, stores, []chat.Store{st})
		gotOwner, err := db.OperatorByEmail(ctx, "ana@EXAMPLE.com")
		must(t, err)
		same(t, gotOwner, owner)
		gotMail, err := db.Mail(ctx, account, "MAIL")
		must(t, err)
		same(t, gotMail, mail)

		other := owner
		other.ID, other.AccountID, other.Email = "OPEX", "ACC2", "ANA@example.com"
		err = db.CreateAccount(ctx, chat.Account{ID: "ACC2"}, chat.Store{ID: "STOX", AccountID: "ACC2"}, other, nil)
		if wantFault(t, err, fault.Conflict, "exists"); fault.As(err).Field != "email" {
			t.Fatalf("field %q", fault.As(err).Field)
		}
		_, err = db.Account(ctx, "ACC2")
		wantFault(t, err, fault.NotFound, "")
		_, err = db.Account(ctx, "")
		wantFault(t, err, fault.NotFound, "")

		after := a
		after.Closing.Idle = 30 * time.Minute
		job := chat.Job{ID: "JOB", AccountID: account, Kind: chat.JobRearm, CreatedAt: noon}
		activity := chat.Activity{AccountID: account, RequestID: "REQ", At: noon, Action: "settings.update"}
		must(t, db.UpdateAccount(ctx, a, after, &activity, &job))
		wantFault(t, db.UpdateAccount(ctx, a, after, nil, nil), fault.Conflict, "version_changed")
		if _, err = db.Job(ctx, account, "JOB"); err != nil {
			t.Fatal(err)
		}
		if gotAccount, err = db.Account(ctx, account); err != nil || gotAccount.Version != 2 || gotAccount.Closing.Idle != 30*time.Minute {
			t.Fatalf("%+v, %v", gotAccount, err)
		}
	})
}

func TestAnEmailAddressSignsOnePersonIn(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		newAccount(t, db, noon)
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
		must(t, err)
		after := before
		after.Email = "ana@example.com"
		wantFault(t, db.UpdateOperator(ctx, before, after, nil, nil), fault.Conflict, "exists")
		after.Email, after.Availability = "roberto@example.com", chat.Available
		must(t, db.UpdateOperator(ctx, before, after, nil, nil))
		_, err = db.OperatorByEmail(ctx, "beto@example.com")
		wantFault(t, err, fault.NotFound, "")
		moved, err := db.OperatorByEmail(ctx, "roberto@example.com")
		must(t, err)
		after.Version = 2
		same(t, moved, after)
		operators, err := db.Operators(ctx, account)
		must(t, err)
		if len(operators) != 2 {
			t.Fatalf("%d operators", len(operators))
		}
		_, err = db.Operator(ctx, "ACC2", moved.ID)
		wantFault(t, err, fault.NotFound, "")
	})
}

func TestAnAssetBelongsToOneChannel(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		c := chat.Channel{
			ID: channel, AccountID: account, StoreID: shop, Type: "whatsapp", Name: "Ventas", ExternalID: "1055#1",
			Credentials: chat.Secret("sealed"), Health: chat.Health{State: chat.HealthUnverified}, CreatedAt: noon,
		}
		must(t, db.CreateChannel(ctx, c, nil))
		c.Version = 1
		found, err := db.ChannelByAsset(ctx, "whatsapp", "1055#1")
		must(t, err)
		same(t, found, c)
		thief := c
		thief.ID, thief.AccountID = "CHN2", "ACC2"
		err = db.CreateChannel(ctx, thief, nil)
		if wantFault(t, err, fault.Conflict, "claimed"); fault.As(err).Field != "externalId" {
			t.Fatalf("field %q", fault.As(err).Field)
		}
		_, err = db.ChannelByAsset(ctx, "messenger", "1055#1")
		wantFault(t, err, fault.NotFound, "")

		moved := c
		moved.ExternalID, moved.Health = "2066", chat.Health{State: chat.HealthOK, At: noon}
		must(t, db.UpdateChannel(ctx, c, moved, nil))
		wantFault(t, db.UpdateChannel(ctx, c, moved, nil), fault.Conflict, "version_changed")
		must(t, db.CreateChannel(ctx, thief, nil)) // the old number is free now
		wantFault(t, db.DeleteChannel(ctx, c, nil), fault.Conflict, "version_changed")
		moved.Version = 2
		channels, err := db.Channels(ctx, account)
		must(t, err)
		same(t, channels, []chat.Channel{moved})
		must(t, db.DeleteChannel(ctx, moved, nil))
		_, err = db.ChannelByAsset(ctx, "whatsapp", "2066")
		wantFault(t, err, fault.NotFound, "")
		_, err = db.Channel(ctx, account, channel)
		wantFault(t, err, fault.NotFound, "")
	})
}

func TestChannelsOfABusinessAccountAreFound(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		channel := func(account chat.AccountID, id chat.ChannelID, business string) chat.Channel {
			return chat.Channel{
				ID: id, AccountID: account, Type: "whatsapp", ExternalID: string(id), Settings: []byte(`{"businessAccountId":"` + business + `"}`), CreatedAt: noon, Version: 1,
			}
		}
		found := func(business string) (ids []chat.ChannelID) {
			t.Helper()
			channels, err := db.ChannelsOfBusiness(ctx, "whatsapp", business)
			must(t, err)
			for _, c := range channels {
				ids = append(ids, c.ID)
			}
			return ids
		}
		one, two, none := channel(account, "CH1", "700"), channel("ACC2", "CH2", "700"), channel(account, "CH3", "")
		for _, c := range []chat.Channel{one, two, none} {
			must(t, db.CreateChannel(ctx, c, nil))
		}
		same(t, found("700"), []chat.ChannelID{"CH1", "CH2"})
		moved := channel(account, "CH1", "800")
		must(t, db.UpdateChannel(ctx, one, moved, nil))
		same(t, found("700"), []chat.ChannelID{"CH2"})
		same(t, found("800"), []chat.ChannelID{"CH1"})
		must(t, db.DeleteChannel(ctx, two, nil))
		if got := found("700"); len(got) != 0 {
			t.Errorf("a channel that is gone is found: %v", got)
		}
		if got := found(""); len(got) != 0 {
			t.Errorf("of no business account there are %v", got)
		}
	})
}
