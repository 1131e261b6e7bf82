package tracking

import (
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
)

// ApplyMessageUpdate takes a reaction, an edit or a revocation of a message. One that comes before its message is parked on the receipt.
func (t *Tracker) ApplyMessageUpdate(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	receipt, parked, err := t.park(ctx, ch, in.Target, in.Sender, func(id string) (chat.ProviderRef, bool, error) {
		return t.store.ParkUpdate(ctx, account.ID, desk.Scope(ch), id, *in.Update)
	})
	if err != nil {
		return fmt.Errorf("park a message update: %w", err)
	}
	if parked {
		return nil
	}
	return t.apply(ctx, receipt, *in.Update)
}
