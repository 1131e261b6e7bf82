package fanout

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire/present"
)

// storeGroup is the message group of a store's assignment decisions, which are made in order.
func storeGroup(account chat.AccountID, store chat.StoreID) string {
	return string(account) + "." + string(store)
}

// conversation: its new summary goes to the lists, what entered the pool asks for an operator, and an operator whom it left
// may take another. A change of state or assignee also goes at once to those who look at it, to who has it and who had it.
func (h *Handler) conversation(ctx context.Context, e emitter, old *chat.Conversation, now chat.Conversation) error {
	if !now.IsOpen() && (old == nil || !old.IsOpen()) && now.IsPast() {
		return nil // months of the past come in at once: who wants to see them looks for them
	}
	frame, err := present.ConversationUpserted(now, h.Window(now.ChannelType))
	moved := old == nil || old.Status != now.Status || old.AssigneeID != now.AssigneeID
	if moved {
		frame, err = present.ConversationMoved(old, now, h.Window(now.ChannelType))
	}
	if err != nil {
		return err
	}
	pushed := events.Pushed{
		ConversationID: string(now.ID), StoreID: string(now.StoreID), AssigneeID: string(now.AssigneeID), Frames: []json.RawMessage{frame},
	}
	summary := pushed
	// ingest pushed an inbound message with its conversation; what has moved is pushed below.
	summary.AssigneeTold = old != nil && now.AssigneeID != "" && (moved || old.LastInboundID != now.LastInboundID)
	if err := e.emit(now.AccountID, events.SummaryPushed{Pushed: summary}, ""); err != nil {
		return err
	}
	if now.InPool() && (old == nil || !old.InPool() || rearmed(*old, now)) {
		signal := events.ConversationWaiting{ConversationID: string(now.ID), StoreID: string(now.StoreID)}
		if err := e.emit(now.AccountID, signal, storeGroup(now.AccountID, now.StoreID)); err != nil {
			return err
		}
	}
	if old == nil || !moved {
		return nil
	}
	if err := e.emit(now.AccountID, pushed, ""); err != nil {
		return err
	}
	if old.AssigneeID != "" && old.AssigneeID != now.AssigneeID {
		pushed := events.Pushed{OperatorID: string(old.AssigneeID), StoreID: string(now.StoreID), Frames: []json.RawMessage{frame}}
		if err := e.emit(now.AccountID, pushed, ""); err != nil {
			return err
		}
	}
	if left := old.LoadOf(); left != "" && left != now.LoadOf() {
		return h.capacityFreed(ctx, e, now.AccountID, left)
	}
	return nil
}

// rearmed reports that a conversation left and re-entered the pool between two records, which only its new turn shows.
func rearmed(old, now chat.Conversation) bool { return !old.PoolSince.Equal(now.PoolSince) }

// capacityFreed signals every store of the account, because an operator may serve several. One signal per store is enough for a batch:
// everything in the batch is written before the signal is sent. The last record gives the signal its id, so that a repeated batch with
// more records gets a new id, which the queue does not drop as a duplicate.
func (h *Handler) capacityFreed(ctx context.Context, e emitter, account chat.AccountID, operator chat.OperatorID) error {
	stores, err := h.Stores.Get(ctx, account)
	if err != nil {
		return fmt.Errorf("read the stores of %s: %w", account, err)
	}
	for _, store := range stores {
		group := storeGroup(account, store.ID)
		signal := events.CapacityFreed{OperatorID: string(operator), StoreID: string(store.ID)}
		out, err := e.wrap(account, signal, group)
		if err != nil {
			return err
		}
		if at, ok := e.freed[group]; ok {
			e.out[events.ToAssignment][at] = out
			continue
		}
		e.freed[group] = len(e.out[events.ToAssignment])
		e.out[events.ToAssignment] = append(e.out[events.ToAssignment], out)
	}
	return nil
}

