package dynamo

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
)

// messageItem is a message as stored. Rank is its status's, which conditions compare.
type messageItem struct {
	header
	Direction   string           `dynamodbav:"dir"`
	Type        string           `dynamodbav:"type"`
	Text        string           `dynamodbav:"text,omitempty"`
	Attachments []attachmentPart `dynamodbav:"attachments,omitempty"`
	Location    *locationPart    `dynamodbav:"location,omitempty"`
	Cards       []cardPart       `dynamodbav:"cards,omitempty"`
	Interactive *interactivePart `dynamodbav:"interactive,omitempty"`
	Template    *templateRefPart `dynamodbav:"template,omitempty"`
	Author      *authorPart      `dynamodbav:"author,omitempty"`
	ReplyTo     string           `dynamodbav:"replyTo,omitempty"`
	Referral    *referralPart    `dynamodbav:"referral,omitempty"`
	Past        bool             `dynamodbav:"past,omitempty"`
	Status      string           `dynamodbav:"status"`
	Rank        int              `dynamodbav:"rank"`
	Error       *errorPart       `dynamodbav:"error,omitempty"`
	ClientID    string           `dynamodbav:"clientId,omitempty"`
	Visitor     string           `dynamodbav:"visitor,omitempty"`
	Page        *pagePart        `dynamodbav:"page,omitempty"`
	ProviderID  string           `dynamodbav:"providerId,omitempty"`
	Attempt     int              `dynamodbav:"attempt,omitempty"`
	Reactions   []reactionPart   `dynamodbav:"reactions,omitempty"`
	Edited      *momentPart      `dynamodbav:"edited,omitempty"`
	Revoked     *momentPart      `dynamodbav:"revoked,omitempty"`
	SentAt      millis           `dynamodbav:"sentAt,omitempty"`
	ReceivedAt  millis           `dynamodbav:"receivedAt,omitempty"`
	Version     int64            `dynamodbav:"version"`
}

type attachmentPart struct {
	ID    string `dynamodbav:"id,omitempty"`
	Name  string `dynamodbav:"name,omitempty"`
	Mime  string `dynamodbav:"mime,omitempty"`
	Size  int64  `dynamodbav:"size,omitempty"`
	Ref   string `dynamodbav:"ref,omitempty"`
	Key   string `dynamodbav:"key,omitempty"`
	State string `dynamodbav:"state,omitempty"`
}

type pagePart struct {
	URL   string `dynamodbav:"url"`
	Title string `dynamodbav:"title,omitempty"`
}

type locationPart struct {
	Latitude  float64 `dynamodbav:"lat"`
	Longitude float64 `dynamodbav:"lng"`
	Name      string  `dynamodbav:"name,omitempty"`
	Address   string  `dynamodbav:"address,omitempty"`
}

type cardPart struct {
	Name    string   `dynamodbav:"name,omitempty"`
	Company string   `dynamodbav:"company,omitempty"`
	Phones  []string `dynamodbav:"phones,omitempty"`
	Emails  []string `dynamodbav:"emails,omitempty"`
}

type referralPart struct {
	Source    string `dynamodbav:"source,omitempty"`
	SourceID  string `dynamodbav:"sourceId,omitempty"`
	URL       string `dynamodbav:"url,omitempty"`
	Headline  string `dynamodbav:"headline,omitempty"`
	Body      string `dynamodbav:"body,omitempty"`
	MediaType string `dynamodbav:"mediaType,omitempty"`
	MediaURL  string `dynamodbav:"mediaUrl,omitempty"`
}

func referralOf(r *chat.Referral) *referralPart {
	if r == nil {
		return nil
	}
	return &referralPart{
		Source: string(r.Source), SourceID: r.SourceID, URL: r.URL, Headline: r.Headline, Body: r.Body,
		MediaType: string(r.MediaType), MediaURL: r.MediaURL,
	}
}

func (p *referralPart) referral() *chat.Referral {
	if p == nil {
		return nil
	}
	return &chat.Referral{
		Source: chat.ReferralSource(p.Source), SourceID: p.SourceID, URL: p.URL, Headline: p.Headline, Body: p.Body,
		MediaType: chat.MessageType(p.MediaType), MediaURL: p.MediaURL,
	}
}

// momentPart is an instant by the provider's clock and by ours.
type momentPart struct {
	At      millis `dynamodbav:"at"`
	HeardAt millis `dynamodbav:"heardAt,omitempty"`
}

func momentOf(m chat.Moment) *momentPart {
	if m.IsZero() {
		return nil
	}
	return &momentPart{At: millisOf(m.At), HeardAt: millisOf(m.ReceivedAt)}
}

func (p *momentPart) moment() chat.Moment {
	if p == nil {
		return chat.Moment{}
	}
	return chat.Moment{At: p.At.time(), ReceivedAt: p.HeardAt.time()}
}

type reactionPart struct {
	From  string      `dynamodbav:"from"`
	Emoji string      `dynamodbav:"emoji,omitempty"`
	When  *momentPart `dynamodbav:"when,omitempty"`
}

