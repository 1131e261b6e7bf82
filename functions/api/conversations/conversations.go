// Package conversations is the REST routes of the inbox: lists, counts, search, and operations on a conversation.
package conversations

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/conversation"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// Store is what the routes read.
type Store interface {
	ListConversations(ctx context.Context, account chat.AccountID, q dynamo.ConversationQuery, p chat.PageRequest) (chat.Page[chat.Conversation], error)
	CountConversations(ctx context.Context, account chat.AccountID, q dynamo.ConversationQuery, most int) (n int, more bool, err error)
	Conversations(ctx context.Context, account chat.AccountID, ids []chat.ConversationID) ([]chat.Conversation, error)
	Counts(ctx context.Context, account chat.AccountID) (map[chat.OperatorID]chat.Counts, error)
	ReadCursors(ctx context.Context, account chat.AccountID, operator chat.OperatorID, conversations []chat.ConversationID) (map[chat.ConversationID]chat.ReadCursor, error)
	ContactConversations(ctx context.Context, account chat.AccountID, contact chat.ContactID, p chat.PageRequest) (chat.Page[chat.Conversation], error)
	rest.ContactReader
	// SearchContacts shows the contacts that keep accepts.
	SearchContacts(ctx context.Context, account chat.AccountID, q string, keep func(context.Context, chat.Contact) (bool, error), p chat.PageRequest) (chat.Page[chat.Contact], error)
}

// Desk is the use cases on a conversation. Each returns NotFound for a conversation of another account or of a store that the actor does
// not see.
type Desk interface {
	Conversation(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error)
	Assign(ctx context.Context, actor chat.Actor, id chat.ConversationID, to chat.OperatorID, version int64) (chat.Conversation, error)
	Resolve(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error)
	Reopen(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error)
	SetPending(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error)
	Read(ctx context.Context, actor chat.Actor, c chat.Conversation, upTo chat.MessageID) (chat.ReadCursor, error)
	Unread(ctx context.Context, actor chat.Actor, c chat.Conversation) (chat.ReadCursor, error)
}

// Channels returns the capabilities of a channel type.
type Channels interface {
	Capabilities(t chat.ChannelType) (channel.Capabilities, bool)
}

// Handler answers the routes.
type Handler struct {
	*rest.Server
	Store    Store
	Desk     Desk
	Channels Channels
}

// Routes are the routes of conversations.
func (h *Handler) Routes() []rest.Route {
	const conversation = "/api/v1/conversations/{id}"
	return []rest.Route{
		{
			Method: http.MethodGet, Pattern: "/api/v1/conversations", Access: rest.May(permission.ConversationRead), Handle: h.listConversations,
			Status: http.StatusOK, Summary: "A list of the inbox", Answer: wire.List[wire.Conversation]{}, Query: wire.ConversationQuery{},
		},
		{
			Method: http.MethodGet, Pattern: "/api/v1/conversations/counts", Access: rest.May(permission.ConversationRead), Handle: h.getCounts,
			Status: http.StatusOK, Summary: "The figures of the inbox", Answer: wire.Counts{},
		},
		{
			Method: http.MethodGet, Pattern: conversation, Access: rest.May(permission.ConversationRead), Handle: h.getConversation,
			Status: http.StatusOK, Summary: "A conversation", Answer: wire.Conversation{},
		},
		{
			Method: http.MethodPost, Pattern: conversation + "/assign", Access: rest.May(permission.ConversationAssign), Handle: h.assign,
			Status: http.StatusOK, Summary: "Give to an operator or to the pool", Body: wire.Assignment{}, Answer: wire.Conversation{},
		},
		{
			Method: http.MethodPost, Pattern: conversation + "/resolve", Access: rest.May(permission.ConversationResolve), Handle: h.does(Desk.Resolve),
			Status: http.StatusOK, Summary: "Close", Answer: wire.Conversation{},
		},
		{
			Method: http.MethodPost, Pattern: conversation + "/reopen", Access: rest.May(permission.ConversationResolve), Handle: h.does(Desk.Reopen),
			Status: http.StatusOK, Summary: "Take up again", Answer: wire.Conversation{},
		},
		{
			Method: http.MethodPost, Pattern: conversation + "/pending", Access: rest.May(permission.ConversationResolve), Handle: h.does(Desk.SetPending),
			Status: http.StatusOK, Summary: "Put aside until the contact writes", Answer: wire.Conversation{},
		},
		{
			Method: http.MethodPost, Pattern: conversation + "/read", Access: rest.May(permission.ConversationReply), Handle: h.read,
			Status: http.StatusOK, Summary: "Mark as read", Body: wire.ReadMark{}, Answer: wire.Conversation{},
		},
		{
			Method: http.MethodPost, Pattern: conversation + "/unread", Access: rest.May(permission.ConversationReply), Handle: h.unread,
			Status: http.StatusOK, Summary: "Mark as unread", Answer: wire.Conversation{},
		},
		{
			Method: http.MethodGet, Pattern: "/api/v1/contacts/{id}/conversations", Access: rest.May(permission.ConversationRead), Handle: h.listContactConversations,
			Status: http.StatusOK, Summary: "A contact's conversations, newest first", Answer: wire.List[wire.Conversation]{}, Query: wire.Page{},
		},
	}
}

