package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"github.com/recado-chat/recado/shared/chat"
)

// conversationItem is a conversation as stored. The hot path pays for every started kilobyte of it, so names are short, ids
// that its keys hold are not repeated, and what is empty is left out.
type conversationItem struct {
	header
	StoreID   string       `dynamodbav:"storeId,omitempty"`
	GroupID   string       `dynamodbav:"groupId,omitempty"`
	Channel   channelPart  `dynamodbav:"channel"`
	Contact   contactPart  `dynamodbav:"contact"`
	External  string       `dynamodbav:"external,omitempty"`
	Status    string       `dynamodbav:"status"`
	Assignee  string       `dynamodbav:"assigneeId,omitempty"`
	Former    string       `dynamodbav:"formerId,omitempty"`
	Passed    []string     `dynamodbav:"passed,omitempty"`
	Tags      []string     `dynamodbav:"tags,omitempty"`
	Campaign  string       `dynamodbav:"campaign,omitempty"`
	Bot       bool         `dynamodbav:"bot,omitempty"`
	Preview   *previewPart `dynamodbav:"preview,omitempty"`
	LastID    string       `dynamodbav:"lastId,omitempty"`
	InboundID string       `dynamodbav:"lastInboundId,omitempty"`
	InboundAt millis       `dynamodbav:"lastInboundAt,omitempty"`
	CreatedAt millis       `dynamodbav:"createdAt,omitempty"`
	ActiveAt  millis       `dynamodbav:"activeAt,omitempty"`
	Assigned  millis       `dynamodbav:"assignedAt,omitempty"`
	WaitingAt millis       `dynamodbav:"waitingAt,omitempty"`
	PoolAt    millis       `dynamodbav:"poolAt,omitempty"`
	CloseAt   millis       `dynamodbav:"closeAt,omitempty"`
	AssignAt  millis       `dynamodbav:"assignAt,omitempty"`
	Resolved  millis       `dynamodbav:"resolvedAt,omitempty"`
	By        *authorPart  `dynamodbav:"resolvedBy,omitempty"`
	Shards    int          `dynamodbav:"shards,omitempty"` // where there are several
	Version   int64        `dynamodbav:"version"`

	InboxPK   string `dynamodbav:"inboxPk"`
	InboxSK   string `dynamodbav:"inboxSk"`
	WaitingPK string `dynamodbav:"waitingPk,omitempty"`
	WaitingSK string `dynamodbav:"waitingSk,omitempty"`
	duePart
}

type channelPart struct {
	ID   string `dynamodbav:"id"`
	Type string `dynamodbav:"type"`
}

type contactPart struct {
	ID   string `dynamodbav:"id"`
	Name string `dynamodbav:"name"`
}

type previewPart struct {
	ID        string `dynamodbav:"id"`
	Text      string `dynamodbav:"text"`
	Type      string `dynamodbav:"type"`
	Direction string `dynamodbav:"dir"`
	Revoked   bool   `dynamodbav:"revoked,omitempty"`
}

func previewOf(p chat.Preview) *previewPart {
	return &previewPart{ID: string(p.MessageID), Text: p.Text, Type: string(p.Type), Direction: string(p.Direction), Revoked: p.Revoked}
}

func (p *previewPart) preview() *chat.Preview {
	if p == nil {
		return nil
	}
	return &chat.Preview{
		MessageID: chat.MessageID(p.ID), Text: p.Text, Type: chat.MessageType(p.Type), Direction: chat.Direction(p.Direction),
		Revoked: p.Revoked,
	}
}

type authorPart struct {
	Kind    string `dynamodbav:"kind"`
	ID      string `dynamodbav:"id,omitempty"`
	Name    string `dynamodbav:"name,omitempty"`
	Picture string `dynamodbav:"picture,omitempty"`
}

func authorOf(a chat.Author) *authorPart {
	if a == (chat.Author{}) {
		return nil
	}
	return &authorPart{Kind: string(a.Kind), ID: a.ID, Name: a.Name, Picture: a.Picture}
}

func (a *authorPart) author() chat.Author {
	if a == nil {
		return chat.Author{}
	}
	return chat.Author{Kind: chat.AuthorKind(a.Kind), ID: a.ID, Name: a.Name, Picture: a.Picture}
}

// duePart places an item in the due index, or, left empty, nowhere.
type duePart struct {
	DuePK   string `dynamodbav:"duePk,omitempty"`
	DueAt   millis `dynamodbav:"dueAt,omitempty"`
	DueKind string `dynamodbav:"dueKind,omitempty"`
}

