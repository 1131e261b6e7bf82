package item

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// conversationItem is a conversation as stored. Writes are paid per kilobyte, so names are short, ids that are in the key are not
// repeated, and empty fields are left out.
type conversationItem struct {
	table.Header
	StoreID   string       `dynamodbav:"storeId,omitempty"`
	GroupID   string       `dynamodbav:"groupId,omitempty"`
	Channel   channelPart  `dynamodbav:"channel"`
	Contact   contactPart  `dynamodbav:"contact"`
	External  string       `dynamodbav:"external,omitempty"`
	Moves     []movePart   `dynamodbav:"moves,omitempty"`
	Merged    string       `dynamodbav:"mergedInto,omitempty"`
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
	InboundAt table.Millis `dynamodbav:"lastInboundAt,omitempty"`
	CreatedAt table.Millis `dynamodbav:"createdAt,omitempty"`
	ActiveAt  table.Millis `dynamodbav:"activeAt,omitempty"`
	Assigned  table.Millis `dynamodbav:"assignedAt,omitempty"`
	WaitingAt table.Millis `dynamodbav:"waitingAt,omitempty"`
	PoolAt    table.Millis `dynamodbav:"poolAt,omitempty"`
	CloseAt   table.Millis `dynamodbav:"closeAt,omitempty"`
	AssignAt  table.Millis `dynamodbav:"assignAt,omitempty"`
	Resolved  table.Millis `dynamodbav:"resolvedAt,omitempty"`
	By        *authorPart  `dynamodbav:"resolvedBy,omitempty"`
	Shards    int          `dynamodbav:"shards,omitempty"` // of the account, if more than one
	Version   int64        `dynamodbav:"version"`
	Reader    string       `dynamodbav:"for"`

	InboxPK   string `dynamodbav:"inboxPk"`
	InboxSK   string `dynamodbav:"inboxSk"`
	WaitingPK string `dynamodbav:"waitingPk,omitempty"`
	WaitingSK string `dynamodbav:"waitingSk,omitempty"`
	Due
}

type channelPart struct {
	ID   string `dynamodbav:"id"`
	Type string `dynamodbav:"type"`
}

type contactPart struct {
	ID   string `dynamodbav:"id"`
	Name string `dynamodbav:"name"`
}

type movePart struct {
	Merge    string `dynamodbav:"merge,omitempty"`
	External string `dynamodbav:"external"`
}

type previewPart struct {
	ID        string `dynamodbav:"id"`
	Text      string `dynamodbav:"text"`
	Type      string `dynamodbav:"type"`
	Direction string `dynamodbav:"dir,omitempty"` // empty for in, so that there is room for the count within one write unit
	Revoked   bool   `dynamodbav:"revoked,omitempty"`
	Inbound   int    `dynamodbav:"n,omitempty"` // how many messages the contact wrote: the inbox index includes the preview
}

// PreviewOf is a conversation's preview, with how many messages its contact wrote.
func PreviewOf(p chat.Preview, inbound int) *previewPart {
	part := &previewPart{ID: string(p.MessageID), Text: p.Text, Type: string(p.Type), Revoked: p.Revoked, Inbound: inbound}
	if p.Direction != chat.In {
		part.Direction = string(p.Direction)
	}
	return part
}