// Sets of statuses: active conversations, and all that are listed.
var (
	active     = []chat.Status{chat.Open, chat.Pending}
	everything = []chat.Status{chat.Open, chat.Pending, chat.Snoozed, chat.Held, chat.Resolved}
)

// inboxQuery is the filter of a conversation list, limited to what the caller sees.
type inboxQuery struct {
	dynamo.ConversationQuery
	scope permission.Scope
	order wire.Order
	q     string
	page  chat.PageRequest
	none  bool // nothing that the caller may see
}

func readWanted(c *rest.Call) (inboxQuery, error) {
	w := inboxQuery{scope: c.Scope(), order: wire.OrderNewest}
	var err error
	if w.page, err = rest.Page(c.Request); err != nil {
		return w, err
	}
	if w.q, err = rest.SearchText(c.Request); err != nil {
		return w, err
	}
	if w.Statuses, err = statuses(c.Query.Get("status"), w.q != ""); err != nil {
		return w, err
	}
	switch assignee := c.Query.Get("assignee"); assignee {
	case "":
	case "me":
		w.Assignee = c.Operator.ID
	case "none":
		w.Unassigned, w.order = true, wire.OrderWaiting
		if c.Query.Get("status") == "" && w.q == "" {
			w.Statuses = []chat.Status{chat.Open}
		}
	default:
		w.Assignee = chat.OperatorID(assignee)
	}
	if sort := wire.Order(c.Query.Get("sort")); sort != "" {
		if !slices.Contains(wire.Orders(), sort) {
			return w, rest.Invalid("sort", "must be one of newest, oldest, waiting, due")
		}
		w.order = sort
	}
	w.ChannelID = chat.ChannelID(c.Query.Get("channelId"))
	w.InboxShards, w.Since = c.Account.InboxShards, c.Account.CreatedAt
	w.Order = orders[w.order]
	w.StoreIDs, w.none = w.scope.Stores(chat.StoreID(c.Query.Get("storeId")))
	return w, nil
}

// statuses reads the status filter. The default is active conversations, or all for a search.
func statuses(text string, search bool) ([]chat.Status, error) {
	switch status := chat.Status(text); status {
	case "":
		if search {
			return everything, nil
		}
		return active, nil
	case "active":
		return active, nil
	case "all":
		return everything, nil
	case chat.Open, chat.Pending, chat.Snoozed, chat.Held, chat.Resolved:
		return []chat.Status{status}, nil
	case chat.AwaitingConsent:
	}
	return nil, rest.Invalid("status", "must be one of active, all, open, pending, snoozed, held, resolved")
}

