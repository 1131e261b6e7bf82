package directory

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/activity"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// ChannelsOfBusiness are the channels whose settings name a provider's business account, in any account.
func (s *Store) ChannelsOfBusiness(ctx context.Context, t chat.ChannelType, business string) ([]chat.Channel, error) {
	pk := key.Business(t, business, "x", "x").PK
	if pk == "" {
		return nil, nil
	}
	items, err := s.db.All(ctx, table.Query{Table: table.Directory, Condition: table.InPartition(pk, key.BusinessPrefix)}, "read the channels of a business account")
	if err != nil {
		return nil, err
	}
	var channels []chat.Channel
	for _, av := range items {
		edge, err := table.Decode[item.Claim](av, item.KindBusiness)
		if err != nil {
			return nil, err
		}
		c, err := s.Channel(ctx, chat.AccountID(edge.AccountID), chat.ChannelID(edge.ID))
		if fault.Is(err, fault.NotFound) {
			continue // it was deleted since
		}
		if err != nil {
			return nil, err
		}
		channels = append(channels, c)
	}
	return channels, nil
}

// addBusiness keeps the edge from a business account to its channel. before is empty for a new channel, after for a deleted one. The
// provider confirms the account together with the asset, so an unverified channel has no edge.
func addBusiness(t *table.Tx, before, after chat.Channel) {
	was, is := businessOf(before), businessOf(after)
	if was == is {
		return
	}
	if was != "" {
		t.Remove(table.Directory, key.Business(before.Type, was, before.AccountID, before.ID), nil, "")
	}
	if is != "" {
		t.Put(table.Directory, item.Business(after), nil, "")
	}
}

func businessOf(c chat.Channel) string {
	if !c.Health.Verified() {
		return ""
	}
	return c.BusinessAccountID()
}

// addClaim claims a verified channel's asset, and releases the one that it had. An asset of another channel, or one that another
// channel released less than ClaimRest ago, is Conflict "claimed".
func (s *Store) addClaim(t *table.Tx, before, after chat.Channel) {
	had, has := before.Health.Verified(), after.Health.Verified()
	if had && has && before.Type == after.Type && before.ExternalID == after.ExternalID {
		return
	}
	if has {
		t.Put(table.Directory, item.Asset(after), s.claimable(after.ID), table.ReasonClaimed).Field = "externalId"
	}
	if had {
		t.Put(table.Directory, item.ReleasedAsset(before, s.db.Now()), holds(before.ID), table.ReasonVersionChanged)
	}
}

// claimable holds for an asset that has no channel, is the channel's own, or has rested.
func (s *Store) claimable(id chat.ChannelID) *expression.ConditionBuilder {
	rested := table.MillisOf(s.db.Now().Add(-chat.ClaimRest))
	c := expression.AttributeNotExists(expression.Name("pk")).
		Or(expression.Name("id").Equal(expression.Value(string(id)))).
		Or(expression.Name("releasedAt").LessThanEqual(expression.Value(rested)))
	return &c
}

// holds holds while the asset is the channel's.
func holds(id chat.ChannelID) *expression.ConditionBuilder {
	c := expression.Name("id").Equal(expression.Value(string(id))).And(expression.AttributeNotExists(expression.Name("releasedAt")))
	return &c
}

// Channels are all channels of an account, in order of creation.
func (s *Store) Channels(ctx context.Context, account chat.AccountID) ([]chat.Channel, error) {
	return inDirectory(ctx, s, account, key.ChannelPrefix, item.DecodeChannel)
}

// Channel reads one with a consistent read.
func (s *Store) Channel(ctx context.Context, account chat.AccountID, id chat.ChannelID) (chat.Channel, error) {
	av, err := s.db.Get(ctx, table.Directory, key.Channel(account, id), true, item.KindChannel)
	if err != nil {
		return chat.Channel{}, err
	}
	return item.DecodeChannel(av)
}

// AssetClaim reads the claim on an asset with a consistent read, also a released one. NotFound means that it never had a channel.
func (s *Store) AssetClaim(ctx context.Context, channel chat.ChannelType, externalID string) (chat.Claim, error) {
	av, err := s.db.Get(ctx, table.Directory, key.Asset(channel, externalID), true, item.KindChannel)
	if err != nil {
		return chat.Claim{}, err
	}
	return item.DecodeAsset(av)
}

// ChannelByAsset finds the channel that a provider's asset is connected as, in any account. Whoever keeps the answer keeps it for at
// most chat.AssetKept after the call began.
func (s *Store) ChannelByAsset(ctx context.Context, channel chat.ChannelType, externalID string) (chat.Channel, error) {
	claim, err := s.AssetClaim(ctx, channel, externalID)
	if err != nil {
		return chat.Channel{}, err
	}
	if !claim.ReleasedAt.IsZero() {
		return chat.Channel{}, table.NotFound(item.KindChannel)
	}
	return s.Channel(ctx, claim.AccountID, claim.ChannelID)
}

// CreateChannel stores a channel, and claims its asset if it is verified. An asset of another channel, in any account, is Conflict
// "claimed" with the field "externalId", and so is one that was released less than chat.ClaimRest ago.
func (s *Store) CreateChannel(ctx context.Context, c chat.Channel, entry *chat.Activity) error {
	c.Version = 1
	var t table.Tx
	s.addClaim(&t, chat.Channel{}, c)
	t.Put(table.Directory, item.Channel(c), table.Absent(), table.ReasonExists)
	addBusiness(&t, chat.Channel{}, c)
	activity.Add(&t, entry)
	return s.db.Commit(ctx, &t, "create channel "+string(c.ID))
}

