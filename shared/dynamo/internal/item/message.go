package item

import (
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// messageItem is a message as stored. Rank is its status's rank, for conditions.
type messageItem struct {
	table.Header
	Direction   string           `dynamodbav:"dir"`
	Type        string           `dynamodbav:"type"`
	Text        string           `dynamodbav:"text,omitempty"`
	Attachments []attachmentPart `dynamodbav:"attachments,omitempty"`
	Location    *locationPart    `dynamodbav:"location,omitempty"`
	Cards       []cardPart       `dynamodbav:"cards,omitempty"`
	Interactive *interactivePart `dynamodbav:"interactive,omitempty"`
	Form        *formPart        `dynamodbav:"form,omitempty"`
	Choice      *choicePart      `dynamodbav:"choice,omitempty"`
	Unsupported *unsupportedPart `dynamodbav:"unsupported,omitempty"`
	Template    *templateRefPart `dynamodbav:"template,omitempty"`
	Author      *authorPart      `dynamodbav:"author,omitempty"`
	ReplyTo     string           `dynamodbav:"replyTo,omitempty"`
	Quoted      string           `dynamodbav:"quoted,omitempty"`
	Referral    *referralPart    `dynamodbav:"referral,omitempty"`
	Past        bool             `dynamodbav:"past,omitempty"`
	Status      string           `dynamodbav:"status"`
	Rank        int              `dynamodbav:"rank"`
	Error       *errorPart       `dynamodbav:"error,omitempty"`
	ClientID    string           `dynamodbav:"clientId,omitempty"`
	Visitor     string           `dynamodbav:"visitor,omitempty"`
	Page        *pagePart        `dynamodbav:"page,omitempty"`
	ProviderID  string           `dynamodbav:"providerId,omitempty"`
	Pricing     *pricingPart     `dynamodbav:"pricing,omitempty"`
	Attempt     int              `dynamodbav:"attempt,omitempty"`
	timesPart
	Reactions  []reactionPart `dynamodbav:"reactions,omitempty"`
	Edited     *momentPart    `dynamodbav:"edited,omitempty"`
	Revoked    *momentPart    `dynamodbav:"revoked,omitempty"`
	SentAt     table.Millis   `dynamodbav:"sentAt,omitempty"`
	ReceivedAt table.Millis   `dynamodbav:"receivedAt,omitempty"`
	Version    int64          `dynamodbav:"version"`
	Reader     string         `dynamodbav:"for"`
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
	ClickID   string `dynamodbav:"clickId,omitempty"`
}

func referralOf(r *chat.Referral) *referralPart {
	if r == nil {
		return nil
	}
	return &referralPart{
		Source: string(r.Source), SourceID: r.SourceID, URL: r.URL, Headline: r.Headline, Body: r.Body,
		MediaType: string(r.MediaType), MediaURL: r.MediaURL, ClickID: r.ClickID,
	}
}

func (p *referralPart) referral() *chat.Referral {
	if p == nil {
		return nil
	}
	return &chat.Referral{
		Source: chat.ReferralSource(p.Source), SourceID: p.SourceID, URL: p.URL, Headline: p.Headline, Body: p.Body,
		MediaType: chat.MessageType(p.MediaType), MediaURL: p.MediaURL, ClickID: p.ClickID,
	}
}

// momentPart is a time by the provider's clock and by ours.
type momentPart struct {
	At      table.Millis `dynamodbav:"at"`
	HeardAt table.Millis `dynamodbav:"heardAt,omitempty"`
}

func momentOf(m chat.Moment) *momentPart {
	if m.IsZero() {
		return nil
	}
	return &momentPart{At: table.MillisOf(m.At), HeardAt: table.MillisOf(m.ReceivedAt)}
}

func (p *momentPart) moment() chat.Moment {
	if p == nil {
		return chat.Moment{}
	}
	return chat.Moment{At: p.At.Time(), ReceivedAt: p.HeardAt.Time()}
}

type reactionPart struct {
	From  string      `dynamodbav:"from"`
	Emoji string      `dynamodbav:"emoji,omitempty"`
	When  *momentPart `dynamodbav:"when,omitempty"`
}

func Message(m chat.Message) messageItem {
	it := messageItem{
		Header:    table.NewHeader(key.Message(m.AccountID, m.ConversationID, m.ID), KindMessage),
		Direction: string(m.Direction), Type: string(m.Type), Text: m.Text, Author: authorOf(m.Author), ReplyTo: string(m.ReplyTo), Quoted: m.Quoted,
		Status: string(m.Status), Rank: m.Status.Rank(), Error: ErrorOf(m.Error), ClientID: m.ClientID, Visitor: string(m.Visitor), ProviderID: m.ProviderID,
		Attempt: m.Attempt, SentAt: table.MillisOf(m.SentAt), ReceivedAt: table.MillisOf(m.ReceivedAt), Version: m.Version,
		Edited: momentOf(m.Edited), Revoked: momentOf(m.Revoked), Referral: referralOf(m.Referral), Past: m.Past,
		Interactive: interactiveOf(m.Interactive), Template: templateRefOf(m.Template),
		Form: formOf(m.Form), Pricing: PricingOf(m.Pricing), timesPart: timesOf(m.StatusTimes),
	}
	if m.Choice != nil {
		tapped := choicePart(*m.Choice)
		it.Choice = &tapped
	}
	if m.Unsupported != nil {
		unsupported := unsupportedPart(*m.Unsupported)
		it.Unsupported = &unsupported
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
	toFetch := func(a chat.Attachment) bool { return a.State == chat.AttachmentPending }
	if it.Reader = ReaderSignals; m.Direction == chat.In && m.Version <= 1 && !slices.ContainsFunc(m.Attachments, toFetch) {
		it.Reader = ReaderNone
	}
	return it
}

func DecodeMessage(av table.Item) (chat.Message, error) {
	it, err := table.Decode[messageItem](av, KindMessage)
	if err != nil {
		return chat.Message{}, err
	}
	account, conv, err := key.ParseConversation(it.PK)
	if err != nil {
		return chat.Message{}, table.Damaged(KindMessage, err)
	}
	id, err := key.Split(it.SK, "M", 1)
	if err != nil {
		return chat.Message{}, table.Damaged(KindMessage, err)
	}
	m := chat.Message{
		ID: chat.MessageID(id[0]), AccountID: account, ConversationID: conv,
		Direction: chat.Direction(it.Direction), Type: chat.MessageType(it.Type), Text: it.Text, Author: it.Author.author(),
		ReplyTo: chat.MessageID(it.ReplyTo), Quoted: it.Quoted, Status: chat.MessageStatus(it.Status), Error: it.Error.messageError(),
		ClientID: it.ClientID, Visitor: chat.VisitorID(it.Visitor), ProviderID: it.ProviderID, Attempt: it.Attempt,
		Edited: it.Edited.moment(), Revoked: it.Revoked.moment(), Referral: it.Referral.referral(), Past: it.Past,
		Interactive: it.Interactive.interactive(), Template: it.Template.ref(),
		Form: it.Form.form(), Pricing: it.Pricing.pricing(), StatusTimes: it.times(),
		SentAt: it.SentAt.Time(), ReceivedAt: it.ReceivedAt.Time(), Version: it.Version,
	}
	if it.Choice != nil {
		tapped := chat.Choice(*it.Choice)
		m.Choice = &tapped
	}
	if it.Unsupported != nil {
		unsupported := chat.Unsupported(*it.Unsupported)
		m.Unsupported = &unsupported
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