// wants reports whether a conversation that was not read by the query matches its filter.
func (w inboxQuery) wants(v chat.Conversation) bool {
	return w.scope.Conversation(v) && slices.Contains(w.Statuses, v.Status) &&
		(w.Assignee == "" || v.AssigneeID == w.Assignee) &&
		(!w.Unassigned || v.AssigneeID == "") &&
		(w.ChannelID == "" || v.ChannelID == w.ChannelID) &&
		(len(w.StoreIDs) == 0 || slices.Contains(w.StoreIDs, v.StoreID))
}

func (h *Handler) listConversations(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	if ids := c.Query.Get("ids"); ids != "" {
		return h.named(ctx, c, strings.Split(ids, ","))
	}
	w, err := readWanted(c)
	if err != nil {
		return httpapi.Response{}, err
	}
	return h.showConversations(ctx, c, w.page, func(p chat.PageRequest) (chat.Page[chat.Conversation], error) {
		if w.none {
			return chat.Page[chat.Conversation]{}, nil
		}
		w.page = p
		return h.conversations(ctx, c, w)
	})
}

// namedMost is how many conversations a request may name.
const namedMost = 50

// named shows the conversations that the request names, as a browser asks for those that frames brought into its lists.
func (h *Handler) named(ctx context.Context, c *rest.Call, names []string) (httpapi.Response, error) {
	if len(names) > namedMost {
		return httpapi.Response{}, rest.Invalid("ids", "must be at most 50")
	}
	ids := make([]chat.ConversationID, len(names))
	for i, name := range names {
		ids[i] = chat.ConversationID(name)
	}
	found, err := h.Store.Conversations(ctx, c.Account.ID, ids)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read the named conversations: %w", err)
	}
	scope := c.Scope()
	seen := slices.DeleteFunc(found, func(v chat.Conversation) bool { return !scope.Conversation(v) })
	return h.showConversations(ctx, c, chat.PageRequest{Limit: namedMost}, func(p chat.PageRequest) (chat.Page[chat.Conversation], error) {
		return chat.Page[chat.Conversation]{Items: seen[:min(len(seen), p.Limit)]}, nil
	})
}

// orders are the store's names of the orders.
var orders = map[wire.Order]conversation.Order{
	wire.OrderNewest: conversation.Newest, wire.OrderOldest: conversation.Oldest, wire.OrderWaiting: conversation.Waiting, wire.OrderDue: conversation.Due,
}

func (h *Handler) conversations(ctx context.Context, c *rest.Call, w inboxQuery) (found chat.Page[chat.Conversation], err error) {
	if w.q != "" {
		return h.searchConversations(ctx, c, w)
	}
	if found, err = h.Store.ListConversations(ctx, c.Account.ID, w.ConversationQuery, w.page); err != nil {
		return found, fmt.Errorf("list conversations: %w", err)
	}
	return found, nil
}

const (
	searchContacts = 20 // contacts whose conversations one page of a search shows
	searchEach     = 10 // of each, the newest
	searchParallel = 5
)

