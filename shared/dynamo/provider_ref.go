package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
)

// providerRefItem is a receipt as stored. One that only holds what came before its message leads to no conversation yet and counts as
// not there.
type providerRefItem struct {
	header
	ConversationID string       `dynamodbav:"conversationId,omitempty"`
	MessageID      string       `dynamodbav:"messageId,omitempty"`
	Digest         string       `dynamodbav:"digest,omitempty"`
	Parked         []parkedPart `dynamodbav:"parked,omitempty"`
	Altered        []updatePart `dynamodbav:"altered,omitempty"`
	Expires        int64        `dynamodbav:"expires,omitempty"`
}

type parkedPart struct {
	Status string     `dynamodbav:"status"`
	At     millis     `dynamodbav:"at,omitempty"`
	Error  *errorPart `dynamodbav:"error,omitempty"`
	Ref    string     `dynamodbav:"ref,omitempty"`
}

type updatePart struct {
	Kind  string      `dynamodbav:"kind"`
	From  string      `dynamodbav:"from"`
	Emoji string      `dynamodbav:"emoji,omitempty"`
	Text  string      `dynamodbav:"text,omitempty"`
	When  *momentPart `dynamodbav:"when,omitempty"`
}

type errorPart struct {
	Code    string `dynamodbav:"code,omitempty"`
	Message string `dynamodbav:"message,omitempty"`
}

func errorOf(e *chat.MessageError) *errorPart {
	if e == nil {
		return nil
	}
	return &errorPart{Code: e.Code, Message: e.Message}
}

func (e *errorPart) messageError() *chat.MessageError {
	if e == nil {
		return nil
	}
	return &chat.MessageError{Code: e.Code, Message: e.Message}
}

func parkedOf(s chat.StatusUpdate) parkedPart {
	return parkedPart{Status: string(s.Status), At: millisOf(s.At), Error: errorOf(s.Error), Ref: s.Ref}
}

func alterOf(a chat.MessageUpdate) updatePart {
	return updatePart{Kind: string(a.Kind), From: string(a.From), Emoji: a.Emoji, Text: a.Text, When: momentOf(a.When)}
}

func toReceiptItem(r chat.ProviderRef) providerRefItem {
	it := providerRefItem{
		header:         headed(receiptKey(r.AccountID, r.Scope, r.ID), kindReceipt),
		ConversationID: string(r.ConversationID), MessageID: string(r.MessageID), Digest: r.Digest, Expires: expiry(r.ExpiresAt),
	}
	for _, s := range r.ParkedStatuses {
		it.Parked = append(it.Parked, parkedOf(s))
	}
	for _, a := range r.ParkedUpdates {
		it.Altered = append(it.Altered, alterOf(a))
	}
	return it
}

// decodeReceipt reads a receipt. Its outside names are the caller's, as its key may hold no more than their hash.
func decodeReceipt(av item, account chat.AccountID, scope, id string) (chat.ProviderRef, error) {
	it, err := decode[providerRefItem](av, kindReceipt)
	if err != nil {
		return chat.ProviderRef{}, err
	}
	r := chat.ProviderRef{
		AccountID: account, Scope: scope, ID: id,
		ConversationID: chat.ConversationID(it.ConversationID), MessageID: chat.MessageID(it.MessageID), Digest: it.Digest,
		ExpiresAt: millis(it.Expires * 1000).time(),
	}
	for _, p := range it.Parked {
		r.ParkedStatuses = append(r.ParkedStatuses, chat.StatusUpdate{
			Status: chat.MessageStatus(p.Status), At: p.At.time(), Error: p.Error.messageError(), Ref: p.Ref,
		})
	}
	for _, a := range it.Altered {
		r.ParkedUpdates = append(r.ParkedUpdates, chat.MessageUpdate{
			Kind: chat.MessageUpdateKind(a.Kind), From: chat.Direction(a.From), Emoji: a.Emoji, Text: a.Text, When: a.When.moment(),
		})
	}
	return r, nil
}

func receiptFree() expression.ConditionBuilder {
	return expression.AttributeNotExists(expression.Name("conversationId"))
}

// takeReceipt turns what is there, nothing or what was parked, into a receipt.
func takeReceipt(r chat.ProviderRef) expression.UpdateBuilder {
	u := headedUpdate(kindReceipt).Set(expression.Name("conversationId"), expression.Value(string(r.ConversationID)))
	if r.MessageID != "" {
		u = u.Set(expression.Name("messageId"), expression.Value(string(r.MessageID)))
	}
	if r.Digest != "" {
		u = u.Set(expression.Name("digest"), expression.Value(r.Digest))
	}
	if !r.ExpiresAt.IsZero() {
		u = u.Set(expression.Name(ttlAttribute), expression.Value(expiry(r.ExpiresAt)))
	}
	return u
}

