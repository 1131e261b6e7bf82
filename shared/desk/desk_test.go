package desk_test

import (
	"context"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
)

// oneConversation is a store with one conversation, which refuses writes on another version.
type oneConversation struct {
	stored chat.Conversation
	reads  int
	moves  int // how often the conversation moves before a write
}

func (s *oneConversation) Conversation(context.Context, chat.AccountID, chat.ConversationID) (chat.Conversation, error) {
	s.reads++
	return s.stored, nil
}

func (s *oneConversation) Commit(_ context.Context, d chat.Decision, _ time.Time) error {
	if s.moves > 0 {
		s.moves--
		s.stored.Version++
	}
	if d.Before.Version != s.stored.Version {
		return fault.New(fault.Conflict, "moved").WithReason(chat.ConflictVersionChanged)
	}
	s.stored = d.After
	s.stored.Version++
	return nil
}

func TestDecide(t *testing.T) {
	t.Parallel()
	read := chat.Conversation{ID: "c", AccountID: "account", Version: 3}
	for name, test := range map[string]struct {
		moves    int // before the writes
		given    bool
		reads    int
		tries    int
		conflict bool
	}{
		"nothing moved":                        {0, false, 1, 1, false},
		"moved twice":                          {2, false, 3, 3, false},
		"given, nothing moved: it is not read": {0, true, 0, 1, false},
		"given, moved: it is read again":       {1, true, 1, 2, false},
		"moves all the time":                   {100, true, desk.Tries - 1, desk.Tries, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, tries := &oneConversation{stored: read, moves: test.moves}, 0
			change := func(c chat.Conversation) (*chat.Decision, error) {
				tries++
				after := c
				after.ContactName = "Ana"
				return &chat.Decision{Before: &c, After: after}, nil
			}
			var c chat.Conversation
			var err error
			if test.given {
				c, err = desk.DecideFrom(t.Context(), store, time.Now, read, change)
			} else {
				c, err = desk.Decide(t.Context(), store, time.Now, read.AccountID, read.ID, change)
			}
			if desk.Conflict(err, chat.ConflictVersionChanged) != test.conflict || store.reads != test.reads || tries != test.tries {
				t.Errorf("%v after %d reads and %d tries", err, store.reads, tries)
			}
			if !test.conflict && (c.Version != store.stored.Version || store.stored.ContactName != "Ana") {
				t.Errorf("returned %+v, stored %+v", c, store.stored)
			}
		})
	}
}

func TestParseRef(t *testing.T) {
	t.Parallel()
	ref := desk.Ref(chat.Message{ConversationID: "c", ID: "m", Attempt: 2})
	if conversation, id, attempt, ok := desk.ParseRef(ref); !ok || conversation != "c" || id != "m" || attempt != 2 {
		t.Errorf("%q is read as %s, %s, %d", ref, conversation, id, attempt)
	}
	for _, wrong := range []string{"", "c.m", "c.m.0", "c.m.x", ".m.1", "c..1", "c.m.1.1"} {
		if _, _, _, ok := desk.ParseRef(wrong); ok {
			t.Errorf("%q is read", wrong)
		}
	}
}
