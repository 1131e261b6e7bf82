// Package dispatch delivers pushes to browsers: it finds who is to be told of each, merges what is for one browser and posts it as one frame.
//
// A push is a hint: a failed socket never causes a retry; only a failure to read the connections does. It imports events and the
// connections of audience.
package dispatch

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/push/audience"
)

// ConnectionsGone counts connections that ended without $disconnect.
var ConnectionsGone = obs.Counter{Name: "ConnectionsGone"}

// Batch collects pushes that are delivered together. It is used once, by one goroutine.
type Batch struct {
	rooms     *audience.Broadcaster
	summary   bool
	audiences map[listeners]audience.Audience
	accounts  map[chat.AccountID]*recipients
}

// New makes an empty batch. Of a summary everybody is told who is watching, may see its store, shows it and was not told before; of other
// pushes those whom they concern.
func New(rooms *audience.Broadcaster, summary bool) *Batch {
	return &Batch{rooms: rooms, summary: summary, audiences: map[listeners]audience.Audience{}, accounts: map[chat.AccountID]*recipients{}}
}

// listeners identifies connections that one query reads: those of an operator or of a visitor, or the account's watching ones.
type listeners struct {
	account  chat.AccountID
	operator chat.OperatorID
	visitor  chat.VisitorID
}

// recipients are the browsers of one account that are told something, and their frames.
type recipients struct {
	connections map[string]chat.Connection
	frames      map[string][]frame
}

// Add adds a push. The connections are read now, so that the change that it tells of must be stored before.
func (b *Batch) Add(ctx context.Context, account chat.AccountID, pushed events.Pushed) error {
	if account == "" {
		return fault.New(fault.Invalid, "missing account").WithReason("no_account")
	}
	frames := make([]frame, len(pushed.Frames))
	for i, raw := range pushed.Frames {
		var err error
		if frames[i], err = read(raw); err != nil {
			return err
		}
	}
	moved := slices.ContainsFunc(frames, func(f frame) bool { return f.was != nil })
	told, err := b.told(ctx, account, pushed, moved)
	if err != nil {
		return err
	}
	to := b.accounts[account]
	if to == nil {
		to = &recipients{connections: map[string]chat.Connection{}, frames: map[string][]frame{}}
		b.accounts[account] = to
	}
	for _, c := range told {
		to.connections[c.ID] = c
		to.frames[c.ID] = append(to.frames[c.ID], frames...)
	}
	return nil
}

// told returns the connections that a push is for; moved says that the conversation changes its lists. An operator who may not see a store
// gets nothing about its conversations, even while viewing one.
func (b *Batch) told(ctx context.Context, account chat.AccountID, p events.Pushed, moved bool) ([]chat.Connection, error) {
	switch {
	case p.VisitorID != "":
		visitor, err := b.audience(ctx, listeners{account: account, visitor: chat.VisitorID(p.VisitorID)})
		return visitor.Connections, err
	case p.OperatorID != "":
		return b.concerned(ctx, account, events.Pushed{AssigneeID: p.OperatorID, StoreID: p.StoreID}) // as what happens in a conversation of theirs
	case p.Everyone:
		return b.of(ctx, listeners{account: account}, func(chat.Connection, chat.Operator) bool { return true })
	case b.summary:
		return b.of(ctx, listeners{account: account}, func(c chat.Connection, o chat.Operator) bool {
			return audience.Shows(o, chat.StoreID(p.StoreID)) && shown(c, p, moved)
		})
	}
	return b.concerned(ctx, account, p)
}

// concerned returns the connections that view a push's conversation, and its assignee's: the watching ones, or all when none is.
func (b *Batch) concerned(ctx context.Context, account chat.AccountID, p events.Pushed) ([]chat.Connection, error) {
	assignee := chat.OperatorID(p.AssigneeID)
	concerned := func(c chat.Connection, o chat.Operator) bool {
		looks := p.ConversationID != "" && c.Viewing.ConversationID == chat.ConversationID(p.ConversationID) && audience.Shows(o, c.Viewing.StoreID)
		return (looks || assignee != "" && c.OperatorID == assignee) && named(p)(c, o)
	}
	watching, err := b.audience(ctx, listeners{account: account})
	if err != nil {
		return nil, err
	}
	told, err := b.filter(ctx, watching, concerned)
	if err != nil || assignee == "" || watching.Has(assignee) {
		return told, err
	}
	// The assignee looks at no browser: the hidden ones show a notification.
	own, err := b.of(ctx, listeners{account: account, operator: assignee}, named(p))
	return append(told, own...), err
}

// shown says whether a watching connection shows what a summary changes, and was not told before.
func shown(c chat.Connection, p events.Pushed, moved bool) bool {
	if c.OperatorID == chat.OperatorID(p.AssigneeID) {
		return !p.AssigneeTold
	}
	return moved || !c.Own || c.Viewing.ConversationID == chat.ConversationID(p.ConversationID)
}

// named holds for operators who may see the store that a push names.
func named(p events.Pushed) func(chat.Connection, chat.Operator) bool {
	return func(_ chat.Connection, o chat.Operator) bool {
		return p.StoreID == "" || audience.Shows(o, chat.StoreID(p.StoreID))
	}
}