func toMessageItem(m chat.Message) messageItem {
	it := messageItem{
		header:    headed(messageKey(m.AccountID, m.ConversationID, m.ID), kindMessage),
		Direction: string(m.Direction), Type: string(m.Type), Text: m.Text, Author: authorOf(m.Author), ReplyTo: string(m.ReplyTo),
		Status: string(m.Status), Rank: m.Status.Rank(), Error: errorOf(m.Error), ClientID: m.ClientID, Visitor: string(m.Visitor), ProviderID: m.ProviderID,
		Attempt: m.Attempt, SentAt: millisOf(m.SentAt), ReceivedAt: millisOf(m.ReceivedAt), Version: m.Version,
		Edited: momentOf(m.Edited), Revoked: momentOf(m.Revoked), Referral: referralOf(m.Referral), Past: m.Past,
		Interactive: interactiveOf(m.Interactive), Template: templateRefOf(m.Template),
	}
	if m.Location != nil {
		at := locationPart(*m.Location)
		it.Location = &at
	}
	if m.Page != nil {
		on := pagePart(*m.Page)
		it.Page = &on
	}
	for _, card := range m.Cards {
		it.Cards = append(it.Cards, cardPart(card))
	}
	for _, r := range m.Reactions {
		it.Reactions = append(it.Reactions, reactionPart{From: string(r.From), Emoji: r.Emoji, When: momentOf(r.When)})
	}
	for _, a := range m.Attachments {
		it.Attachments = append(it.Attachments, attachmentPart{
			ID: a.ID, Name: a.Name, Mime: a.Mime, Size: a.Size, Ref: a.Ref, Key: a.Key, State: string(a.State),
		})
	}
	return it
}

func decodeMessage(av item) (chat.Message, error) {
	it, err := decode[messageItem](av, kindMessage)
	if err != nil {
		return chat.Message{}, err
	}
	account, conv, err := parseConversationKey(it.PK)
	if err != nil {
		return chat.Message{}, damaged(kindMessage, err)
	}
	id, err := split(it.SK, "M", 1)
	if err != nil {
		return chat.Message{}, damaged(kindMessage, err)
	}
	m := chat.Message{
		ID: chat.MessageID(id[0]), AccountID: account, ConversationID: conv,
		Direction: chat.Direction(it.Direction), Type: chat.MessageType(it.Type), Text: it.Text, Author: it.Author.author(),
		ReplyTo: chat.MessageID(it.ReplyTo), Status: chat.MessageStatus(it.Status), Error: it.Error.messageError(),
		ClientID: it.ClientID, Visitor: chat.VisitorID(it.Visitor), ProviderID: it.ProviderID, Attempt: it.Attempt,
		Edited: it.Edited.moment(), Revoked: it.Revoked.moment(), Referral: it.Referral.referral(), Past: it.Past,
		Interactive: it.Interactive.interactive(), Template: it.Template.ref(),
		SentAt: it.SentAt.time(), ReceivedAt: it.ReceivedAt.time(), Version: it.Version,
	}
	if it.Location != nil {
		at := chat.Location(*it.Location)
		m.Location = &at
	}
	if it.Page != nil {
		on := chat.SitePage(*it.Page)
		m.Page = &on
	}
	for _, card := range it.Cards {
		m.Cards = append(m.Cards, chat.Card(card))
	}
	for _, r := range it.Reactions {
		m.Reactions = append(m.Reactions, chat.Reaction{From: chat.Direction(r.From), Emoji: r.Emoji, When: r.When.moment()})
	}
	for _, a := range it.Attachments {
		m.Attachments = append(m.Attachments, chat.Attachment{
			ID: a.ID, Name: a.Name, Mime: a.Mime, Size: a.Size, Ref: a.Ref, Key: a.Key, State: chat.AttachmentState(a.State),
		})
	}
	return m, nil
}

// PutMessage puts a message unless it is there.
func (s *Store) PutMessage(ctx context.Context, m chat.Message) (created bool, err error) {
	m.Version = max(m.Version, 1)
	_, refused, err := s.putItem(ctx, Desk, toMessageItem(m), absent(), "put a message")
	return !refused && err == nil, err
}

// Message reads one, consistently.
func (s *Store) Message(ctx context.Context, account chat.AccountID, conv chat.ConversationID, id chat.MessageID) (chat.Message, error) {
	av, err := s.get(ctx, Desk, messageKey(account, conv, id), true, kindMessage)
	if err != nil {
		return chat.Message{}, err
	}
	return decodeMessage(av)
}

// Messages pages through a conversation: the first page is the newest, items in a page are oldest first, and Next leads to
// older ones.
func (s *Store) Messages(ctx context.Context, account chat.AccountID, conv chat.ConversationID, p chat.PageRequest) (chat.Page[chat.Message], error) {
	return timeline(ctx, s, account, conv, messagePrefix, p, decodeMessage)
}