func headedUpdate(kind string) expression.UpdateBuilder {
	return expression.Set(expression.Name("kind"), expression.Value(kind)).
		Set(expression.Name("v"), expression.Value(schemaVersion))
}

// PutProviderRef takes an outside id for a message. created is false when the id was taken before; existing is then what took it.
// What was parked under the id is kept and comes back in existing, also when it was created now.
func (s *Store) PutProviderRef(ctx context.Context, r chat.ProviderRef) (existing chat.ProviderRef, created bool, err error) {
	const doing = "put a receipt"
	old, refused, err := s.putItem(ctx, Desk, toReceiptItem(r), absent(), doing)
	if err != nil {
		return chat.ProviderRef{}, false, err
	}
	if !refused {
		return r, true, nil
	}
	existing, err = decodeReceipt(old, r.AccountID, r.Scope, r.ID)
	if err != nil || existing.ConversationID != "" {
		return existing, false, err
	}
	free := receiptFree()
	av, refused, err := s.updateItem(ctx, Desk, receiptKey(r.AccountID, r.Scope, r.ID), takeReceipt(r), &free, doing)
	if err != nil {
		return chat.ProviderRef{}, false, err
	}
	existing, err = decodeReceipt(av, r.AccountID, r.Scope, r.ID)
	return existing, !refused && err == nil, err
}

// ProviderRef finds what an outside id led to, consistently.
func (s *Store) ProviderRef(ctx context.Context, account chat.AccountID, scope, id string) (chat.ProviderRef, error) {
	av, err := s.get(ctx, Desk, receiptKey(account, scope, id), true, kindReceipt)
	if err != nil {
		return chat.ProviderRef{}, err
	}
	return decodeReceipt(av, account, scope, id)
}

// parkedMost bounds how many statuses, and how many alterations, wait for one message. A provider tells of four statuses at most,
// and of an edit or a change of mind now and then; and it repeats.
const parkedMost = 20

// ParkStatus keeps a status until its message is known. When the message is known already, parked is false and the receipt
// leads to it.
func (s *Store) ParkStatus(ctx context.Context, account chat.AccountID, scope, providerID string, st chat.StatusUpdate) (receipt chat.ProviderRef, parked bool, err error) {
	return park(ctx, s, account, scope, providerID, "parked", parkedOf(st))
}

// ParkUpdate keeps an alteration until its message is known, as ParkStatus does with a status.
func (s *Store) ParkUpdate(ctx context.Context, account chat.AccountID, scope, providerID string, a chat.MessageUpdate) (receipt chat.ProviderRef, parked bool, err error) {
	return park(ctx, s, account, scope, providerID, "altered", alterOf(a))
}

func park[T any](ctx context.Context, s *Store, account chat.AccountID, scope, providerID, attribute string, part T) (receipt chat.ProviderRef, parked bool, err error) {
	list := expression.Name(attribute)
	update := headedUpdate(kindReceipt).
		Set(list, expression.ListAppend(list.IfNotExists(expression.Value([]T{})), expression.Value([]T{part}))).
		Set(expression.Name(ttlAttribute), expression.Name(ttlAttribute).IfNotExists(expression.Value(expiry(s.clock().Add(chat.ProviderRefRetention)))))
	fresh := expression.Size(list).LessThan(expression.Value(parkedMost)).And(expression.Not(expression.Contains(list, part)))
	free := receiptFree().And(expression.AttributeNotExists(list).Or(fresh))
	av, refused, err := s.updateItem(ctx, Desk, receiptKey(account, scope, providerID), update, &free, "park what came before its message")
	if err != nil {
		return chat.ProviderRef{}, false, err
	}
	receipt, err = decodeReceipt(av, account, scope, providerID)
	// One that is told again is there already, and a full list holds all that there can be.
	return receipt, err == nil && (!refused || receipt.ConversationID == ""), err
}

// RecordSent remembers the provider's id of a message we sent and gives its receipt, with what came before it. It answers
// Conflict "receipt_exists" when the id leads to another message.
func (s *Store) RecordSent(ctx context.Context, m chat.Message, scope string) (chat.ProviderRef, error) {
	r := chat.ProviderRef{
		AccountID: m.AccountID, Scope: scope, ID: m.ProviderID, ConversationID: m.ConversationID, MessageID: m.ID,
		ExpiresAt: s.clock().Add(chat.ProviderRefRetention),
	}
	free := receiptFree().Or(expression.Name("messageId").Equal(expression.Value(string(m.ID))))
	av, refused, err := s.updateItem(ctx, Desk, receiptKey(r.AccountID, r.Scope, r.ID), takeReceipt(r), &free, "record a sent message")
	if err != nil {
		return chat.ProviderRef{}, err
	}
	if refused {
		return chat.ProviderRef{}, conflict(ReasonReceiptExists)
	}
	return decodeReceipt(av, r.AccountID, r.Scope, r.ID)
}