func (b *Batch) of(ctx context.Context, who listeners, concerned func(chat.Connection, chat.Operator) bool) ([]chat.Connection, error) {
	present, err := b.audience(ctx, who)
	if err != nil {
		return nil, err
	}
	return b.filter(ctx, present, concerned)
}

// filter returns the connections of active operators that something concerns.
func (b *Batch) filter(ctx context.Context, present audience.Audience, concerned func(chat.Connection, chat.Operator) bool) ([]chat.Connection, error) {
	if len(present.Connections) == 0 {
		return nil, nil
	}
	people, err := b.rooms.People(ctx, present)
	if err != nil {
		return nil, err
	}
	var found []chat.Connection
	for _, c := range present.Connections {
		if operator := people[c.OperatorID]; operator.Active && concerned(c, operator) {
			found = append(found, c)
		}
	}
	return found, nil
}

// audience reads connections once for the batch.
func (b *Batch) audience(ctx context.Context, who listeners) (found audience.Audience, err error) {
	if known, ok := b.audiences[who]; ok {
		return known, nil
	}
	switch {
	case who.visitor != "":
		found, err = b.rooms.OfVisitor(ctx, who.account, who.visitor)
	case who.operator != "":
		found, err = b.rooms.OfOperator(ctx, who.account, who.operator)
	default:
		found, err = b.rooms.Watching(ctx, who.account)
	}
	if err == nil {
		b.audiences[who] = found
	}
	return found, err
}

// Outcome is the result of a Deliver.
type Outcome struct{ Posted, Gone, Failed int }

// Deliver posts one frame to each browser, more if it does not fit.
func (b *Batch) Deliver(ctx context.Context) (all Outcome) {
	for account, to := range b.accounts {
		items := make(audience.Items, len(to.frames))
		for connection, frames := range to.frames {
			items[connection] = newest(frames)
		}
		present := audience.Audience{Account: account, Connections: slices.Collect(maps.Values(to.connections))}
		outcome := b.rooms.Broadcast(ctx, present, items)
		all = Outcome{Posted: all.Posted + outcome.Posted, Gone: all.Gone + len(outcome.Gone), Failed: all.Failed + outcome.Failed}
	}
	return all
}

// Accounts are those of the batch's pushes.
func (b *Batch) Accounts() []chat.AccountID { return slices.Sorted(maps.Keys(b.accounts)) }

// frame is one item for a browser. Of the frames with one subject only the newest is sent.
type frame struct {
	raw     json.RawMessage
	subject string // "" = never replaced by another frame
	version int64
	was     json.RawMessage // of a conversation: what it was before this version, if that matters to counts
}

// read decodes a frame's subject and version. The producers are our own functions, so an undecodable frame is a bug.
func read(raw json.RawMessage) (frame, error) {
	var head struct {
		Type         string `json:"type"`
		Conversation struct {
			ID      string `json:"id"`
			Version int64  `json:"version"`
		} `json:"conversation"`
		Message struct {
			ID      string `json:"id"`
			Version int64  `json:"version"`
		} `json:"message"`
		Was        json.RawMessage `json:"was"`
		OperatorID string          `json:"operatorId"`
	}
	if err := json.Unmarshal(raw, &head); err != nil || head.Type == "" {
		// The decoder's error may contain the frame, which holds customers' text, so it is not kept.
		return frame{}, fault.New(fault.Invalid, "undecodable frame").WithReason("undecodable")
	}
	f := frame{raw: raw}
	switch head.Type {
	case "conversation.upserted":
		f.subject, f.version = fmt.Sprintf("%s %s", head.Type, head.Conversation.ID), head.Conversation.Version
		f.was = head.Was
	case "message.upserted":
		f.subject, f.version = fmt.Sprintf("%s %s", head.Type, head.Message.ID), head.Message.Version
	case "presence":
		f.subject = fmt.Sprintf("%s %s", head.Type, head.OperatorID)
	}
	return f, nil
}

// newest keeps, for each subject, the frame with the highest version (the later one if equal), in the original order. It tells what the
// conversation was before the first of its changes.
func newest(frames []frame) []json.RawMessage {
	best, first := make(map[string]int, len(frames)), make(map[string]frame, len(frames))
	for i, f := range frames {
		if had, ok := best[f.subject]; !ok || f.version >= frames[had].version {
			best[f.subject] = i
		}
		if had, ok := first[f.subject]; f.was != nil && (!ok || f.version < had.version) {
			first[f.subject] = f
		}
	}
	items := make([]json.RawMessage, 0, len(frames))
	for i, f := range frames {
		if f.subject == "" || best[f.subject] == i {
			items = append(items, f.telling(first[f.subject].was))
		}
	}
	return items
}

// telling is the frame with what a conversation was before.
func (f frame) telling(was json.RawMessage) json.RawMessage {
	if was == nil || bytes.Equal(was, f.was) {
		return f.raw
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(f.raw, &fields); err != nil {
		return f.raw
	}
	fields["was"] = was
	raw, err := json.Marshal(fields)
	if err != nil {
		return f.raw
	}
	return raw
}