func (p *previewPart) preview() *chat.Preview {
	if p == nil {
		return nil
	}
	return &chat.Preview{
		MessageID: chat.MessageID(p.ID), Text: p.Text, Type: chat.MessageType(p.Type), Direction: cmp.Or(chat.Direction(p.Direction), chat.In),
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

// Due puts an item into the due index; empty, it is not in it.
type Due struct {
	DuePK   string       `dynamodbav:"duePk,omitempty"`
	DueAt   table.Millis `dynamodbav:"dueAt,omitempty"`
	DueKind string       `dynamodbav:"dueKind,omitempty"`
}

func Conversation(c chat.Conversation) conversationItem {
	inbox := key.Inbox(c)
	it := conversationItem{
		Header:  table.NewHeader(key.Conversation(c.AccountID, c.ID), KindConversation),
		StoreID: string(c.StoreID), GroupID: string(c.GroupID),
		Channel:  channelPart{ID: string(c.ChannelID), Type: string(c.ChannelType)},
		Contact:  contactPart{ID: string(c.ContactID), Name: c.ContactName},
		External: c.ExternalID, Merged: string(c.MergedInto), Status: string(c.Status), Assignee: string(c.AssigneeID), Former: string(c.FormerID),
		Passed: table.Strings(c.Passed), Tags: c.Tags, Campaign: c.Campaign, Bot: c.BotEnabled,
		LastID: string(c.LastMessageID), InboundID: string(c.LastInboundID), InboundAt: table.MillisOf(c.LastInboundAt),
		CreatedAt: table.MillisOf(c.CreatedAt), ActiveAt: table.MillisOf(c.LastActivityAt), Assigned: table.MillisOf(c.AssignedAt),
		WaitingAt: table.MillisOf(c.WaitingSince), PoolAt: table.MillisOf(c.PoolSince), CloseAt: table.MillisOf(c.CloseAt), AssignAt: table.MillisOf(c.AssignAt),
		Resolved: table.MillisOf(c.ResolvedAt), By: authorOf(c.ResolvedBy), Version: c.Version, Reader: ReaderSignals,
		InboxPK: inbox.PK, InboxSK: inbox.SK,
	}
	for _, m := range c.Moves {
		it.Moves = append(it.Moves, movePart{Merge: m.MergeID, External: m.ExternalID})
	}
	if c.InboxShards > 1 {
		it.Shards = c.InboxShards
	}
	if c.Preview != nil {
		it.Preview = PreviewOf(*c.Preview, c.InboundCount)
	}
	waiting := key.Waiting(c)
	it.WaitingPK, it.WaitingSK = waiting.PK, waiting.SK
	if due := c.DueAt(); !due.IsZero() {
		it.Due = Due{DuePK: key.DueShard(string(c.ID)), DueAt: table.MillisOf(due), DueKind: DueAssign}
		if due.Equal(c.CloseAt) {
			it.DueKind = DueClose
		}
	}
	return it
}

func (it conversationItem) conversation() (chat.Conversation, error) {
	account, id, err := key.ParseConversation(it.PK)
	if err != nil {
		return chat.Conversation{}, table.Damaged(KindConversation, err)
	}
	var moves []chat.ConversationMove
	for _, m := range it.Moves {
		moves = append(moves, chat.ConversationMove{MergeID: m.Merge, ExternalID: m.External})
	}
	inbound := 0
	if it.Preview != nil {
		inbound = it.Preview.Inbound
	}
	return chat.Conversation{
		ID: id, AccountID: account, InboundCount: inbound, StoreID: chat.StoreID(it.StoreID), GroupID: chat.GroupID(it.GroupID),
		ChannelID: chat.ChannelID(it.Channel.ID), ChannelType: chat.ChannelType(it.Channel.Type),
		ContactID: chat.ContactID(it.Contact.ID), ContactName: it.Contact.Name, ExternalID: it.External, Moves: moves, MergedInto: chat.ConversationID(it.Merged),
		Status: chat.Status(it.Status), AssigneeID: chat.OperatorID(it.Assignee), FormerID: chat.OperatorID(it.Former),
		Passed: table.IDs[chat.OperatorID](it.Passed), Tags: it.Tags, Campaign: it.Campaign, BotEnabled: it.Bot,
		Preview: it.Preview.preview(), LastMessageID: chat.MessageID(it.LastID), LastInboundID: chat.MessageID(it.InboundID),
		LastInboundAt: it.InboundAt.Time(), CreatedAt: it.CreatedAt.Time(), LastActivityAt: it.ActiveAt.Time(),
		AssignedAt: it.Assigned.Time(), WaitingSince: it.WaitingAt.Time(), PoolSince: it.PoolAt.Time(), CloseAt: it.CloseAt.Time(), AssignAt: it.AssignAt.Time(),
		ResolvedAt: it.Resolved.Time(), ResolvedBy: it.By.author(), InboxShards: it.Shards, Version: it.Version,
	}, nil
}

func DecodeConversation(av table.Item) (chat.Conversation, error) {
	it, err := table.Decode[conversationItem](av, KindConversation)
	if err != nil {
		return chat.Conversation{}, err
	}
	return it.conversation()
}

// DecodeRow reads an entry of the inbox index. Fields that the index does not include are empty.
func DecodeRow(av table.Item) (chat.Conversation, error) {
	var it conversationItem
	if err := attributevalue.UnmarshalMap(av, &it); err != nil {
		return chat.Conversation{}, table.Damaged("list row", err)
	}
	c, err := it.conversation()
	if err == nil && c.Preview != nil {
		c.LastMessageID = c.Preview.MessageID
	}
	return c, err
}

// The kinds of due conversations; every other DueItem has its timer's kind.
const (
	DueClose  = "close"
	DueAssign = "assign"
)
