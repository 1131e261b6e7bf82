package chat_test

import (
	"testing"

	"github.com/recado-chat/recado/shared/chat"
)

func TestUnreadCount_AfterReading_WhatCameSince(t *testing.T) { // B-28
	t.Parallel()
	for _, c := range []struct {
		name        string
		read        chat.MessageID // "" marks as unread
		atRead, now chat.Conversation
		want        int
	}{
		{"nothing came since", "m4", chat.Conversation{LastInboundID: "m4", InboundCount: 4}, chat.Conversation{LastInboundID: "m4", InboundCount: 4}, 0},
		{"three came since", "m4", chat.Conversation{LastInboundID: "m4", InboundCount: 4}, chat.Conversation{LastInboundID: "m7", InboundCount: 7}, 3},
		{"read up to one before the last", "m3", chat.Conversation{LastInboundID: "m4", InboundCount: 4}, chat.Conversation{LastInboundID: "m4", InboundCount: 4}, 1},
		{"marked as unread, then two more", "", chat.Conversation{LastInboundID: "m4", InboundCount: 4}, chat.Conversation{LastInboundID: "m6", InboundCount: 6}, 3},
		{"not counted yet", "m4", chat.Conversation{LastInboundID: "m4"}, chat.Conversation{LastInboundID: "m5"}, 1},
		{"counted since one message ago", "m4", chat.Conversation{LastInboundID: "m4"}, chat.Conversation{LastInboundID: "m5", InboundCount: 1}, 1},
	} {
		cursor := chat.ReadCursor{ReadUpTo: c.read}
		cursor.CountRead(c.atRead)
		if got := cursor.UnreadCount(c.now); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	if got := (chat.ReadCursor{}).UnreadCount(chat.Conversation{LastInboundID: "m5", InboundCount: 5}); got != 5 {
		t.Errorf("never read: %d, want 5", got)
	}
}
