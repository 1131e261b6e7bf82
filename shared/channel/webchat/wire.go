package webchat

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Body holds items from the visitors of one site.
type Body struct {
	Site  string `json:"site"` // the channel's external id
	Items []Item `json:"items"`
}

// Visitor is the sender of an item. Name is shown in the inbox until the contact has a better one.
type Visitor struct {
	ID   chat.VisitorID `json:"id"`
	Name string         `json:"name"`
}

// Kind is the kind of an item.
type Kind string

// The kinds of items.
const (
	Message Kind = "message"
	Receipt Kind = "receipt" // the visitor's browser received, or showed, a message of ours
	Shown   Kind = "shown"   // a page of the site opened the chat; sent while the channel waits for its first sign of life
)

// Item is a message or a receipt.
type Item struct {
	Kind        Kind               `json:"kind"`
	Visitor     Visitor            `json:"visitor"`
	ID          string             `json:"id,omitempty"` // of a message, chosen by the visitor's browser
	Type        chat.MessageType   `json:"type,omitempty"`
	Text        string             `json:"text,omitempty"`
	Attachments []Attachment       `json:"attachments,omitempty"`
	ReplyTo     string             `json:"replyTo,omitempty"` // the provider's id of the message that this one replies to
	Page        *Page              `json:"page,omitempty"`    // the page on which the message was written
	Preview     bool               `json:"preview,omitempty"` // it was written on the console's preview page
	Target      string             `json:"target,omitempty"`  // the MessageName of a receipt's message
	Status      chat.MessageStatus `json:"status,omitempty"`
}

// Page is a page of the site.
type Page struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

// Attachment is a file in our bucket under Key.
type Attachment struct {
	Name string `json:"name"`
	Mime string `json:"mime"`
	Size int64  `json:"size"`
	Key  string `json:"key"`
}

// Encode writes a body for Split.
func Encode(b Body) ([]byte, error) {
	body, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("encode visitor items: %w", err)
	}
	return body, nil
}

// Split makes one channel item of each item of the body, in order.
func (*Adapter) Split(request channel.Request) ([]channel.Item, error) {
	b, err := decode(request.Body)
	if err != nil {
		return nil, err
	}
	items := make([]channel.Item, 0, len(b.Items))
	for _, it := range b.Items {
		alone, err := Encode(Body{Site: b.Site, Items: []Item{it}})
		if err != nil {
			return nil, err
		}
		item := channel.Item{Asset: b.Site, Group: string(it.Visitor.ID), ID: it.ID, Kind: chat.InboundMessage, Body: alone}
		switch it.Kind {
		case Message:
			item.ID = it.providerID()
		case Receipt:
			item.ID, item.Kind, item.State = it.Target, chat.InboundStatus, string(it.Status)
		case Shown:
			item.ID, item.Kind = string(Shown)+" "+string(it.Visitor.ID), chat.InboundShown
		default:
			item.ID, item.Kind = string(it.Kind)+" "+it.ID, chat.InboundIgnored
		}
		items = append(items, item)
	}
	return items, nil
}

func decode(body []byte) (Body, error) {
	var b Body
	if err := json.Unmarshal(body, &b); err != nil || b.Site == "" || len(b.Items) == 0 || slices.ContainsFunc(b.Items, func(it Item) bool { return it.Visitor.ID == "" }) {
		return Body{}, fault.New(fault.Invalid, "the body is not a valid list of visitor items").WithReason("undecodable")
	}
	return b, nil
}

// providerID returns the id of a visitor's message, prefixed by the visitor's id: ids that browsers choose are unique only per visitor.
func (it Item) providerID() string { return string(it.Visitor.ID) + "." + it.ID }

// known are the types that a visitor's browser may send.
var known = []chat.MessageType{chat.TypeText, chat.TypeImage, chat.TypeAudio, chat.TypeVideo, chat.TypeDocument, chat.TypeInteractive}

// Parse reads one item of Split.
func (*Adapter) Parse(body []byte, receivedAt time.Time) (chat.Inbound, error) {
	b, err := decode(body)
	if err != nil {
		return chat.Inbound{}, err
	}
	it := b.Items[0]
	in := chat.Inbound{
		Asset: b.Site, Visitor: it.Visitor.ID, At: receivedAt, ReceivedAt: receivedAt,
		Sender: chat.Sender{Addresses: []string{string(it.Visitor.ID)}, Name: it.Visitor.Name},
	}
	switch it.Kind {
	case Message:
		in.Kind, in.ProviderID, in.ClientID = chat.InboundMessage, it.providerID(), it.ID
		in.Type, in.Text, in.ReplyTo, in.Preview = it.Type, it.Text, it.ReplyTo, it.Preview
		if it.Page != nil {
			on := chat.SitePage(*it.Page)
			in.Page = &on
		}
		if !slices.Contains(known, it.Type) {
			in.Type, in.Text, in.Unsupported = chat.TypeUnsupported, "", &chat.Unsupported{Kind: string(it.Type), Raw: string(body)}
		}
		for _, a := range it.Attachments {
			in.Attachments = append(in.Attachments, chat.Attachment{Name: a.Name, Mime: a.Mime, Size: a.Size, Key: a.Key, State: chat.AttachmentReady})
		}
	case Receipt:
		in.Kind, in.ProviderID, in.Status = chat.InboundStatus, it.Target, chat.StatusUpdate{Status: it.Status, At: receivedAt}
	case Shown:
		in.Kind = chat.InboundShown
	default:
		in.Kind, in.Ignored = chat.InboundIgnored, "kind"
	}
	return in, nil
}
