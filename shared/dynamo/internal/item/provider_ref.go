package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// providerRefItem is a provider ref as stored. One with parked updates and no conversation belongs to no message yet, and counts
// as missing.
type providerRefItem struct {
	table.Header
	Form           string       `dynamodbav:"form,omitempty"`
	Shared         bool         `dynamodbav:"shared,omitempty"`
	ConversationID string       `dynamodbav:"conversationId,omitempty"`
	MessageID      string       `dynamodbav:"messageId,omitempty"`
	Digest         string       `dynamodbav:"digest,omitempty"`
	Parked         []parkedPart `dynamodbav:"parked,omitempty"`
	Altered        []updatePart `dynamodbav:"altered,omitempty"`
	Quotes         []quotePart  `dynamodbav:"quotes,omitempty"`
	Expires        int64        `dynamodbav:"expires,omitempty"`
}

type parkedPart struct {
	Status string       `dynamodbav:"status"`
	At     table.Millis `dynamodbav:"at,omitempty"`
	Error  *errorPart   `dynamodbav:"error,omitempty"`
	Ref    string       `dynamodbav:"ref,omitempty"`
	Price  *pricingPart `dynamodbav:"pricing,omitempty"`
}

type updatePart struct {
	Kind  string      `dynamodbav:"kind"`
	From  string      `dynamodbav:"from"`
	Emoji string      `dynamodbav:"emoji,omitempty"`
	Text  string      `dynamodbav:"text,omitempty"`
	When  *momentPart `dynamodbav:"when,omitempty"`
}

type quotePart struct {
	ConversationID string `dynamodbav:"conversationId"`
	MessageID      string `dynamodbav:"messageId"`
}

type errorPart struct {
	Code    string `dynamodbav:"code,omitempty"`
	Message string `dynamodbav:"message,omitempty"`
	Reason  string `dynamodbav:"reason,omitempty"`
}

func ErrorOf(e *chat.MessageError) *errorPart {
	if e == nil {
		return nil
	}
	return &errorPart{Code: e.Code, Message: e.Message, Reason: e.Reason}
}

func (e *errorPart) messageError() *chat.MessageError {
	if e == nil {
		return nil
	}
	return &chat.MessageError{Code: e.Code, Message: e.Message, Reason: e.Reason}
}

func ParkedStatus(s chat.StatusUpdate) parkedPart {
	return parkedPart{Status: string(s.Status), At: table.MillisOf(s.At), Error: ErrorOf(s.Error), Ref: s.Ref, Price: PricingOf(s.Pricing)}
}

func ParkedUpdate(a chat.MessageUpdate) updatePart {
	return updatePart{Kind: string(a.Kind), From: string(a.From), Emoji: a.Emoji, Text: a.Text, When: momentOf(a.When)}
}

func ParkedQuote(q chat.Quote) quotePart {
	return quotePart{ConversationID: string(q.ConversationID), MessageID: string(q.MessageID)}
}

func ProviderRef(r chat.ProviderRef) providerRefItem {
	it := providerRefItem{
		Header:         table.NewHeader(key.ProviderRef(r.AccountID, r.Scope, r.ID), KindProviderRef),
		ConversationID: string(r.ConversationID), MessageID: string(r.MessageID), Digest: r.Digest, Expires: table.Expiry(r.ExpiresAt),
		Form: r.Form, Shared: r.Shared,
	}
	for _, s := range r.ParkedStatuses {
		it.Parked = append(it.Parked, ParkedStatus(s))
	}
	for _, a := range r.ParkedUpdates {
		it.Altered = append(it.Altered, ParkedUpdate(a))
	}
	for _, q := range r.ParkedQuotes {
		it.Quotes = append(it.Quotes, ParkedQuote(q))
	}
	return it
}

// DecodeProviderRef reads a provider ref. Scope and id come from the caller, because the key may hold only their hash.
func DecodeProviderRef(av table.Item, account chat.AccountID, scope, id string) (chat.ProviderRef, error) {
	it, err := table.Decode[providerRefItem](av, KindProviderRef)
	if err != nil {
		return chat.ProviderRef{}, err
	}
	r := chat.ProviderRef{
		AccountID: account, Scope: scope, ID: id, Form: it.Form, Shared: it.Shared,
		ConversationID: chat.ConversationID(it.ConversationID), MessageID: chat.MessageID(it.MessageID), Digest: it.Digest,
		ExpiresAt: table.Millis(it.Expires * 1000).Time(),
	}
	for _, p := range it.Parked {
		r.ParkedStatuses = append(r.ParkedStatuses, chat.StatusUpdate{
			Status: chat.MessageStatus(p.Status), At: p.At.Time(), Error: p.Error.messageError(), Ref: p.Ref, Pricing: p.Price.pricing(),
		})
	}
	for _, a := range it.Altered {
		r.ParkedUpdates = append(r.ParkedUpdates, chat.MessageUpdate{
			Kind: chat.MessageUpdateKind(a.Kind), From: chat.Direction(a.From), Emoji: a.Emoji, Text: a.Text, When: a.When.moment(),
		})
	}
	for _, q := range it.Quotes {
		r.ParkedQuotes = append(r.ParkedQuotes, chat.Quote{ConversationID: chat.ConversationID(q.ConversationID), MessageID: chat.MessageID(q.MessageID)})
	}
	return r, nil
}
