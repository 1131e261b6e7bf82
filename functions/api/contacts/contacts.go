// Package contacts is the REST routes of contacts.
package contacts

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// Store is what the routes read and write.
type Store interface {
	rest.ContactReader
	UpdateContact(ctx context.Context, before, after chat.Contact, activity *chat.Activity, job *chat.Job) error
	Stores(ctx context.Context, account chat.AccountID) ([]chat.Store, error)
	ListContacts(ctx context.Context, account chat.AccountID, stores []chat.StoreID, p chat.PageRequest) (chat.Page[chat.Contact], error)
	// SearchContacts shows the contacts that keep accepts.
	SearchContacts(ctx context.Context, account chat.AccountID, q string, keep func(context.Context, chat.Contact) (bool, error), p chat.PageRequest) (chat.Page[chat.Contact], error)
}

// Desk is the use case that the routes call.
type Desk interface {
	// Split makes two contacts again of one. Invalid when the contact has no such merge.
	Split(ctx context.Context, account chat.Account, contact chat.Contact, mergeID string, activity *chat.Activity) (chat.Contact, error)
}

// Handler answers the routes.
type Handler struct {
	*rest.Server
	Store Store
	Desk  Desk
}

// Routes are the routes of contacts.
func (h *Handler) Routes() []rest.Route {
	return []rest.Route{
		{
			Method: http.MethodGet, Pattern: "/api/v1/contacts", Access: rest.May(permission.ContactRead), Handle: h.listContacts,
			Status: http.StatusOK, Summary: "List or search contacts", Answer: wire.List[wire.Contact]{}, Query: wire.ContactQuery{},
		},
		{
			Method: http.MethodGet, Pattern: "/api/v1/contacts/{id}", Access: rest.May(permission.ContactRead), Handle: h.getContact,
			Status: http.StatusOK, Summary: "A contact", Answer: wire.Contact{},
		},
		{
			Method: http.MethodPatch, Pattern: "/api/v1/contacts/{id}", Access: rest.May(permission.ContactEdit), Handle: h.patchContact,
			Status: http.StatusOK, Summary: "Change a contact", Body: wire.ContactChange{}, Answer: wire.Contact{},
		},
		{
			Method: http.MethodPost, Pattern: "/api/v1/contacts/{id}/split", Access: rest.May(permission.ContactSplit), Handle: h.splitContact,
			Status: http.StatusOK, Summary: "Separate a contact that became part of this one", Body: wire.ContactSplit{}, Answer: wire.Contact{},
		},
	}
}

// listContacts lists the contacts of the stores that the caller sees, or those that a search finds.
func (h *Handler) listContacts(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	request, err := rest.Page(c.Request)
	if err != nil {
		return httpapi.Response{}, err
	}
	q, err := rest.SearchText(c.Request)
	if err != nil {
		return httpapi.Response{}, err
	}
	var stores []chat.StoreID
	if q == "" {
		if stores, err = h.storesSeen(ctx, c); err != nil {
			return httpapi.Response{}, err
		}
	}
	return rest.List(request, func(p chat.PageRequest) (found chat.Page[chat.Contact], err error) {
		if q == "" {
			found, err = h.Store.ListContacts(ctx, c.Account.ID, stores, p)
		} else {
			found, err = h.Store.SearchContacts(ctx, c.Account.ID, q, rest.SeesContact(h.Store, c), p)
		}
		if err != nil {
			return found, fmt.Errorf("list contacts: %w", err)
		}
		return found, nil
	}, shown(c))
}

// storesSeen are the stores that the caller sees.
func (h *Handler) storesSeen(ctx context.Context, c *rest.Call) ([]chat.StoreID, error) {
	seen, nothing := c.Scope().Stores("")
	if len(seen) > 0 || nothing {
		return seen, nil
	}
	stores, err := h.Store.Stores(ctx, c.Account.ID)
	if err != nil {
		return nil, fmt.Errorf("read stores: %w", err)
	}
	for _, s := range stores {
		seen = append(seen, s.ID)
	}
	return seen, nil
}

// shown builds contacts as the caller sees them.
func shown(c *rest.Call) func(chat.Contact) wire.Contact {
	scope := c.Scope()
	return func(contact chat.Contact) wire.Contact { return present.Contact(contact, scope) }
}

func (h *Handler) getContact(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	contact, err := rest.FindContact(ctx, h.Store, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(shown(c)(contact))
}

// applyContact validates the body and writes it into the contact. First and last name are the display name if no other name is set.
func applyContact(b wire.ContactChange, contact *chat.Contact) error {
	var err error
	if b.FirstName != nil {
		if contact.FirstName, err = rest.OptionalName("firstName", *b.FirstName); err != nil {
			return err
		}
	}
	if b.LastName != nil {
		if contact.LastName, err = rest.OptionalName("lastName", *b.LastName); err != nil {
			return err
		}
	}
	full := strings.TrimSpace(contact.FirstName + " " + contact.LastName)
	switch {
	case b.Name != nil:
		if contact.Name, err = rest.Name("name", *b.Name); err != nil {
			return err
		}
	case (b.FirstName != nil || b.LastName != nil) && full != "":
		contact.Name = full
	}
	if contact.Email, err = orEmpty(b.Email, contact.Email, rest.Email); err != nil {
		return err
	}
	contact.Phone, err = orEmpty(b.Phone, contact.Phone, rest.Phone)
	return err
}

// orEmpty reads an optional value; null and the empty text clear it.
func orEmpty(n wire.Nullable[string], had string, read func(string) (string, error)) (string, error) {
	switch {
	case !n.Set:
		return had, nil
	case n.Value == nil || *n.Value == "":
		return "", nil
	}
	return read(*n.Value)
}

// patchContact changes a contact. A new name starts, in the same write, the job that updates the contact's conversations.
func (h *Handler) patchContact(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.ContactChange
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	before, err := rest.FindContact(ctx, h.Store, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := rest.CheckVersion(body.Version, before.Version); err != nil {
		return httpapi.Response{}, err
	}
	after := before
	after.Identities = slices.Clone(before.Identities)
	if err := applyContact(body, &after); err != nil {
		return httpapi.Response{}, err
	}
	var job *chat.Job
	if before.Name != after.Name {
		now := h.Now()
		job = &chat.Job{ID: chat.NewID(now), AccountID: c.Account.ID, Kind: chat.JobRename, Subject: string(before.ID), CreatedAt: now, Version: 1}
	}
	activity := h.Activity(c, "contact.edited", "contact/"+string(before.ID))
	if err := h.Store.UpdateContact(ctx, before, after, activity, job); err != nil {
		return httpapi.Response{}, fmt.Errorf("write contact %s: %w", before.ID, err)
	}
	after.Version = before.Version + 1
	return rest.OK(shown(c)(after))
}

// splitContact makes the contact of a merge a contact of their own again.
func (h *Handler) splitContact(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.ContactSplit
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	contact, err := rest.FindContact(ctx, h.Store, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	activity := h.Activity(c, "contact.split", "contact/"+string(contact.ID))
	if contact, err = h.Desk.Split(ctx, c.Account, contact, body.MergeID, activity); err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(shown(c)(contact))
}