// message: what waits to be sent or fetched goes to who does it, and everybody who looks sees it. An inbound message was
// pushed by ingest when it came, and one of the past is nobody's news.
func message(e emitter, old *chat.Message, now chat.Message) error {
	if waitsForSend(old, now) {
		signal := events.MessageQueued{ConversationID: string(now.ConversationID), MessageID: string(now.ID)}
		if err := e.emit(now.AccountID, signal, string(now.ConversationID)); err != nil {
			return err
		}
	}
	pending := func(a chat.Attachment) bool { return a.State == chat.AttachmentPending }
	if old == nil && slices.ContainsFunc(now.Attachments, pending) {
		signal := events.MediaPending{ConversationID: string(now.ConversationID), MessageID: string(now.ID)}
		if err := e.emit(now.AccountID, signal, ""); err != nil {
			return err
		}
	}
	if keys := revokedFiles(old, now); len(keys) > 0 {
		if err := e.emit(now.AccountID, events.FilesRevoked{Keys: keys}, ""); err != nil {
			return err
		}
	}
	if old == nil && (now.Direction == chat.In || now.Past) {
		return nil
	}
	frame, err := present.MessageUpserted(now)
	if err != nil {
		return err
	}
	if err := e.emit(now.AccountID, events.Pushed{ConversationID: string(now.ConversationID), Frames: []json.RawMessage{frame}}, ""); err != nil {
		return err
	}
	if now.Visitor == "" || old != nil && !differsForVisitor(*old, now) {
		return nil
	}
	if frame, err = present.VisitorMessageUpserted(now); err != nil {
		return err
	}
	return e.emit(now.AccountID, events.Pushed{VisitorID: string(now.Visitor), Frames: []json.RawMessage{frame}}, "")
}

// differsForVisitor reports whether a change is visible to a visitor. Delivery states concern only the author, and an operator's message
// is pushed by delivery itself.
func differsForVisitor(old, now chat.Message) bool {
	return old.Text != now.Text || old.Edited != now.Edited || old.Revoked != now.Revoked || !slices.Equal(old.Attachments, now.Attachments)
}

// revokedFiles returns the objects of a message that was revoked in this change.
func revokedFiles(old *chat.Message, now chat.Message) (keys []string) {
	if old == nil || !old.Revoked.IsZero() || now.Revoked.IsZero() {
		return nil
	}
	for _, a := range old.Attachments {
		if a.Key != "" {
			keys = append(keys, a.Key)
		}
	}
	return keys
}

// removed: an echo turned out to be a message that was there already.
func removed(e emitter, gone chat.Message) error {
	frame, err := present.MessageRemoved(gone)
	if err != nil {
		return err
	}
	return e.emit(gone.AccountID, events.Pushed{ConversationID: string(gone.ConversationID), Frames: []json.RawMessage{frame}}, "")
}

// waitsForSend reports whether a change makes a message ready to send: a new reply, one that an operator sends again, or one that was
// held until its channel recovered. It is false for a message that send postponed, which has a timer, and for a held one.
func waitsForSend(old *chat.Message, now chat.Message) bool {
	if now.Direction != chat.Out || now.Status != chat.StatusQueued {
		return false
	}
	return old == nil || old.Attempt != now.Attempt || old.Status == chat.StatusHeld
}

// timeline: those who look at the conversation see the line; an operator who was given it by another is told.
func timeline(e emitter, now chat.Event) error {
	if now.Type == chat.EventPastKept {
		return nil
	}
	frame, err := present.EventAppended(now)
	if err != nil {
		return err
	}
	pushed := events.Pushed{ConversationID: string(now.ConversationID), Frames: []json.RawMessage{frame}}
	if err := e.emit(now.AccountID, pushed, ""); err != nil {
		return err
	}
	if now.Type != chat.EventAssigned || now.Actor.ID == string(now.Data.AssigneeID) {
		return nil
	}
	notice, err := present.Notice("assigned", now.ConversationID)
	if err != nil {
		return err
	}
	return e.emit(now.AccountID, events.Pushed{OperatorID: string(now.Data.AssigneeID), Frames: []json.RawMessage{notice}}, "")
}

// operator: an uploaded picture is made small, and the operator told of it, who can take more than before asks for it, and everybody sees
// who is available.
func (h *Handler) operator(ctx context.Context, e emitter, old *chat.Operator, now chat.Operator) error {
	if old == nil {
		return nil
	}
	if err := picture(e, *old, now); err != nil {
		return err
	}
	takes := func(o chat.Operator) bool { return o.Active && o.Availability == chat.Available }
	grew := !takes(*old) || now.Capacity > old.Capacity
	// A fixed manager takes conversations while away too, so that being available is not asked of who became able in another way.
	widened := now.Active && (!old.Active || !slices.Equal(now.StoreIDs, old.StoreIDs) || now.Role != old.Role)
	if widened || (takes(now) && grew) {
		if err := h.capacityFreed(ctx, e, now.AccountID, now.ID); err != nil {
			return err
		}
	}
	if old.Availability == now.Availability {
		return nil
	}
	connections, err := h.Connections.OperatorConnections(ctx, now.AccountID, now.ID)
	if err != nil {
		return fmt.Errorf("read the connections of %s: %w", now.ID, err)
	}
	frame, err := present.Presence(now.ID, len(connections) > 0, now.Availability)
	if err != nil {
		return err
	}
	return e.emit(now.AccountID, events.Pushed{Everyone: true, Frames: []json.RawMessage{frame}}, "")
}

