package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

type contactStore interface {
	Contact(ctx context.Context, account chat.AccountID, id chat.ContactID) (chat.Contact, error)
	UpdateContact(ctx context.Context, before, after chat.Contact, activity *chat.Activity, job *chat.Job) error
	SearchContacts(ctx context.Context, account chat.AccountID, q string, p chat.PageRequest) (chat.Page[chat.Contact], error)
	ContactConversations(ctx context.Context, account chat.AccountID, contact chat.ContactID, p chat.PageRequest) (chat.Page[chat.Conversation], error)
}

// queryMax bounds what is searched for.
const queryMax = 200

func query(r *httpapi.Request) (string, error) {
	q := strings.TrimSpace(r.Query.Get("q"))
	if len(q) > queryMax {
		return "", invalid("q", "at most %d bytes", queryMax)
	}
	return q, nil
}

func (h *Handler) listContacts(ctx context.Context, c *call) (httpapi.Response, error) {
	request, err := page(c.Request)
	if err != nil {
		return httpapi.Response{}, err
	}
	q, err := query(c.Request)
	if err != nil {
		return httpapi.Response{}, err
	}
	found, err := h.Store.SearchContacts(ctx, c.account.ID, q, request)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("search contacts: %w", err)
	}
	return ok(present.List(found.Items, found.Next, present.Contact))
}

func (h *Handler) contact(ctx context.Context, c *call) (chat.Contact, error) {
	contact, err := h.Store.Contact(ctx, c.account.ID, chat.ContactID(c.Param("id")))
	if err != nil {
		return contact, fmt.Errorf("read the contact: %w", err)
	}
	return contact, nil
}

func (h *Handler) getContact(ctx context.Context, c *call) (httpapi.Response, error) {
	contact, err := h.contact(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	return ok(present.Contact(contact))
}

// applyContact checks the body and writes it into the contact. Who sets first and last names without another name is shown by them.
func applyContact(b wire.ContactChange, contact *chat.Contact) error {
	var err error
	if b.FirstName != nil {
		if contact.FirstName, err = optionalName("firstName", *b.FirstName); err != nil {
			return err
		}
	}
	if b.LastName != nil {
		if contact.LastName, err = optionalName("lastName", *b.LastName); err != nil {
			return err
		}
	}
	full := strings.TrimSpace(contact.FirstName + " " + contact.LastName)
	switch {
	case b.Name != nil:
		if contact.Name, err = name("name", *b.Name); err != nil {
			return err
		}
	case (b.FirstName != nil || b.LastName != nil) && full != "":
		contact.Name = full
	}
	if contact.Email, err = orEmpty(b.Email, contact.Email, email); err != nil {
		return err
	}
	contact.Phone, err = orEmpty(b.Phone, contact.Phone, phone)
	return err
}

// orEmpty reads a value that null or an empty text takes away.
func orEmpty(n wire.Nullable[string], had string, read func(string) (string, error)) (string, error) {
	switch {
	case !n.Set:
		return had, nil
	case n.Value == nil || *n.Value == "":
		return "", nil
	}
	return read(*n.Value)
}

// patchContact changes a contact. A new name starts, in the same write, the job that shows it in the contact's conversations.
func (h *Handler) patchContact(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.ContactChange
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	before, err := h.contact(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := stale(body.Version, before.Version); err != nil {
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
		job = &chat.Job{ID: chat.NewID(now), AccountID: c.account.ID, Kind: chat.JobRename, Subject: string(before.ID), CreatedAt: now, Version: 1}
	}
	activity := h.activity(c, "contact.edited", "contact/"+string(before.ID))
	if err := h.Store.UpdateContact(ctx, before, after, activity, job); err != nil {
		return httpapi.Response{}, fmt.Errorf("write contact %s: %w", before.ID, err)
	}
	after.Version = before.Version + 1
	return ok(present.Contact(after))
}

// listContactConversations shows a contact's conversations, newest first, as far as the caller sees their stores.
func (h *Handler) listContactConversations(ctx context.Context, c *call) (httpapi.Response, error) {
	request, err := page(c.Request)
	if err != nil {
		return httpapi.Response{}, err
	}
	contact, err := h.contact(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	found, err := h.Store.ContactConversations(ctx, c.account.ID, contact.ID, request)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read the conversations of contact %s: %w", contact.ID, err)
	}
	found.Items = slices.DeleteFunc(found.Items, func(v chat.Conversation) bool { return !visible(c.operator, v) })
	return h.showConversations(ctx, c, found)
}

// visible says whether a conversation may be shown to an operator.
func visible(o chat.Operator, v chat.Conversation) bool {
	return v.Status != chat.AwaitingConsent && permission.Sees(o, v.StoreID)
}
