// Package claims connects channels to their assets: an asset has one channel over all accounts, and only a channel whose credentials the
// provider confirmed may have it.
//
// Whoever has an asset keeps it for as long as the provider accepts that channel's credentials. A second channel that proves the same
// asset is refused, and the holder's credentials are checked again: once the provider refuses them, the next proof takes the asset. A
// released asset rests until no process can still know its former channel. It imports chat and fault.
package claims

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Store is what claims needs of the data layer.
type Store interface {
	Channel(ctx context.Context, account chat.AccountID, id chat.ChannelID) (chat.Channel, error)
	// AssetClaim returns NotFound for an asset that never had a channel.
	AssetClaim(ctx context.Context, t chat.ChannelType, externalID string) (chat.Claim, error)
	CreateChannel(ctx context.Context, ch chat.Channel, activity *chat.Activity) error
	UpdateChannel(ctx context.Context, before, after chat.Channel, activity *chat.Activity) error
	// PutJob returns Conflict when the job exists.
	PutJob(ctx context.Context, j chat.Job) error
}

// Claimer stores channels with their claims.
type Claimer struct {
	store Store
	now   func() time.Time
	wait  func(ctx context.Context, d time.Duration) error
}

// New makes a Claimer; every argument is needed. wait sleeps, and ends early with the context's error.
func New(store Store, now func() time.Time, wait func(ctx context.Context, d time.Duration) error) (*Claimer, error) {
	if store == nil || now == nil || wait == nil {
		return nil, errors.New("claims: a store, a clock and a way to wait are needed")
	}
	return &Claimer{store: store, now: now, wait: wait}, nil
}

// Connect stores a new channel. Conflict with reason claimed: a verified channel's asset belongs to another channel.
func (c *Claimer) Connect(ctx context.Context, ch chat.Channel, activity *chat.Activity) error {
	if err := c.free(ctx, ch); err != nil {
		return err
	}
	return c.store.CreateChannel(ctx, ch, activity)
}

// Change stores a channel's change. Errors are those of Connect, and Conflict with reason version_changed.
func (c *Claimer) Change(ctx context.Context, before, after chat.Channel, activity *chat.Activity) error {
	if !before.Health.Verified() || before.ExternalID != after.ExternalID {
		if err := c.free(ctx, after); err != nil {
			return err
		}
	}
	return c.store.UpdateChannel(ctx, before, after, activity)
}

// freeTries bounds the changes of a claim that free follows: the holder loses it, and it rests.
const freeTries = 3

// free returns when a verified channel may claim its asset. It decides nothing: the transaction that claims checks again.
func (c *Claimer) free(ctx context.Context, ch chat.Channel) error {
	if !ch.Health.Verified() {
		return nil
	}
	for range freeTries {
		claim, err := c.store.AssetClaim(ctx, ch.Type, ch.ExternalID)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the claim on %s %s: %w", ch.Type, ch.ExternalID, err)
		}
		switch rest := claim.RestsFor(c.now()); {
		case claim.ChannelID == ch.ID:
			return nil
		case claim.ReleasedAt.IsZero():
			err = c.dispute(ctx, claim)
		case rest <= 0:
			return nil
		default:
			err = c.wait(ctx, rest)
		}
		if err != nil {
			return err
		}
	}
	return claimed()
}

// dispute takes the asset from a holder whose credentials the provider refused. Any other holder keeps it, and is checked.
func (c *Claimer) dispute(ctx context.Context, claim chat.Claim) error {
	holder, err := c.store.Channel(ctx, claim.AccountID, claim.ChannelID)
	if err != nil {
		return fmt.Errorf("read channel %s, which has the asset: %w", claim.ChannelID, err)
	}
	if holder.Health.State != chat.HealthReauthorise {
		if err := c.store.PutJob(ctx, recheck(holder, c.now())); err != nil && !fault.Is(err, fault.Conflict) {
			return fmt.Errorf("check channel %s, which has the asset: %w", holder.ID, err)
		}
		return claimed()
	}
	lost := holder
	lost.Health = holder.Health.Failed(chat.HealthUnverified, chat.HealthMoved, "", c.now())
	err = c.store.UpdateChannel(ctx, holder, lost, nil)
	if fault.Is(err, fault.Conflict) {
		return nil // the holder changed: look again
	}
	if err != nil {
		return fmt.Errorf("take the asset from channel %s: %w", holder.ID, err)
	}
	return nil
}

// recheckEvery bounds how often disputes make us ask the provider about a holder.
const recheckEvery = 10 * time.Minute

func recheck(holder chat.Channel, now time.Time) chat.Job {
	return chat.NewVerifyJob(holder, now, "disputed", strconv.FormatInt(now.Truncate(recheckEvery).Unix(), 10))
}

func claimed() error {
	return fault.New(fault.Conflict, "this asset is already connected").WithField("externalId").WithReason(chat.HealthClaimed)
}
