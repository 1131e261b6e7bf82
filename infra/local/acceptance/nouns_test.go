package acceptance_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// conversation holds the fields of a conversation that tests check.
type conversation struct {
	ID         string
	Status     string
	Channel    struct{ ID, Type string }
	StoreID    string
	Contact    struct{ ID, Name string }
	AssigneeID *string
	Preview    *struct {
		Text, Type, Direction, MessageID string
		Revoked                          bool
	}
	LastActivityAt time.Time
	WindowUntil    *time.Time
	WaitingSince   *time.Time
	DueAt          *time.Time
	Unread         bool
	LastInboundID  *string
	CreatedAt      time.Time
	ResolvedAt     *time.Time
	Version        int64
}

func (c conversation) assignee() string {
	if c.AssigneeID == nil {
		return ""
	}
	return *c.AssigneeID
}

type attachment struct {
	ID, Name, Mime, State string
	Size                  int64
	URL                   *string
}

type reaction struct{ From, Emoji string }

type message struct {
	ID, ConversationID, Direction, Type, Text, Status string
	Attachments                                       []attachment
	Author                                            struct{ Kind, ID, Name, Picture string }
	ReplyTo                                           *string
	Error                                             *struct{ Code, Message string }
	Reactions                                         []reaction
	EditedAt, RevokedAt                               *time.Time
	SentAt                                            time.Time
	Version                                           int64
}

type event struct {
	ID, Type string
	At       time.Time
	Actor    struct{ Kind, ID, Name string }
	Reason   *struct {
		Code       string
		Considered []struct {
			OperatorID, Name, Outcome string
			Open, Capacity            int
		}
	}
	Data struct{ AssigneeID, PreviousAssigneeID, Status, MessageID string }
}

type list[T any] struct {
	Items      []T
	NextCursor *string
}

// all reads every page of a list.
func all[T any](c *client, path string) []T {
	c.t.Helper()
	at, err := url.Parse(path)
	if err != nil {
		c.t.Fatal(err)
	}
	var items []T
	for {
		var page list[T]
		c.get(at.String(), &page)
		items = append(items, page.Items...)
		if page.NextCursor == nil {
			return items
		}
		query := at.Query()
		query.Set("cursor", *page.NextCursor)
		at.RawQuery = query.Encode()
	}
}

func (c *client) conversations(query string) []conversation {
	c.t.Helper()
	return all[conversation](c, "/api/v1/conversations?limit=100&"+query)
}

func (c *client) conversation(id string) (v conversation) {
	c.t.Helper()
	c.get("/api/v1/conversations/"+id, &v)
	return v
}

func (c *client) messages(id string) []message {
	c.t.Helper()
	return all[message](c, "/api/v1/conversations/"+id+"/messages?limit=100")
}

func (c *client) message(conversation, id string) (m message) {
	c.t.Helper()
	c.get("/api/v1/conversations/"+conversation+"/messages/"+id, &m)
	return m
}

func (c *client) events(id string) []event {
	c.t.Helper()
	return all[event](c, "/api/v1/conversations/"+id+"/events?limit=100")
}

// does posts an action on a conversation and returns the result.
func (c *client) does(id, verb string, body any) (v conversation) {
	c.t.Helper()
	if body == nil {
		body = object{}
	}
	c.post("/api/v1/conversations/"+id+"/"+verb, body, http.StatusOK, &v)
	return v
}

// reply sends a text to the customer.
func (c *client) reply(id, text string) (m message) {
	c.t.Helper()
	c.post("/api/v1/conversations/"+id+"/messages", object{"clientId": unique("client"), "type": "text", "text": text}, http.StatusCreated, &m)
	return m
}

// only waits until the account has exactly one conversation.
func (a *account) only() (v conversation) {
	a.t.Helper()
	eventually(a.t, func() error {
		found := a.owner.conversations("status=all")
		if len(found) != 1 {
			return fmt.Errorf("%d conversations, want one", len(found))
		}
		v = found[0]
		return nil
	})
	return v
}

// from waits for the conversation whose preview is this text.
func (a *account) from(text string) (v conversation) {
	a.t.Helper()
	eventually(a.t, func() error {
		for _, found := range a.owner.conversations("status=all") {
			if found.Preview != nil && found.Preview.Text == text {
				v = found
				return nil
			}
		}
		return errors.New("no conversation has the preview " + text)
	})
	return v
}

// until waits until a conversation satisfies the check.
func (c *client) until(id string, check func(conversation) bool) (v conversation) {
	c.t.Helper()
	eventually(c.t, func() error {
		if v = c.conversation(id); !check(v) {
			return fmt.Errorf("the conversation is still %s, assigned to %q, due %v", v.Status, v.assignee(), v.DueAt)
		}
		return nil
	})
	return v
}

// untilMessage waits until a message has a status.
func (c *client) untilMessage(conversation, id, status string) (m message) {
	c.t.Helper()
	eventually(c.t, func() error {
		if m = c.message(conversation, id); m.Status != status {
			return fmt.Errorf("the message is still %s (%v), want %s", m.Status, m.Error, status)
		}
		return nil
	})
	return m
}
