package claims_test

import (
	"context"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk/claims"
	"github.com/recado-chat/recado/shared/fault"
)

// fixture is a company whose number another one connects, too.
type fixture struct {
	*desktest.Fixture
	claims *claims.Claimer
	waited time.Duration
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{Fixture: desktest.New(t)}
	var err error
	f.claims, err = claims.New(f.Store, f.Now, func(_ context.Context, d time.Duration) error {
		f.waited += d
		f.Advance(d)
		return nil
	})
	f.Must(err)
	return f
}

func (f *fixture) rival(id chat.ChannelID) chat.Channel {
	return chat.Channel{
		ID: id, AccountID: "RIVAL", Type: f.Channel.Type, ExternalID: f.Channel.ExternalID, Health: chat.Health{State: chat.HealthWaiting}, CreatedAt: f.Time, Version: 1,
	}
}

// has checks which channel the asset leads to.
func (f *fixture) has(want chat.ChannelID) {
	f.Helper()
	if got, err := f.Store.ChannelByAsset(f.Context(), f.Channel.Type, f.Channel.ExternalID); err != nil || got.ID != want {
		f.Errorf("the asset leads to %q, %v, want %q", got.ID, err, want)
	}
}

func (f *fixture) holder(state chat.HealthState) {
	f.Helper()
	before, err := f.Store.Channel(f.Context(), desktest.Account, f.Channel.ID)
	f.Must(err)
	after := before
	after.Health = chat.Health{State: state, At: f.Time}
	f.Must(f.Store.UpdateChannel(f.Context(), before, after, nil))
}

// B-22
func TestConnect_AssetOfAnother_RefusedAndHolderChecked(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for range 2 {
		f.WantFault(f.claims.Connect(t.Context(), f.rival("R1"), nil), fault.Conflict, "claimed")
	}
	f.has(f.Channel.ID)
	job := chat.NewVerifyJob(f.Channel, f.Time, "disputed", "1795348800")
	if _, err := f.Store.Job(t.Context(), desktest.Account, job.ID); err != nil {
		t.Errorf("the holder is not checked: %v", err)
	}
	if f.waited != 0 {
		t.Errorf("it waited %s", f.waited)
	}
}

func TestConnect_HolderRefusedByProvider_TakesTheAsset(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.holder(chat.HealthReauthorise)
	f.Must(f.claims.Connect(t.Context(), f.rival("R1"), nil))
	f.has("R1")
	lost, err := f.Store.Channel(t.Context(), desktest.Account, f.Channel.ID)
	f.Must(err)
	if lost.Health.State != chat.HealthUnverified || lost.Health.Code != chat.HealthMoved || f.waited != chat.ClaimRest {
		t.Errorf("the holder is %+v after %s", lost.Health, f.waited)
	}
}

func TestConnect_ReleasedAsset_WaitsUntilItRested(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Must(f.Store.DeleteChannel(t.Context(), f.Channel, nil))
	f.Advance(2 * time.Second)
	f.Must(f.claims.Connect(t.Context(), f.rival("R1"), nil))
	f.has("R1")
	if f.waited != chat.ClaimRest-2*time.Second {
		t.Errorf("it waited %s", f.waited)
	}
}

func TestConnect_Unverified_ClaimsNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	rival := f.rival("R1")
	rival.Health = chat.Health{State: chat.HealthUnverified}
	f.Must(f.claims.Connect(t.Context(), rival, nil))
	f.has(f.Channel.ID)
	verified := rival
	verified.Health = chat.Health{State: chat.HealthWaiting}
	f.WantFault(f.claims.Change(t.Context(), rival, verified, nil), fault.Conflict, "claimed")
	f.holder(chat.HealthReauthorise)
	f.Must(f.claims.Change(t.Context(), rival, verified, nil))
	f.has("R1")
}