// UpdateChannel replaces a channel, but for when it was heard and what is awaited of it, which NoteHeard and NoteAwaited alone write. A
// channel that becomes verified, or whose asset changes, claims its asset as CreateChannel does; what it had before is released.
func (s *Store) UpdateChannel(ctx context.Context, before, after chat.Channel, entry *chat.Activity) error {
	after.Version = before.Version + 1
	replaced, err := replaceChannel(after)
	if err != nil {
		return err
	}
	var t table.Tx
	t.Update(table.Directory, key.Channel(after.AccountID, after.ID), replaced, table.AtVersion(before.Version), table.ReasonVersionChanged)
	s.addClaim(&t, before, after)
	addBusiness(&t, before, after)
	activity.Add(&t, entry)
	return s.db.Commit(ctx, &t, "update channel "+string(after.ID))
}

// replaceChannel writes all attributes of a channel but its keys, heardAt and awaitedSince.
func replaceChannel(c chat.Channel) (expression.UpdateBuilder, error) {
	av, err := attributevalue.MarshalMap(item.Channel(c))
	if err != nil {
		return expression.UpdateBuilder{}, fmt.Errorf("encode channel %s: %w", c.ID, err)
	}
	var update expression.UpdateBuilder
	for _, name := range []string{"kind", "v", "storeId", "type", "name", "external", "displayPhone", "settings", "credentials", "health", "createdAt", "version"} {
		if value, has := av[name]; has {
			update = update.Set(expression.Name(name), expression.Value(value))
		} else {
			update = update.Remove(expression.Name(name))
		}
	}
	return update, nil
}

// MarkChannelWorking records that something came through a channel that waited for its first message, or that was silent. A channel that
// changed meanwhile stays as it is.
func (s *Store) MarkChannelWorking(ctx context.Context, c chat.Channel, at time.Time) error {
	update := expression.
		Set(expression.Name("health"), expression.Value(item.HealthOf(chat.Health{State: chat.HealthOK, At: at}))).
		Set(expression.Name("heardAt"), expression.Value(table.MillisOf(at))).
		Add(expression.Name("version"), expression.Value(1))
	state := expression.Name("health.state")
	waits := table.AtVersion(c.Version).And(state.In(expression.Value(string(chat.HealthWaiting)), expression.Value(string(chat.HealthSilent))))
	_, _, err := s.db.Update(ctx, table.Directory, key.Channel(c.AccountID, c.ID), update, &waits, "record that channel "+string(c.ID)+" works")
	return err
}

// MarkChannelSilent sets a silent channel's health. A channel that changed meanwhile, or that was heard, stays as it is.
func (s *Store) MarkChannelSilent(ctx context.Context, c chat.Channel, health chat.Health) error {
	update := expression.
		Set(expression.Name("health"), expression.Value(item.HealthOf(health))).
		Add(expression.Name("version"), expression.Value(1))
	heard := expression.Name("heardAt").Equal(expression.Value(table.MillisOf(c.HeardAt)))
	if c.HeardAt.IsZero() {
		heard = expression.Name("heardAt").AttributeNotExists()
	}
	same := table.AtVersion(c.Version).And(heard)
	_, _, err := s.db.Update(ctx, table.Directory, key.Channel(c.AccountID, c.ID), update, &same, "record that channel "+string(c.ID)+" is silent")
	return err
}

// NoteHeard notes when the channel's provider called. The channel's version stays, so that nobody's change of the channel fails.
func (s *Store) NoteHeard(ctx context.Context, c chat.Channel, at time.Time) error {
	return s.noteLater(ctx, c, "heardAt", at)
}

// NoteAwaited notes since when the channel's provider owes a report, in the same way.
func (s *Store) NoteAwaited(ctx context.Context, c chat.Channel, since time.Time) error {
	return s.noteLater(ctx, c, "awaitedSince", since)
}

// noteLater sets a time of a channel that exists, unless it is later already.
func (s *Store) noteLater(ctx context.Context, c chat.Channel, attribute string, at time.Time) error {
	name, value := expression.Name(attribute), expression.Value(table.MillisOf(at))
	later := table.Present().And(name.AttributeNotExists().Or(name.LessThan(value)))
	_, _, err := s.db.Update(ctx, table.Directory, key.Channel(c.AccountID, c.ID), expression.Set(name, value), &later, "note "+attribute+" of channel "+string(c.ID))
	return err
}

// DeleteChannel removes a channel, if its version is the stored one, and releases its asset.
func (s *Store) DeleteChannel(ctx context.Context, c chat.Channel, entry *chat.Activity) error {
	var t table.Tx
	t.Remove(table.Directory, key.Channel(c.AccountID, c.ID), table.AtVersion(c.Version), table.ReasonVersionChanged)
	t.Put(table.Directory, item.ReleasedAsset(c, s.db.Now()), holds(c.ID), "").Done = true // an unverified channel has none
	addBusiness(&t, c, chat.Channel{})
	activity.Add(&t, entry)
	return s.db.Commit(ctx, &t, "delete channel "+string(c.ID))
}