// timeline is a page of what a conversation's partition holds under a prefix, sorted by id.
func timeline[T any](ctx context.Context, s *Store, account chat.AccountID, conv chat.ConversationID, prefix string, p chat.PageRequest, decode func(item) (T, error)) (chat.Page[T], error) {
	pk := conversationKey(account, conv).pk
	if pk == "" {
		return chat.Page[T]{}, notFound(kindConversation)
	}
	page, err := pageOf(ctx, s, account, "timeline "+pk+" "+prefix, p, query{
		table: Desk, condition: inPartition(pk, prefix), descending: true, consistent: true,
	}, decode)
	slices.Reverse(page.Items)
	return page, err
}

// pageOf is a page of a partition of a table, in the order of its sort keys. The cursor is bound to name.
func pageOf[T any](ctx context.Context, s *Store, account chat.AccountID, name string, p chat.PageRequest, q query, decode func(item) (T, error)) (chat.Page[T], error) {
	last, err := s.cursors.Verify(ctx, p.Cursor, name, account, 2)
	if err != nil {
		return chat.Page[T]{}, err
	}
	if last != nil {
		q.start = key{last[0], last[1]}.item()
	}
	q.limit = limitOf(p)
	items, more, err := s.page(ctx, q, "read the list "+name)
	if err != nil {
		return chat.Page[T]{}, err
	}
	page := chat.Page[T]{Items: make([]T, 0, len(items))}
	for _, av := range items {
		v, err := decode(av)
		if err != nil {
			return chat.Page[T]{}, err
		}
		page.Items = append(page.Items, v)
	}
	if more {
		end := keyOf(items[len(items)-1])
		page.Next, err = s.cursors.Sign(ctx, name, account, end.pk, end.sk)
	}
	return page, err
}

// AdvanceStatus moves a message's status forward, in one write: only to a higher rank, and only for the attempt named; a
// provider's id given with it asks that the message has one already, since whoever writes the first puts its receipt before. With
// attempt 0 the attempt is not looked at, and the provider's id must be the message's, or its first. applied is false, and m
// what is stored, when that does not hold. NotFound means that there is no such message.
func (s *Store) AdvanceStatus(ctx context.Context, account chat.AccountID, conv chat.ConversationID, id chat.MessageID, attempt int, to chat.MessageStatus, reason *chat.MessageError, providerID string) (m chat.Message, applied bool, err error) {
	name, value := expression.Name, expression.Value
	update := expression.Set(name("status"), value(string(to))).Set(name("rank"), value(to.Rank())).Add(name("version"), value(1))
	if reason != nil {
		update = update.Set(name("error"), value(errorOf(reason)))
	} else {
		update = update.Remove(name("error"))
	}
	if providerID != "" {
		update = update.Set(name("providerId"), name("providerId").IfNotExists(value(providerID)))
	}
	condition := present().And(name("rank").LessThan(value(to.Rank())))
	switch {
	case attempt != 0:
		condition = condition.And(name("attempt").Equal(value(attempt)))
		if providerID != "" {
			condition = condition.And(expression.AttributeExists(name("providerId")))
		}
	case providerID != "":
		condition = condition.And(expression.AttributeNotExists(name("providerId")).Or(name("providerId").Equal(value(providerID))))
	}
	av, refused, err := s.updateItem(ctx, Desk, messageKey(account, conv, id), update, &condition, "advance a message's status")
	if err != nil {
		return chat.Message{}, false, err
	}
	if len(av) == 0 {
		return chat.Message{}, false, notFound(kindMessage)
	}
	m, err = decodeMessage(av)
	return m, !refused && err == nil, err
}

// Effects are what changes together with a message.
type Effects = chat.MessageEffects

// MergeEcho deletes an echo whose place its receipt gives to another message, with the effects.
func (s *Store) MergeEcho(ctx context.Context, r chat.ProviderRef, echo chat.Message, effects Effects) error {
	var t tx
	still := expression.Name("messageId").Equal(expression.Value(string(echo.ID)))
	t.put(Desk, toReceiptItem(r), &still, ReasonVersionChanged)
	t.remove(Desk, messageKey(echo.AccountID, echo.ConversationID, echo.ID), atVersion(echo.Version), ReasonVersionChanged)
	addEffects(&t, effects)
	return s.commit(ctx, &t, "absorb message "+string(echo.ID))
}

// UpdateMessage replaces a message and writes the effects with it. The stored message gets the version after before's, which
// must still be the one stored.
func (s *Store) UpdateMessage(ctx context.Context, before, after chat.Message, effects Effects) error {
	after.Version = before.Version + 1
	var t tx
	t.put(Desk, toMessageItem(after), atVersion(before.Version), ReasonVersionChanged)
	addEffects(&t, effects)
	return s.commit(ctx, &t, "update message "+string(after.ID))
}

func addEffects(t *tx, effects Effects) {
	if effects.PutTimer != nil {
		t.put(Desk, toTimerItem(*effects.PutTimer), nil, "")
	}
	if effects.DropTimer != nil {
		t.remove(Desk, timerKey(*effects.DropTimer), nil, "")
	}
	if effects.Event != nil {
		t.put(Desk, toEventItem(*effects.Event), nil, "")
	}
	if c := effects.Conversation; c != nil {
		next := *c
		next.Version++
		t.put(Desk, toConversationItem(next), atVersion(c.Version), ReasonVersionChanged)
	}
}