// picture: what an operator uploaded is made into a picture; when that is done, or refused, the operator's browser reads it.
func picture(e emitter, old, now chat.Operator) error {
	if now.PictureUpload != "" && now.PictureUpload != old.PictureUpload {
		return e.emit(now.AccountID, events.PictureUploaded{OperatorID: string(now.ID), UploadID: now.PictureUpload}, "")
	}
	if old.PictureUpload == "" || now.PictureUpload != "" || now.Picture == "" && now.PictureRefused == "" {
		return nil
	}
	code := "picture_ready"
	if now.PictureRefused != "" {
		code = "picture_refused"
	}
	notice, err := present.Notice(code, "")
	if err != nil {
		return err
	}
	return e.emit(now.AccountID, events.Pushed{OperatorID: string(now.ID), Frames: []json.RawMessage{notice}}, "")
}

// account: a new distribution mode signals every store with waiting conversations.
func (h *Handler) account(ctx context.Context, e emitter, old *chat.Account, now chat.Account) error {
	if old == nil || old.Distribution == now.Distribution {
		return nil
	}
	return h.capacityFreed(ctx, e, now.ID, now.ManagerID)
}

// load: a repaired load with free capacity signals the pool. All other changes of a load come with a conversation's change.
func (h *Handler) load(ctx context.Context, e emitter, old *chat.Load, now chat.Load) error {
	if old == nil || now.RepairedAt.Equal(old.RepairedAt) || now.Open >= old.Open {
		return nil
	}
	return h.capacityFreed(ctx, e, now.AccountID, now.OperatorID)
}

// channel: held messages are sent when the channel can send again, and the owners are told when it stops working. A channel with other credentials or settings, or that became verified
// or lost its asset, has its webhook, templates and sockets looked after.
func channel(e emitter, old *chat.Channel, now chat.Channel) error {
	if old == nil || old.Health.Verified() != now.Health.Verified() || !bytes.Equal(old.Credentials, now.Credentials) || !bytes.Equal(old.Settings, now.Settings) {
		changed := events.ChannelChanged{ChannelID: string(now.ID), Version: now.Version}
		if err := e.emit(now.AccountID, changed, ""); err != nil {
			return err
		}
	}
	if since := now.Health.Since; !since.IsZero() && (old == nil || !old.Health.Since.Equal(since)) {
		if err := e.emit(now.AccountID, events.ChannelFailed{ChannelID: string(now.ID), Since: since}, ""); err != nil {
			return err
		}
	}
	if old == nil || old.Health.Sends() || !now.Health.Sends() {
		return nil
	}
	return e.emit(now.AccountID, events.ChannelRestored{ChannelID: string(now.ID), Version: now.Version}, "")
}

func channelRemoved(e emitter, ch chat.Channel) error {
	return e.emit(ch.AccountID, events.ChannelChanged{
		ChannelID: string(ch.ID), Version: ch.Version + 1,
		Removed: &events.RemovedChannel{Type: string(ch.Type), ExternalID: ch.ExternalID, Credentials: ch.Credentials},
	}, "")
}

// readCursor: pushes the new read cursor to the operator's other browsers, with what has changed in their lists, and sends a read mark to the provider if it supports that.
func readCursor(e emitter, old *chat.ReadCursor, now chat.ReadCursor) error {
	if now.Tells != "" && (old == nil || old.Tells < now.Tells) {
		if err := e.mark(now); err != nil {
			return err
		}
	}
	frame, err := present.Read(now)
	if err != nil {
		return err
	}
	pushed := events.Pushed{OperatorID: string(now.OperatorID), Frames: []json.RawMessage{frame}}
	return e.emit(now.AccountID, events.SummaryPushed{Pushed: pushed}, "")
}

// mark signals the provider's read mark. Of several in a batch for one conversation only the furthest is sent. Marks have their own
// message group, so that replies do not wait for them.
func (e emitter) mark(r chat.ReadCursor) error {
	group := events.MarkGroup(string(r.ConversationID))
	out, err := e.wrap(r.AccountID, events.ReadMarked{ConversationID: string(r.ConversationID), MessageID: string(r.Tells)}, group)
	if err != nil {
		return err
	}
	if earlier, ok := e.marked[group]; ok {
		if earlier.upTo < r.Tells { // two operators read at once
			e.out[events.ToSend][earlier.at] = out
			e.marked[group] = mark{earlier.at, r.Tells}
		}
		return nil
	}
	e.marked[group] = mark{len(e.out[events.ToSend]), r.Tells}
	e.out[events.ToSend] = append(e.out[events.ToSend], out)
	return nil
}
