package fanout

import (
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// B-22: owners are told of a failure once, whatever the channel's states until it works again.
func TestDerive_ChannelFails_ChannelFailedOnce(t *testing.T) {
	t.Parallel()
	works := chat.Health{State: chat.HealthOK}
	failed := works.Failed(chat.HealthReauthorise, "190", "Invalid token", noon)
	tests := []struct {
		name     string
		old, now chat.Health
		want     bool
	}{
		{"its token died", works, failed, true},
		{"it is tried again, and its token is dead still", failed, failed.Failed(chat.HealthReauthorise, "190", "Invalid token", noon.Add(time.Hour)), false},
		{"it fails in another way", failed, failed.Failed(chat.HealthStopped, "131031", "Locked", noon.Add(time.Hour)), false},
		{"another channel took its asset", failed, failed.Failed(chat.HealthUnverified, chat.HealthMoved, "", noon.Add(time.Hour)), false},
		{"it works again", failed, works, false},
		{"it never worked", chat.Health{}, chat.Health{State: chat.HealthUnverified}, false},
		{"it worked between two records, and failed anew", failed, works.Failed(chat.HealthStopped, "131031", "Locked", noon.Add(time.Hour)), true},
	}
	for _, test := range tests {
		e := newEmitter("1")
		old, now := chat.Channel{ID: "ch", AccountID: "account", Health: test.old}, chat.Channel{ID: "ch", AccountID: "account", Health: test.now}
		if err := channel(e, &old, now); err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(signals(t, e.out), "to-jobs channel.failed.v1"); got != test.want {
			t.Errorf("%s: told %t", test.name, got)
		}
	}
}