// searchConversations shows the conversations of the contacts that a search finds; its pages are pages of contacts.
func (h *Handler) searchConversations(ctx context.Context, c *rest.Call, w inboxQuery) (chat.Page[chat.Conversation], error) {
	request := chat.PageRequest{Limit: min(w.page.Limit, searchContacts), Cursor: w.page.Cursor}
	contacts, err := h.Store.SearchContacts(ctx, c.Account.ID, w.q, rest.SeesContact(h.Store, c), request)
	if err != nil {
		return chat.Page[chat.Conversation]{}, fmt.Errorf("search contacts: %w", err)
	}
	lists := make([][]chat.Conversation, len(contacts.Items))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(searchParallel)
	for i, contact := range contacts.Items {
		group.Go(func() error {
			found, err := h.Store.ContactConversations(groupCtx, c.Account.ID, contact.ID, chat.PageRequest{Limit: searchEach})
			if err != nil {
				return fmt.Errorf("read the conversations of contact %s: %w", contact.ID, err)
			}
			lists[i] = found.Items
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return chat.Page[chat.Conversation]{}, err
	}
	found := chat.Page[chat.Conversation]{Next: contacts.Next}
	for _, list := range lists {
		found.Items = append(found.Items, slices.DeleteFunc(list, func(v chat.Conversation) bool { return !w.wants(v) })...)
	}
	sortConversations(found.Items, w.order)
	return found, nil
}

// sortConversations is a total order: equal times are ordered by id, so that repeated requests return the same order.
func sortConversations(list []chat.Conversation, by wire.Order) {
	sort.SliceStable(list, func(i, j int) bool { return compareConversations(list[i], list[j], by) < 0 })
}

func compareConversations(a, b chat.Conversation, by wire.Order) int {
	recent := cmp.Or(b.LastActivityAt.Compare(a.LastActivityAt), cmp.Compare(b.ID, a.ID))
	switch by {
	case wire.OrderNewest:
		return recent
	case wire.OrderOldest:
		return -recent
	case wire.OrderWaiting:
		return earliest(a, b, a.WaitingSince, b.WaitingSince, recent)
	case wire.OrderDue:
		return earliest(a, b, a.ClosesAt(), b.ClosesAt(), recent)
	}
	return recent
}

// earliest compares two times; zero times come last.
func earliest(a, b chat.Conversation, atA, atB time.Time, recent int) int {
	if atA.IsZero() || atB.IsZero() {
		return cmp.Or(atB.Compare(atA), recent)
	}
	return cmp.Or(atA.Compare(atB), cmp.Compare(a.ID, b.ID))
}

// showConversations responds with a page and the caller's unread state.
func (h *Handler) showConversations(ctx context.Context, c *rest.Call, p chat.PageRequest, list func(chat.PageRequest) (chat.Page[chat.Conversation], error)) (httpapi.Response, error) {
	return httpapi.Fitting(p, list, func(found chat.Page[chat.Conversation]) (httpapi.Response, error) {
		ids := make([]chat.ConversationID, len(found.Items))
		for i, v := range found.Items {
			ids[i] = v.ID
		}
		read, err := h.readCursors(ctx, c, ids)
		if err != nil {
			return httpapi.Response{}, err
		}
		return rest.OK(present.List(found.Items, found.Next, func(v chat.Conversation) wire.Conversation {
			return present.ConversationFor(v, h.window(v), read[v.ID])
		}))
	})
}

func (h *Handler) readCursors(ctx context.Context, c *rest.Call, ids []chat.ConversationID) (map[chat.ConversationID]chat.ReadCursor, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	read, err := h.Store.ReadCursors(ctx, c.Account.ID, c.Operator.ID, ids)
	if err != nil {
		return nil, fmt.Errorf("read the read cursors: %w", err)
	}
	return read, nil
}

// showConversation responds with one conversation.
func (h *Handler) showConversation(ctx context.Context, c *rest.Call, v chat.Conversation) (httpapi.Response, error) {
	read, err := h.readCursors(ctx, c, []chat.ConversationID{v.ID})
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(present.ConversationFor(v, h.window(v), read[v.ID]))
}

func conversationID(c *rest.Call) chat.ConversationID { return chat.ConversationID(c.Param("id")) }

func (h *Handler) getConversation(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	v, err := h.Desk.Conversation(ctx, c.Actor(), conversationID(c))
	if err != nil {
		return httpapi.Response{}, err
	}
	return h.showConversation(ctx, c, v)
}

// window is how long after a contact's message the conversation's channel takes free replies.
func (h *Handler) window(c chat.Conversation) time.Duration {
	capabilities, _ := h.Channels.Capabilities(c.ChannelType)
	return capabilities.Window
}
