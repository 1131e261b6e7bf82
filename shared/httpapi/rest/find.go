package rest

import (
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/permission"
)

type channelReader interface {
	Channel(ctx context.Context, account chat.AccountID, id chat.ChannelID) (chat.Channel, error)
}

// FindChannel reads the channel that the path's id names. NotFound if the caller does not see its store.
func FindChannel(ctx context.Context, store channelReader, c *Call) (chat.Channel, error) {
	ch, err := store.Channel(ctx, c.Account.ID, chat.ChannelID(c.Param("id")))
	if err != nil {
		return ch, fmt.Errorf("read the channel: %w", err)
	}
	if !permission.Sees(c.Operator, ch.StoreID) {
		return chat.Channel{}, fault.New(fault.NotFound, "channel not found")
	}
	return ch, nil
}

// NoStore is the fault of a store that does not exist or that the caller does not see.
func NoStore() error { return fault.New(fault.NotFound, "store not found") }