func toConversationItem(c chat.Conversation) conversationItem {
	inbox := inboxKey(c)
	it := conversationItem{
		header:  headed(conversationKey(c.AccountID, c.ID), kindConversation),
		StoreID: string(c.StoreID), GroupID: string(c.GroupID),
		Channel:  channelPart{ID: string(c.ChannelID), Type: string(c.ChannelType)},
		Contact:  contactPart{ID: string(c.ContactID), Name: c.ContactName},
		External: c.ExternalID, Status: string(c.Status), Assignee: string(c.AssigneeID), Former: string(c.FormerID),
		Passed: strs(c.Passed), Tags: c.Tags, Campaign: c.Campaign, Bot: c.BotEnabled,
		LastID: string(c.LastMessageID), InboundID: string(c.LastInboundID), InboundAt: millisOf(c.LastInboundAt),
		CreatedAt: millisOf(c.CreatedAt), ActiveAt: millisOf(c.LastActivityAt), Assigned: millisOf(c.AssignedAt),
		WaitingAt: millisOf(c.WaitingSince), PoolAt: millisOf(c.PoolSince), CloseAt: millisOf(c.CloseAt), AssignAt: millisOf(c.AssignAt),
		Resolved: millisOf(c.ResolvedAt), By: authorOf(c.ResolvedBy), Version: c.Version,
		InboxPK: inbox.pk, InboxSK: inbox.sk,
	}
	if c.InboxShards > 1 {
		it.Shards = c.InboxShards
	}
	if c.Preview != nil {
		it.Preview = previewOf(*c.Preview)
	}
	if c.InPool() {
		waiting := waitingKey(c)
		it.WaitingPK, it.WaitingSK = waiting.pk, waiting.sk
	}
	if due := c.DueAt(); !due.IsZero() {
		it.duePart = duePart{DuePK: dueShard(string(c.ID)), DueAt: millisOf(due), DueKind: DueAssign}
		if due.Equal(c.CloseAt) {
			it.DueKind = DueClose
		}
	}
	return it
}

func (it conversationItem) conversation() (chat.Conversation, error) {
	account, id, err := parseConversationKey(it.PK)
	if err != nil {
		return chat.Conversation{}, damaged(kindConversation, err)
	}
	return chat.Conversation{
		ID: id, AccountID: account, StoreID: chat.StoreID(it.StoreID), GroupID: chat.GroupID(it.GroupID),
		ChannelID: chat.ChannelID(it.Channel.ID), ChannelType: chat.ChannelType(it.Channel.Type),
		ContactID: chat.ContactID(it.Contact.ID), ContactName: it.Contact.Name, ExternalID: it.External,
		Status: chat.Status(it.Status), AssigneeID: chat.OperatorID(it.Assignee), FormerID: chat.OperatorID(it.Former),
		Passed: ids[chat.OperatorID](it.Passed), Tags: it.Tags, Campaign: it.Campaign, BotEnabled: it.Bot,
		Preview: it.Preview.preview(), LastMessageID: chat.MessageID(it.LastID), LastInboundID: chat.MessageID(it.InboundID),
		LastInboundAt: it.InboundAt.time(), CreatedAt: it.CreatedAt.time(), LastActivityAt: it.ActiveAt.time(),
		AssignedAt: it.Assigned.time(), WaitingSince: it.WaitingAt.time(), PoolSince: it.PoolAt.time(), CloseAt: it.CloseAt.time(), AssignAt: it.AssignAt.time(),
		ResolvedAt: it.Resolved.time(), ResolvedBy: it.By.author(), InboxShards: it.Shards, Version: it.Version,
	}, nil
}

func decodeConversation(av item) (chat.Conversation, error) {
	it, err := decode[conversationItem](av, kindConversation)
	if err != nil {
		return chat.Conversation{}, err
	}
	return it.conversation()
}

// decodeRow reads an entry of the inbox index. It has what a list shows; the rest of the conversation is empty.
func decodeRow(av item) (chat.Conversation, error) {
	var it conversationItem
	if err := attributevalue.UnmarshalMap(av, &it); err != nil {
		return chat.Conversation{}, damaged("list row", err)
	}
	c, err := it.conversation()
	if err == nil && c.Preview != nil {
		c.LastMessageID = c.Preview.MessageID
	}
	return c, err
}

// Conversation reads one, consistently.
func (s *Store) Conversation(ctx context.Context, account chat.AccountID, id chat.ConversationID) (chat.Conversation, error) {
	av, err := s.get(ctx, Desk, conversationKey(account, id), true, kindConversation)
	if err != nil {
		return chat.Conversation{}, err
	}
	return decodeConversation(av)
}

// Conversations reads several, in the order of their ids; those that are not there are left out.
func (s *Store) Conversations(ctx context.Context, account chat.AccountID, ids []chat.ConversationID) ([]chat.Conversation, error) {
	keys := make([]key, len(ids))
	for i, id := range ids {
		keys[i] = conversationKey(account, id)
	}
	found, err := s.batchGet(ctx, Desk, keys)
	if err != nil {
		return nil, err
	}
	conversations := make([]chat.Conversation, 0, len(found))
	for _, k := range keys {
		av, ok := found[k]
		if !ok {
			continue
		}
		c, err := decodeConversation(av)
		if err != nil {
			return nil, err
		}
		conversations = append(conversations, c)
	}
	return conversations, nil
}
