package pool

import (
	"fmt"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// lookedAtNoon is the timer of a pool that was looked through at noon while ana and bruno were free, in mode account.
func lookedAtNoon() Timer {
	return Timer{DueAt: noon.Add(10 * time.Minute), EnteredAt: noon.Add(-time.Hour)}.
		Look(noon, []chat.OperatorID{"ana", "bruno"}, chat.Distribution{Mode: chat.DistributeToAccount})
}

func TestTimer_LookedFor(t *testing.T) { // B-04
	t.Parallel()
	account := chat.Distribution{Mode: chat.DistributeToAccount}
	enters := func(since, turn time.Duration) func(Timer) Timer {
		return func(p Timer) Timer {
			p, _ = p.Enter(chat.Conversation{Status: chat.Open, PoolSince: noon.Add(since), WaitingSince: noon.Add(turn)}, noon.Add(since))
			return p
		}
	}
	later := func(free ...chat.OperatorID) func(Timer) Timer {
		return func(p Timer) Timer { return p.Look(noon.Add(time.Hour), free, account) }
	}
	first, second := noon.Add(-2*time.Minute), noon.Add(58*time.Minute)
	for name, test := range map[string]struct {
		then  func(Timer) Timer
		free  []chat.OperatorID
		under chat.Distribution
		want  time.Time
	}{
		"both":                      {free: []chat.OperatorID{"ana", "bruno"}, under: account, want: first},
		"one of them":               {free: []chat.OperatorID{"bruno"}, under: account, want: first},
		"another, too":              {free: []chat.OperatorID{"ana", "carla"}, under: account},
		"nobody":                    {under: account},
		"in another mode":           {free: []chat.OperatorID{"ana"}, under: chat.Distribution{Mode: chat.DistributeToGroups}},
		"with a manager":            {free: []chat.OperatorID{"ana"}, under: chat.Distribution{Mode: chat.DistributeToAccount, ManagerID: "ana"}},
		"a conversation opened":     {then: enters(time.Minute, time.Minute), free: []chat.OperatorID{"ana"}, under: account, want: first},
		"one returned to its place": {then: enters(time.Minute, -time.Hour), free: []chat.OperatorID{"ana"}, under: account},
		"one returned while looked": {then: enters(-30*time.Second, -time.Hour), free: []chat.OperatorID{"ana"}, under: account},
		"looked through again":      {then: later("ana", "bruno"), free: []chat.OperatorID{"ana", "bruno"}, under: account, want: second},
		"… while one was free":      {then: later("ana"), free: []chat.OperatorID{"ana"}, under: account, want: second},
		"… and for the other":       {then: later("ana"), free: []chat.OperatorID{"ana", "bruno"}, under: account, want: first},
		"… one returned before":     {then: func(p Timer) Timer { return later("ana")(enters(time.Minute, -time.Hour)(p)) }, free: []chat.OperatorID{"ana"}, under: account, want: second},
		"… and is for the other":    {then: func(p Timer) Timer { return later("ana")(enters(time.Minute, -time.Hour)(p)) }, free: []chat.OperatorID{"bruno"}, under: account},
		"… one returned just before": {then: func(p Timer) Timer {
			return later("ana")(enters(59*time.Minute+30*time.Second, -time.Hour)(p))
		}, free: []chat.OperatorID{"ana"}, under: account},
		"… in another mode in between": {then: func(p Timer) Timer {
			return later("ana")(p.Look(noon.Add(time.Minute), []chat.OperatorID{"carla"}, chat.Distribution{}))
		}, free: []chat.OperatorID{"carla"}, under: account},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := lookedAtNoon()
			if test.then != nil {
				p = test.then(p)
			}
			if got := p.LookedFor(test.free, test.under); !got.Equal(test.want) {
				t.Errorf("%s, want %s, of %+v", got, test.want, p)
			}
		})
	}
}

// TestTimer_ManyOperators: the timer stays small, and remembers the last ones.
func TestTimer_ManyOperators_LastOnesKept(t *testing.T) {
	t.Parallel()
	var p Timer
	for i := range 100 {
		p = p.Look(noon.Add(time.Duration(i)*time.Hour), []chat.OperatorID{chat.OperatorID(fmt.Sprint(i))}, chat.Distribution{})
	}
	if len(p.Looked.Before) != 20 || p.LookedFor([]chat.OperatorID{"80", "99"}, chat.Distribution{}).IsZero() {
		t.Errorf("%+v", p.Looked)
	}
}

func TestEnters_EarlierTurn(t *testing.T) {
	t.Parallel()
	before := chat.Conversation{Status: chat.Open, PoolSince: noon}
	for turn, want := range map[time.Duration]bool{-time.Hour: true, time.Hour: false} {
		after := before
		after.WaitingSince = noon.Add(turn)
		if got := Enters(&before, after); got != want {
			t.Errorf("a turn %s after: %t", turn, got)
		}
	}
}
