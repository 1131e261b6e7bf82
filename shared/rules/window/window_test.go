package window

import (
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	last := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name   string
		last   time.Time
		length time.Duration
		now    time.Time
		want   bool
	}{
		{"inside", last, 24 * time.Hour, last.Add(23 * time.Hour), true},
		{"its last millisecond", last, 24 * time.Hour, last.Add(24*time.Hour - time.Millisecond), true},
		{"its end is outside", last, 24 * time.Hour, last.Add(24 * time.Hour), false},
		{"before the contact ever wrote", time.Time{}, 24 * time.Hour, last, false},
		{"a channel without a window", time.Time{}, 0, last, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := Open(chat.Conversation{LastInboundAt: test.last}, test.length, test.now); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
